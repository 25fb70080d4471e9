#include "service/flow/state.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/egress.h"

/* Released at some time, and what it says is what it is: one alert that the
 * guard refuses takes no other one with it. */
static bool state_concerns(const struct alert *a, enum stream stream)
{
    if (a->stream != stream || a->released_at_ms == 0) {
        return false;
    }
    bool fits = egress_alert_fits(a);
    if (!fits) {
        log_error("alert=%s left out of the state: its mark is wrong", a->id);
    }
    return fits;
}

static int state_by_incident(const void *x, const void *y)
{
    const struct alert *a = *(const struct alert *const *)x;
    const struct alert *b = *(const struct alert *const *)y;
    int order = strcmp(a->marker, b->marker);
    return order != 0 ? order : a->number - b->number;
}

/* Level 1, 2, 3, then what stands without a level, then closed incidents. */
static int state_rank(const struct state_incident *i)
{
    if (i->current == NULL) {
        return 5;
    }
    return i->current->level == 0 ? 4 : i->current->level;
}

static int64_t state_age(const struct state_incident *i)
{
    return i->alerts[0]->released_at_ms;
}

static int state_by_urgency(const void *x, const void *y)
{
    const struct state_incident *a = x;
    const struct state_incident *b = y;
    int rank = state_rank(a) - state_rank(b);
    if (rank != 0) {
        return rank;
    }
    if (state_age(a) != state_age(b)) {
        return state_age(a) < state_age(b) ? -1 : 1;
    }
    return strcmp(a->marker, b->marker);
}

static void state_note_change(struct state_composed *s, int64_t at_ms)
{
    if (s->changes_at_ms == 0 || at_ms < s->changes_at_ms) {
        s->changes_at_ms = at_ms;
    }
}

/* Groups the sorted alerts; the newest one of an incident speaks for it. */
static void state_group(struct state_composed *s, size_t n, int64_t now_ms)
{
    size_t i = 0;
    while (i < n) {
        size_t end = i + 1;
        while (end < n &&
               strcmp(s->alerts[end]->marker, s->alerts[i]->marker) == 0) {
            end++;
        }
        const struct alert *newest = s->alerts[end - 1];
        int64_t until = alert_stands_until_ms(newest);
        /* By state as well: a clock that is set back revives nothing. */
        bool stands = newest->state == ALERT_RELEASED && now_ms < until;
        if (stands) {
            state_note_change(s, until);
        } else if (now_ms < newest->expires_at_ms) {
            state_note_change(s, newest->expires_at_ms); /* the feed's end */
        }
        s->incidents[s->state.n_incidents++] =
            (struct state_incident){.marker = newest->marker,
                                    .n_alerts = end - i,
                                    .alerts = &s->alerts[i],
                                    .current = stands ? newest : NULL};
        i = end;
    }
}

void state_compose(const struct alert_list *alerts, enum stream stream,
                   int64_t now_ms, struct state_composed *out)
{
    size_t n = 0;
    *out = (struct state_composed){
        .state = {.stream = stream, .now_ms = now_ms},
        .incidents = mem_calloc(alerts->n, sizeof(out->incidents[0])),
        .alerts = mem_calloc(alerts->n, sizeof(struct alert *))};
    for (size_t i = 0; i < alerts->n; i++) {
        if (state_concerns(&alerts->items[i], stream)) {
            out->alerts[n++] = &alerts->items[i];
        }
    }
    qsort(out->alerts, n, sizeof(struct alert *), state_by_incident);
    state_group(out, n, now_ms);
    qsort(out->incidents, out->state.n_incidents, sizeof(out->incidents[0]),
          state_by_urgency);
    out->state.incidents = out->incidents;
}

void state_composed_fini(struct state_composed *s)
{
    free(s->incidents);
    free(s->alerts);
    *s = (struct state_composed){0};
}
