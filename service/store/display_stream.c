/* The states of the streams: numbers, exact bytes, what holds which alert. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/display.h"
#include "service/store/log.h"
#include "service/store/setting.h"
#include "service/store/sql.h"

enum { DISPLAY_STATES_KEPT = 64 };

static const char display_epoch_setting[] = "display_epoch";

#define STREAM_COLUMNS \
    "stream, epoch, seq, issued_ms, content, sha256, bytes, published"

int64_t display_epoch(struct store *s)
{
    char value[SETTING_VALUE_MAX];
    return setting_load(s, display_epoch_setting, value)
               ? strtoll(value, NULL, 10)
               : 1;
}

void display_epoch_raise(struct store *s)
{
    char value[SETTING_VALUE_MAX];
    (void)snprintf(value, sizeof(value), "%lld",
                   (long long)display_epoch(s) + 1);
    setting_save(s, display_epoch_setting, value);
}

static void display_stream_read(const struct sql *q, struct display_stream *st)
{
    size_t len = 0;
    *st = (struct display_stream){0};
    SQL_COPY(q, 0, st->stream);
    st->epoch = sql_int(q, 1);
    st->seq = sql_int(q, 2);
    st->issued_ms = sql_int(q, 3);
    const void *content = sql_blob(q, 4, &len);
    if (len == sizeof(st->content.bytes)) {
        memcpy(st->content.bytes, content, len);
    }
    SQL_COPY(q, 5, st->sha256);
    const void *bytes = sql_blob(q, 6, &st->len);
    st->bytes = mem_dup(st->len > 0 ? bytes : "", st->len);
    st->published = sql_int(q, 7) != 0;
}

bool display_stream_load(struct store *s, const char *stream,
                         struct display_stream *st)
{
    struct sql q = sql_of(s, "SELECT " STREAM_COLUMNS
                             " FROM display_stream WHERE stream = ?1");
    sql_bind_text(&q, 1, stream);
    if (!sql_row(&q)) {
        return false;
    }
    display_stream_read(&q, st);
    sql_done(&q);
    return true;
}

void display_stream_fini(struct display_stream *st)
{
    free(st->bytes);
    *st = (struct display_stream){0};
}

static size_t display_stream_count(struct store *s)
{
    struct sql q = sql_of(s, "SELECT count(*) FROM display_stream");
    size_t n = 0;
    if (sql_row(&q)) {
        n = (size_t)sql_int(&q, 0);
        sql_done(&q);
    }
    return n;
}

void display_stream_list_load(struct store *s, struct display_stream_list *list)
{
    size_t n = display_stream_count(s);
    *list = (struct display_stream_list){
        .items = mem_calloc(n + 1, sizeof(list->items[0]))};
    struct sql q = sql_of(s, "SELECT " STREAM_COLUMNS
                             " FROM display_stream ORDER BY stream");
    while (sql_row(&q)) {
        if (list->n == n) {
            sql_done(&q);
            return;
        }
        display_stream_read(&q, &list->items[list->n++]);
    }
}

void display_stream_list_fini(struct display_stream_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        display_stream_fini(&list->items[i]);
    }
    free(list->items);
    *list = (struct display_stream_list){0};
}

void display_stream_next(struct store *s, const char *stream, int64_t *epoch,
                         int64_t *seq)
{
    struct sql q =
        sql_of(s, "SELECT coalesce(max(seq), 0) + 1 FROM display_state"
                  " WHERE stream = ?1 AND epoch = ?2");
    *epoch = display_epoch(s);
    *seq = 1;
    sql_bind_text(&q, 1, stream);
    sql_bind_int(&q, 2, *epoch);
    if (sql_row(&q)) {
        *seq = sql_int(&q, 0);
        sql_done(&q);
    }
}

static void display_state_insert(struct store *s,
                                 const struct display_stream *st,
                                 const char *sha256)
{
    struct sql q = sql_of(s, "INSERT INTO display_state (stream, epoch, seq,"
                             " sha256) VALUES (?1, ?2, ?3, ?4)");
    sql_bind_text(&q, 1, st->stream);
    sql_bind_int(&q, 2, st->epoch);
    sql_bind_int(&q, 3, st->seq);
    sql_bind_text(&q, 4, sha256);
    (void)sql_run(&q); /* remembered; store_commit() tells it */
}

/* The newest ones are enough to judge what a screen says it shows; the audit
 * log has all. */
