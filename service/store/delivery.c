#include "service/store/delivery.h"

#include <stdlib.h>

#include "service/base/check.h"
#include "service/store/sql.h"

#define DELIVERY_SELECT                                                      \
    "SELECT d.id, d.alert_id, a.marker, a.kind, a.status, a.stream,"         \
    " d.channel, d.target, d.state, d.outcome, d.attempts, d.container_id,"  \
    " d.remote_id, d.permalink, d.detail, d.shown_expected,"                 \
    " d.shown_confirmed, d.good_reads, d.queued_at_ms,"                      \
    " d.first_attempt_at_ms, d.last_attempt_at_ms, d.attempt_ended_at_ms,"   \
    " d.accepted_at_ms, d.visible_at_ms, d.next_try_at_ms, a.expires_at_ms," \
    " d.crashes"                                                             \
    " FROM delivery AS d JOIN alert AS a ON a.id = d.alert_id "

void delivery_insert(struct store *s, const struct delivery *d)
{
    struct sql q = sql_of(
        s,
        "INSERT INTO delivery (id, alert_id, channel, target, state,"
        " shown_expected, queued_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    sql_bind_text(&q, 1, d->id);
    sql_bind_text(&q, 2, d->alert_id);
    sql_bind_text(&q, 3, channel_id_name(d->channel));
    sql_bind_text(&q, 4, d->target);
    sql_bind_text(&q, 5, delivery_state_name(d->state));
    sql_bind_int(&q, 6, d->shown_expected);
    sql_bind_int(&q, 7, d->queued_at_ms);
    (void)sql_run(&q);
}

void delivery_save(struct store *s, const struct delivery *d)
{
    struct sql q = sql_of(
        s, "UPDATE delivery SET state = ?2, outcome = ?3, attempts = ?4,"
           " container_id = ?5, remote_id = ?6, permalink = ?7, detail = ?8,"
           " shown_expected = ?9, shown_confirmed = ?10, good_reads = ?11,"
           " first_attempt_at_ms = ?12, last_attempt_at_ms = ?13,"
           " attempt_ended_at_ms = ?14, accepted_at_ms = ?15,"
           " visible_at_ms = ?16, next_try_at_ms = ?17, crashes = ?18"
           " WHERE id = ?1");
    sql_bind_text(&q, 1, d->id);
    sql_bind_text(&q, 2, delivery_state_name(d->state));
    sql_bind_text(&q, 3, outcome_name(d->outcome));
    sql_bind_int(&q, 4, d->attempts);
    sql_bind_text(&q, 5, d->container_id);
    sql_bind_text(&q, 6, d->remote_id);
    sql_bind_text(&q, 7, d->permalink);
    sql_bind_text(&q, 8, d->detail);
    sql_bind_int(&q, 9, d->shown_expected);
    sql_bind_int(&q, 10, d->shown_confirmed);
    sql_bind_int(&q, 11, d->good_reads);
    sql_bind_int(&q, 12, d->first_attempt_at_ms);
    sql_bind_int(&q, 13, d->last_attempt_at_ms);
    sql_bind_int(&q, 14, d->attempt_ended_at_ms);
    sql_bind_int(&q, 15, d->accepted_at_ms);
    sql_bind_int(&q, 16, d->visible_at_ms);
    sql_bind_int(&q, 17, d->next_try_at_ms);
    sql_bind_int(&q, 18, d->crashes);
    (void)sql_run(&q);
}

static void delivery_read_words(const struct sql *q, struct delivery *d)
{
    SQL_COPY(q, 0, d->id);
    SQL_COPY(q, 1, d->alert_id);
    SQL_COPY(q, 2, d->marker);
    check(alert_kind_parse(sql_text(q, 3), &d->kind));
    check(alert_status_parse(sql_text(q, 4), &d->status));
    check(stream_parse(sql_text(q, 5), &d->stream));
    check(channel_id_parse(sql_text(q, 6), &d->channel));
    SQL_COPY(q, 7, d->target);
    check(delivery_state_parse(sql_text(q, 8), &d->state));
    check(outcome_parse(sql_text(q, 9), &d->outcome));
}

static void delivery_read(const struct sql *q, struct delivery *d)
{
    *d = (struct delivery){0};
    delivery_read_words(q, d);
    d->attempts = (int)sql_int(q, 10);
    SQL_COPY(q, 11, d->container_id);
    SQL_COPY(q, 12, d->remote_id);
    SQL_COPY(q, 13, d->permalink);
    SQL_COPY(q, 14, d->detail);
    d->shown_expected = (int)sql_int(q, 15);
    d->shown_confirmed = (int)sql_int(q, 16);
    d->good_reads = (int)sql_int(q, 17);
    d->queued_at_ms = sql_int(q, 18);
    d->first_attempt_at_ms = sql_int(q, 19);
    d->last_attempt_at_ms = sql_int(q, 20);
    d->attempt_ended_at_ms = sql_int(q, 21);
    d->accepted_at_ms = sql_int(q, 22);
    d->visible_at_ms = sql_int(q, 23);
    d->next_try_at_ms = sql_int(q, 24);
    d->expires_at_ms = sql_int(q, 25);
    d->crashes = (int)sql_int(q, 26);
}

bool delivery_load(struct store *s, const char *id, struct delivery *d)
{
    struct sql q = sql_of(s, DELIVERY_SELECT "WHERE d.id = ?1");
    sql_bind_text(&q, 1, id);
    if (!sql_row(&q)) {
        return false;
    }
    delivery_read(&q, d);
    sql_done(&q);
    return true;
}

static void delivery_read_list(struct sql *q, struct delivery_list *list)
{
    size_t cap = 0;
    *list = (struct delivery_list){0};
    while (sql_row(q)) {
        if (list->n == cap) {
            cap = cap == 0 ? 8 : cap * 2;
            struct delivery *items =
                realloc(list->items, cap * sizeof(list->items[0]));
            check(items != NULL);
            list->items = items;
        }
        delivery_read(q, &list->items[list->n++]);
    }
}

void delivery_load_alert(struct store *s, const char *alert_id,
                         struct delivery_list *list)
{
    struct sql q = sql_of(s, DELIVERY_SELECT
                          "WHERE d.alert_id = ?1 ORDER BY CASE d.channel"
                          " WHEN 'facebook' THEN 0 WHEN 'instagram' THEN 1"
                          " WHEN 'website' THEN 2 ELSE 3 END");
    sql_bind_text(&q, 1, alert_id);
    delivery_read_list(&q, list);
}

void delivery_load_open(struct store *s, int64_t now_ms,
                        struct delivery_list *list)
{
    struct sql q =
        sql_of(s, DELIVERY_SELECT
               "WHERE d.state IN ('queued', 'sending', 'retry_wait', 'unknown',"
               " 'needs_operator', 'accepted') AND a.released_at_ms > 0"
               " AND (d.state <> 'accepted' OR a.expires_at_ms > ?1)"
               " ORDER BY a.status = 'exercise', a.released_at_ms, a.marker,"
               " a.number, d.channel");
    sql_bind_int(&q, 1, now_ms);
    delivery_read_list(&q, list);
}

void delivery_load_lane(struct store *s, const char *marker,
                        enum channel_id channel, struct delivery_list *list)
{
    struct sql q =
        sql_of(s, DELIVERY_SELECT "WHERE a.marker = ?1 AND d.channel = ?2"
                                  " ORDER BY a.number");
    sql_bind_text(&q, 1, marker);
    sql_bind_text(&q, 2, channel_id_name(channel));
    delivery_read_list(&q, list);
}

void delivery_count(struct store *s, struct delivery_counts *counts)
{
    *counts = (struct delivery_counts){0};
    struct sql q = sql_of(s, "SELECT channel, state, count(*) FROM delivery"
                             " GROUP BY channel, state");
    while (sql_row(&q)) {
        enum channel_id channel;
        enum delivery_state state;
        check(channel_id_parse(sql_text(&q, 0), &channel));
        check(delivery_state_parse(sql_text(&q, 1), &state));
        counts->n[channel][state] = sql_int(&q, 2);
    }
}

void attempt_insert(struct store *s, const struct delivery *d)
{
    struct sql q = sql_of(s, "INSERT INTO attempt (delivery_id, number,"
                             " started_at_ms) VALUES (?1, ?2, ?3)");
    sql_bind_text(&q, 1, d->id);
    sql_bind_int(&q, 2, d->attempts);
    sql_bind_int(&q, 3, d->last_attempt_at_ms);
    (void)sql_run(&q);
}

void attempt_save_end(struct store *s, const struct delivery *d,
                      int64_t ended_at_ms)
{
    struct sql q = sql_of(s, "UPDATE attempt SET ended_at_ms = ?3,"
                             " outcome = ?4, detail = ?5"
                             " WHERE delivery_id = ?1 AND number = ?2");
    sql_bind_text(&q, 1, d->id);
    sql_bind_int(&q, 2, d->attempts);
    sql_bind_int(&q, 3, ended_at_ms);
    sql_bind_text(&q, 4, outcome_name(d->outcome));
    sql_bind_text(&q, 5, d->detail);
    (void)sql_run(&q);
}

void site_save(struct store *s, const char *realm, const char *digest,
               int64_t at_ms)
{
    struct sql q = sql_of(s, "INSERT INTO site (realm, digest, written_at_ms)"
                             " VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE"
                             " SET digest = ?2, written_at_ms = ?3");
    sql_bind_text(&q, 1, realm);
    sql_bind_text(&q, 2, digest);
    sql_bind_int(&q, 3, at_ms);
    (void)sql_run(&q);
}
