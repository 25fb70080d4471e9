/* Verifies a log from outside, from its files alone: key, checkpoint, hash
 * tiles of every level, and the entry bundles where they are (an export has
 * them, the public website has not). The file that holds the bytes may be on
 * a disk or behind a URL: the caller reads. */
#ifndef SERVICE_SEAL_SITE_H
#define SERVICE_SEAL_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/seal/checkpoint.h"

enum {
    SITE_NOTE_MAX = 64 * 1024,
    SITE_BUNDLE_MAX = 256 * (2 + 65535),
};

/* Reads the file `name` ("tile/0/000"), at most max bytes; *bytes is the
 * caller's to free(), with a NUL behind them. ERR_NOT_FOUND when there is no
 * such file. */
struct site_source {
    enum err_code (*read)(void *data, const char *name, size_t max,
                          char **bytes, size_t *len, struct err *e);
    void *data;
};

struct site_verdict {
    struct checkpoint checkpoint;
    bool entries;              /* the entries themselves were there too */
    int64_t bad;               /* the first bad entry; -1 when all is well */
    char why[ERR_MESSAGE_MAX]; /* German */
};

/* Reads and verifies everything. `key` is the log's, known from elsewhere;
 * NULL takes the one in the file "key", which proves only that all fits
 * together. ERR_OK: *verdict says whether an entry is bad. Else there was
 * nothing to judge entries by: ERR_NOT_FOUND (no checkpoint or no key),
 * ERR_DENIED (signature), ERR_INVALID, ERR_IO and what the reader gave. */
enum err_code site_verify(const struct site_source *source,
                          const struct key_public *key,
                          struct site_verdict *verdict, struct err *e);

#endif
