/* The Merkle tree of RFC 6962: leaf SHA-256(0x00 ‖ entry), node SHA-256(0x01 ‖
 * left ‖ right), the empty tree SHA-256 of nothing; a tree of n leaves splits
 * at the largest power of two below n. Pure. */
#ifndef SERVICE_SEAL_MERKLE_H
#define SERVICE_SEAL_MERKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"

enum {
    MERKLE_HEIGHT_MAX = 48, /* more leaves than will ever be written */
    MERKLE_TILE_HEIGHT = 8,
    MERKLE_TILE_LEVELS = MERKLE_HEIGHT_MAX / MERKLE_TILE_HEIGHT,
    MERKLE_PROOF_MAX = 2 * MERKLE_HEIGHT_MAX,
};

struct digest merkle_leaf(const void *entry, size_t len);
struct digest merkle_node(const struct digest *left,
                          const struct digest *right);

/* A tree that only grows: the roots of its perfect subtrees, largest first.
 * All zero is the empty tree. */
struct merkle {
    int64_t size;
    struct digest peaks[MERKLE_HEIGHT_MAX];
    /* What the last append completed: the root of the full tile of level i,
     * which is one hash of level i + 1, for i below n_complete. */
    int n_complete;
    struct digest complete[MERKLE_TILE_LEVELS];
};

void merkle_append(struct merkle *tree, const struct digest *leaf);
struct digest merkle_root(const struct merkle *tree);

/* Where a proof takes its hashes from: `read` gives hash `index` of tile level
 * `level`, 0 (leaves) to top_level: the root of 256^level leaves. */
struct merkle_source {
    void (*read)(void *data, int level, int64_t index, struct digest *hash);
    void *data;
    int top_level;
};

/* n leaf hashes in memory as a source. */
struct merkle_source merkle_source_of(const struct digest *leaves);

struct merkle_proof {
    size_t n;
    struct digest hashes[MERKLE_PROOF_MAX];
};

/* The root of the first `size` leaves. */
struct digest merkle_root_of(const struct merkle_source *source, int64_t size);

/* That leaf `index` is in the tree of `size` leaves; index < size. */
void merkle_prove_leaf(const struct merkle_source *source, int64_t size,
                       int64_t index, struct merkle_proof *proof);

bool merkle_check_leaf(const struct merkle_proof *proof, int64_t size,
                       int64_t index, const struct digest *leaf,
                       const struct digest *root);

/* That the tree of `size` leaves begins with the one of `old` leaves;
 * 1 <= old <= size. */
void merkle_prove_growth(const struct merkle_source *source, int64_t size,
                         int64_t old, struct merkle_proof *proof);

bool merkle_check_growth(const struct merkle_proof *proof, int64_t size,
                         int64_t old, const struct digest *old_root,
                         const struct digest *root);

#endif
