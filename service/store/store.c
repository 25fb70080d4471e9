#include "service/store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/sql.h"

enum { STORE_STATEMENTS_MAX = 256, STORE_COMMITS = 256, STORE_VERSION = 1 };

/* The schema files in the order of their numbers, embedded by the build. */
extern const unsigned char store_schema[];

struct store_statement {
    const char *text;
    sqlite3_stmt *stmt;
};

struct store {
    sqlite3 *db;
    const struct clock *clock;
    size_t n_statements;
    struct store_statement statements[STORE_STATEMENTS_MAX];
    bool in_transaction;
    bool failed; /* a statement failed since store_begin() */
    char failure[ERR_MESSAGE_MAX];
    struct store_hook hook;
    size_t n_commits; /* ever; the ring keeps the last STORE_COMMITS */
    struct store_commit_time {
        int64_t at_ms;
        long took_us;
    } commits[STORE_COMMITS];
};

static enum err_code store_sqlite_error(sqlite3 *db, const char *what,
                                        struct err *e)
{
    int code = db == NULL ? SQLITE_NOMEM : sqlite3_errcode(db);
    enum err_code ours =
        (code & 0xFF) == SQLITE_CORRUPT || (code & 0xFF) == SQLITE_NOTADB
            ? ERR_CORRUPT
            : ERR_IO;
    return err_set(e, ours, "%s: %s", what,
                   db == NULL ? "no memory" : sqlite3_errmsg(db));
}

static enum err_code store_exec(sqlite3 *db, const char *sql, struct err *e)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
        return store_sqlite_error(db, "database", e);
    }
    return ERR_OK;
}

static enum err_code store_connect(const char *path, int flags, sqlite3 **db,
                                   struct err *e)
{
    if (sqlite3_open_v2(path, db, flags | SQLITE_OPEN_NOMUTEX, NULL) !=
        SQLITE_OK) {
        enum err_code code = store_sqlite_error(*db, path, e);
        (void)sqlite3_close(*db);
        *db = NULL;
        return code;
    }
    (void)sqlite3_extended_result_codes(*db, 0);
    int keep_wal = 1;
    (void)sqlite3_file_control(*db, "main", SQLITE_FCNTL_PERSIST_WAL,
                               &keep_wal);
    return store_exec(*db,
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                      "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
                      "PRAGMA wal_autocheckpoint=0;"
                      "PRAGMA cell_size_check=ON;",
                      e);
}

/* Makes the names of the database and its WAL durable (SQLite ignores a
 * failing fsync of the folder; architecture, "Store"). */
static enum err_code store_sync_folder(const char *path, struct err *e)
{
    char *folder = mem_strdup(path);
    char *slash = strrchr(folder, '/');
    if (slash != NULL) {
        *slash = '\0';
    }
    enum err_code code = file_sync_folder(slash == NULL ? "." : folder, e);
    free(folder);
    return code;
}

enum err_code store_create(const char *path, struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set(e, ERR_CONFLICT,
                       "%.100s exists already or its folder "
                       "cannot be written",
                       path);
    }
    (void)close(fd);
    sqlite3 *db = NULL;
    char version[64];
    (void)snprintf(version, sizeof(version), "PRAGMA user_version=%d; COMMIT;",
                   STORE_VERSION);
    enum err_code code = store_connect(path, SQLITE_OPEN_READWRITE, &db, e);
    if (code == ERR_OK) {
        code = store_exec(db, "BEGIN IMMEDIATE;", e);
    }
    if (code == ERR_OK) {
        code = store_exec(db, (const char *)store_schema, e);
    }
    if (code == ERR_OK) {
        code = store_exec(db, version, e);
    }
    (void)sqlite3_close(db);
    return code == ERR_OK ? store_sync_folder(path, e) : code;
}

/* Reads one value of a PRAGMA; "" when there is none. */
static void store_pragma(sqlite3 *db, const char *sql, char out[64])
{
    sqlite3_stmt *stmt = NULL;
    out[0] = '\0';
    if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW) {
        const unsigned char *text = sqlite3_column_text(stmt, 0);
        (void)snprintf(out, 64, "%s", text == NULL ? "" : (const char *)text);
    }
    (void)sqlite3_finalize(stmt);
}

