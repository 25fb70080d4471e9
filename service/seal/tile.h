/* Names and bytes of tiles (tlog-tiles v0.1.0): a hash tile holds up to 256
 * hashes of one level, an entry bundle up to 256 entries, each after its
 * length in two bytes. */
#ifndef SERVICE_SEAL_TILE_H
#define SERVICE_SEAL_TILE_H

#include <stdint.h>

#include "service/base/buf.h"
#include "service/seal/merkle.h"

enum {
    TILE_WIDTH = 256,
    TILE_BYTES = TILE_WIDTH * DIGEST_SIZE,
    TILE_ENTRIES = -1, /* the "level" of entry bundles */
    TILE_PATH_MAX = 80,
};

/* How many hashes level `level` (or entries) of a tree of `size` has. */
int64_t tile_count(int64_t size, int level);

/* "tile/0/x001/234.p/17"; width 256 is a full tile. `level` may be
 * TILE_ENTRIES: "tile/entries/000". */
void tile_path(int level, int64_t n, int width, char out[TILE_PATH_MAX]);

/* The bytes of a hash tile; out has room for TILE_BYTES. */
void tile_hashes(const struct merkle_source *source, int level, int64_t n,
                 int width, uint8_t out[TILE_BYTES]);

/* Appends one entry to a bundle. */
void tile_add_entry(struct buf *bundle, const void *entry, size_t len);

/* Takes the first entry off *len bytes at *bytes: its start, and its length
 * in *entry_len. NULL when none is whole. */
const uint8_t *tile_next_entry(const uint8_t **bytes, size_t *len,
                               size_t *entry_len);

#endif
