/* What the public sees of the audit log (contract 5): the checkpoint, hash
 * tiles, the log's key, and for a released alert a receipt with its own entry
 * and the proof that it is in the log. Pure: hashes come from a source. */
#ifndef SERVICE_SEAL_PUBLISH_H
#define SERVICE_SEAL_PUBLISH_H

#include <stddef.h>
#include <stdint.h>

#include "service/seal/merkle.h"
#include "service/seal/tile.h"

enum {
    PUBLISH_NAME_MAX = TILE_PATH_MAX + 16,
    /* Partial tiles of so many earlier checkpoints stay, for a reader that
     * holds one of them (tlog-tiles lets older ones go). */
    PUBLISH_KEPT_SIZES = 16,
};

/* One file below the site's root. */
struct publish_item {
    char name[PUBLISH_NAME_MAX]; /* "audit/tile/0/000.p/17" */
    char *bytes;                 /* owned; len 0: the file is removed */
    size_t len;
};

struct publish_items {
    size_t n;
    size_t room;
    struct publish_item *items; /* in the order they must appear in */
};

/* All zero is an empty list. */
void publish_items_fini(struct publish_items *list);

/* Adds a file; bytes are copied. */
void publish_add(struct publish_items *list, const char *name,
                 const void *bytes, size_t len);

/* Adds every tile of a tree of `size` leaves that one of `since` had not. */
void publish_add_tiles(struct publish_items *list,
                       const struct merkle_source *source, int64_t since,
                       int64_t size);

/* Removes the partial tiles of a tree of `old` that one of `size` has not. */
void publish_remove_tiles(struct publish_items *list, int64_t old,
                          int64_t size);

/* {"entry","index","checkpoint","proof":[base64,…]}: entry is the exact text
 * that was hashed. Adds it as w/<marker>/beleg.json. */
struct publish_receipt {
    const char *marker;
    const char *entry;
    int64_t index;
    int64_t size; /* of the checkpoint; above index */
    const char *checkpoint;
};

void publish_add_receipt(struct publish_items *list,
                         const struct merkle_source *source,
                         const struct publish_receipt *receipt);

#endif
