#include "service/seal/site.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/seal/tile.h"

/* The tile of a level that was read last. */
struct site_tile {
    int64_t n; /* -1 for none */
    int width;
    uint8_t bytes[TILE_BYTES];
};

struct site {
    const struct site_source *source;
    struct site_verdict *verdict;
    struct merkle tree;
    struct site_tile tiles[MERKLE_TILE_LEVELS];
};

static void site_found(struct site *s, int64_t index, const char *what)
{
    if (s->verdict->bad >= 0) {
        return; /* the first one counts */
    }
    s->verdict->bad = index;
    (void)snprintf(s->verdict->why, sizeof(s->verdict->why),
                   "Eintrag %" PRId64 ": %.150s", index, what);
}

static int site_width(int64_t size, int level, int64_t n)
{
    int64_t rest = tile_count(size, level) - n * TILE_WIDTH;
    return rest < TILE_WIDTH ? (int)rest : TILE_WIDTH;
}

struct site_name {
    int level;
    int64_t n;
    int width;
};

/* A partial tile may have been taken away once the full one stands: the full
 * one begins with it (tlog-tiles). */
static enum err_code site_read(struct site *s, const struct site_name *name,
                               char **bytes, size_t *len, struct err *e)
{
    size_t max = name->level == TILE_ENTRIES ? SITE_BUNDLE_MAX : TILE_BYTES;
    char path[TILE_PATH_MAX];
    tile_path(name->level, name->n, name->width, path);
    enum err_code code =
        s->source->read(s->source->data, path, max, bytes, len, e);
    if (code == ERR_NOT_FOUND && name->width < TILE_WIDTH) {
        struct err second;
        tile_path(name->level, name->n, TILE_WIDTH, path);
        code = s->source->read(s->source->data, path, max, bytes, len, &second);
    }
    return code;
}

static enum err_code site_load_tile(struct site *s, int level, int64_t n,
                                    struct err *e)
{
    struct site_tile *tile = &s->tiles[level];
    if (tile->n == n) {
        return ERR_OK;
    }
    char *bytes = NULL;
    size_t len = 0;
    int width = site_width(s->verdict->checkpoint.size, level, n);
    size_t needed = (size_t)width * DIGEST_SIZE;
    struct site_name name = {.level = level, .n = n, .width = width};
    enum err_code code = site_read(s, &name, &bytes, &len, e);
    if (code == ERR_OK && len < needed) {
        char path[TILE_PATH_MAX];
        tile_path(level, n, width, path);
        code = err_set(e, ERR_CORRUPT, "%s ist zu kurz", path);
    }
    if (code == ERR_OK) {
        memcpy(tile->bytes, bytes, needed);
        tile->n = n;
        tile->width = width;
    }
    free(bytes);
    return code;
}

/* A tile that cannot be read makes its first entry unprovable: named, unless
 * the reader itself failed (network). */
static enum err_code site_tile_missing(struct site *s, int64_t index,
                                       enum err_code code, const struct err *e)
{
    char what[ERR_MESSAGE_MAX];
    if (code != ERR_NOT_FOUND && code != ERR_CORRUPT && code != ERR_LIMIT) {
        return code;
    }
    (void)snprintf(what, sizeof(what), "die Kachel dazu fehlt: %.120s", e->msg);
    site_found(s, index, what);
    return ERR_OK;
}

/* Holds the roots of the tiles just completed against the levels above. */
static enum err_code site_check_above(struct site *s, struct err *e)
{
    for (int i = 0; i < s->tree.n_complete && i + 1 < MERKLE_TILE_LEVELS; i++) {
        int level = i + 1;
        int shift = MERKLE_TILE_HEIGHT * level;
        int64_t index = (s->tree.size >> shift) - 1;
        int64_t first = s->tree.size - (INT64_C(1) << shift);
        enum err_code code = site_load_tile(s, level, index / TILE_WIDTH, e);
        if (code != ERR_OK) {
            return site_tile_missing(s, first, code, e);
        }
        const uint8_t *hash =
            s->tiles[level].bytes + DIGEST_SIZE * (size_t)(index % TILE_WIDTH);
        if (memcmp(hash, s->tree.complete[i].bytes, DIGEST_SIZE) != 0) {
            char what[ERR_MESSAGE_MAX];
            (void)snprintf(what, sizeof(what),
                           "die Einträge bis %" PRId64
                           " passen nicht zur Kachel über ihnen",
                           s->tree.size - 1);
            site_found(s, first, what);
        }
    }
    return ERR_OK;
}

