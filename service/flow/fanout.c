/* Message channels: what is due goes on its way. Deliveries stand in lanes
 * (one per incident and channel); a turn records what has ended, decides what
 * comes next with resolve.h, commits all of it at once (D2 and D3 of a turn
 * are one transaction), and only then touches the outside. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/flow/egress.h"
#include "service/flow/parts.h"
#include "service/flow/resolve.h"
#include "service/store/delivery.h"
#include "service/store/store.h"

/* ---- flights ---- */

static void fanout_landed(struct channel_request *r)
{
    struct flight *flight = r->data;
    flight->finished = true;
    broadcast_wake(flight->broadcast);
}

/* D4: on disk before the container is published. */
static void fanout_step(struct channel_request *r, const char *container_id)
{
    struct flight *flight = r->data;
    struct broadcast *b = flight->broadcast;
    struct delivery *d = &flight->lane->deliveries.items[flight->place];
    MEM_SET_TEXT(d->container_id, container_id);
    store_begin(b->o.store);
    delivery_save(b->o.store, d);
    broadcast_commit(b);
}

static struct flight *fanout_flight_new(struct broadcast *b, struct lane *lane,
                                        size_t place, enum flight_task task)
{
    struct flight *flight = mem_zalloc(sizeof(*flight));
    *flight = (struct flight){
        .broadcast = b, .lane = lane, .place = place, .task = task};
    lane->flights[place] = flight;
    flight->next = b->flights;
    b->flights = flight;
    return flight;
}

/* Fills the request from alert and delivery; both live in memory until the
 * flight has landed: texts are copied where a refresh could free them. */
static void fanout_fill(struct flight *flight, const struct alert *a)
{
    struct broadcast *b = flight->broadcast;
    const struct delivery *d = &flight->lane->deliveries.items[flight->place];
    const struct content *c = &a->content;
    const char *text =
        d->channel == CHANNEL_FACEBOOK ? c->facebook : c->instagram;
    enum realm realm = broadcast_realm(a->stream);
    (void)snprintf(flight->image_url, sizeof(flight->image_url),
                   "%s/karte/%s.jpg", b->o.public_url[realm], c->image_name);
    flight->texts[0] = mem_strdup(text);
    flight->texts[1] = mem_strdup(c->link);
    flight->texts[2] = mem_strdup(c->alt_text);
    flight->texts[3] = mem_strdup(d->container_id);
    flight->texts[4] = mem_strdup(d->remote_id);
    flight->texts[5] = mem_strdup(d->alert_id);
    flight->request =
        (struct channel_request){.alert_id = flight->texts[5],
                                 .text = flight->texts[0],
                                 .link = flight->texts[1],
                                 .image_url = flight->image_url,
                                 .alt_text = flight->texts[2],
                                 .container_id = flight->texts[3],
                                 .remote_id = flight->texts[4],
                                 .since_ms = d->first_attempt_at_ms,
                                 .step = fanout_step,
                                 .done = fanout_landed,
                                 .data = flight};
}

static void fanout_flight_free(struct broadcast *b, struct flight *flight)
{
    struct flight **at = &b->flights;
    while (*at != flight) {
        at = &(*at)->next;
    }
    *at = flight->next;
    flight->lane->flights[flight->place] = NULL;
    for (size_t i = 0; i < FLIGHT_TEXTS; i++) {
        free(flight->texts[i]);
    }
    free(flight);
}

/* ---- one turn ---- */

/* Another alert took its place: in this lane, or on other channels only.
 * Alerts that are no longer in memory are long over. */
static bool fanout_has_ended(const struct alert *a)
{
    return a == NULL || a->state == ALERT_SUPERSEDED ||
           a->state == ALERT_ALL_CLEAR || a->state == ALERT_RETRACTED;
}

static bool fanout_is_overtaken(const struct broadcast *b,
                                const struct lane *lane, size_t place)
{
    const struct delivery *d = &lane->deliveries.items[place];
    return place + 1 < lane->deliveries.n ||
           fanout_has_ended(incidents_find(b, d->alert_id));
}

