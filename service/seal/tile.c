#include "service/seal/tile.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "service/base/check.h"

enum { TILE_GROUP = 1000, TILE_GROUPS_MAX = 6 };

int64_t tile_count(int64_t size, int level)
{
    return level <= 0 ? size : size >> (MERKLE_TILE_HEIGHT * level);
}

/* Groups of three digits, all but the last with an x before them. */
static void tile_number(int64_t n, char out[TILE_PATH_MAX])
{
    int groups[TILE_GROUPS_MAX];
    int count = 0;
    do {
        check(count < TILE_GROUPS_MAX);
        groups[count++] = (int)(n % TILE_GROUP);
        n /= TILE_GROUP;
    } while (n > 0);
    size_t len = 0;
    while (count > 0) {
        count--;
        len += (size_t)snprintf(out + len, TILE_PATH_MAX - len, "%s%03d%s",
                                count > 0 ? "x" : "", groups[count],
                                count > 0 ? "/" : "");
    }
}

void tile_path(int level, int64_t n, int width, char out[TILE_PATH_MAX])
{
    char number[TILE_PATH_MAX];
    char part[16] = "";
    char name[16] = "entries";
    check(width >= 1 && width <= TILE_WIDTH && n >= 0);
    check(level >= TILE_ENTRIES && level < 64);
    tile_number(n, number);
    if (width < TILE_WIDTH) {
        (void)snprintf(part, sizeof(part), ".p/%d", width);
    }
    if (level != TILE_ENTRIES) {
        (void)snprintf(name, sizeof(name), "%d", level);
    }
    int len = snprintf(out, TILE_PATH_MAX, "tile/%s/%s%s", name, number, part);
    check(len > 0 && len < TILE_PATH_MAX);
}

void tile_hashes(const struct merkle_source *source, int level, int64_t n,
                 int width, uint8_t out[TILE_BYTES])
{
    struct digest hash;
    for (int i = 0; i < width; i++) {
        source->read(source->data, level, n * TILE_WIDTH + i, &hash);
        memcpy(out + (size_t)i * DIGEST_SIZE, hash.bytes, DIGEST_SIZE);
    }
}

void tile_add_entry(struct buf *bundle, const void *entry, size_t len)
{
    check(len <= UINT16_MAX);
    buf_add_char(bundle, (char)(uint8_t)(len >> 8));
    buf_add_char(bundle, (char)(uint8_t)len);
    buf_add(bundle, entry, len);
}

const uint8_t *tile_next_entry(const uint8_t **bytes, size_t *len,
                               size_t *entry_len)
{
    if (*len < 2) {
        return NULL;
    }
    size_t n = (size_t)(*bytes)[0] << 8 | (*bytes)[1];
    if (*len - 2 < n) {
        return NULL;
    }
    const uint8_t *entry = *bytes + 2;
    *bytes = entry + n;
    *len -= 2 + n;
    *entry_len = n;
    return entry;
}
