#include "service/store/display.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/sql.h"

enum {
    DISPLAY_SILENT_MS = 3 * 60 * 1000,
    DISPLAY_CLOCK_OFF_S = 120,
};

#define DISPLAY_COLUMNS                                                  \
    "id, area, rehearsal, paired_at_ms, revoked_at_ms, status, player, " \
    "clock_offset_s, last_seen_ms, shown_at_ms"

const char *display_state_name(const struct display *d, int64_t now_ms)
{
    if (d->revoked_at_ms != 0) {
        return "revoked";
    }
    if (d->last_seen_ms == 0 || strcmp(d->status, "offline") == 0) {
        return "offline";
    }
    if (now_ms - d->last_seen_ms > DISPLAY_SILENT_MS) {
        return "silent";
    }
    if (strcmp(d->status, "bad_signature") == 0) {
        return "bad_signature";
    }
    bool off = d->clock_offset_s > DISPLAY_CLOCK_OFF_S ||
               d->clock_offset_s < -DISPLAY_CLOCK_OFF_S;
    return off ? "clock_off" : "online";
}

void display_pair(struct store *s, const char *id, const char *area,
                  bool rehearsal, const char *actor)
{
    struct sql q = sql_of(
        s, "INSERT INTO display (id, area, rehearsal, paired_at_ms)"
           " VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO UPDATE SET area = ?2,"
           " rehearsal = ?3, paired_at_ms = ?4, revoked_at_ms = 0");
    sql_bind_text(&q, 1, id);
    sql_bind_text(&q, 2, area);
    sql_bind_int(&q, 3, rehearsal);
    sql_bind_int(&q, 4, store_now_ms(s));
    (void)sql_run(&q); /* remembered; store_commit() tells it */
    (void)log_append(s, &(struct log_entry){.type = "display.paired",
                                            .actor = actor,
                                            .subject = id,
                                            .channel = "displays"});
}

bool display_revoke(struct store *s, const char *id, const char *actor)
{
    struct sql q = sql_of(s, "UPDATE display SET revoked_at_ms = ?2"
                             " WHERE id = ?1 AND revoked_at_ms = 0");
    sql_bind_text(&q, 1, id);
    sql_bind_int(&q, 2, store_now_ms(s));
    if (!sql_run(&q) || sql_changes(&q) == 0) {
        return false;
    }
    (void)log_append(s, &(struct log_entry){.type = "display.revoked",
                                            .actor = actor,
                                            .subject = id,
                                            .channel = "displays"});
    return true;
}

static void display_read(const struct sql *q, struct display *d)
{
    *d = (struct display){0};
    SQL_COPY(q, 0, d->id);
    SQL_COPY(q, 1, d->area);
    d->rehearsal = sql_int(q, 2) != 0;
    d->paired_at_ms = sql_int(q, 3);
    d->revoked_at_ms = sql_int(q, 4);
    SQL_COPY(q, 5, d->status);
    SQL_COPY(q, 6, d->player);
    d->clock_offset_s = sql_int(q, 7);
    d->last_seen_ms = sql_int(q, 8);
    d->shown_at_ms = sql_int(q, 9);
}

static void display_read_showing(struct store *s, struct display *d)
{
    struct sql q =
        sql_of(s, "SELECT w.stream, w.epoch, w.seq, w.sha256,"
                  " coalesce(n.sha256 = w.sha256, 0) FROM display_showing w"
                  " LEFT JOIN display_stream n ON n.stream = w.stream"
                  " WHERE w.display_id = ?1 ORDER BY w.stream");
    sql_bind_text(&q, 1, d->id);
    while (sql_row(&q)) {
        if (d->n_showing == DISPLAY_SHOWING_MAX) {
            sql_done(&q);
            return;
        }
        struct display_showing *w = &d->showing[d->n_showing++];
        SQL_COPY(&q, 0, w->stream);
        w->epoch = sql_int(&q, 1);
        w->seq = sql_int(&q, 2);
        SQL_COPY(&q, 3, w->sha256);
        w->current = sql_int(&q, 4) != 0;
    }
}

bool display_load(struct store *s, const char *id, struct display *d)
{
    struct sql q =
        sql_of(s, "SELECT " DISPLAY_COLUMNS " FROM display WHERE id = ?1");
    sql_bind_text(&q, 1, id);
    if (!sql_row(&q)) {
        return false;
    }
    display_read(&q, d);
    sql_done(&q);
    display_read_showing(s, d);
    return true;
}

static size_t display_count(struct store *s)
{
    struct sql q = sql_of(s, "SELECT count(*) FROM display");
    size_t n = 0;
    if (sql_row(&q)) {
        n = (size_t)sql_int(&q, 0);
        sql_done(&q);
    }
    return n;
}

