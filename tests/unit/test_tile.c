#include "service/seal/tile.h"

#include <stdlib.h>
#include <string.h>

#include "service/seal/publish.h"
#include "tests/support/cmocka_all.h"

static void paths_are_those_of_the_specification(void **state)
{
    char path[TILE_PATH_MAX];
    (void)state;
    tile_path(0, 1234067, TILE_WIDTH, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
    tile_path(0, 273, 112, path);
    assert_string_equal(path, "tile/0/273.p/112");
    tile_path(1, 0, TILE_WIDTH, path);
    assert_string_equal(path, "tile/1/000");
    tile_path(TILE_ENTRIES, 1000, 1, path);
    assert_string_equal(path, "tile/entries/x001/000.p/1");
}

static void seventy_thousand_leaves_have_the_known_tiles(void **state)
{
    (void)state;
    assert_int_equal(tile_count(70000, 0), 273 * 256 + 112);
    assert_int_equal(tile_count(70000, 1), 256 + 17);
    assert_int_equal(tile_count(70000, 2), 1);
    assert_int_equal(tile_count(70000, 3), 0);
    assert_int_equal(tile_count(70000, TILE_ENTRIES), 70000);
}

static void a_bundle_gives_its_entries_back(void **state)
{
    struct buf b;
    size_t n = 0;
    (void)state;
    buf_init(&b, 4096);
    tile_add_entry(&b, "", 0);
    tile_add_entry(&b, "abc", 3);
    const uint8_t *at = (const uint8_t *)b.data;
    size_t len = b.len;
    assert_memory_equal(b.data, "\0\0\0\3abc", 7);
    assert_non_null(tile_next_entry(&at, &len, &n));
    assert_int_equal(n, 0);
    assert_memory_equal(tile_next_entry(&at, &len, &n), "abc", 3);
    assert_int_equal(n, 3);
    assert_int_equal(len, 0);
    assert_null(tile_next_entry(&at, &len, &n));
    at = (const uint8_t *)b.data + 2;
    len = 4; /* cut off */
    assert_null(tile_next_entry(&at, &len, &n));
    buf_fini(&b);
}

enum { LEAVES = 600 };

struct tree {
    struct digest leaves[LEAVES];
    struct digest tiles[2];
};

static void read_tree(void *data, int level, int64_t index, struct digest *hash)
{
    const struct tree *t = data;
    *hash = level == 0 ? t->leaves[index] : t->tiles[index];
}

static struct tree *make_tree(struct merkle_source *source)
{
    struct tree *t = calloc(1, sizeof(*t));
    struct merkle grown = {0};
    assert_non_null(t);
    for (int i = 0; i < LEAVES; i++) {
        uint8_t byte[2] = {(uint8_t)i, (uint8_t)(i >> 8)};
        t->leaves[i] = merkle_leaf(byte, sizeof(byte));
        merkle_append(&grown, &t->leaves[i]);
        if (grown.n_complete > 0) {
            t->tiles[i / 256] = grown.complete[0];
        }
    }
    *source =
        (struct merkle_source){.read = read_tree, .data = t, .top_level = 1};
    return t;
}

static void only_tiles_that_changed_are_published(void **state)
{
    struct merkle_source source;
    struct tree *t = make_tree(&source);
    struct publish_items list = {0};
    (void)state;
    publish_add_tiles(&list, &source, 0, 600);
    assert_int_equal(list.n, 4);
    assert_string_equal(list.items[0].name, "audit/tile/0/000");
    assert_int_equal(list.items[0].len, TILE_BYTES);
    assert_string_equal(list.items[2].name, "audit/tile/0/002.p/88");
    assert_memory_equal(list.items[2].bytes, &t->leaves[512],
                        (size_t)DIGEST_SIZE * 88);
    assert_string_equal(list.items[3].name, "audit/tile/1/000.p/2");
    assert_memory_equal(list.items[3].bytes, t->tiles, (size_t)DIGEST_SIZE * 2);
    publish_items_fini(&list);
    publish_add_tiles(&list, &source, 590, 600);
    assert_int_equal(list.n, 1);
    publish_items_fini(&list);
    publish_add_tiles(&list, &source, 510, 512);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].name, "audit/tile/0/001");
    assert_string_equal(list.items[1].name, "audit/tile/1/000.p/2");
    publish_items_fini(&list);
    publish_add_tiles(&list, &source, 600, 600);
    assert_int_equal(list.n, 0);
    free(t);
}

static void overtaken_partial_tiles_are_removed(void **state)
{
    struct publish_items list = {0};
    (void)state;
    publish_remove_tiles(&list, 590, 600);
    assert_int_equal(list.n, 1);
    assert_string_equal(list.items[0].name, "audit/tile/0/002.p/78");
    assert_int_equal(list.items[0].len, 0);
    publish_items_fini(&list);
    publish_remove_tiles(&list, 512, 600);
    assert_int_equal(list.n, 0); /* level 1 has two hashes then and now */
    publish_items_fini(&list);
}

static void a_receipt_holds_entry_checkpoint_and_proof(void **state)
{
    struct merkle_source source;
    struct tree *t = make_tree(&source);
    struct publish_items list = {0};
    (void)state;
    publish_add_receipt(&list, &source,
                        &(struct publish_receipt){.marker = "LOE-7K3Q9F",
                                                  .entry = "{\"v\":1}",
                                                  .index = 1,
                                                  .size = 2,
                                                  .checkpoint = "a\n2\n"});
    assert_int_equal(list.n, 1);
    assert_string_equal(list.items[0].name, "w/LOE-7K3Q9F/beleg.json");
    assert_non_null(
        strstr(list.items[0].bytes,
               "{\"entry\":\"{\\\"v\\\":1}\",\"index\":1,"
               "\"checkpoint\":\"a\\u000a2\\u000a\",\"proof\":[\""));
    publish_items_fini(&list);
    free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_those_of_the_specification),
        cmocka_unit_test(seventy_thousand_leaves_have_the_known_tiles),
        cmocka_unit_test(a_bundle_gives_its_entries_back),
        cmocka_unit_test(only_tiles_that_changed_are_published),
        cmocka_unit_test(overtaken_partial_tiles_are_removed),
        cmocka_unit_test(a_receipt_holds_entry_checkpoint_and_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
