#include "service/store/alert.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/sql.h"

#define ALERT_COLUMNS                                                          \
    "id, marker, number, kind, status, stream, state, template_id,"            \
    " template_version, template_hash, parameters, level, areas, channels,"    \
    " submitted_by, approved_by, break_glass, countersign_owed, office_hours," \
    " drill_id, submitted_at_ms, released_at_ms, expires_at_ms,"               \
    " closed_at_ms, content, released_leaf"

static void alert_insert_incident(struct store *s, const struct alert *a)
{
    struct sql q =
        sql_of(s, "INSERT INTO incident (marker, status, stream, template_id,"
                  " template_version, template_hash, opened_at_ms)"
                  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    sql_bind_text(&q, 1, a->marker);
    sql_bind_text(&q, 2, alert_status_name(a->status));
    sql_bind_text(&q, 3, stream_name(a->stream));
    sql_bind_text(&q, 4, a->template_id);
    sql_bind_int(&q, 5, a->template_version);
    sql_bind_text(&q, 6, a->template_hash);
    sql_bind_int(&q, 7, a->submitted_at_ms);
    (void)sql_run(&q);
}

static void alert_bind_words(struct sql *q, const struct alert *a)
{
    sql_bind_text(q, 1, a->id);
    sql_bind_text(q, 2, a->marker);
    sql_bind_int(q, 3, a->number);
    sql_bind_text(q, 4, alert_kind_name(a->kind));
    sql_bind_text(q, 5, alert_status_name(a->status));
    sql_bind_text(q, 6, stream_name(a->stream));
    sql_bind_text(q, 7, alert_state_name(a->state));
    sql_bind_text(q, 8, a->template_id);
    sql_bind_int(q, 9, a->template_version);
    sql_bind_text(q, 10, a->template_hash);
    sql_bind_text(q, 11, a->parameters);
    sql_bind_int(q, 12, a->level);
}

void alert_insert(struct store *s, const struct alert *a, const char *key,
                  const char *request)
{
    if (alert_count_incident(s, a->marker) == 0) {
        alert_insert_incident(s, a);
    }
    struct sql q = sql_of(
        s, "INSERT INTO alert (" ALERT_COLUMNS ", idempotency_key, request)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
           " ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26,"
           " ?27, ?28)");
    char areas[LIMIT_AREAS * AGS_MAX + 1];
    char *content = content_encode(&a->content);
    areas_format(&a->areas, areas, sizeof(areas));
    alert_bind_words(&q, a);
    sql_bind_text(&q, 13, areas);
    sql_bind_int(&q, 14, a->channels);
    sql_bind_text(&q, 15, a->submitted_by);
    sql_bind_text(&q, 16, a->approved_by);
    sql_bind_text(&q, 17, a->break_glass);
    sql_bind_int(&q, 18, a->countersign_owed);
    sql_bind_int(&q, 19, a->office_hours);
    sql_bind_text(&q, 20, a->drill_id);
    sql_bind_int(&q, 21, a->submitted_at_ms);
    sql_bind_int(&q, 22, a->released_at_ms);
    sql_bind_int(&q, 23, a->expires_at_ms);
    sql_bind_int(&q, 24, a->closed_at_ms);
    sql_bind_text(&q, 25, content);
    sql_bind_int(&q, 26, a->released_leaf);
    sql_bind_text(&q, 27, key);
    sql_bind_text(&q, 28, request);
    (void)sql_run(&q);
    free(content);
}

bool alert_key_find(struct store *s, const char *key, struct alert_key *found)
{
    struct sql q = sql_of(s, "SELECT id, submitted_by, request FROM alert"
                             " WHERE idempotency_key = ?1");
    sql_bind_text(&q, 1, key);
    if (!sql_row(&q)) {
        return false;
    }
    SQL_COPY(&q, 0, found->alert_id);
    SQL_COPY(&q, 1, found->submitted_by);
    SQL_COPY(&q, 2, found->request);
    sql_done(&q);
    return true;
}

static void alert_read_words(const struct sql *q, struct alert *a)
{
    SQL_COPY(q, 0, a->id);
    SQL_COPY(q, 1, a->marker);
    a->number = (int)sql_int(q, 2);
    check(alert_kind_parse(sql_text(q, 3), &a->kind));
    check(alert_status_parse(sql_text(q, 4), &a->status));
    check(stream_parse(sql_text(q, 5), &a->stream));
    check(alert_state_parse(sql_text(q, 6), &a->state));
    SQL_COPY(q, 7, a->template_id);
    a->template_version = (int)sql_int(q, 8);
    SQL_COPY(q, 9, a->template_hash);
    content_set(&a->parameters, sql_text(q, 10));
    a->level = (int)sql_int(q, 11);
    check(areas_parse(sql_text(q, 12), &a->areas));
    a->channels = (unsigned)sql_int(q, 13);
}

static void alert_read(const struct sql *q, struct alert *a)
{
    struct err e;
    alert_init(a);
    alert_read_words(q, a);
    SQL_COPY(q, 14, a->submitted_by);
    SQL_COPY(q, 15, a->approved_by);
    SQL_COPY(q, 16, a->break_glass);
    a->countersign_owed = sql_int(q, 17) != 0;
    a->office_hours = sql_int(q, 18) != 0;
    SQL_COPY(q, 19, a->drill_id);
    a->submitted_at_ms = sql_int(q, 20);
    a->released_at_ms = sql_int(q, 21);
    a->expires_at_ms = sql_int(q, 22);
    a->closed_at_ms = sql_int(q, 23);
    if (content_decode(sql_text(q, 24), &a->content, &e) != ERR_OK) {
        log_error("alert=%s %s", a->id, e.msg);
    }
    a->released_leaf = sql_int(q, 25);
}

bool alert_load(struct store *s, const char *id, struct alert *a)
{
    struct sql q =
        sql_of(s, "SELECT " ALERT_COLUMNS " FROM alert WHERE id = ?1");
    sql_bind_text(&q, 1, id);
    if (!sql_row(&q)) {
        return false;
    }
    alert_read(&q, a);
    sql_done(&q);
    return true;
}

void alert_save_release(struct store *s, const char *id,
                        const char *approved_by, int64_t at_ms, int64_t leaf)
{
    struct sql q =
        sql_of(s, "UPDATE alert SET state = 'released', approved_by = ?2,"
                  " released_at_ms = ?3, released_leaf = ?4 WHERE id = ?1"
                  " AND released_at_ms = 0");
    sql_bind_text(&q, 1, id);
    sql_bind_text(&q, 2, approved_by);
    sql_bind_int(&q, 3, at_ms);
    sql_bind_int(&q, 4, leaf);
    (void)sql_run(&q);
}

void alert_save_state(struct store *s, const char *id, enum alert_state state,
                      int64_t closed_at_ms)
{
    struct sql q = sql_of(s, "UPDATE alert SET state = ?2, closed_at_ms = ?3"
                             " WHERE id = ?1");
    sql_bind_text(&q, 1, id);
    sql_bind_text(&q, 2, alert_state_name(state));
    sql_bind_int(&q, 3, closed_at_ms);
    (void)sql_run(&q);
}

void alert_save_countersigned(struct store *s, const char *id)
{
    struct sql q =
        sql_of(s, "UPDATE alert SET countersign_owed = 0 WHERE id = ?1");
    sql_bind_text(&q, 1, id);
    (void)sql_run(&q);
}

/* Reads all rows of a bound statement. */
static void alert_read_list(struct sql *q, struct alert_list *list)
{
    size_t cap = 0;
    *list = (struct alert_list){0};
    while (sql_row(q)) {
        if (list->n == cap) {
            cap = cap == 0 ? 8 : cap * 2;
            struct alert *items =
                realloc(list->items, cap * sizeof(list->items[0]));
            check(items != NULL);
            list->items = items;
        }
        alert_read(q, &list->items[list->n++]);
    }
}

void alert_load_incident(struct store *s, const char *marker,
                         struct alert_list *list)
{
    struct sql q = sql_of(s, "SELECT " ALERT_COLUMNS " FROM alert"
                             " WHERE marker = ?1 ORDER BY number");
    sql_bind_text(&q, 1, marker);
    alert_read_list(&q, list);
}

void alert_load_recent(struct store *s, int64_t since_ms,
                       struct alert_list *list)
{
    struct sql q =
        sql_of(s, "SELECT " ALERT_COLUMNS " FROM alert WHERE marker IN"
                  " (SELECT marker FROM alert WHERE released_at_ms >= ?1"
                  "  UNION SELECT marker FROM alert"
                  "  WHERE state IN ('released', 'awaiting_approval'))"
                  " ORDER BY submitted_at_ms, marker, number");
    sql_bind_int(&q, 1, since_ms);
    alert_read_list(&q, list);
}

void alert_load_page(struct store *s, const struct alert_filter *filter,
                     struct alert_list *list)
{
    struct sql q = sql_of(
        s, "SELECT " ALERT_COLUMNS " FROM alert"
           " WHERE (?1 IS NULL OR marker = ?1) AND (?2 IS NULL OR state = ?2)"
           " AND (?3 IS NULL OR (submitted_at_ms, id) <"
           "  (SELECT submitted_at_ms, id FROM alert WHERE id = ?3))"
           " ORDER BY submitted_at_ms DESC, id DESC LIMIT ?4");
    sql_bind_text(&q, 1, filter->marker);
    sql_bind_text(&q, 2, filter->state);
    sql_bind_text(&q, 3, filter->after);
    sql_bind_int(&q, 4, (int64_t)filter->limit);
    alert_read_list(&q, list);
}

int alert_count_incident(struct store *s, const char *marker)
{
    struct sql q = sql_of(s, "SELECT coalesce(max(number), 0) FROM alert"
                             " WHERE marker = ?1");
    sql_bind_text(&q, 1, marker);
    int n = sql_row(&q) ? (int)sql_int(&q, 0) : 0;
    sql_done(&q);
    return n;
}

static int64_t alert_count_take(struct sql *q)
{
    int64_t n = sql_row(q) ? sql_int(q, 0) : 0;
    sql_done(q);
    return n;
}

int64_t alert_count_released(struct store *s, enum alert_status status)
{
    struct sql q = sql_of(s, "SELECT count(*) FROM alert WHERE status = ?1"
                             " AND released_at_ms > 0");
    sql_bind_text(&q, 1, alert_status_name(status));
    return alert_count_take(&q);
}

int64_t alert_count_awaiting(struct store *s)
{
    struct sql q = sql_of(s, "SELECT count(*) FROM alert"
                             " WHERE state = 'awaiting_approval'");
    return alert_count_take(&q);
}

bool alert_actual_is_open(struct store *s, int64_t now_ms, int level_max)
{
    struct sql q = sql_of(
        s, "SELECT 1 FROM alert WHERE status = 'actual' AND state = 'released'"
           " AND closed_at_ms = 0 AND expires_at_ms > ?1"
           " AND level BETWEEN 1 AND ?2 LIMIT 1");
    sql_bind_int(&q, 1, now_ms);
    sql_bind_int(&q, 2, level_max);
    bool open = sql_row(&q);
    if (open) {
        sql_done(&q);
    }
    return open;
}
