/* One drill from its slot to its end. It knocks at the same door as people do
 * – preview, confirm, submit – and looks at the store for what became of it.
 *
 *   BEGINNING --preview, submit (D7)--> RUNNING --time is over--> ENDING
 *       |                                 |    |                    |
 *       | refused              pre-empted |    | a person ended it  | all-clear
 *       v                                 v    v                    v
 *     (end)                            (end)   SETTLING <-----------+
 *                                                 |
 *                              (end) <------------+ all channels have answered,
 *                                                   or time is up
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/parts.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/store.h"

enum {
    RUN_SETTLE_MS = 90 * 1000, /* for the channels to take the all-clear */
    RUN_RETRY_MS = 5 * 1000,
    RUN_TRIES_MAX = 12,
    RUN_KEY_MAX = ID_MAX + 40,
};

enum run_step { RUN_BEGINNING, RUN_RUNNING, RUN_ENDING, RUN_SETTLING };

struct drill_run {
    struct drills *drills;
    struct drill drill;
    enum run_step step;
    int64_t slot_ms;
    int64_t due_ms; /* monotonic: when the step is over */
    int tries;      /* of the all-clear */
    bool is_previewing;
    struct broadcast_preview preview;
    struct drill_run *next;
};

static void run_free(struct drill_run *r)
{
    struct drill_run **at = &r->drills->runs;
    while (*at != r) {
        at = &(*at)->next;
    }
    *at = r->next;
    drill_fini(&r->drill);
    free(r);
}

static struct drill_run *run_new(struct drills *d, const struct drill *drill)
{
    struct drill_run *r = mem_zalloc(sizeof *r);
    r->drills = d;
    r->drill = *drill; /* with its parameters */
    r->next = d->runs;
    d->runs = r;
    return r;
}

static struct drill_run *run_find(const struct drills *d, const char *id)
{
    for (struct drill_run *r = d->runs; r != NULL; r = r->next) {
        if (strcmp(r->drill.id, id) == 0) {
            return r;
        }
    }
    return NULL;
}

bool run_is_on(const struct drills *d, const char *id)
{
    return run_find(d, id) != NULL;
}

void run_free_all(struct drills *d)
{
    struct drill_run *next = NULL;
    for (struct drill_run *r = d->runs; r != NULL; r = next) {
        next = r->next;
        if (!r->is_previewing) {
            run_free(r);
        }
    }
}

/* The drill is over; r is gone. */
static void run_end(struct drill_run *r, enum drill_state state,
                    const char *reason)
{
    struct drills *d = r->drills;
    bool is_preempted = state == DRILL_PREEMPTED;
    r->drill.state = state;
    r->drill.next_at_ms = 0;
    r->drill.ended_at_ms = drills_now_ms(d);
    (void)snprintf(r->drill.reason, sizeof r->drill.reason, "%s", reason);
    store_begin(d->o.store);
    drill_save(d->o.store, &r->drill);
    int64_t leaf = drills_leaf(
        d, &r->drill, is_preempted ? "drill.preempted" : "drill.ended",
        r->drill.cancelled_by, is_preempted ? NULL : drill_state_name(state));
    drills_commit(d);
    drills_tell(d, &r->drill, leaf);
    run_free(r);
    d->next_due_ms = 0; /* the calendar looks again, at the next tick */
}

/* Beginning and ending: both are a preview and its submission. */

/* D7: in the transaction that accepts the alert. */
static void run_write_begin(struct store *s, const struct alert *a, void *data)
{
    struct drill_run *r = data;
    struct drill *drill = &r->drill;
    drill->state = DRILL_RUNNING;
    drill->next_at_ms = 0;
    drill->started_at_ms = drills_now_ms(r->drills);
    MEM_SET_TEXT(drill->marker, a->marker);
    MEM_SET_TEXT(drill->alert_id, a->id);
    MEM_SET_TEXT(drill->all_clear_id, "");
    drill_slot_insert(s, drill->id, r->slot_ms, a->id);
    drill_save(s, drill);
    (void)drills_leaf(r->drills, drill, "drill.started", NULL, NULL);
}

static void run_write_end(struct store *s, const struct alert *a, void *data)
{
    struct drill_run *r = data;
    MEM_SET_TEXT(r->drill.all_clear_id, a->id);
    drill_save(s, &r->drill);
}

