/* The lanes in memory: which deliveries are open, read from the store at the
 * start and when one is added, let go when nothing of them is open any more;
 * and what befalls them without the outside: cancelled, expired, the clock. */
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/flow/resolve.h"
#include "service/store/delivery.h"
#include "service/store/store.h"

static struct lane *lanes_new(struct broadcast *b, const char *marker,
                              enum channel_id channel)
{
    struct lane *lane = mem_zalloc(sizeof(*lane));
    MEM_SET_TEXT(lane->marker, marker);
    lane->channel = channel;
    delivery_load_lane(b->o.store, marker, channel, &lane->deliveries);
    lane->flights = mem_calloc(lane->deliveries.n, sizeof(struct flight *));
    lane->next = b->lanes;
    b->lanes = lane;
    return lane;
}

static struct lane *lanes_find(const struct broadcast *b, const char *marker,
                               enum channel_id channel)
{
    for (struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == channel && strcmp(l->marker, marker) == 0) {
            return l;
        }
    }
    return NULL;
}

struct lane *lanes_get(struct broadcast *b, const char *marker,
                       enum channel_id channel)
{
    struct lane *lane = lanes_find(b, marker, channel);
    return lane != NULL ? lane : lanes_new(b, marker, channel);
}

void lanes_add(struct broadcast *b, const struct delivery *d)
{
    struct lane *lane = lanes_find(b, d->marker, d->channel);
    if (lane == NULL) {
        lane = lanes_new(b, d->marker, d->channel); /* holds d already */
        lane->due_ms = d->queued_at_ms;
        return;
    }
    size_t n = lane->deliveries.n + 1;
    struct delivery *items =
        realloc(lane->deliveries.items, n * sizeof(items[0]));
    struct flight **flights =
        realloc(lane->flights, n * sizeof(struct flight *));
    check(items != NULL && flights != NULL);
    items[n - 1] = *d;
    flights[n - 1] = NULL;
    lane->deliveries.items = items;
    lane->flights = flights;
    lane->deliveries.n = n;
    lane->due_ms = d->queued_at_ms;
}

/* A state channel that is not configured any more composes nothing: what
 * waits for it is told. (Message channels: resolve.) */
static void lanes_leave_if_off(struct broadcast *b, struct delivery *d)
{
    if (channel_id_appends(d->channel) || d->state != DELIVERY_QUEUED ||
        broadcast_channel(b, d->stream, d->channel) != NULL) {
        return;
    }
    d->state = DELIVERY_FAILED;
    MEM_SET_TEXT(d->detail, "Der Kanal ist abgeschaltet. Die Meldung erscheint "
                            "dort nicht.");
    record_delivery(b, d, DELIVERY_QUEUED);
}

/* The start's first look at a delivery: a crash may have interrupted it. */
static void lanes_recover(struct broadcast *b, struct delivery *d)
{
    if (d->state == DELIVERY_SENDING) {
        resolve_interrupted(d, broadcast_now_ms(b));
        attempt_save_end(b->o.store, d, broadcast_now_ms(b));
        record_delivery(b, d, DELIVERY_SENDING);
    }
    lanes_leave_if_off(b, d);
}

void lanes_load(struct broadcast *b)
{
    struct delivery_list open;
    delivery_load_open(b->o.store, broadcast_now_ms(b), &open);
    store_begin(b->o.store);
    for (size_t i = 0; i < open.n; i++) {
        struct lane *lane =
            lanes_get(b, open.items[i].marker, open.items[i].channel);
        lane->due_ms = broadcast_now_ms(b);
    }
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        for (size_t i = 0; i < lane->deliveries.n; i++) {
            lanes_recover(b, &lane->deliveries.items[i]);
        }
    }
    broadcast_commit(b);
    delivery_list_fini(&open);
}

static void lanes_free(struct lane *lane)
{
    delivery_list_fini(&lane->deliveries);
    free(lane->flights);
    free(lane);
}

