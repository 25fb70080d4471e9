/* All keys of an installation, as files in one folder that only the service
 * may read: made by `tuermer init`, loaded by `tuermer serve`. The folder is
 * <state_dir>/keys; the backup does not hold it (architecture, "Store").
 *
 *     audit.key                           signs checkpoints; its name is the
 *                                         log's origin
 *     actual.key exercise.key rehearsal.key   sign display states
 *     heartbeat.key keys.key              sign heartbeat and key list */
#ifndef SERVICE_SEAL_KEYRING_H
#define SERVICE_SEAL_KEYRING_H

#include <stddef.h>

#include "service/base/err.h"
#include "service/seal/key.h"

enum keyring_use {
    KEYRING_AUDIT,
    KEYRING_ACTUAL, /* the three streams, in the order of enum stream */
    KEYRING_EXERCISE,
    KEYRING_REHEARSAL,
    KEYRING_HEARTBEAT,
    KEYRING_KEYS,
    KEYRING_SIZE,
};

struct keyring {
    struct key_pair keys[KEYRING_SIZE];
};

/* "audit", "actual", … */
const char *keyring_use_name(enum keyring_use use);

/* Makes all keys and their files. `host` is the <host> of key names, `origin`
 * the audit log's (by default "<host>/audit"). The folder is made (0700).
 * ERR_CONFLICT when a key file exists. *ring is the caller's to
 * keyring_forget(). */
enum err_code keyring_create(const char *folder, const char *host,
                             const char *origin, struct keyring *ring,
                             struct err *e);

/* Writes a copy of all of them into a folder that holds none; made when it is
 * missing (0700). ERR_CONFLICT when a key file exists. */
enum err_code keyring_save(const struct keyring *ring, const char *folder,
                           struct err *e);

/* Reads all of them. ERR_NOT_FOUND ("tuermer init"), ERR_DENIED, ERR_CORRUPT.
 */
enum err_code keyring_load(const char *folder, struct keyring *ring,
                           struct err *e);

/* Overwrites them. */
void keyring_forget(struct keyring *ring);

#endif