static enum err_code run_submit(struct drill_run *r, const char *confirm,
                                struct err *e)
{
    struct drills *d = r->drills;
    bool is_end = r->step == RUN_ENDING;
    struct actor actor = drills_actor(&r->drill);
    char key[RUN_KEY_MAX];
    struct trigger t;
    struct broadcast_answer answer;
    struct fields fields = {.n = 0};
    enum err_code code = drills_trigger(
        &r->drill, is_end ? r->drill.marker : "", confirm, &t, &fields, e);
    if (code != ERR_OK) {
        return code;
    }
    (void)snprintf(key, sizeof key, "%s:%s:%lld", is_end ? "end" : "drill",
                   is_end ? r->drill.alert_id : r->drill.id,
                   (long long)r->slot_ms);
    struct broadcast_submission s = {.actor = &actor,
                                     .trigger = &t,
                                     .key = key,
                                     .drill_id = r->drill.id,
                                     .public_drill = r->drill.is_public,
                                     .in_transaction = is_end ? run_write_end
                                                              : run_write_begin,
                                     .data = r};
    code = broadcast_submit(d->o.broadcast, &s, &answer, &fields, e);
    trigger_fini(&t);
    broadcast_stop_if_failed(d->o.broadcast);
    return code;
}

static void run_begun(struct drill_run *r)
{
    r->step = RUN_RUNNING;
    r->due_ms = drills_mono_ms(r->drills) + r->drill.duration_s * 1000;
    /* Without its leaf: the alert's, of the same transaction, are higher and
     * were told already; ids of the event stream rise. */
    drills_tell(r->drills, &r->drill, -1);
}

static void run_settle(struct drill_run *r)
{
    r->step = RUN_SETTLING;
    r->due_ms = drills_mono_ms(r->drills) + RUN_SETTLE_MS;
}

/* The all-clear was not taken: again, but not for ever. */
static void run_end_later(struct drill_run *r, const struct err *e)
{
    r->step = RUN_RUNNING;
    r->due_ms = drills_mono_ms(r->drills) + RUN_RETRY_MS;
    if (++r->tries >= RUN_TRIES_MAX) {
        run_end(r, DRILL_FAILED, e->msg);
    }
}

static void run_on_preview(struct broadcast_preview *p)
{
    struct drill_run *r = container_of(p, struct drill_run, preview);
    struct drills *d = r->drills;
    bool is_end = r->step == RUN_ENDING;
    struct err e = p->err;
    enum err_code code = p->status;
    r->is_previewing = false;
    if (code == ERR_INVALID && p->fields.n > 0) {
        (void)err_set(&e, code, "%.60s: %.100s", p->fields.items[0].field,
                      p->fields.items[0].message);
    }
    if (code == ERR_OK && !d->is_closing) {
        code = run_submit(r, p->draft.digest, &e);
    }
    if (p->status == ERR_OK) {
        draft_fini(&p->draft);
    }
    if (d->is_closing) {
        run_free(r); /* the next start finds it in the store */
        drills_maybe_closed(d);
    } else if (code == ERR_OK && is_end) {
        run_settle(r);
    } else if (code == ERR_OK) {
        run_begun(r);
    } else if (is_end) {
        run_end_later(r, &e);
    } else {
        run_end(r,
                code == ERR_CONFLICT &&
                        !broadcast_drill_may_start(d->o.broadcast, false)
                    ? DRILL_PREEMPTED
                    : DRILL_FAILED,
                e.msg);
    }
}

static void run_preview(struct drill_run *r, enum run_step step)
{
    struct drills *d = r->drills;
    struct trigger t;
    struct fields fields = {.n = 0};
    struct err e;
    bool is_end = step == RUN_ENDING;
    r->step = step;
    if (drills_trigger(&r->drill, is_end ? r->drill.marker : "", NULL, &t,
                       &fields, &e) != ERR_OK) {
        run_end(r, DRILL_FAILED, e.msg);
        return;
    }
    r->is_previewing = true;
    r->preview = (struct broadcast_preview){.actor = drills_actor(&r->drill),
                                            .trigger = t,
                                            .drill_id = r->drill.id,
                                            .public_drill = r->drill.is_public,
                                            .relative_times = true,
                                            .done = run_on_preview};
    broadcast_preview(d->o.broadcast, &r->preview);
}

void run_start(struct drills *d, struct drill *drill, int64_t slot_ms)
{
    struct drill_run *r = run_new(d, drill);
    r->slot_ms = slot_ms;
    if (!broadcast_drill_may_start(d->o.broadcast, false)) {
        run_end(r, DRILL_PREEMPTED,
                "Eine echte Meldung war offen; die Übung hat nicht begonnen.");
        return;
    }
    run_preview(r, RUN_BEGINNING);
}

