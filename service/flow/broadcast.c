#include "service/flow/broadcast.h"

#include <stdlib.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/alert.h"
#include "service/store/store.h"

enum {
    BROADCAST_TICK_MS = 1000,
    BROADCAST_ANSWER_MS = 200, /* for the answer "unknown" to leave */
    BROADCAST_LEVEL_PREEMPTS = 2,
};

static void broadcast_on_timer(uv_timer_t *timer)
{
    broadcast_wake(timer->data);
}

/* Arms the timer for the earliest moment at which a part is due. */
static void broadcast_plan(struct broadcast *b)
{
    if (b->closing) {
        (void)uv_timer_stop(&b->timer);
        return;
    }
    int64_t mono = broadcast_mono_ms(b);
    int64_t wait = INT64_MAX;
    int64_t lane_due = lanes_due_ms(b);
    int64_t site_due = sites_due_mono_ms(b);
    int64_t screen_due = screens_due_mono_ms(b);
    if (lane_due != 0) {
        wait = lane_due - broadcast_now_ms(b);
    }
    if (site_due != 0 && site_due - mono < wait) {
        wait = site_due - mono;
    }
    if (screen_due != 0 && screen_due - mono < wait) {
        wait = screen_due - mono;
    }
    if (wait == INT64_MAX) {
        (void)uv_timer_stop(&b->timer);
        return;
    }
    uint64_t ms = wait < 1 ? 1 : (uint64_t)wait;
    check(uv_timer_start(&b->timer, broadcast_on_timer, ms, 0) == 0);
}

static void broadcast_turn(uv_idle_t *idle)
{
    struct broadcast *b = idle->data;
    (void)uv_idle_stop(idle);
    if (b->failed) {
        return; /* memory and disk may differ; only a restart goes on */
    }
    lifecycle_watch_clock(b);
    fanout_turn(b);
    sites_turn(b);
    screens_turn(b);
    broadcast_plan(b);
}

static void broadcast_on_tick(uv_timer_t *timer)
{
    lifecycle_tick(timer->data);
}

struct broadcast *broadcast_open(const struct broadcast_options *options)
{
    struct broadcast *b = mem_zalloc(sizeof(*b));
    b->o = *options;
    b->turn = broadcast_turn;
    check(uv_idle_init(b->o.loop, &b->idle) == 0);
    check(uv_timer_init(b->o.loop, &b->timer) == 0);
    check(uv_timer_init(b->o.loop, &b->tick) == 0);
    b->idle.data = b;
    b->timer.data = b;
    b->tick.data = b;
    b->open_handles = 3;
    b->clock_offset_ms = broadcast_now_ms(b) - broadcast_mono_ms(b);
    return b;
}

void broadcast_start(struct broadcast *b)
{
    check(!b->started);
    store_begin(b->o.store);
    (void)log_append(b->o.store,
                     &(struct log_entry){.type = "service.started"});
    broadcast_commit(b);
    incidents_load(b, broadcast_now_ms(b));
    lanes_load(b);
    screens_start(b);
    b->started = true;
    for (int s = 0; s < N_STREAMS; s++) {
        sites_mark(b, (enum stream)s);
    }
    check(uv_timer_start(&b->tick, broadcast_on_tick, BROADCAST_TICK_MS,
                         BROADCAST_TICK_MS) == 0);
    readiness_start(b);
    broadcast_wake(b);
}

static void broadcast_on_handle_closed(uv_handle_t *handle)
{
    struct broadcast *b = handle->data;
    if (--b->open_handles > 0) {
        return;
    }
    broadcast_close_cb cb = b->close_cb;
    void *data = b->close_data;
    lanes_fini(b);
    sites_fini(b);
    screens_fini(b);
    readiness_fini(b);
    incidents_fini(&b->incidents);
    families_fini(&b->families);
    free(b->news);
    free(b);
    cb(data);
}

void broadcast_stop(struct broadcast *b)
{
    b->closing = true;
}

void broadcast_stop_if_failed(struct broadcast *b)
{
    if (b->failed) {
        struct err e;
        (void)err_set(&e, ERR_UNCERTAIN, "outcome of a commit unknown");
        b->o.fatal(&e, b->o.data);
    }
}

static void broadcast_on_failed(uv_timer_t *timer)
{
    broadcast_stop_if_failed(timer->data);
}

/* Nothing runs meanwhile: turns and ticks end at `failed`. */
void broadcast_stop_soon_if_failed(struct broadcast *b)
{
    if (b->failed) {
        check(uv_timer_start(&b->timer, broadcast_on_failed,
                             BROADCAST_ANSWER_MS, 0) == 0);
    }
}

void broadcast_uncertain(struct broadcast *b)
{
    b->failed = true;
    if (b->open_handles > 0 && b->close_cb == NULL) {
        broadcast_stop_soon_if_failed(b);
    }
}

void broadcast_maybe_closed(struct broadcast *b)
{
    if (b->close_cb == NULL || b->n_previews > 0) {
        return;
    }
    if (b->started && !b->failed) {
        fanout_turn(b); /* what the closed channels answered last */
        store_begin(b->o.store);
        (void)log_append(b->o.store,
                         &(struct log_entry){.type = "service.stopped"});
        broadcast_commit(b);
    }
    uv_close((uv_handle_t *)&b->idle, broadcast_on_handle_closed);
    uv_close((uv_handle_t *)&b->timer, broadcast_on_handle_closed);
    uv_close((uv_handle_t *)&b->tick, broadcast_on_handle_closed);
}

void broadcast_close(struct broadcast *b, broadcast_close_cb cb, void *data)
{
    check(b->close_cb == NULL);
    b->closing = true;
    b->close_cb = cb;
    b->close_data = data;
    broadcast_maybe_closed(b);
}

bool broadcast_is_ready(const struct broadcast *b)
{
    return b->started && !b->closing && !b->failed;
}

bool broadcast_drill_may_start(struct broadcast *b, bool confirmed)
{
    int level = confirmed ? BROADCAST_LEVEL_PREEMPTS : 3;
    return !alert_actual_is_open(b->o.store, broadcast_now_ms(b), level);
}