static enum err_code store_inspect(sqlite3 *db, struct err *e)
{
    char value[64];
    store_pragma(db, "PRAGMA quick_check(1)", value);
    if (strcmp(value, "ok") != 0) {
        return err_set(e, ERR_CORRUPT, "database is damaged: %s", value);
    }
    store_pragma(db, "PRAGMA user_version", value);
    if (strtol(value, NULL, 10) != STORE_VERSION) {
        return err_set(e, ERR_CORRUPT,
                       "database has schema %s, this program needs %d", value,
                       STORE_VERSION);
    }
    return ERR_OK;
}

enum err_code store_open(const char *path, const struct clock *clock,
                         struct store **store, struct err *e)
{
    sqlite3 *db = NULL;
    struct stat info;
    if (stat(path, &info) != 0) {
        return err_set(e, ERR_NOT_FOUND,
                       "no database at %.100s: run tuermer init", path);
    }
    enum err_code code = store_connect(path, SQLITE_OPEN_READWRITE, &db, e);
    if (code == ERR_OK) {
        code = store_inspect(db, e);
    }
    if (code == ERR_OK) {
        code = store_sync_folder(path, e);
    }
    if (code != ERR_OK) {
        (void)sqlite3_close(db);
        return code;
    }
    struct store *s = mem_zalloc(sizeof(*s));
    s->db = db;
    s->clock = clock;
    *store = s;
    return ERR_OK;
}

void store_close(struct store *s)
{
    check(!s->in_transaction);
    if (s->hook.closed != NULL) {
        s->hook.closed(s->hook.data);
    }
    for (size_t i = 0; i < s->n_statements; i++) {
        (void)sqlite3_finalize(s->statements[i].stmt);
    }
    check(sqlite3_close(s->db) == SQLITE_OK);
    free(s);
}

static void store_fail(struct store *s, const char *what)
{
    log_error("store failed: %s: %s", what, sqlite3_errmsg(s->db));
    if (!s->failed) {
        (void)snprintf(s->failure, sizeof(s->failure), "%.60s: %.120s", what,
                       sqlite3_errmsg(s->db));
    }
    s->failed = true;
}

