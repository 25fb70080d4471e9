#include "service/seal/publish.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/seal/entry.h"

enum { PUBLISH_RECEIPT_MAX = 64 * 1024, PUBLISH_BASE64_MAX = 45 };

void publish_items_fini(struct publish_items *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->items[i].bytes);
    }
    free(list->items);
    *list = (struct publish_items){0};
}

void publish_add(struct publish_items *list, const char *name,
                 const void *bytes, size_t len)
{
    if (list->n == list->room) {
        size_t room = list->room == 0 ? 16 : 2 * list->room;
        struct publish_item *items = mem_calloc(room, sizeof(*items));
        if (list->n > 0) {
            memcpy(items, list->items, list->n * sizeof(*items));
        }
        free(list->items);
        list->items = items;
        list->room = room;
    }
    struct publish_item *item = &list->items[list->n++];
    MEM_SET_TEXT(item->name, name);
    item->bytes = len == 0 ? NULL : mem_dup(bytes, len);
    item->len = len;
}

static void publish_tile_name(int level, int64_t n, int width,
                              char name[PUBLISH_NAME_MAX])
{
    char path[TILE_PATH_MAX];
    tile_path(level, n, width, path);
    (void)snprintf(name, PUBLISH_NAME_MAX, "audit/%s", path);
}

static void publish_level(struct publish_items *list,
                          const struct merkle_source *source, int level,
                          int64_t since, int64_t size)
{
    int64_t had = tile_count(since, level);
    int64_t has = tile_count(size, level);
    char name[PUBLISH_NAME_MAX];
    uint8_t bytes[TILE_BYTES];
    for (int64_t n = had / TILE_WIDTH; had < has && n * TILE_WIDTH < has; n++) {
        int64_t rest = has - n * TILE_WIDTH;
        int width = rest < TILE_WIDTH ? (int)rest : TILE_WIDTH;
        publish_tile_name(level, n, width, name);
        tile_hashes(source, level, n, width, bytes);
        publish_add(list, name, bytes, (size_t)width * DIGEST_SIZE);
    }
}

void publish_add_tiles(struct publish_items *list,
                       const struct merkle_source *source, int64_t since,
                       int64_t size)
{
    for (int level = 0; level < MERKLE_TILE_LEVELS; level++) {
        publish_level(list, source, level, since, size);
    }
}

void publish_remove_tiles(struct publish_items *list, int64_t old, int64_t size)
{
    char name[PUBLISH_NAME_MAX];
    for (int level = 0; level < MERKLE_TILE_LEVELS; level++) {
        int64_t had = tile_count(old, level);
        int width = (int)(had % TILE_WIDTH);
        if (width > 0 && tile_count(size, level) != had) {
            publish_tile_name(level, had / TILE_WIDTH, width, name);
            publish_add(list, name, NULL, 0);
        }
    }
}

static void publish_proof(struct buf *b, const struct merkle_proof *proof)
{
    char base64[PUBLISH_BASE64_MAX];
    for (size_t i = 0; i < proof->n; i++) {
        (void)sodium_bin2base64(base64, sizeof(base64), proof->hashes[i].bytes,
                                DIGEST_SIZE, sodium_base64_VARIANT_ORIGINAL);
        buf_printf(b, "%s\"%s\"", i == 0 ? "" : ",", base64);
    }
}

void publish_add_receipt(struct publish_items *list,
                         const struct merkle_source *source,
                         const struct publish_receipt *receipt)
{
    struct merkle_proof proof;
    struct buf b;
    char name[PUBLISH_NAME_MAX];
    merkle_prove_leaf(source, receipt->size, receipt->index, &proof);
    buf_init(&b, PUBLISH_RECEIPT_MAX);
    buf_add_text(&b, "{\"entry\":");
    entry_add_string(&b, receipt->entry);
    buf_printf(&b, ",\"index\":%" PRId64 ",\"checkpoint\":", receipt->index);
    entry_add_string(&b, receipt->checkpoint);
    buf_add_text(&b, ",\"proof\":[");
    publish_proof(&b, &proof);
    buf_add_text(&b, "]}\n");
    check(buf_ok(&b)); /* an entry of 4 KiB, a short note, 96 hashes */
    int n = snprintf(name, sizeof(name), "w/%s/beleg.json", receipt->marker);
    check(n > 0 && n < (int)sizeof(name));
    publish_add(list, name, b.data, b.len);
    buf_fini(&b);
}