static void fanout_absence_proven(struct broadcast *b, const struct delivery *d)
{
    (void)log_append(b->o.store, &(struct log_entry){
                                     .type = "delivery.absence_proven",
                                     .incident = d->marker,
                                     .alert = d->alert_id,
                                     .status = alert_status_name(d->status),
                                     .delivery = d->id,
                                     .channel = channel_id_name(d->channel)});
}

/* What ended since the last turn. A delivery that was cancelled meanwhile
 * (pre-emption, restore) keeps its state; what is known is recorded. */
static void fanout_record(struct broadcast *b, struct flight *flight)
{
    struct lane *lane = flight->lane;
    struct delivery *d = &lane->deliveries.items[flight->place];
    struct delivery next = *d;
    enum delivery_state from = d->state;
    int64_t now = broadcast_now_ms(b);
    bool proven = false;
    if (flight->task == FLIGHT_SEND) {
        resolve_attempt(&next, &flight->request.result, now,
                        randombytes_uniform(1000));
        attempt_save_end(b->o.store, &next, now);
    } else {
        proven =
            resolve_reading(&next, &flight->request.result,
                            fanout_is_overtaken(b, lane, flight->place), now);
    }
    if (next.state != from && !delivery_may_move(from, next.state)) {
        next.state = from;
        next.next_try_at_ms = 0;
    }
    if (proven) {
        fanout_absence_proven(b, d);
    }
    *d = next;
    record_delivery(b, d, from);
}

/* Takes down what was finished; returns the flights to free. */
static void fanout_record_finished(struct broadcast *b)
{
    struct flight *flight = b->flights;
    while (flight != NULL) {
        struct flight *next = flight->next;
        if (flight->finished) {
            flight->lane->due_ms = broadcast_now_ms(b);
            fanout_record(b, flight);
            fanout_flight_free(b, flight);
        }
        flight = next;
    }
}

static void fanout_move(struct broadcast *b, struct delivery *d,
                        enum delivery_state to, const char *why)
{
    enum delivery_state from = d->state;
    d->state = to;
    d->next_try_at_ms = 0;
    MEM_SET_TEXT(d->detail, why);
    record_delivery(b, d, from);
}

/* The guard's word, with the final bytes. */
static enum err_code fanout_guard(struct broadcast *b, const struct delivery *d,
                                  const struct alert *a,
                                  const struct channel *c, struct err *e)
{
    char hash[DIGEST_NAMED_MAX];
    families_approved_hash(b, a->template_id, a->template_version, hash);
    struct egress_question q = {.alert = a,
                                .target = c->target,
                                .text = d->channel == CHANNEL_FACEBOOK
                                            ? a->content.facebook
                                            : a->content.instagram,
                                .approved_hash = hash,
                                .now_ms = broadcast_now_ms(b)};
    return egress_check(&q, e);
}

/* Instagram asks again when its container is ready, minutes later: nothing
 * that was overtaken, pre-empted or has expired meanwhile becomes public. */
static bool fanout_go(struct channel_request *r)
{
    const struct flight *flight = r->data;
    struct broadcast *b = flight->broadcast;
    const struct delivery *d = &flight->lane->deliveries.items[flight->place];
    const struct alert *a = incidents_find(b, d->alert_id);
    const struct channel *c = broadcast_channel(b, d->stream, d->channel);
    struct err e;
    return a != NULL && c != NULL &&
           !fanout_is_overtaken(b, flight->lane, flight->place) &&
           fanout_guard(b, d, a, c, &e) == ERR_OK;
}

/* Refused by the guard: the delivery fails, a person is told. */
static bool fanout_may_leave(struct broadcast *b, struct delivery *d,
                             const struct alert *a, const struct channel *c)
{
    struct err e;
    if (fanout_guard(b, d, a, c, &e) == ERR_OK) {
        return true;
    }
    log_error("delivery=%s alert=%s stopped at the guard: %s", d->id, a->id,
              e.msg);
    fanout_move(b, d, DELIVERY_FAILED, e.msg);
    return false;
}

/* D2: the intent, on disk before the first byte. */
static void fanout_intend(struct broadcast *b, struct delivery *d)
{
    enum delivery_state from = d->state;
    d->state = DELIVERY_SENDING;
    d->attempts++;
    d->outcome = OUTCOME_NONE;
    d->next_try_at_ms = 0;
    d->last_attempt_at_ms = broadcast_now_ms(b);
    if (d->first_attempt_at_ms == 0) {
        d->first_attempt_at_ms = d->last_attempt_at_ms;
    }
    record_delivery(b, d, from);
    attempt_insert(b->o.store, d);
}

