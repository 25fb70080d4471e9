#include "service/store/drill.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/store/sql.h"

#define DRILL_COLUMNS                                                    \
    "id, name, mode, template_id, parameters, channels, planned_by,"     \
    " approved_by, cancelled_by, planned_at_ms, next_at_ms, duration_s," \
    " state, reason, marker, alert_id, all_clear_id, started_at_ms,"     \
    " ended_at_ms"

#define DRILL_TEXT(name, text) (text),

static const char *const drill_states[] = {DRILL_STATES(DRILL_TEXT)};

const char *drill_state_name(enum drill_state value)
{
    return drill_states[value];
}

bool drill_state_parse(const char *text, enum drill_state *value)
{
    for (size_t i = 0; i < sizeof drill_states / sizeof drill_states[0]; i++) {
        if (strcmp(drill_states[i], text) == 0) {
            *value = (enum drill_state)i;
            return true;
        }
    }
    return false;
}

void drill_fini(struct drill *d)
{
    free(d->parameters);
    d->parameters = NULL;
}

void drill_list_fini(struct drill_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        drill_fini(&l->items[i]);
    }
    free(l->items);
    *l = (struct drill_list){.n = 0};
}

/* What may change: 1 is the id. */
static void drill_bind_changes(struct sql *q, const struct drill *d)
{
    sql_bind_text(q, 1, d->id);
    sql_bind_text(q, 2, d->approved_by);
    sql_bind_text(q, 3, d->cancelled_by);
    sql_bind_int(q, 4, d->next_at_ms);
    sql_bind_text(q, 5, drill_state_name(d->state));
    sql_bind_text(q, 6, d->reason);
    sql_bind_text(q, 7, d->marker);
    sql_bind_text(q, 8, d->alert_id);
    sql_bind_text(q, 9, d->all_clear_id);
    sql_bind_int(q, 10, d->started_at_ms);
    sql_bind_int(q, 11, d->ended_at_ms);
}

void drill_insert(struct store *s, const struct drill *d)
{
    struct sql q = sql_of(
        s, "INSERT INTO drill (id, approved_by, cancelled_by, next_at_ms,"
           " state, reason, marker, alert_id, all_clear_id, started_at_ms,"
           " ended_at_ms, name, mode, template_id, parameters, channels,"
           " planned_by, planned_at_ms, duration_s)"
           " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
           " ?14, ?15, ?16, ?17, ?18, ?19)");
    drill_bind_changes(&q, d);
    sql_bind_text(&q, 12, d->name);
    sql_bind_text(&q, 13, d->is_public ? "public" : "internal");
    sql_bind_text(&q, 14, d->template_id);
    sql_bind_text(&q, 15, d->parameters);
    sql_bind_int(&q, 16, d->channels);
    sql_bind_text(&q, 17, d->planned_by);
    sql_bind_int(&q, 18, d->planned_at_ms);
    sql_bind_int(&q, 19, d->duration_s);
    (void)sql_run(&q); /* store_commit() tells a failure */
}

void drill_save(struct store *s, const struct drill *d)
{
    struct sql q =
        sql_of(s, "UPDATE drill SET approved_by = ?2, cancelled_by = ?3,"
                  " next_at_ms = ?4, state = ?5, reason = ?6, marker = ?7,"
                  " alert_id = ?8, all_clear_id = ?9, started_at_ms = ?10,"
                  " ended_at_ms = ?11 WHERE id = ?1");
    drill_bind_changes(&q, d);
    (void)sql_run(&q); /* store_commit() tells a failure */
}

