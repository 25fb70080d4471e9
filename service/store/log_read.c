/* Reading the audit log: ranges for people and exports, hashes for tiles and
 * proofs. */
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/sql.h"

/* A name is shown only when it is the one whose hash the entry holds: the
 * side table alone proves nothing. */
static const char *log_name_shown(const struct sql *q, int salt, int text,
                                  const char *entry)
{
    char hash[ENTRY_HASH_MAX];
    size_t len = 0;
    const void *bytes = sql_blob(q, salt, &len);
    if (bytes == NULL || len != ENTRY_SALT_SIZE) {
        return "";
    }
    entry_hash(bytes, sql_text(q, text), hash);
    return strstr(entry, hash) == NULL ? "" : sql_text(q, text);
}

void log_read(struct store *s, int64_t from, int64_t n, log_row_cb cb,
              void *data)
{
    struct sql q = sql_of(
        s, "SELECT l.leaf, l.entry, a.salt, a.text, b.salt, b.text, c.salt,"
           " c.text FROM log l"
           " LEFT JOIN log_name a ON a.leaf = l.leaf AND a.field = 'actor'"
           " LEFT JOIN log_name b ON b.leaf = l.leaf AND b.field = 'subject'"
           " LEFT JOIN log_name c ON c.leaf = l.leaf AND c.field = 'reason'"
           " WHERE l.leaf >= ?1 ORDER BY l.leaf LIMIT ?2");
    sql_bind_int(&q, 1, from);
    sql_bind_int(&q, 2, n);
    while (sql_row(&q)) {
        const char *entry = sql_text(&q, 1);
        struct log_row row = {.index = sql_int(&q, 0),
                              .entry = entry,
                              .actor = log_name_shown(&q, 2, 3, entry),
                              .subject = log_name_shown(&q, 4, 5, entry),
                              .reason = log_name_shown(&q, 6, 7, entry)};
        if (!cb(data, &row)) {
            sql_done(&q);
            return;
        }
    }
}

/* A hash that is not there is zero: the proof made with it then fails, the
 * service goes on. */
static void log_read_hash(void *data, int level, int64_t index,
                          struct digest *hash)
{
    struct store *s = data;
    struct sql q =
        level == 0
            ? sql_of(s, "SELECT hash FROM log WHERE leaf = ?1")
            : sql_of(s,
                     "SELECT root FROM log_tile WHERE n = ?1 AND level = ?2");
    memset(hash, 0, sizeof(*hash));
    sql_bind_int(&q, 1, index);
    if (level > 0) {
        sql_bind_int(&q, 2, level);
    }
    if (sql_row(&q)) {
        size_t len = 0;
        const void *bytes = sql_blob(&q, 0, &len);
        if (len == sizeof(hash->bytes)) {
            memcpy(hash->bytes, bytes, len);
        }
        sql_done(&q);
    }
}

struct merkle_source log_source(struct store *s)
{
    return (struct merkle_source){
        .read = log_read_hash, .data = s, .top_level = MERKLE_TILE_LEVELS - 1};
}

char *log_entry_text(struct store *s, int64_t index)
{
    char *text = NULL;
    struct sql q = sql_of(s, "SELECT entry FROM log WHERE leaf = ?1");
    sql_bind_int(&q, 1, index);
    if (sql_row(&q)) {
        text = mem_strdup(sql_text(&q, 0));
        sql_done(&q);
    }
    return text;
}

const char *log_path(struct store *s)
{
    return sqlite3_db_filename(store_handle(s), "main");
}

void log_forget_names(struct store *s, int64_t before_ms)
{
    check(store_in_transaction(s));
    struct sql q = sql_of(s, "DELETE FROM log_name WHERE leaf IN"
                             " (SELECT leaf FROM log WHERE at_ms < ?1)");
    sql_bind_int(&q, 1, before_ms);
    (void)sql_run(&q);
}

char *log_checkpoint_load(struct store *s, int64_t *size)
{
    char *note = NULL;
    struct sql q = sql_of(s, "SELECT size, note FROM checkpoint"
                             " ORDER BY size DESC LIMIT 1");
    *size = 0;
    if (sql_row(&q)) {
        *size = sql_int(&q, 0);
        note = mem_strdup(sql_text(&q, 1));
        sql_done(&q);
    }
    return note;
}
