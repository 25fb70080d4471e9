#include "service/seal/merkle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

enum { LEAVES = 600 };

static struct digest leaves[LEAVES];

static int set_up(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < LEAVES; i++) {
        uint8_t entry[4] = {(uint8_t)i, (uint8_t)(i >> 8), 7, 9};
        leaves[i] = merkle_leaf(entry, sizeof(entry));
    }
    return 0;
}

/* The definition of RFC 6962, section 2.1, word for word. */
static struct digest naive_root(const struct digest *from, size_t n)
{
    if (n == 0) {
        return digest_of("", 0);
    }
    if (n == 1) {
        return from[0];
    }
    size_t k = 1;
    while (2 * k < n) {
        k *= 2;
    }
    struct digest left = naive_root(from, k);
    struct digest right = naive_root(from + k, n - k);
    return merkle_node(&left, &right);
}

static bool same(const struct digest *a, const struct digest *b)
{
    return memcmp(a, b, sizeof(*a)) == 0;
}

static void assert_hex(const struct digest *d, const char *hex)
{
    char text[DIGEST_HEX_MAX];
    digest_hex(d, text);
    assert_string_equal(text, hex);
}

/* The vectors of Certificate Transparency's reference tests. */
static void roots_are_the_known_answers(void **state)
{
    static const struct {
        const char *entry;
        const char *root;
    } known[] = {
        {"", "6e340b9cffb37a989ca544e6bb780a2c"
             "78901d3fb33738768511a30617afa01d"},
        {"00", "fac54203e7cc696cf0dfcb42c92a1d9d"
               "baf70ad9e621f4bd8d98662f00e3c125"},
        {"10", "aeb6bcfe274b70a14fb067a5e5578264"
               "db0fa9b51af5e0ba159158f329e06e77"},
        {"2021", "d37ee418976dd95753c1c73862b9398f"
                 "a2a2cf9b4ff0fdfe8b30cd95209614b7"},
        {"3031", "4e3bbb1f7b478dcfe71fb631631519a3"
                 "bca12c9aefca1612bfce4c13a86264d4"},
        {"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f"
                     "98dfb16fbce75277b5232a127f2087ef"},
        {"5051525354555657", "ddb89be403809e325750d3d263cd7892"
                             "9c2942b7942a34b77e122c9594a74c8c"},
        {"606162636465666768696a6b6c6d6e6f",
         "5dc9da79a70659a9ad559cb701ded9a2"
         "ab9d823aad2f4960cfe370eff4604328"},
    };
    struct merkle tree = {0};
    (void)state;
    struct digest empty = merkle_root(&tree);
    assert_hex(&empty, "e3b0c44298fc1c149afbf4c8996fb924"
                       "27ae41e4649b934ca495991b7852b855");
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        uint8_t bytes[16];
        size_t len = 0;
        assert_int_equal(sodium_hex2bin(bytes, sizeof(bytes), known[i].entry,
                                        strlen(known[i].entry), NULL, &len,
                                        NULL),
                         0);
        struct digest leaf = merkle_leaf(bytes, len);
        merkle_append(&tree, &leaf);
        struct digest root = merkle_root(&tree);
        assert_hex(&root, known[i].root);
    }
}

static void the_frontier_has_the_root_of_the_definition(void **state)
{
    struct merkle tree = {0};
    struct merkle_source source = merkle_source_of(leaves);
    (void)state;
    for (size_t n = 0; n < LEAVES; n++) {
        struct digest expected = naive_root(leaves, n);
        struct digest grown = merkle_root(&tree);
        struct digest made = merkle_root_of(&source, (int64_t)n);
        assert_true(same(&expected, &grown));
        assert_true(same(&expected, &made));
        merkle_append(&tree, &leaves[n]);
        assert_int_equal(tree.n_complete, (n + 1) % 256 == 0 ? 1 : 0);
        if (tree.n_complete == 1) {
            struct digest tile = naive_root(leaves + n + 1 - 256, 256);
            assert_true(same(&tile, &tree.complete[0]));
        }
    }
}

/* The source with level 1 stored, as the database has it. */
struct tiled {
    const struct digest *leaves;
    int reads;
};

static void read_tiled(void *data, int level, int64_t index,
                       struct digest *hash)
{
    struct tiled *t = data;
    t->reads++;
    if (level == 0) {
        *hash = t->leaves[index];
    } else {
        assert_int_equal(level, 1);
        *hash = naive_root(t->leaves + 256 * index, 256);
    }
}

