#include "service/seal/merkle.h"

#include <sodium.h>
#include <string.h>

#include "service/base/check.h"

struct digest merkle_leaf(const void *entry, size_t len)
{
    static const uint8_t prefix = 0;
    struct digest d;
    crypto_hash_sha256_state state;
    check(crypto_hash_sha256_init(&state) == 0);
    check(crypto_hash_sha256_update(&state, &prefix, 1) == 0);
    check(crypto_hash_sha256_update(&state, entry, len) == 0);
    check(crypto_hash_sha256_final(&state, d.bytes) == 0);
    return d;
}

struct digest merkle_node(const struct digest *left, const struct digest *right)
{
    uint8_t bytes[1 + 2 * DIGEST_SIZE];
    bytes[0] = 1;
    memcpy(bytes + 1, left->bytes, DIGEST_SIZE);
    memcpy(bytes + 1 + DIGEST_SIZE, right->bytes, DIGEST_SIZE);
    return digest_of(bytes, sizeof(bytes));
}

/* How many perfect subtrees a tree of this size has. */
static int merkle_n_peaks(int64_t size)
{
    int n = 0;
    for (uint64_t rest = (uint64_t)size; rest != 0; rest &= rest - 1) {
        n++;
    }
    return n;
}

void merkle_append(struct merkle *tree, const struct digest *leaf)
{
    check(tree->size >= 0 && tree->size < INT64_C(1)
                                              << (MERKLE_HEIGHT_MAX - 1));
    int n = merkle_n_peaks(tree->size);
    struct digest hash = *leaf;
    int height = 0;
    tree->n_complete = 0;
    for (uint64_t rest = (uint64_t)tree->size; (rest & 1) != 0; rest >>= 1) {
        hash = merkle_node(&tree->peaks[--n], &hash);
        height++;
        if (height % MERKLE_TILE_HEIGHT == 0) {
            tree->complete[tree->n_complete++] = hash;
        }
    }
    tree->peaks[n] = hash;
    tree->size++;
}

struct digest merkle_root(const struct merkle *tree)
{
    int n = merkle_n_peaks(tree->size);
    if (n == 0) {
        return digest_of("", 0);
    }
    struct digest root = tree->peaks[--n];
    while (n > 0) {
        root = merkle_node(&tree->peaks[--n], &root);
    }
    return root;
}

static void merkle_read_leaf(void *data, int level, int64_t index,
                             struct digest *hash)
{
    const struct digest *leaves = data;
    check(level == 0);
    *hash = leaves[index];
}

struct merkle_source merkle_source_of(const struct digest *leaves)
{
    union {
        const struct digest *in;
        void *out;
    } borrowed = {.in = leaves}; /* merkle_read_leaf() writes nothing */
    return (struct merkle_source){.read = merkle_read_leaf,
                                  .data = borrowed.out};
}

/* The root of the perfect subtree of 2^height leaves with this place among
 * those of its height. Deep only as far as to the next stored level. */
static struct digest merkle_perfect(const struct merkle_source *source,
                                    int height, int64_t index)
{
    struct digest hash;
    if (height % MERKLE_TILE_HEIGHT == 0 &&
        height / MERKLE_TILE_HEIGHT <= source->top_level) {
        source->read(source->data, height / MERKLE_TILE_HEIGHT, index, &hash);
        return hash;
    }
    struct digest left = merkle_perfect(source, height - 1, 2 * index);
    struct digest right = merkle_perfect(source, height - 1, 2 * index + 1);
    return merkle_node(&left, &right);
}

/* The height of the largest perfect subtree that is smaller than n leaves,
 * or as large when `whole` is allowed. */
static int merkle_height(int64_t n, bool whole)
{
    int height = 0;
    while (INT64_C(2) << height < n + (whole ? 1 : 0)) {
        height++;
    }
    return height;
}

/* The root of the leaves from `low`, which is a multiple of every subtree met
 * on the way, up to `high`. */
static struct digest merkle_range(const struct merkle_source *source,
                                  int64_t low, int64_t high)
{
    int height = merkle_height(high - low, true);
    int64_t width = INT64_C(1) << height;
    struct digest left = merkle_perfect(source, height, low >> height);
    if (low + width == high) {
        return left;
    }
    struct digest right = merkle_range(source, low + width, high);
    return merkle_node(&left, &right);
}

struct digest merkle_root_of(const struct merkle_source *source, int64_t size)
{
    return size == 0 ? digest_of("", 0) : merkle_range(source, 0, size);
}

static void merkle_proof_add(struct merkle_proof *proof, struct digest hash)
{
    check(proof->n < MERKLE_PROOF_MAX);
    proof->hashes[proof->n++] = hash;
}

/* RFC 6962, 2.1.1, with the outermost sibling met first and then turned
 * round. */
