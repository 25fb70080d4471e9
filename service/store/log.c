#include "service/store/log.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/seal/checkpoint.h"
#include "service/seal/note.h"
#include "service/store/log_check.h"
#include "service/store/sql.h"
#include "service/store/store.h"

enum { LOG_CHECKPOINT_EVERY_MS = 1000, LOG_NAMES = 3 };

/* Kept beside the database: what is committed, and what the transaction under
 * way makes of it. */
struct log {
    struct merkle committed;
    struct merkle pending;
    bool damaged;
    int64_t signed_size;  /* of the newest checkpoint; -1 for none */
    int64_t signed_at_ms; /* by this process; 0 for never */
};

static void log_committed(struct store *s, void *data)
{
    struct log *log = data;
    (void)s;
    log->committed = log->pending;
}

static void log_rolled_back(struct store *s, void *data)
{
    struct log *log = data;
    (void)s;
    log->pending = log->committed;
}

static void log_closed(void *data)
{
    free(data);
}

static int64_t log_newest_signed(struct store *s)
{
    struct sql q = sql_of(s, "SELECT coalesce(max(size), -1) FROM checkpoint");
    int64_t size = -1;
    if (sql_row(&q)) {
        size = sql_int(&q, 0);
        sql_done(&q);
    }
    return size;
}

static struct log *log_attach(struct store *s, const struct merkle *tree)
{
    struct log *log = mem_zalloc(sizeof(*log));
    log->committed = *tree;
    log->pending = *tree;
    log->signed_size = log_newest_signed(s);
    store_set_hook(s, &(struct store_hook){.committed = log_committed,
                                           .rolled_back = log_rolled_back,
                                           .closed = log_closed,
                                           .data = log});
    return log;
}

static void log_load_tree(struct store *s, struct merkle *tree)
{
    struct sql q = sql_of(s, "SELECT hash FROM log ORDER BY leaf");
    memset(tree, 0, sizeof(*tree));
    while (sql_row(&q)) {
        struct digest hash = {{0}};
        size_t len = 0;
        const void *bytes = sql_blob(&q, 0, &len);
        if (len == sizeof(hash.bytes)) {
            memcpy(hash.bytes, bytes, len);
        }
        merkle_append(tree, &hash);
    }
}

static struct log *log_of(struct store *s)
{
    struct log *log = store_hook_data(s);
    if (log == NULL) {
        struct merkle tree;
        log_load_tree(s, &tree);
        log = log_attach(s, &tree);
    }
    return log;
}

void log_open(struct store *s, const struct key_public *log_key,
              struct log_damage *damage)
{
    struct merkle tree;
    check(store_hook_data(s) == NULL && !store_in_transaction(s));
    log_check(store_handle(s), log_key, &tree, damage);
    struct log *log = log_attach(s, &tree);
    log->damaged = damage->index >= 0;
}

int64_t log_size(struct store *s)
{
    return log_of(s)->committed.size;
}

struct digest log_root(struct store *s)
{
    return merkle_root(&log_of(s)->committed);
}

/* A name or a reason on its way into an entry. */
struct log_hidden {
    const char *field;
    const char *text; /* NULL: does not apply */
    uint8_t salt[ENTRY_SALT_SIZE];
    char hash[ENTRY_HASH_MAX]; /* "" when it does not apply */
};

static void log_hide(struct log_hidden *h, const char *field, const char *text)
{
    *h = (struct log_hidden){.field = field};
    if (text != NULL && text[0] != '\0') {
        h->text = text;
        randombytes_buf(h->salt, sizeof(h->salt));
        entry_hash(h->salt, text, h->hash);
    }
}

static void log_keep_name(struct store *s, int64_t leaf,
                          const struct log_hidden *h)
{
    if (h->text == NULL) {
        return;
    }
    struct sql q = sql_of(s, "INSERT INTO log_name (leaf, field, salt, text)"
                             " VALUES (?1, ?2, ?3, ?4)");
    sql_bind_int(&q, 1, leaf);
    sql_bind_text(&q, 2, h->field);
    sql_bind_blob(&q, 3, h->salt, sizeof(h->salt));
    sql_bind_text(&q, 4, h->text);
    (void)sql_run(&q);
}

static int64_t log_positive(int64_t value)
{
    return value > 0 ? value : 0;
}