static void stored_tiles_shorten_the_way_and_change_nothing(void **state)
{
    struct tiled t = {.leaves = leaves};
    struct merkle_source source = {
        .read = read_tiled, .data = &t, .top_level = 1};
    (void)state;
    struct digest root = merkle_root_of(&source, 520);
    struct digest expected = naive_root(leaves, 520);
    assert_true(same(&root, &expected));
    assert_int_equal(t.reads, 2 + 8);
}

static void assert_leaf_proved(int64_t size, int64_t i,
                               const struct digest *root)
{
    struct merkle_source source = merkle_source_of(leaves);
    struct merkle_proof proof;
    const struct digest *other = &leaves[(i + 1) % LEAVES];
    merkle_prove_leaf(&source, size, i, &proof);
    assert_true(merkle_check_leaf(&proof, size, i, &leaves[i], root));
    assert_false(merkle_check_leaf(&proof, size, i, other, root));
    assert_true(size == 1 || !merkle_check_leaf(&proof, size, (i + 1) % size,
                                                &leaves[i], root));
    assert_false(merkle_check_leaf(&proof, size, size, &leaves[i], root));
    assert_false(merkle_check_leaf(&proof, size, -1, &leaves[i], root));
}

static void every_leaf_is_proved_and_no_other(void **state)
{
    (void)state;
    for (int64_t size = 1; size <= LEAVES; size += size < 70 ? 1 : 53) {
        struct digest root = naive_root(leaves, (size_t)size);
        for (int64_t i = 0; i < size; i++) {
            assert_leaf_proved(size, i, &root);
        }
    }
}

static void a_flipped_byte_of_a_proof_is_caught(void **state)
{
    struct merkle_source source = merkle_source_of(leaves);
    struct merkle_proof proof;
    (void)state;
    struct digest root = naive_root(leaves, 300);
    merkle_prove_leaf(&source, 300, 130, &proof);
    assert_true(proof.n > 0);
    for (size_t i = 0; i < proof.n * DIGEST_SIZE; i++) {
        proof.hashes[i / DIGEST_SIZE].bytes[i % DIGEST_SIZE] ^= 1;
        assert_false(merkle_check_leaf(&proof, 300, 130, &leaves[130], &root));
        proof.hashes[i / DIGEST_SIZE].bytes[i % DIGEST_SIZE] ^= 1;
    }
    proof.n--;
    assert_false(merkle_check_leaf(&proof, 300, 130, &leaves[130], &root));
    proof.n += 2;
    assert_false(merkle_check_leaf(&proof, 300, 130, &leaves[130], &root));
}

static void growth_is_proved_between_all_sizes(void **state)
{
    struct merkle_source source = merkle_source_of(leaves);
    struct merkle_proof proof;
    (void)state;
    for (int64_t size = 1; size <= LEAVES; size += size < 70 ? 1 : 59) {
        struct digest root = naive_root(leaves, (size_t)size);
        for (int64_t old = 1; old <= size; old++) {
            struct digest old_root = naive_root(leaves, (size_t)old);
            struct digest other = naive_root(leaves + 1, (size_t)old);
            merkle_prove_growth(&source, size, old, &proof);
            assert_true(
                merkle_check_growth(&proof, size, old, &old_root, &root));
            assert_false(merkle_check_growth(&proof, size, old, &other, &root));
        }
        assert_false(merkle_check_growth(&proof, size, 0, &root, &root));
        assert_false(merkle_check_growth(&proof, size, size + 1, &root, &root));
    }
}

static void a_flipped_byte_of_a_growth_proof_is_caught(void **state)
{
    struct merkle_source source = merkle_source_of(leaves);
    struct merkle_proof proof;
    (void)state;
    struct digest old_root = naive_root(leaves, 70);
    struct digest root = naive_root(leaves, 300);
    merkle_prove_growth(&source, 300, 70, &proof);
    for (size_t i = 0; i < proof.n * DIGEST_SIZE; i++) {
        proof.hashes[i / DIGEST_SIZE].bytes[i % DIGEST_SIZE] ^= 0x80;
        assert_false(merkle_check_growth(&proof, 300, 70, &old_root, &root));
        proof.hashes[i / DIGEST_SIZE].bytes[i % DIGEST_SIZE] ^= 0x80;
    }
    proof.n = 0;
    assert_false(merkle_check_growth(&proof, 300, 70, &old_root, &root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_are_the_known_answers),
        cmocka_unit_test(the_frontier_has_the_root_of_the_definition),
        cmocka_unit_test(stored_tiles_shorten_the_way_and_change_nothing),
        cmocka_unit_test(every_leaf_is_proved_and_no_other),
        cmocka_unit_test(a_flipped_byte_of_a_proof_is_caught),
        cmocka_unit_test(growth_is_proved_between_all_sizes),
        cmocka_unit_test(a_flipped_byte_of_a_growth_proof_is_caught),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