void lanes_fini(struct broadcast *b)
{
    check(b->flights == NULL);
    while (b->lanes != NULL) {
        struct lane *lane = b->lanes;
        b->lanes = lane->next;
        lanes_free(lane);
    }
}

static bool lanes_is_done(const struct lane *lane, int64_t now_ms)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        if (lane->flights[i] != NULL ||
            !delivery_is_at_rest(&lane->deliveries.items[i], now_ms)) {
            return false;
        }
    }
    return true;
}

void lanes_sweep(struct broadcast *b)
{
    int64_t now = broadcast_now_ms(b);
    struct lane **at = &b->lanes;
    while (*at != NULL) {
        struct lane *lane = *at;
        if (lanes_is_done(lane, now)) {
            *at = lane->next;
            lanes_free(lane);
        } else {
            at = &lane->next;
        }
    }
}

int64_t lanes_due_ms(const struct broadcast *b)
{
    int64_t due = 0;
    for (const struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->due_ms != 0 && channel_id_appends(l->channel) &&
            (due == 0 || l->due_ms < due)) {
            due = l->due_ms;
        }
    }
    return due;
}

static void lanes_cancel(struct broadcast *b, struct delivery *d,
                         const char *why)
{
    enum delivery_state from = d->state;
    if (from == DELIVERY_QUEUED || from == DELIVERY_RETRY_WAIT) {
        d->state = DELIVERY_CANCELLED;
        d->next_try_at_ms = 0;
        MEM_SET_TEXT(d->detail, why);
        record_delivery(b, d, from);
    }
}

/* The alert's delivery in the lane, or NULL. */
static struct delivery *lanes_delivery_of(const struct lane *lane,
                                          const struct alert *a)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        if (strcmp(lane->deliveries.items[i].alert_id, a->id) == 0) {
            return &lane->deliveries.items[i];
        }
    }
    return NULL;
}

void lanes_cancel_alert(struct broadcast *b, const struct alert *a,
                        const char *why)
{
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        struct delivery *d = lanes_delivery_of(lane, a);
        if (d != NULL) {
            lanes_cancel(b, d, why);
        }
    }
}

static void lanes_expire(struct broadcast *b, struct delivery *d)
{
    if (d->state == DELIVERY_QUEUED) {
        d->state = DELIVERY_EXPIRED;
        MEM_SET_TEXT(d->detail, "abgelaufen");
        record_delivery(b, d, DELIVERY_QUEUED);
    }
}

void lanes_expire_states(struct broadcast *b, const struct alert *a)
{
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        struct delivery *d = lanes_delivery_of(lane, a);
        if (d != NULL && !channel_id_appends(lane->channel)) {
            lanes_expire(b, d);
        }
    }
}

static bool lanes_state_is_late(const struct lane *lane, int64_t now_ms)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        const struct delivery *d = &lane->deliveries.items[i];
        if (d->state == DELIVERY_QUEUED && now_ms >= d->expires_at_ms) {
            return !channel_id_appends(lane->channel);
        }
    }
    return false;
}

static void lanes_expire_late(struct broadcast *b, struct lane *lane)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        if (broadcast_now_ms(b) >= lane->deliveries.items[i].expires_at_ms) {
            lanes_expire(b, &lane->deliveries.items[i]);
        }
    }
}

void lanes_tick(struct broadcast *b)
{
    int64_t now = broadcast_now_ms(b);
    bool open = false;
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        if (!lanes_state_is_late(lane, now)) {
            continue;
        }
        if (!open) {
            store_begin(b->o.store);
            open = true;
        }
        lanes_expire_late(b, lane);
    }
    if (open) {
        broadcast_commit(b);
    }
    lanes_sweep(b);
}

void lanes_shift(struct broadcast *b, int64_t shift_ms)
{
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        for (size_t i = 0; i < lane->deliveries.n; i++) {
            resolve_shift(&lane->deliveries.items[i], shift_ms);
        }
        lane->due_ms = broadcast_now_ms(b);
    }
}
