/* Lanes: the deliveries of one incident on one channel, in memory while one
 * of them is open. Here they come into being, move together and leave. */
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

/* A crash came while these were on the wire. */
static void lanes_resolve(struct broadcast *b, struct lane *lane)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        struct delivery *d = &lane->deliveries.items[i];
        if (d->state == DELIVERY_SENDING) {
            resolve_interrupted(d, broadcast_now_ms(b));
            attempt_save_end(b->o.store, d, broadcast_now_ms(b));
            record_delivery(b, d, DELIVERY_SENDING);
        }
    }
}

void lanes_load(struct broadcast *b)
{
    struct delivery_list open;
    delivery_load_open(b->o.store, &open);
    store_begin(b->o.store);
    for (size_t i = 0; i < open.n; i++) {
        struct lane *lane =
            lanes_get(b, open.items[i].marker, open.items[i].channel);
        lane->due_ms = broadcast_now_ms(b);
    }
    for (struct lane *lane = b->lanes; lane != NULL; lane = lane->next) {
        lanes_resolve(b, lane);
    }
    broadcast_commit(b);
    delivery_list_fini(&open);
}

static void lanes_free_one(struct lane *lane)
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
        lanes_free_one(lane);
    }
}

static bool lanes_is_done(const struct lane *lane)
{
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        if (lane->flights[i] != NULL ||
            !delivery_is_final(lane->deliveries.items[i].state)) {
            return false;
        }
    }
    return true;
}

/* Lanes without an open delivery leave; the store has them. */
void lanes_sweep(struct broadcast *b)
{
    struct lane **at = &b->lanes;
    while (*at != NULL) {
        struct lane *lane = *at;
        if (lanes_is_done(lane)) {
            *at = lane->next;
            lanes_free_one(lane);
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

/* Moves the alert's deliveries in its lane of one channel, where they may;
 * why NULL leaves the detail as it is. */
static void lanes_move(struct broadcast *b, const struct alert *a,
                       enum channel_id channel, enum delivery_state to,
                       const char *why)
{
    struct lane *lane = lanes_get(b, a->marker, channel);
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        struct delivery *d = &lane->deliveries.items[i];
        enum delivery_state from = d->state;
        if (strcmp(d->alert_id, a->id) != 0 || !delivery_may_move(from, to)) {
            continue;
        }
        d->state = to;
        if (why != NULL) {
            d->next_try_at_ms = 0;
            MEM_SET_TEXT(d->detail, why);
        }
        record_delivery(b, d, from);
    }
}

void lanes_cancel_alert(struct broadcast *b, const struct alert *a,
                        enum delivery_state to, const char *why)
{
    for (int c = 0; c < N_CHANNELS; c++) {
        lanes_move(b, a, (enum channel_id)c, to, why);
    }
}

void lanes_expire_states(struct broadcast *b, const struct alert *a)
{
    for (int c = 0; c < N_CHANNELS; c++) {
        if (!channel_id_appends((enum channel_id)c)) {
            lanes_move(b, a, (enum channel_id)c, DELIVERY_EXPIRED, NULL);
        }
    }
}
