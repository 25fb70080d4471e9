/* The one database: a SQLite file in WAL mode with exactly one read-write
 * connection, on the loop thread (architecture, "Store"). SQL stands in this
 * folder only; one file and one schema file per noun.
 *
 * A change is a transaction that the caller opens and ends:
 *
 *     store_begin(s);
 *     ... several store_* and log_append() calls, each of which check()s ...
 *     if (store_commit(s, &e) != ERR_OK) -> outcome unknown: answer so, exit
 *
 * so a fact and its audit leaf are on disk together or not at all. A failed
 * statement inside a transaction is our error or a damaged disk; it is
 * remembered, and store_commit() rolls back and reports it. */
#ifndef SERVICE_STORE_STORE_H
#define SERVICE_STORE_STORE_H

#include <stdbool.h>

#include "service/base/clock.h"
#include "service/base/err.h"

struct store;

/* Makes the database file `path` with its schema; refuses an existing one
 * with ERR_CONFLICT. Closes it again, WAL kept, folder synced. */
enum err_code store_create(const char *path, struct err *e);

/* Opens an existing database for reading and writing: quick integrity check,
 * schema version, prepared statements. ERR_NOT_FOUND, ERR_CORRUPT, ERR_IO.
 * The lock on the state directory is the caller's. */
enum err_code store_open(const char *path, const struct clock *clock,
                         struct store **store, struct err *e);

/* Finalises everything and closes; the WAL file stays. */
void store_close(struct store *s);

void store_begin(struct store *s);

/* ERR_OK: on disk. ERR_IO: a statement failed, nothing was changed.
 * ERR_UNCERTAIN: the COMMIT itself failed and may yet be on disk; the caller
 * answers "unknown" and stops the process. */
enum err_code store_commit(struct store *s, struct err *e);

bool store_in_transaction(const struct store *s);

void store_rollback(struct store *s);

/* Median of the last minute's commits, in microseconds; 0 when none. */
long store_commit_median_us(const struct store *s);

/* PRAGMA wal_checkpoint(PASSIVE), for an idle moment. */
void store_checkpoint(struct store *s);

#endif
