/* What time brings: slots that are due, slots that have passed, and a clock
 * that jumped. Wall time says when a drill begins; how long it runs is told by
 * the monotonic clock, which never jumps. */
#include <stdlib.h>

#include "drills/parts.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/store.h"

static void calendar_on_tick(uv_timer_t *timer);

static void calendar_tick_from(struct drills *d, uint64_t in_ms)
{
    check(uv_timer_start(&d->tick, calendar_on_tick, in_ms, DRILLS_TICK_MS) ==
          0);
}

static void calendar_skip(struct drills *d, struct drill *drill)
{
    drill->state = DRILL_MISSED;
    drill->next_at_ms = 0;
    MEM_SET_TEXT(drill->reason,
                 drill->is_public && drill->approved_by[0] == '\0'
                     ? "Bis zum Zeitpunkt hatte niemand zugestimmt."
                     : "Der Zeitpunkt war schon vorbei; eine Übung beginnt "
                       "nie verspätet.");
    store_begin(d->o.store);
    drill_save(d->o.store, drill);
    int64_t leaf = drills_leaf(d, drill, "drill.skipped_late", NULL, NULL);
    drills_commit(d);
    drills_tell(d, drill, leaf);
}

/* Takes the drill when it begins. */
static bool calendar_is_begun(struct drills *d, struct drill *drill)
{
    int64_t now_ms = drills_now_ms(d);
    if (drill->next_at_ms == 0 || drill->next_at_ms > now_ms ||
        run_is_on(d, drill->id)) {
        return false;
    }
    if (now_ms - drill->next_at_ms > DRILLS_LATE_MS) {
        calendar_skip(d, drill);
        return false;
    }
    if (d->paused_until_ms != 0 ||
        (drill->is_public && drill->approved_by[0] == '\0')) {
        return false; /* may still be in time */
    }
    int64_t slot_ms = drill->next_at_ms;
    run_start(d, drill, slot_ms);
    return true;
}

void calendar_look(struct drills *d)
{
    struct drill_list open;
    d->next_due_ms = INT64_MAX;
    if (!d->is_started || d->is_closing) {
        return;
    }
    drill_load_open(d->o.store, &open);
    for (size_t i = 0; i < open.n; i++) {
        const struct drill *drill = &open.items[i];
        if (drill->state == DRILL_PLANNED && drill->next_at_ms != 0 &&
            !run_is_on(d, drill->id) && drill->next_at_ms < d->next_due_ms) {
            d->next_due_ms = drill->next_at_ms;
        }
    }
    drill_list_fini(&open);
    if (d->next_due_ms <= drills_now_ms(d) && d->paused_until_ms == 0) {
        calendar_tick_from(d, 1); /* now, not a quarter of a second later */
    }
}

static void calendar_begin_due(struct drills *d)
{
    struct drill_list open;
    drill_load_open(d->o.store, &open);
    for (size_t i = 0; i < open.n; i++) {
        struct drill *drill = &open.items[i];
        if (drill->state == DRILL_PLANNED && calendar_is_begun(d, drill)) {
            *drill = (struct drill){.parameters = NULL}; /* taken */
        }
    }
    drill_list_fini(&open);
    calendar_look(d);
}

/* Contract 6: a clock jump over 120 s pauses drills until the clock has been
 * steady for 120 s; actual alerts go on. */
static void calendar_watch_clock(struct drills *d)
{
    int64_t offset_ms = drills_now_ms(d) - drills_mono_ms(d);
    int64_t jump_ms = offset_ms - d->offset_ms;
    d->offset_ms = offset_ms;
    if (jump_ms > DRILLS_JUMP_MS || jump_ms < -DRILLS_JUMP_MS) {
        d->paused_until_ms = drills_mono_ms(d) + DRILLS_PAUSE_MS;
        store_begin(d->o.store);
        (void)log_append(d->o.store,
                         &(struct log_entry){.type = "clock.jumped",
                                             .seconds = jump_ms / 1000});
        drills_commit(d);
        log_warn("clock jumped by %lld s, drills pause",
                 (long long)(jump_ms / 1000));
    } else if (drills_mono_ms(d) >= d->paused_until_ms) {
        d->paused_until_ms = 0;
    }
}

static void calendar_on_tick(uv_timer_t *timer)
{
    struct drills *d = container_of(timer, struct drills, tick);
    if (d->is_closing) {
        return;
    }
    calendar_watch_clock(d);
    if (drills_now_ms(d) >= d->next_due_ms &&
        broadcast_is_ready(d->o.broadcast)) {
        calendar_begin_due(d);
    }
    run_tick_all(d);
}

void calendar_start(struct drills *d)
{
    struct drill_list open;
    d->offset_ms = drills_now_ms(d) - drills_mono_ms(d);
    drill_load_open(d->o.store, &open);
    for (size_t i = 0; i < open.n; i++) {
        if (open.items[i].state == DRILL_RUNNING) {
            run_resume(d, &open.items[i]);
            open.items[i] = (struct drill){.parameters = NULL}; /* taken */
        }
    }
    drill_list_fini(&open);
    calendar_look(d);
    calendar_tick_from(d, 1);
}