/* The entry's text; the caller's to free(). */
static char *log_format(const struct log_entry *in,
                        const struct log_hidden names[LOG_NAMES], int64_t at_ms)
{
    struct entry entry = {
        .at_ms = at_ms,
        .type = in->type,
        .actor = names[0].hash,
        .subject = names[1].hash,
        .roles = in->roles,
        .reason = names[2].hash,
        .office_hours = in->office_hours,
        .incident = in->incident,
        .alert = in->alert,
        .kind = in->kind,
        .status = in->status,
        .drill = in->drill,
        .delivery = in->delivery,
        .channel = in->channel,
        .stream = in->stream,
        .epoch = log_positive(in->epoch),
        .seq = log_positive(in->seq),
        .from = in->from,
        .to = in->to,
        .outcome = in->outcome,
        .remote_id = in->remote_id,
        .template_id = in->template_id,
        .version = log_positive(in->version),
        .seconds = in->seconds,
        .sha256 = in->sha256,
    };
    char *text = NULL;
    struct err e;
    randombytes_buf(entry.salt, sizeof(entry.salt));
    check(entry_format(&entry, &text, &e) == ERR_OK); /* fields are bounded */
    return text;
}

static void log_insert(struct store *s, int64_t leaf, const char *text,
                       const struct digest *hash, const struct log_entry *entry,
                       int64_t at_ms)
{
    struct sql q = sql_of(s, "INSERT INTO log (leaf, entry, hash, at_ms, type,"
                             " incident) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    sql_bind_int(&q, 1, leaf);
    sql_bind_text(&q, 2, text);
    sql_bind_blob(&q, 3, hash->bytes, DIGEST_SIZE);
    sql_bind_int(&q, 4, at_ms);
    sql_bind_text(&q, 5, entry->type);
    sql_bind_text(&q, 6, entry->incident == NULL ? "" : entry->incident);
    (void)sql_run(&q);
}

static void log_keep_tiles(struct store *s, const struct merkle *tree)
{
    for (int i = 0; i < tree->n_complete; i++) {
        struct sql q = sql_of(s, "INSERT INTO log_tile (level, n, root)"
                                 " VALUES (?1, ?2, ?3)");
        sql_bind_int(&q, 1, i + 1);
        sql_bind_int(&q, 2, (tree->size >> (MERKLE_TILE_HEIGHT * (i + 1))) - 1);
        sql_bind_blob(&q, 3, tree->complete[i].bytes, DIGEST_SIZE);
        (void)sql_run(&q);
    }
}

int64_t log_append(struct store *s, const struct log_entry *entry)
{
    check(store_in_transaction(s));
    check(entry->type != NULL && entry->type[0] != '\0');
    struct log *log = log_of(s);
    int64_t leaf = log->pending.size;
    int64_t at_ms = store_now_ms(s);
    struct log_hidden names[LOG_NAMES];
    log_hide(&names[0], "actor", entry->actor);
    log_hide(&names[1], "subject", entry->subject);
    log_hide(&names[2], "reason", entry->reason);
    char *text = log_format(entry, names, at_ms);
    struct digest hash = merkle_leaf(text, strlen(text));
    log_insert(s, leaf, text, &hash, entry, at_ms);
    for (size_t i = 0; i < LOG_NAMES; i++) {
        log_keep_name(s, leaf, &names[i]);
    }
    merkle_append(&log->pending, &hash);
    log_keep_tiles(s, &log->pending);
    free(text);
    return leaf;
}

int64_t log_checkpoint_wait_ms(struct store *s)
{
    const struct log *log = log_of(s);
    if (log->damaged || log->signed_size >= log->committed.size) {
        return -1;
    }
    int64_t since_ms = store_now_ms(s) - log->signed_at_ms;
    if (since_ms < 0 || since_ms >= LOG_CHECKPOINT_EVERY_MS) {
        return 0; /* a clock that was set back delays nothing */
    }
    return LOG_CHECKPOINT_EVERY_MS - since_ms;
}

static enum err_code log_keep_checkpoint(struct store *s, int64_t size,
                                         const char *note, struct err *e)
{
    store_begin(s);
    struct sql q = sql_of(s, "INSERT INTO checkpoint (size, note)"
                             " VALUES (?1, ?2)");
    sql_bind_int(&q, 1, size);
    sql_bind_text(&q, 2, note);
    (void)sql_run(&q);
    return store_commit(s, e);
}

enum err_code log_checkpoint_sign(struct store *s, const struct key_pair *key,
                                  struct err *e)
{
    struct log *log = log_of(s);
    char body[CHECKPOINT_BODY_MAX];
    char *note = NULL;
    check(!store_in_transaction(s));
    if (log->damaged) {
        return err_set(e, ERR_CORRUPT,
                       "the audit log is damaged: no checkpoint is signed");
    }
    if (log->signed_size >= log->committed.size) {
        return ERR_OK;
    }
    struct checkpoint c = {.size = log->committed.size,
                           .root = merkle_root(&log->committed)};
    MEM_SET_TEXT(c.origin, key->open.name);
    checkpoint_format(&c, body);
    enum err_code code = note_sign(body, &key, 1, &note, e);
    if (code == ERR_OK) {
        code = log_keep_checkpoint(s, c.size, note, e);
    }
    if (code == ERR_OK) {
        log->signed_size = c.size;
        log->signed_at_ms = store_now_ms(s);
    }
    free(note);
    return code;
}
