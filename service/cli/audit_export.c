#include "service/cli/audit_export.h"

#include <stdio.h>
#include <string.h>

#include "service/base/file.h"
#include "service/base/mem.h"

enum {
    AUDIT_PATH_MAX = AUDIT_FOLDER_MAX + TILE_PATH_MAX,
    AUDIT_BUNDLE_MAX = TILE_WIDTH * (2 + 65535),
};

enum err_code audit_export_init(struct audit_export *x, const char *folder,
                                struct err *e)
{
    memset(x, 0, sizeof(*x));
    buf_init(&x->bundle, AUDIT_BUNDLE_MAX);
    if (strlen(folder) >= sizeof(x->folder)) {
        return err_set(e, ERR_LIMIT, "Der Name des Ordners ist zu lang.");
    }
    MEM_SET_TEXT(x->folder, folder);
    return file_make_folders(folder, 0755, e);
}

void audit_export_fini(struct audit_export *x)
{
    buf_fini(&x->bundle);
}

static enum err_code audit_export_write(struct audit_export *x,
                                        const char *name, const void *bytes,
                                        size_t len, struct err *e)
{
    char path[AUDIT_PATH_MAX];
    (void)snprintf(path, sizeof(path), "%s/%s", x->folder, name);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    enum err_code code = file_make_folders(path, 0755, e);
    *slash = '/';
    return code == ERR_OK ? file_write_durable(path, bytes, len, 0644, e)
                          : code;
}

/* Writes the last tile of a level, when it holds something. */
static enum err_code audit_export_tile(struct audit_export *x, int level,
                                       struct err *e)
{
    char name[TILE_PATH_MAX];
    int64_t count = tile_count(x->tree.size, level);
    if (count == 0) {
        return ERR_OK;
    }
    int64_t n = (count - 1) / TILE_WIDTH;
    int width = (int)(count - n * TILE_WIDTH);
    tile_path(level, n, width, name);
    if (level == TILE_ENTRIES) {
        return audit_export_write(x, name, x->bundle.data, x->bundle.len, e);
    }
    return audit_export_write(x, name, x->tiles[level],
                              (size_t)width * DIGEST_SIZE, e);
}

static void audit_export_hash(struct audit_export *x, int level,
                              const struct digest *hash)
{
    int64_t at = (tile_count(x->tree.size, level) - 1) % TILE_WIDTH;
    memcpy(x->tiles[level] + at * DIGEST_SIZE, hash->bytes, DIGEST_SIZE);
}

enum err_code audit_export_add(struct audit_export *x, const char *entry,
                               size_t len, struct err *e)
{
    struct digest leaf = merkle_leaf(entry, len);
    if (x->tree.size % TILE_WIDTH == 0) {
        buf_reset(&x->bundle);
    }
    tile_add_entry(&x->bundle, entry, len);
    merkle_append(&x->tree, &leaf);
    audit_export_hash(x, 0, &leaf);
    for (int i = 0; i < x->tree.n_complete && i + 1 < MERKLE_TILE_LEVELS; i++) {
        audit_export_hash(x, i + 1, &x->tree.complete[i]);
    }
    /* Only full tiles now: level i is full when the tree completed i + 1. */
    enum err_code code = ERR_OK;
    if (x->tree.n_complete > 0) {
        code = audit_export_tile(x, TILE_ENTRIES, e);
    }
    for (int i = 0; code == ERR_OK && i < x->tree.n_complete; i++) {
        code = audit_export_tile(x, i, e);
    }
    return code;
}

/* The tiles that are not full. */
static enum err_code audit_export_rest(struct audit_export *x, struct err *e)
{
    enum err_code code = ERR_OK;
    for (int level = TILE_ENTRIES; code == ERR_OK && level < MERKLE_TILE_LEVELS;
         level++) {
        if (tile_count(x->tree.size, level) % TILE_WIDTH != 0) {
            code = audit_export_tile(x, level, e);
        }
    }
    return code;
}

static enum err_code audit_export_check(const struct audit_export *x,
                                        const char *key, const char *note,
                                        struct err *e)
{
    struct key_public log_key;
    struct checkpoint c;
    enum err_code code = key_parse(key, &log_key, e);
    if (code == ERR_OK) {
        code = checkpoint_verify(note, strlen(note), &log_key, &c, e);
    }
    if (code != ERR_OK) {
        return code;
    }
    struct digest root = merkle_root(&x->tree);
    if (c.size != x->tree.size ||
        memcmp(root.bytes, c.root.bytes, DIGEST_SIZE) != 0) {
        return err_set(e, ERR_CORRUPT,
                       "Die Einträge ergeben nicht den unterschriebenen "
                       "Prüfpunkt: „audit verify“ nennt die Stelle.");
    }
    return ERR_OK;
}

enum err_code audit_export_finish(struct audit_export *x, const char *key,
                                  const char *note, struct err *e)
{
    char line[KEY_TEXT_MAX + 2];
    (void)snprintf(line, sizeof(line), "%s\n", key);
    enum err_code code = audit_export_rest(x, e);
    if (code == ERR_OK) {
        code = audit_export_write(x, "key", line, strlen(line), e);
    }
    if (code == ERR_OK) {
        code = audit_export_write(x, "checkpoint", note, strlen(note), e);
    }
    return code == ERR_OK ? audit_export_check(x, key, note, e) : code;
}
