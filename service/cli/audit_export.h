/* Writes a log in tlog-tiles layout, entries included, into a folder:
 * checkpoint, key, tile/<L>/…, tile/entries/…, so that any verifier can
 * rebuild it. */
#ifndef SERVICE_CLI_AUDIT_EXPORT_H
#define SERVICE_CLI_AUDIT_EXPORT_H

#include <stddef.h>

#include "service/base/buf.h"
#include "service/base/err.h"
#include "service/seal/checkpoint.h"
#include "service/seal/merkle.h"
#include "service/seal/tile.h"

enum { AUDIT_FOLDER_MAX = 2048 };

struct audit_export {
    char folder[AUDIT_FOLDER_MAX];
    struct merkle tree;
    uint8_t tiles[MERKLE_TILE_LEVELS][TILE_BYTES]; /* the last of each level */
    struct buf bundle;
};

/* The folder is made when it is missing. */
enum err_code audit_export_init(struct audit_export *x, const char *folder,
                                struct err *e);

/* Adds the next entry's exact text. */
enum err_code audit_export_add(struct audit_export *x, const char *entry,
                               size_t len, struct err *e);

/* Writes what is left, the key's text, and last the checkpoint's note of
 * exactly the entries added. ERR_CORRUPT when they do not give its root: all
 * is written nevertheless, so that a verifier can name the entry. */
enum err_code audit_export_finish(struct audit_export *x, const char *key,
                                  const char *note, struct err *e);

void audit_export_fini(struct audit_export *x);

#endif