void display_list_load(struct store *s, struct display_list *list)
{
    size_t n = display_count(s);
    *list = (struct display_list){
        .items = mem_calloc(n + 1, sizeof(list->items[0]))};
    struct sql q =
        sql_of(s, "SELECT " DISPLAY_COLUMNS " FROM display ORDER BY id");
    while (sql_row(&q)) {
        if (list->n == n) {
            sql_done(&q);
            break;
        }
        display_read(&q, &list->items[list->n++]);
    }
    for (size_t i = 0; i < list->n; i++) {
        display_read_showing(s, &list->items[i]);
    }
}

void display_list_fini(struct display_list *list)
{
    free(list->items);
    *list = (struct display_list){0};
}

bool display_save_status(struct store *s, const struct display *d,
                         int64_t seen_at_ms)
{
    struct sql q = sql_of(
        s, "UPDATE display SET status = ?2, player = ?3, clock_offset_s = ?4,"
           " last_seen_ms = max(last_seen_ms, ?5)"
           " WHERE id = ?1 AND revoked_at_ms = 0");
    sql_bind_text(&q, 1, d->id);
    sql_bind_text(&q, 2, d->status);
    sql_bind_text(&q, 3, d->player);
    sql_bind_int(&q, 4, d->clock_offset_s);
    sql_bind_int(&q, 5, seen_at_ms);
    return sql_run(&q) && sql_changes(&q) > 0;
}

/* False when this service never said that. */
static bool display_showing_save(struct store *s, const char *id,
                                 const struct display_showing *w)
{
    struct sql q =
        sql_of(s, "INSERT INTO display_showing (display_id, stream, epoch, seq,"
                  " sha256) SELECT ?1, stream, epoch, seq, sha256"
                  " FROM display_state WHERE stream = ?2 AND epoch = ?3"
                  " AND seq = ?4 AND sha256 = ?5"
                  " ON CONFLICT DO UPDATE SET epoch = ?3, seq = ?4,"
                  " sha256 = ?5");
    sql_bind_text(&q, 1, id);
    sql_bind_text(&q, 2, w->stream);
    sql_bind_int(&q, 3, w->epoch);
    sql_bind_int(&q, 4, w->seq);
    sql_bind_text(&q, 5, w->sha256);
    return sql_run(&q) && sql_changes(&q) > 0;
}

size_t display_save_shown(struct store *s, const struct display *d,
                          int64_t seen_at_ms)
{
    size_t taken = 0;
    struct sql q = sql_of(s, "UPDATE display SET shown_at_ms = ?2,"
                             " last_seen_ms = max(last_seen_ms, ?3)"
                             " WHERE id = ?1 AND revoked_at_ms = 0");
    sql_bind_text(&q, 1, d->id);
    sql_bind_int(&q, 2, d->shown_at_ms);
    sql_bind_int(&q, 3, seen_at_ms);
    if (!sql_run(&q) || sql_changes(&q) == 0) {
        return 0;
    }
    struct sql old =
        sql_of(s, "DELETE FROM display_showing WHERE display_id = ?1");
    sql_bind_text(&old, 1, d->id);
    (void)sql_run(&old); /* remembered; store_commit() tells it */
    for (size_t i = 0; i < d->n_showing; i++) {
        taken += display_showing_save(s, d->id, &d->showing[i]) ? 1 : 0;
    }
    return taken;
}

struct display_count display_count_shown(struct store *s, const char *alert_id)
{
    /* Own area and the whole county; a display pairs for rehearsal or not. */
    struct sql q = sql_of(
        s, "SELECT count(*), coalesce(sum(confirmed), 0) FROM ("
           " SELECT d.id, max(w.seq IS NOT NULL) AS confirmed FROM display d"
           " JOIN display_alert a ON a.alert_id = ?1 AND a.hidden = 0"
           "  AND (a.area = d.area OR length(a.area) = 5)"
           "  AND (d.rehearsal = 1 OR a.stream NOT LIKE 'rehearsal/%')"
           " LEFT JOIN display_showing w ON w.display_id = d.id"
           "  AND w.stream = a.stream"
           "  AND (w.epoch, w.seq) >= (a.epoch, a.seq)"
           " WHERE d.revoked_at_ms = 0 GROUP BY d.id)");
    struct display_count count = {0};
    sql_bind_text(&q, 1, alert_id);
    if (sql_row(&q)) {
        count.expected = (int)sql_int(&q, 0);
        count.confirmed = (int)sql_int(&q, 1);
        sql_done(&q);
    }
    return count;
}