void store_begin(struct store *s)
{
    check(!s->in_transaction);
    s->failed = false;
    s->in_transaction = true;
    if (sqlite3_exec(s->db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK) {
        store_fail(s, "BEGIN");
    }
}

void store_rollback(struct store *s)
{
    check(s->in_transaction);
    s->in_transaction = false;
    if (sqlite3_get_autocommit(s->db) == 0) {
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
    if (s->hook.rolled_back != NULL) {
        s->hook.rolled_back(s, s->hook.data);
    }
}

static long store_elapsed_us(const struct timespec *start)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (long)(now.tv_sec - start->tv_sec) * 1000000L +
           (now.tv_nsec - start->tv_nsec) / 1000L;
}

enum err_code store_commit(struct store *s, struct err *e)
{
    check(s->in_transaction);
    if (s->failed) {
        store_rollback(s);
        return err_set(e, ERR_IO, "%s", s->failure);
    }
    struct timespec start;
    (void)clock_gettime(CLOCK_MONOTONIC, &start);
    if (sqlite3_exec(s->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK) {
        store_fail(s, "COMMIT");
        store_rollback(s);
        return err_set(e, ERR_UNCERTAIN, "%s", s->failure);
    }
    s->in_transaction = false;
    s->commits[s->n_commits++ % STORE_COMMITS] = (struct store_commit_time){
        .at_ms = clock_mono_ms(s->clock), .took_us = store_elapsed_us(&start)};
    if (s->hook.committed != NULL) {
        s->hook.committed(s, s->hook.data);
    }
    return ERR_OK;
}

static int store_compare_long(const void *a, const void *b)
{
    long x = *(const long *)a;
    long y = *(const long *)b;
    return (x > y) - (x < y);
}

long store_commit_median_us(const struct store *s)
{
    long took[STORE_COMMITS];
    size_t n = 0;
    size_t kept = s->n_commits < STORE_COMMITS ? s->n_commits : STORE_COMMITS;
    int64_t since = clock_mono_ms(s->clock) - 60000;
    for (size_t i = 0; i < kept; i++) {
        if (s->commits[i].at_ms >= since) {
            took[n++] = s->commits[i].took_us;
        }
    }
    if (n == 0) {
        return 0;
    }
    qsort(took, n, sizeof(took[0]), store_compare_long);
    return took[n / 2];
}

void store_checkpoint(struct store *s)
{
    check(!s->in_transaction);
    (void)sqlite3_wal_checkpoint_v2(s->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
                                    NULL, NULL);
}

void store_set_hook(struct store *s, const struct store_hook *hook)
{
    check(s->hook.data == NULL);
    s->hook = *hook;
}

void *store_hook_data(const struct store *s)
{
    return s->hook.data;
}

sqlite3 *store_handle(struct store *s)
{
    return s->db;
}

int64_t store_now_ms(const struct store *s)
{
    return clock_wall_ms(s->clock);
}

bool store_in_transaction(const struct store *s)
{
    return s->in_transaction;
}

struct sql sql_of(struct store *s, const char *text)
{
    for (size_t i = 0; i < s->n_statements; i++) {
        if (s->statements[i].text == text) {
            return (struct sql){s, s->statements[i].stmt};
        }
    }
    sqlite3_stmt *stmt = NULL;
    if (sqlite3_prepare_v3(s->db, text, -1, SQLITE_PREPARE_PERSISTENT, &stmt,
                           NULL) != SQLITE_OK) {
        store_fail(s, text);
        check(stmt != NULL); /* our SQL, or a schema that is not ours */
    }
    check(s->n_statements < STORE_STATEMENTS_MAX);
    s->statements[s->n_statements++] =
        (struct store_statement){.text = text, .stmt = stmt};
    return (struct sql){s, stmt};
}

void sql_bind_text(struct sql *q, int at, const char *text)
{
    check(sqlite3_bind_text(q->stmt, at, text, -1, SQLITE_STATIC) == SQLITE_OK);
}

void sql_bind_blob(struct sql *q, int at, const void *bytes, size_t len)
{
    check(sqlite3_bind_blob64(q->stmt, at, bytes, len, SQLITE_STATIC) ==
          SQLITE_OK);
}

void sql_bind_int(struct sql *q, int at, int64_t value)
{
    check(sqlite3_bind_int64(q->stmt, at, value) == SQLITE_OK);
}

void sql_bind_null(struct sql *q, int at)
{
    check(sqlite3_bind_null(q->stmt, at) == SQLITE_OK);
}

void sql_done(struct sql *q)
{
    (void)sqlite3_reset(q->stmt);
    (void)sqlite3_clear_bindings(q->stmt);
}

bool sql_row(struct sql *q)
{
    int rv = sqlite3_step(q->stmt);
    if (rv == SQLITE_ROW) {
        return true;
    }
    if (rv != SQLITE_DONE) {
        store_fail(q->store, sqlite3_sql(q->stmt));
    }
    sql_done(q);
    return false;
}

/* After a failed BEGIN a statement would commit by itself, and after a failed
 * statement the rest is rolled back anyway: nothing more is written. */
static bool sql_is_refused(const struct sql *q)
{
    return q->store->in_transaction && q->store->failed &&
           sqlite3_stmt_readonly(q->stmt) == 0;
}

bool sql_run(struct sql *q)
{
    if (sql_is_refused(q)) {
        sql_done(q);
        return false;
    }
    int rv = sqlite3_step(q->stmt);
    if (rv != SQLITE_DONE && rv != SQLITE_ROW) {
        store_fail(q->store, sqlite3_sql(q->stmt));
    }
    sql_done(q);
    return rv == SQLITE_DONE || rv == SQLITE_ROW;
}

int sql_changes(const struct sql *q)
{
    return sqlite3_changes(q->store->db);
}

const char *sql_text(const struct sql *q, int column)
{
    const unsigned char *text = sqlite3_column_text(q->stmt, column);
    return text == NULL ? "" : (const char *)text;
}

int64_t sql_int(const struct sql *q, int column)
{
    return sqlite3_column_int64(q->stmt, column);
}

bool sql_is_null(const struct sql *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}

const void *sql_blob(const struct sql *q, int column, size_t *len)
{
    const void *bytes = sqlite3_column_blob(q->stmt, column);
    *len = (size_t)sqlite3_column_bytes(q->stmt, column);
    return bytes;
}

void sql_copy(const struct sql *q, int column, char *field, size_t size)
{
    mem_copy_text(field, size, sql_text(q, column));
}