static void display_state_prune(struct store *s,
                                const struct display_stream *st)
{
    struct sql q = sql_of(s, "DELETE FROM display_state WHERE stream = ?1"
                             " AND (epoch < ?2 OR (epoch = ?2 AND seq <= ?3))");
    sql_bind_text(&q, 1, st->stream);
    sql_bind_int(&q, 2, st->epoch);
    sql_bind_int(&q, 3, st->seq - DISPLAY_STATES_KEPT);
    (void)sql_run(&q); /* remembered; store_commit() tells it */
}

void display_stream_save(struct store *s, const struct display_stream *st)
{
    char sha256[DIGEST_HEX_MAX];
    struct digest digest = digest_of(st->bytes, st->len);
    digest_hex(&digest, sha256);
    display_state_insert(s, st, sha256);
    struct sql q = sql_of(
        s, "INSERT INTO display_stream (" STREAM_COLUMNS ")"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT DO UPDATE SET"
           " epoch = ?2, seq = ?3, issued_ms = ?4, content = ?5, sha256 = ?6,"
           " bytes = ?7, published = 0");
    sql_bind_text(&q, 1, st->stream);
    sql_bind_int(&q, 2, st->epoch);
    sql_bind_int(&q, 3, st->seq);
    sql_bind_int(&q, 4, st->issued_ms);
    sql_bind_blob(&q, 5, st->content.bytes, sizeof(st->content.bytes));
    sql_bind_text(&q, 6, sha256);
    sql_bind_blob(&q, 7, st->bytes, st->len);
    (void)sql_run(&q); /* remembered; store_commit() tells it */
    display_state_prune(s, st);
}

static void display_alert_insert(struct sql *q, const struct display_stream *st,
                                 const char *alert_id)
{
    const char *slash = strchr(st->stream, '/');
    check(slash != NULL);
    sql_bind_text(q, 1, alert_id);
    sql_bind_text(q, 2, st->stream);
    sql_bind_text(q, 3, slash + 1);
    sql_bind_int(q, 4, st->epoch);
    sql_bind_int(q, 5, st->seq);
    (void)sql_run(q); /* remembered; store_commit() tells it */
}

void display_stream_holds(struct store *s, const struct display_stream *st,
                          const char *alert_id)
{
    struct sql q = sql_of(
        s, "INSERT INTO display_alert (alert_id, stream, area, epoch, seq,"
           " hidden) VALUES (?1, ?2, ?3, ?4, ?5, 0) ON CONFLICT DO UPDATE"
           " SET epoch = ?4, seq = ?5, hidden = 0 WHERE hidden = 1");
    display_alert_insert(&q, st, alert_id);
}

void display_stream_hides(struct store *s, const struct display_stream *st,
                          const char *alert_id)
{
    struct sql q = sql_of(
        s, "INSERT INTO display_alert (alert_id, stream, area, epoch, seq,"
           " hidden) VALUES (?1, ?2, ?3, ?4, ?5, 1) ON CONFLICT DO NOTHING");
    display_alert_insert(&q, st, alert_id);
}

void display_stream_published(struct store *s, const struct display_stream *st)
{
    struct sql q = sql_of(s, "UPDATE display_stream SET published = 1"
                             " WHERE stream = ?1 AND epoch = ?2 AND seq = ?3"
                             " AND published = 0");
    sql_bind_text(&q, 1, st->stream);
    sql_bind_int(&q, 2, st->epoch);
    sql_bind_int(&q, 3, st->seq);
    if (!sql_run(&q) || sql_changes(&q) == 0) {
        return; /* said already, or overtaken by a newer state */
    }
    char sha256[DIGEST_HEX_MAX];
    struct digest digest = digest_of(st->bytes, st->len);
    digest_hex(&digest, sha256);
    (void)log_append(s, &(struct log_entry){.type = "display.published",
                                            .channel = "displays",
                                            .stream = st->stream,
                                            .epoch = st->epoch,
                                            .seq = st->seq,
                                            .sha256 = sha256});
}

void display_foreign_publish(struct store *s, const char *topic)
{
    (void)log_append(s, &(struct log_entry){.type = "display.foreign_publish",
                                            .channel = "displays",
                                            .stream = topic});
}

struct display_reach display_reach_of(struct store *s, const char *alert_id)
{
    struct sql q =
        sql_of(s, "SELECT count(*), coalesce(sum(n.published = 0), 0),"
                  " coalesce(sum(a.hidden), 0) FROM display_alert a"
                  " JOIN display_stream n ON n.stream = a.stream"
                  " WHERE a.alert_id = ?1");
    struct display_reach reach = {0};
    sql_bind_text(&q, 1, alert_id);
    if (sql_row(&q)) {
        reach.streams = (int)sql_int(&q, 0);
        reach.unpublished = (int)sql_int(&q, 1);
        reach.hidden = (int)sql_int(&q, 2);
        sql_done(&q);
    }
    return reach;
}
