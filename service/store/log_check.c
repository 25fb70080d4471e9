#include "service/store/log_check.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "service/base/check.h"
#include "service/seal/checkpoint.h"
#include "service/seal/note.h"

/* One run. Two cursors go side by side: entries by index, checkpoints by
 * size. */
struct log_check {
    sqlite3 *db;
    const struct key_public *key;
    struct merkle *tree;
    struct log_damage *damage;
    sqlite3_stmt *entries;
    sqlite3_stmt *heads;
    sqlite3_stmt *tiles;
    bool more_heads;
    int64_t good_size; /* the last checkpoint that the tree agrees with */
};

static void log_check_found(struct log_check *c, int64_t index,
                            const char *what)
{
    if (c->damage->index >= 0) {
        return; /* the first one counts */
    }
    c->damage->index = index;
    (void)snprintf(c->damage->why, sizeof(c->damage->why),
                   "Eintrag %" PRId64 ": %.150s", index, what);
}

/* What a checkpoint that does not fit says: the entries after the last one
 * that did, up to it. */
static void log_check_contradicted(struct log_check *c, int64_t size,
                                   const char *what)
{
    char text[ERR_MESSAGE_MAX];
    if (size - c->good_size <= 1) {
        (void)snprintf(text, sizeof(text), "%s", what);
    } else {
        (void)snprintf(text, sizeof(text),
                       "%s (der Fehler liegt in den Einträgen %" PRId64
                       " bis %" PRId64 ")",
                       what, c->good_size, size - 1);
    }
    log_check_found(c, c->good_size, text);
}

static bool log_check_blob(sqlite3_stmt *q, int column, struct digest *hash)
{
    const void *bytes = sqlite3_column_blob(q, column);
    memset(hash, 0, sizeof(*hash));
    if (bytes == NULL || sqlite3_column_bytes(q, column) != DIGEST_SIZE) {
        return false;
    }
    memcpy(hash->bytes, bytes, DIGEST_SIZE);
    return true;
}

static bool log_check_same(const struct digest *a, const struct digest *b)
{
    return memcmp(a->bytes, b->bytes, DIGEST_SIZE) == 0;
}

static const char *log_check_text(sqlite3_stmt *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q, column);
    return text == NULL ? "" : (const char *)text;
}

/* True when the entry holds "key":"value", or the column is empty. */
static bool log_check_repeats(const char *entry, const char *key,
                              const char *value)
{
    char pair[ERR_MESSAGE_MAX];
    int n = snprintf(pair, sizeof(pair), "\"%s\":\"%s\"", key, value);
    return value[0] == '\0' ||
           (n > 0 && (size_t)n < sizeof(pair) && strstr(entry, pair) != NULL);
}

/* Holds the head of this size, if there is one, against the tree. */
static void log_check_head(struct log_check *c)
{
    while (c->more_heads &&
           sqlite3_column_int64(c->heads, 0) <= c->tree->size) {
        int64_t size = sqlite3_column_int64(c->heads, 0);
        const char *note = log_check_text(c->heads, 1);
        const char *body_end = strstr(note, "\n\n");
        struct checkpoint head;
        struct digest root = merkle_root(c->tree);
        struct err e;
        if (body_end == NULL ||
            checkpoint_parse(note, (size_t)(body_end + 1 - note), &head, &e) !=
                ERR_OK ||
            head.size != size) {
            log_check_contradicted(c, size,
                                   "der gespeicherte Prüfpunkt ist beschädigt");
        } else if (!log_check_same(&head.root, &root)) {
            log_check_contradicted(
                c, size, "passt nicht zum unterschriebenen Prüfpunkt");
        } else {
            c->good_size = size;
        }
        c->more_heads = sqlite3_step(c->heads) == SQLITE_ROW;
    }
}

/* Whatever the rows say, the tree has one leaf per index. */
static void log_check_gap(struct log_check *c, int64_t index)
{
    static const struct digest nothing = {{0}};
    if (c->tree->size < index) {
        log_check_found(c, c->tree->size, "fehlt");
    }
    while (c->tree->size < index) {
        merkle_append(c->tree, &nothing);
        log_check_head(c);
    }
}

/* Holds the stored roots of the tiles that the last leaf completed against
 * the tree's. */
static void log_check_tiles(struct log_check *c)
{
    for (int i = 0; i < c->tree->n_complete; i++) {
        int shift = MERKLE_TILE_HEIGHT * (i + 1);
        struct digest stored;
        (void)sqlite3_bind_int(c->tiles, 1, i + 1);
        (void)sqlite3_bind_int64(c->tiles, 2, (c->tree->size >> shift) - 1);
        if (sqlite3_step(c->tiles) != SQLITE_ROW ||
            !log_check_blob(c->tiles, 0, &stored) ||
            !log_check_same(&stored, &c->tree->complete[i])) {
            log_check_found(c, c->tree->size - (INT64_C(1) << shift),
                            "die Summe der Kachel, die hier beginnt, stimmt "
                            "nicht");
        }
        (void)sqlite3_reset(c->tiles);
    }
}

