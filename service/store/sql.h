/* For the files of this folder only: prepared statements that are found by
 * their text, made once and finalised with the store.
 *
 *     struct sql q = sql_of(s, "SELECT name FROM user WHERE id = ?1");
 *     sql_bind_text(&q, 1, id);
 *     while (sql_row(&q)) { ... sql_text(&q, 0) ... }
 *
 * sql_row() resets the statement when it returns false; who stops earlier
 * calls sql_done(). An error is remembered in the store (store_commit() tells
 * it) and logged once; reads then end as if there were no more rows. */
#ifndef SERVICE_STORE_SQL_H
#define SERVICE_STORE_SQL_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/store/store.h"

struct store;

struct sql {
    struct store *store;
    sqlite3_stmt *stmt;
};

/* The statement of this text (a string literal: the pointer is the key). */
struct sql sql_of(struct store *s, const char *text);

/* Bound values are borrowed until the statement is reset. NULL text binds
 * NULL. */
void sql_bind_text(struct sql *q, int at, const char *text);
void sql_bind_blob(struct sql *q, int at, const void *bytes, size_t len);
void sql_bind_int(struct sql *q, int at, int64_t value);
void sql_bind_null(struct sql *q, int at);

/* True: a row is there. False: no more; the statement is reset. */
bool sql_row(struct sql *q);

/* Resets a statement that is left before its end. */
void sql_done(struct sql *q);

/* Runs a statement without rows; false when it failed (remembered). A
 * violated constraint counts as failed. */
bool sql_run(struct sql *q);

/* Rows that the last INSERT, UPDATE or DELETE changed. */
int sql_changes(const struct sql *q);

/* Columns of the current row; text is never NULL ("" for NULL) and lives
 * until the next step. */
const char *sql_text(const struct sql *q, int column);
int64_t sql_int(const struct sql *q, int column);
bool sql_is_null(const struct sql *q, int column);
const void *sql_blob(const struct sql *q, int column, size_t *len);

/* Copies text into a fixed field; a value that does not fit is damage. */
void sql_copy(const struct sql *q, int column, char *field, size_t size);

#define SQL_COPY(q, column, field) \
    sql_copy((q), (column), (field), sizeof(field))

/* What a file of this folder keeps beside the database between transactions
 * (the audit log's frontier); called after the outcome is known. */
struct store_hook {
    void (*committed)(struct store *s, void *data);
    void (*rolled_back)(struct store *s, void *data);
    void (*closed)(void *data);
    void *data;
};

/* One hook a store: the audit log's. */
void store_set_hook(struct store *s, const struct store_hook *hook);
void *store_hook_data(const struct store *s);

sqlite3 *store_handle(struct store *s);
int64_t store_now_ms(const struct store *s);

#endif
