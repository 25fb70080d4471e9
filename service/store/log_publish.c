/* From the stored log to the website's files (contract 5). */
#include <stdlib.h>
#include <string.h>

#include "service/store/log.h"
#include "service/store/sql.h"

enum { LOG_PUBLISH_REMOVALS_MAX = 1024 };

/* An incident's receipt is of its newest released alert: later ones in the
 * list overwrite earlier ones. */
static void log_publish_receipts(struct store *s, int64_t since, int64_t size,
                                 const char *checkpoint,
                                 struct publish_items *list)
{
    struct merkle_source source = log_source(s);
    struct sql q = sql_of(s, "SELECT l.leaf, l.entry, l.incident FROM log l"
                             " JOIN incident i ON i.marker = l.incident"
                             " WHERE l.type = 'alert.released' AND l.leaf >= ?1"
                             " AND l.leaf < ?2 AND i.stream <> 'rehearsal'"
                             " ORDER BY l.leaf");
    sql_bind_int(&q, 1, since);
    sql_bind_int(&q, 2, size);
    while (sql_row(&q)) {
        publish_add_receipt(
            list, &source,
            &(struct publish_receipt){.index = sql_int(&q, 0),
                                      .entry = sql_text(&q, 1),
                                      .marker = sql_text(&q, 2),
                                      .size = size,
                                      .checkpoint = checkpoint});
    }
}

/* The size of the oldest checkpoint whose partial tiles stay; -1 when all do.
 */
static int64_t log_publish_oldest_kept(struct store *s)
{
    int64_t size = -1;
    struct sql q = sql_of(s, "SELECT size FROM checkpoint"
                             " ORDER BY size DESC LIMIT 1 OFFSET ?1");
    sql_bind_int(&q, 1, PUBLISH_KEPT_SIZES - 1);
    if (sql_row(&q)) {
        size = sql_int(&q, 0);
        sql_done(&q);
    }
    return size;
}

/* As many checkpoints as are new leave the kept ones: each is removed once,
 * and after a restart the last ones again, whatever a crash left. */
static void log_publish_removals(struct store *s, int64_t since,
                                 struct publish_items *list)
{
    int64_t kept = log_publish_oldest_kept(s);
    struct sql q = sql_of(
        s, "SELECT size FROM checkpoint WHERE size < ?1 ORDER BY size DESC"
           " LIMIT min(?3, (SELECT count(*) FROM checkpoint WHERE size > ?2))");
    sql_bind_int(&q, 1, kept);
    sql_bind_int(&q, 2, since);
    sql_bind_int(&q, 3, LOG_PUBLISH_REMOVALS_MAX);
    while (sql_row(&q)) {
        publish_remove_tiles(list, sql_int(&q, 0), kept);
    }
}

int64_t log_publish(struct store *s, const struct key_public *log_key,
                    int64_t since, struct publish_items *list)
{
    int64_t size = 0;
    char *checkpoint = log_checkpoint_load(s, &size);
    if (checkpoint != NULL && size > since) {
        struct merkle_source source = log_source(s);
        char key[KEY_TEXT_MAX + 1];
        key_format(log_key, key);
        size_t key_len = strlen(key);
        key[key_len++] = '\n';
        publish_add_tiles(list, &source, since, size);
        log_publish_receipts(s, since, size, checkpoint, list);
        publish_add(list, "audit/key", key, key_len);
        publish_add(list, "audit/checkpoint", checkpoint, strlen(checkpoint));
        log_publish_removals(s, since, list);
    }
    free(checkpoint);
    return size > since ? size : since;
}