static struct resolve_verdict fanout_ask(struct broadcast *b,
                                         const struct lane *lane,
                                         const struct delivery *d,
                                         const struct alert *a)
{
    struct resolve_lane in = {
        .lane = &lane->deliveries,
        .page_is_ready = a == NULL || sites_has_page(b, a),
        .has_ended = fanout_has_ended(a),
        .is_preempted = a != NULL && a->state == ALERT_PREEMPTED,
        .is_off =
            a == NULL || broadcast_channel(b, d->stream, d->channel) == NULL,
        .now_ms = broadcast_now_ms(b)};
    return resolve_next(d, &in);
}

/* Decides about one delivery; true when it changed, so that its lane is
 * looked at again. */
static bool fanout_decide(struct broadcast *b, struct lane *lane, size_t place)
{
    struct delivery *d = &lane->deliveries.items[place];
    const struct alert *a = incidents_find(b, d->alert_id);
    if (delivery_is_final(d->state) || lane->flights[place] != NULL) {
        return false;
    }
    struct resolve_verdict v = fanout_ask(b, lane, d, a);
    if (v.step == RESOLVE_WAIT) {
        if (v.at_ms != 0 && (lane->due_ms == 0 || v.at_ms < lane->due_ms)) {
            lane->due_ms = v.at_ms;
        }
        return false;
    }
    if (v.step == RESOLVE_MOVE) {
        fanout_move(b, d, v.to, v.why);
        return true;
    }
    if (v.step == RESOLVE_CONFIRM) {
        fanout_fill(fanout_flight_new(b, lane, place, FLIGHT_CONFIRM), a);
        return false;
    }
    if (fanout_may_leave(b, d, a,
                         broadcast_channel(b, d->stream, d->channel))) {
        struct flight *flight = fanout_flight_new(b, lane, place, FLIGHT_SEND);
        fanout_intend(b, d);
        fanout_fill(flight, a);
        flight->request.go = fanout_go;
        return false;
    }
    return true;
}

static void fanout_lane_turn(struct broadcast *b, struct lane *lane)
{
    bool again = true;
    while (again) {
        again = false;
        lane->due_ms = 0;
        for (size_t i = 0; i < lane->deliveries.n; i++) {
            again = fanout_decide(b, lane, i) || again;
        }
    }
}

static bool fanout_has_work(const struct broadcast *b, int64_t now_ms)
{
    for (const struct flight *f = b->flights; f != NULL; f = f->next) {
        if (f->finished) {
            return true;
        }
    }
    for (const struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->due_ms != 0 && l->due_ms <= now_ms &&
            channel_id_appends(l->channel)) {
            return true;
        }
    }
    return false;
}

/* After the commit: everything new on its way, actual before exercise. */
static void fanout_start(struct broadcast *b, enum alert_status status)
{
    for (struct flight *f = b->flights; f != NULL; f = f->next) {
        struct delivery *d = &f->lane->deliveries.items[f->place];
        if (f->started || d->status != status) {
            continue;
        }
        struct channel *c = broadcast_channel(b, d->stream, d->channel);
        f->started = true;
        if (f->task == FLIGHT_SEND) {
            c->type->publish(c, &f->request);
        } else {
            c->type->confirm(c, &f->request);
        }
    }
}

void fanout_turn(struct broadcast *b)
{
    int64_t now = broadcast_now_ms(b);
    if (!fanout_has_work(b, now)) {
        return;
    }
    store_begin(b->o.store);
    fanout_record_finished(b);
    for (struct lane *l = b->lanes; l != NULL && !b->closing; l = l->next) {
        if (l->due_ms != 0 && l->due_ms <= now &&
            channel_id_appends(l->channel)) {
            fanout_lane_turn(b, l);
        }
    }
    broadcast_commit(b);
    fanout_start(b, STATUS_ACTUAL);
    fanout_start(b, STATUS_EXERCISE);
    lanes_sweep(b);
}