static void log_check_entry(struct log_check *c)
{
    int64_t index = sqlite3_column_int64(c->entries, 0);
    const char *entry = log_check_text(c->entries, 1);
    struct digest stored;
    struct digest real =
        merkle_leaf(entry, (size_t)sqlite3_column_bytes(c->entries, 1));
    log_check_gap(c, index);
    if (!log_check_blob(c->entries, 2, &stored) ||
        !log_check_same(&stored, &real)) {
        log_check_found(c, index,
                        "der Text passt nicht zu seiner Prüfsumme, er wurde "
                        "nachträglich verändert");
    } else if (!log_check_repeats(entry, "type",
                                  log_check_text(c->entries, 3)) ||
               !log_check_repeats(entry, "incident",
                                  log_check_text(c->entries, 4))) {
        log_check_found(c, index, "Suchspalte und Text widersprechen sich");
    }
    merkle_append(c->tree, &stored);
    log_check_head(c);
    log_check_tiles(c);
}

/* A name in the side table must be the one the entry was made with. */
static void log_check_names(struct log_check *c)
{
    sqlite3_stmt *q = NULL;
    char hash[ENTRY_HASH_MAX];
    if (sqlite3_prepare_v2(c->db,
                           "SELECT l.leaf, l.entry, n.field, n.salt, n.text"
                           " FROM log_name n JOIN log l ON l.leaf = n.leaf"
                           " ORDER BY n.leaf",
                           -1, &q, NULL) != SQLITE_OK) {
        return;
    }
    while (c->damage->index < 0 && sqlite3_step(q) == SQLITE_ROW) {
        const void *salt = sqlite3_column_blob(q, 3);
        hash[0] = '?';
        hash[1] = '\0';
        if (salt != NULL && sqlite3_column_bytes(q, 3) == ENTRY_SALT_SIZE) {
            entry_hash(salt, log_check_text(q, 4), hash);
        }
        if (!log_check_repeats(log_check_text(q, 1), log_check_text(q, 2),
                               hash)) {
            log_check_found(c, sqlite3_column_int64(q, 0),
                            "der gespeicherte Name oder Grund ist nicht der, "
                            "der eingetragen wurde");
        }
    }
    (void)sqlite3_finalize(q);
}

/* The newest head must bear the log's signature. */
static void log_check_signature(struct log_check *c)
{
    sqlite3_stmt *q = NULL;
    struct checkpoint head;
    struct err e;
    if (c->key == NULL || sqlite3_prepare_v2(c->db,
                                             "SELECT size, note FROM checkpoint"
                                             " ORDER BY size DESC LIMIT 1",
                                             -1, &q, NULL) != SQLITE_OK) {
        return;
    }
    if (sqlite3_step(q) == SQLITE_ROW &&
        checkpoint_verify(log_check_text(q, 1),
                          (size_t)sqlite3_column_bytes(q, 1), c->key, &head,
                          &e) != ERR_OK) {
        int64_t size = sqlite3_column_int64(q, 0);
        log_check_found(c, size > 0 ? size - 1 : 0,
                        "die Unterschrift des Prüfpunkts darüber ist falsch");
    }
    (void)sqlite3_finalize(q);
}

static void log_check_all(struct log_check *c)
{
    c->more_heads = sqlite3_step(c->heads) == SQLITE_ROW;
    log_check_head(c); /* of the empty log */
    while (sqlite3_step(c->entries) == SQLITE_ROW) {
        log_check_entry(c);
    }
    if (c->more_heads) {
        log_check_found(c, c->tree->size,
                        "fehlt, obwohl ein Prüfpunkt ihn unterschrieben hat");
    }
    log_check_names(c);
    log_check_signature(c);
}

static bool log_check_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **q)
{
    return sqlite3_prepare_v2(db, sql, -1, q, NULL) == SQLITE_OK;
}

void log_check(struct sqlite3 *db, const struct key_public *log_key,
               struct merkle *tree, struct log_damage *damage)
{
    struct log_check c = {
        .db = db, .key = log_key, .tree = tree, .damage = damage};
    memset(tree, 0, sizeof(*tree));
    *damage = (struct log_damage){.index = -1};
    if (log_check_prepare(db,
                          "SELECT leaf, entry, hash, type, incident FROM log"
                          " ORDER BY leaf",
                          &c.entries) &&
        log_check_prepare(db, "SELECT size, note FROM checkpoint ORDER BY size",
                          &c.heads) &&
        log_check_prepare(db,
                          "SELECT root FROM log_tile"
                          " WHERE level = ?1 AND n = ?2",
                          &c.tiles)) {
        log_check_all(&c);
    } else {
        log_check_found(&c, 0, "das Protokoll ist nicht lesbar");
    }
    (void)sqlite3_finalize(c.entries);
    (void)sqlite3_finalize(c.heads);
    (void)sqlite3_finalize(c.tiles);
}

enum err_code log_check_file(const char *path, const struct key_public *log_key,
                             int64_t *size, struct log_damage *damage,
                             struct err *e)
{
    sqlite3 *db = NULL;
    struct merkle tree;
    enum err_code code = ERR_OK;
    *size = 0;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK ||
        sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        code = err_set(e, ERR_IO, "database cannot be read: %s",
                       db == NULL ? "no memory" : sqlite3_errmsg(db));
    } else {
        log_check(db, log_key, &tree, damage);
        *size = tree.size;
    }
    (void)sqlite3_close(db);
    return code;
}