static void merkle_proof_reverse(struct merkle_proof *proof)
{
    for (size_t i = 0; i < proof->n / 2; i++) {
        struct digest held = proof->hashes[i];
        proof->hashes[i] = proof->hashes[proof->n - 1 - i];
        proof->hashes[proof->n - 1 - i] = held;
    }
}

void merkle_prove_leaf(const struct merkle_source *source, int64_t size,
                       int64_t index, struct merkle_proof *proof)
{
    check(index >= 0 && index < size);
    int64_t low = 0;
    int64_t high = size;
    proof->n = 0;
    while (high - low > 1) {
        int64_t middle = low + (INT64_C(1) << merkle_height(high - low, false));
        if (index < middle) {
            merkle_proof_add(proof, merkle_range(source, middle, high));
            high = middle;
        } else {
            merkle_proof_add(proof, merkle_range(source, low, middle));
            low = middle;
        }
    }
    merkle_proof_reverse(proof);
}

/* The way from a leaf up to the root of a tree (RFC 9162, 2.1.3.2): where it
 * is, and where the last node of that height is. */
struct merkle_walk {
    int64_t place;
    int64_t last;
};

static void merkle_walk_up(struct merkle_walk *w)
{
    w->place >>= 1;
    w->last >>= 1;
}

/* One step up; true when the sibling there stands to the left. */
static bool merkle_walk_left(struct merkle_walk *w)
{
    bool left = (w->place & 1) != 0 || w->place == w->last;
    while (left && (w->place & 1) == 0 && w->place != 0) {
        merkle_walk_up(w); /* no sibling at these heights */
    }
    merkle_walk_up(w);
    return left;
}

static bool merkle_same(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

bool merkle_check_leaf(const struct merkle_proof *proof, int64_t size,
                       int64_t index, const struct digest *leaf,
                       const struct digest *root)
{
    struct merkle_walk walk = {.place = index, .last = size - 1};
    struct digest hash = *leaf;
    if (index < 0 || index >= size) {
        return false;
    }
    for (size_t i = 0; i < proof->n; i++) {
        if (walk.last == 0) {
            return false;
        }
        hash = merkle_walk_left(&walk) ? merkle_node(&proof->hashes[i], &hash)
                                       : merkle_node(&hash, &proof->hashes[i]);
    }
    return walk.last == 0 && merkle_same(&hash, root);
}

/* RFC 6962, 2.1.2: SUBPROOF(m, D[n], b) without its recursion; `known` is b,
 * that the old tree is this whole subtree. */
void merkle_prove_growth(const struct merkle_source *source, int64_t size,
                         int64_t old, struct merkle_proof *proof)
{
    check(old >= 1 && old <= size);
    int64_t low = 0;
    int64_t high = size;
    bool known = true;
    proof->n = 0;
    while (old != high) {
        int64_t middle = low + (INT64_C(1) << merkle_height(high - low, false));
        if (old <= middle) {
            merkle_proof_add(proof, merkle_range(source, middle, high));
            high = middle;
        } else {
            merkle_proof_add(proof, merkle_range(source, low, middle));
            low = middle;
            known = false;
        }
    }
    if (!known) {
        merkle_proof_add(proof, merkle_range(source, low, high));
    }
    merkle_proof_reverse(proof);
}

/* RFC 9162, 2.1.4.2, for 1 <= old < size. */
static bool merkle_check_grown(const struct merkle_proof *proof, int64_t size,
                               int64_t old, const struct digest *old_root,
                               const struct digest *root)
{
    bool whole = (old & (old - 1)) == 0; /* the old root is itself a node */
    struct merkle_walk walk = {.place = old - 1, .last = size - 1};
    while ((walk.place & 1) != 0) {
        merkle_walk_up(&walk);
    }
    struct digest before = whole ? *old_root : proof->hashes[0];
    struct digest after = before;
    for (size_t i = whole ? 0 : 1; i < proof->n; i++) {
        const struct digest *hash = &proof->hashes[i];
        if (walk.last == 0) {
            return false;
        }
        if (merkle_walk_left(&walk)) {
            before = merkle_node(hash, &before);
            after = merkle_node(hash, &after);
        } else {
            after = merkle_node(&after, hash);
        }
    }
    return walk.last == 0 && merkle_same(&before, old_root) &&
           merkle_same(&after, root);
}

bool merkle_check_growth(const struct merkle_proof *proof, int64_t size,
                         int64_t old, const struct digest *old_root,
                         const struct digest *root)
{
    if (old < 1 || old > size) {
        return false;
    }
    if (old == size) {
        return proof->n == 0 && merkle_same(old_root, root);
    }
    return proof->n > 0 && merkle_check_grown(proof, size, old, old_root, root);
}