/* Holds a bundle's entries against the hashes of their tile. */
static void site_check_bundle(struct site *s, int64_t n, const char *bytes,
                              size_t len)
{
    const struct site_tile *tile = &s->tiles[0];
    const uint8_t *at = (const uint8_t *)bytes;
    for (int i = 0; i < tile->width; i++) {
        size_t entry_len = 0;
        const uint8_t *entry = tile_next_entry(&at, &len, &entry_len);
        int64_t index = n * TILE_WIDTH + i;
        if (entry == NULL) {
            site_found(s, index, "fehlt im Bündel der Einträge");
            return;
        }
        struct digest hash = merkle_leaf(entry, entry_len);
        if (memcmp(hash.bytes, tile->bytes + (size_t)i * DIGEST_SIZE,
                   DIGEST_SIZE) != 0) {
            site_found(s, index,
                       "der Text passt nicht zu seiner Prüfsumme, er wurde "
                       "nachträglich verändert");
            return;
        }
    }
}

static enum err_code site_check_entries(struct site *s, int64_t n,
                                        struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    struct site_name name = {
        .level = TILE_ENTRIES, .n = n, .width = s->tiles[0].width};
    enum err_code code = site_read(s, &name, &bytes, &len, e);
    if (code == ERR_OK) {
        s->verdict->entries = true;
        site_check_bundle(s, n, bytes, len);
    } else if (code == ERR_NOT_FOUND) {
        code = ERR_OK; /* the public website has no entries */
        if (s->verdict->entries) {
            site_found(s, n * TILE_WIDTH, "sein Bündel fehlt");
        }
    }
    free(bytes);
    return code;
}

/* Takes one tile of leaf hashes, from the entries to the levels above. */
static enum err_code site_take_tile(struct site *s, int64_t n, struct err *e)
{
    struct digest leaf;
    enum err_code code = site_load_tile(s, 0, n, e);
    if (code != ERR_OK) {
        return site_tile_missing(s, n * TILE_WIDTH, code, e);
    }
    code = site_check_entries(s, n, e);
    for (int i = 0; code == ERR_OK && i < s->tiles[0].width; i++) {
        memcpy(leaf.bytes, s->tiles[0].bytes + (size_t)i * DIGEST_SIZE,
               DIGEST_SIZE);
        merkle_append(&s->tree, &leaf);
        code = site_check_above(s, e);
    }
    return code;
}

static enum err_code site_take_all(struct site *s, struct err *e)
{
    int64_t size = s->verdict->checkpoint.size;
    for (int64_t n = 0; n * TILE_WIDTH < size && s->verdict->bad < 0; n++) {
        enum err_code code = site_take_tile(s, n, e);
        if (code != ERR_OK) {
            return code;
        }
    }
    struct digest root = merkle_root(&s->tree);
    if (s->verdict->bad < 0 &&
        memcmp(root.bytes, s->verdict->checkpoint.root.bytes, DIGEST_SIZE) !=
            0) {
        /* Full tiles agree with what is above them: it is in the rest. */
        int64_t first = size - size % TILE_WIDTH;
        site_found(s, first == size ? 0 : first,
                   "von hier an passt das Protokoll nicht zum unterschriebenen "
                   "Prüfpunkt");
    }
    return ERR_OK;
}

static enum err_code site_read_key(const struct site_source *source,
                                   struct key_public *key, struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    enum err_code code =
        source->read(source->data, "key", SITE_NOTE_MAX, &bytes, &len, e);
    if (code == ERR_OK) {
        bytes[len > 0 && bytes[len - 1] == '\n' ? len - 1 : len] = '\0';
        code = key_parse(bytes, key, e);
    }
    free(bytes);
    return code;
}

static enum err_code site_read_checkpoint(const struct site_source *source,
                                          const struct key_public *key,
                                          struct checkpoint *c, struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    enum err_code code = source->read(source->data, "checkpoint", SITE_NOTE_MAX,
                                      &bytes, &len, e);
    if (code == ERR_OK) {
        code = checkpoint_verify(bytes, len, key, c, e);
    }
    free(bytes);
    return code;
}

enum err_code site_verify(const struct site_source *source,
                          const struct key_public *key,
                          struct site_verdict *verdict, struct err *e)
{
    struct key_public found;
    enum err_code code = ERR_OK;
    memset(verdict, 0, sizeof(*verdict));
    verdict->bad = -1;
    if (key == NULL) {
        code = site_read_key(source, &found, e);
        key = &found;
    }
    if (code == ERR_OK) {
        code = site_read_checkpoint(source, key, &verdict->checkpoint, e);
    }
    if (code != ERR_OK) {
        return code;
    }
    struct site *s = mem_zalloc(sizeof(*s));
    s->source = source;
    s->verdict = verdict;
    for (int i = 0; i < MERKLE_TILE_LEVELS; i++) {
        s->tiles[i].n = -1;
    }
    code = site_take_all(s, e);
    free(s);
    return code;
}