static void drill_read(const struct sql *q, struct drill *d)
{
    *d = (struct drill){.parameters = mem_strdup(sql_text(q, 4)),
                        .is_public = strcmp(sql_text(q, 2), "public") == 0,
                        .channels = (unsigned)sql_int(q, 5),
                        .planned_at_ms = sql_int(q, 9),
                        .next_at_ms = sql_int(q, 10),
                        .duration_s = sql_int(q, 11),
                        .started_at_ms = sql_int(q, 17),
                        .ended_at_ms = sql_int(q, 18)};
    SQL_COPY(q, 0, d->id);
    SQL_COPY(q, 1, d->name);
    SQL_COPY(q, 3, d->template_id);
    SQL_COPY(q, 6, d->planned_by);
    SQL_COPY(q, 7, d->approved_by);
    SQL_COPY(q, 8, d->cancelled_by);
    SQL_COPY(q, 13, d->reason);
    SQL_COPY(q, 14, d->marker);
    SQL_COPY(q, 15, d->alert_id);
    SQL_COPY(q, 16, d->all_clear_id);
    if (!drill_state_parse(sql_text(q, 12), &d->state)) {
        d->state = DRILL_FAILED; /* the schema allows no other word */
    }
}

bool drill_load(struct store *s, const char *id, struct drill *d)
{
    struct sql q =
        sql_of(s, "SELECT " DRILL_COLUMNS " FROM drill WHERE id = ?1");
    sql_bind_text(&q, 1, id);
    if (!sql_row(&q)) {
        return false;
    }
    drill_read(&q, d);
    sql_done(&q);
    return true;
}

/* Room for one more. */
static struct drill *drill_list_add(struct drill_list *list, size_t *cap)
{
    if (list->n == *cap) {
        size_t more = *cap == 0 ? 8 : 2 * *cap;
        struct drill *items = mem_calloc(more, sizeof *items);
        for (size_t i = 0; i < list->n; i++) {
            items[i] = list->items[i];
        }
        free(list->items);
        list->items = items;
        *cap = more;
    }
    return &list->items[list->n++];
}

/* Takes every row. */
static void drill_read_all(struct sql *q, struct drill_list *list)
{
    size_t cap = 0;
    *list = (struct drill_list){.n = 0};
    while (sql_row(q)) {
        drill_read(q, drill_list_add(list, &cap));
    }
}

void drill_load_open(struct store *s, struct drill_list *list)
{
    struct sql q = sql_of(s, "SELECT " DRILL_COLUMNS " FROM drill"
                             " WHERE state IN ('planned', 'running')"
                             " ORDER BY next_at_ms, id");
    drill_read_all(&q, list);
}

void drill_load_page(struct store *s, const char *after, size_t limit,
                     struct drill_list *list)
{
    struct sql q = sql_of(
        s, "SELECT " DRILL_COLUMNS " FROM drill"
           " WHERE ?1 = '' OR (planned_at_ms, id) < (SELECT planned_at_ms, id"
           " FROM drill WHERE id = ?1)"
           " ORDER BY planned_at_ms DESC, id DESC LIMIT ?2");
    sql_bind_text(&q, 1, after == NULL ? "" : after);
    sql_bind_int(&q, 2, (int64_t)limit);
    drill_read_all(&q, list);
}

void drill_slot_insert(struct store *s, const char *drill_id, int64_t slot_ms,
                       const char *alert_id)
{
    struct sql q =
        sql_of(s, "INSERT INTO drill_slot (drill_id, slot_ms, alert_id)"
                  " VALUES (?1, ?2, ?3)");
    sql_bind_text(&q, 1, drill_id);
    sql_bind_int(&q, 2, slot_ms);
    sql_bind_text(&q, 3, alert_id);
    (void)sql_run(&q); /* store_commit() tells a failure */
}

bool drill_slot_is_used(struct store *s, const char *drill_id, int64_t slot_ms)
{
    struct sql q = sql_of(s, "SELECT 1 FROM drill_slot"
                             " WHERE drill_id = ?1 AND slot_ms = ?2");
    sql_bind_text(&q, 1, drill_id);
    sql_bind_int(&q, 2, slot_ms);
    if (!sql_row(&q)) {
        return false;
    }
    sql_done(&q);
    return true;
}
