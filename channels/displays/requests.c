#include "channels/displays/requests.h"

#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>

#include "channels/displays/mqtt.h"
#include "service/base/check.h"
#include "service/base/mem.h"

void requests_drain(struct requests *q)
{
    struct request *w = q->answered;
    q->answered = NULL;
    while (w != NULL) {
        struct request *next = w->next;
        struct channel_request *r = w->r;
        free(w);
        r->work = NULL;
        r->done(r); /* may ask again; r may be gone afterwards */
        w = next;
    }
}

static void requests_ready(uv_async_t *async)
{
    requests_drain(container_of(async, struct requests, ready));
}

void requests_init(struct requests *q, uv_loop_t *loop)
{
    *q = (struct requests){.open = NULL};
    check(uv_async_init(loop, &q->ready, requests_ready) == 0);
}

struct request *requests_new(struct channel_request *r, size_t n)
{
    struct request *w = mem_zalloc(sizeof(*w) + n * sizeof(w->mids[0]));
    w->r = r;
    w->worst = OUTCOME_DONE;
    r->work = w;
    r->result = (struct channel_result){0};
    return w;
}

void requests_detail(struct channel_request *r, const char *text)
{
    (void)snprintf(r->result.detail, sizeof(r->result.detail), "%s", text);
}

void requests_wait(struct requests *q, struct request *w, int64_t deadline_ms)
{
    w->deadline_ms = deadline_ms;
    w->next = q->open;
    q->open = w;
}

void requests_answer(struct requests *q, struct request *w,
                     enum outcome outcome)
{
    struct request **at = &q->answered;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    w->r->result.outcome = outcome;
    w->next = NULL;
    *at = w;
    (void)uv_async_send(&q->ready); /* fails only when closed */
}

/* Takes w out of the open ones and answers. */
static void requests_finish(struct requests *q, struct request *w,
                            enum outcome outcome)
{
    struct request **at = &q->open;
    while (*at != w) {
        at = &(*at)->next;
    }
    *at = w->next;
    requests_answer(q, w, outcome);
}

/* Reason codes: MQTT 5 section 3.4.2.1. The broker's word that it has not
 * taken the message; some of them no repetition will change. */
static enum outcome requests_refusal(int reason)
{
    switch (reason) {
    case MQTT_RC_NOT_AUTHORIZED:
    case MQTT_RC_TOPIC_NAME_INVALID:
    case MQTT_RC_PACKET_TOO_LARGE:
    case MQTT_RC_PAYLOAD_FORMAT_INVALID: return OUTCOME_REFUSED;
    default: return OUTCOME_NOT_SENT;
    }
}

static void requests_take(struct request *w, size_t item, int reason)
{
    w->mids[item] = 0;
    w->n_open--;
    if (reason < MQTT_REASON_FAILURE) {
        return;
    }
    if (w->worst != OUTCOME_REFUSED) {
        w->worst = requests_refusal(reason);
    }
    (void)snprintf(w->r->result.detail, sizeof(w->r->result.detail),
                   "MQTT-Broker nimmt %.40s nicht an (Grund %d)%s",
                   w->r->items[item].name, reason,
                   reason == MQTT_RC_NOT_AUTHORIZED
                       ? ": Rechte (ACL) des Kontos prüfen."
                       : ".");
}

/* The item that was sent as mid; n_items when none. */
static size_t requests_item(const struct request *w, int mid)
{
    size_t i = 0;
    while (i < w->r->n_items && w->mids[i] != mid) {
        i++;
    }
    return i;
}

void requests_acknowledged(struct requests *q, int mid, int reason)
{
    struct request *w = q->open;
    while (w != NULL && requests_item(w, mid) == w->r->n_items) {
        w = w->next;
    }
    if (w == NULL) {
        return; /* nobody asked for its result, or it came too late */
    }
    requests_take(w, requests_item(w, mid), reason);
    if (w->n_open == 0) {
        requests_finish(q, w, w->worst);
    }
}

void requests_lose(struct requests *q, const char *detail)
{
    while (q->open != NULL) {
        requests_detail(q->open->r, detail);
        requests_finish(q, q->open, OUTCOME_UNKNOWN);
    }
}

void requests_time_out(struct requests *q, int64_t now_ms)
{
    struct request *w = q->open;
    while (w != NULL) {
        struct request *next = w->next;
        if (now_ms >= w->deadline_ms) {
            requests_detail(w->r, "MQTT-Broker bestätigt nicht; wird "
                                  "wiederholt.");
            requests_finish(q, w, OUTCOME_UNKNOWN);
        }
        w = next;
    }
}
