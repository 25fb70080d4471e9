/* Finds the first audit entry that is not as it was written. Reads one
 * connection of SQLite's own, so it can run at start on the service's
 * connection and later in a worker on one of its own. */
#ifndef SERVICE_STORE_LOG_CHECK_H
#define SERVICE_STORE_LOG_CHECK_H

#include "service/store/log.h"

struct sqlite3;

/* Holds every entry against its hash, its names and its columns, the tree
 * against every stored checkpoint, the newest checkpoint against log_key (NULL:
 * signatures are not asked), and stored tiles against the tree. *tree becomes
 * the tree of the stored hashes. The first thing that is wrong stands in
 * *damage. */
void log_check(struct sqlite3 *db, const struct key_public *log_key,
               struct merkle *tree, struct log_damage *damage);

/* The same over a read-only connection of its own, for a worker thread.
 * ERR_IO when the database cannot be read. *size is the number of entries
 * held good or bad. */
enum err_code log_check_file(const char *path, const struct key_public *log_key,
                             int64_t *size, struct log_damage *damage,
                             struct err *e);

#endif