void run_resume(struct drills *d, struct drill *drill)
{
    struct drill_run *r = run_new(d, drill);
    int64_t ran_ms = drills_now_ms(d) - r->drill.started_at_ms;
    int64_t left_ms = r->drill.duration_s * 1000 - ran_ms;
    if (r->drill.all_clear_id[0] != '\0') {
        run_settle(r);
        return;
    }
    r->step = RUN_RUNNING;
    r->due_ms = drills_mono_ms(d) + (left_ms > 0 ? left_ms : 0);
}

void run_cancel(struct drills *d, const char *id, const char *by)
{
    struct drill_run *r = run_find(d, id);
    check(r != NULL);
    MEM_SET_TEXT(r->drill.cancelled_by, by);
    store_begin(d->o.store);
    drill_save(d->o.store, &r->drill);
    drills_commit(d);
    if (r->step == RUN_RUNNING) {
        r->due_ms = 0;
    }
}

/* Judging. */

/* Adds the channels on which the alert was not accepted to `out`; counts
 * those that may still answer. */
static int run_judge_alert(struct store *s, const char *alert_id,
                           bool *is_waiting, char *out, size_t size)
{
    struct delivery_list list;
    int n_bad = 0;
    delivery_load_alert(s, alert_id, &list);
    for (size_t i = 0; i < list.n; i++) {
        const struct delivery *d = &list.items[i];
        if (d->visible_at_ms == 0 && !delivery_is_final(d->state)) {
            *is_waiting = true;
        }
        const char *name = channel_id_name(d->channel);
        n_bad += d->accepted_at_ms == 0;
        if (d->accepted_at_ms == 0 && strstr(out, name) == NULL) {
            size_t used = strlen(out);
            (void)snprintf(out + used, size - used, "%s%s",
                           used == 0 ? "" : ", ", name);
        }
    }
    delivery_list_fini(&list);
    return n_bad;
}

static void run_judge(struct drill_run *r)
{
    struct drills *d = r->drills;
    struct drill *drill = &r->drill;
    bool is_waiting = false;
    char names[DETAIL_MAX / 2] = "";
    char reason[DETAIL_MAX] = "";
    int n_bad = run_judge_alert(d->o.store, drill->alert_id, &is_waiting, names,
                                sizeof names);
    if (drill->all_clear_id[0] != '\0') {
        n_bad += run_judge_alert(d->o.store, drill->all_clear_id, &is_waiting,
                                 names, sizeof names);
    }
    if (is_waiting && drills_mono_ms(d) < r->due_ms) {
        return;
    }
    if (n_bad > 0) {
        (void)snprintf(reason, sizeof reason, "Nicht angekommen: %s.", names);
    }
    if (drill->cancelled_by[0] != '\0') {
        run_end(r, DRILL_CANCELLED, "Vorzeitig beendet.");
    } else {
        run_end(r, n_bad > 0 ? DRILL_FAILED : DRILL_PASSED, reason);
    }
}

/* What became of the exercise: pre-empted by an actual alert, ended by a
 * person, or run out. */
static void run_look(struct drill_run *r)
{
    struct drills *d = r->drills;
    struct alert_list incident;
    enum alert_state state = ALERT_RELEASED;
    alert_load_incident(d->o.store, r->drill.marker, &incident);
    if (incident.n > 0) {
        const struct alert *newest = &incident.items[incident.n - 1];
        state = newest->state;
        if (newest->kind == KIND_ALL_CLEAR && state == ALERT_RELEASED) {
            MEM_SET_TEXT(r->drill.all_clear_id, newest->id);
        }
    }
    alert_list_fini(&incident);
    if (state == ALERT_PREEMPTED) {
        run_end(r, DRILL_PREEMPTED,
                "Eine echte Meldung wurde ausgelöst; sie geht vor.");
    } else if (r->step == RUN_SETTLING) {
        run_judge(r);
    } else if (r->drill.all_clear_id[0] != '\0' || state == ALERT_EXPIRED ||
               state == ALERT_RETRACTED) {
        run_settle(r);
    } else if (drills_mono_ms(d) >= r->due_ms) {
        run_preview(r, RUN_ENDING);
    }
}

void run_tick_all(struct drills *d)
{
    struct drill_run *next = NULL;
    for (struct drill_run *r = d->runs; r != NULL; r = next) {
        next = r->next;
        if (!r->is_previewing) {
            run_look(r);
        }
    }
}
