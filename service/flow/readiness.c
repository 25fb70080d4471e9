/* Is every channel able to send now? Asked at start, every minute, and
 * whenever somebody wants to know. */
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"

struct broadcast_readiness broadcast_readiness(const struct broadcast *b,
                                               enum channel_id id)
{
    if (b->o.channels[REALM_LIVE][id] == NULL) {
        struct broadcast_readiness off = {.state = READINESS_OFF};
        MEM_SET_TEXT(off.detail, "Nicht eingerichtet.");
        return off;
    }
    return b->readiness.now[id];
}

static void readiness_answer(struct broadcast *b)
{
    struct readiness_waiter *w = b->readiness.waiters;
    b->readiness.waiters = NULL;
    while (w != NULL) {
        struct readiness_waiter *next = w->next;
        w->cb(w->data);
        free(w);
        w = next;
    }
}

static void readiness_ask(struct broadcast *b, size_t c);

static void readiness_on_checked(struct channel_request *r)
{
    struct broadcast *b = r->data;
    struct readiness_part *part = &b->readiness;
    size_t id = (size_t)(r - part->requests);
    struct broadcast_readiness *now = &part->now[id];
    bool changed = now->checked_at_ms == 0 || now->state != r->result.readiness;
    now->state = r->result.readiness;
    now->checked_at_ms = broadcast_now_ms(b);
    now->expires_at_ms = r->result.expires_at_ms;
    MEM_SET_TEXT(now->detail, r->result.detail);
    if (changed) {
        const char *name = channel_id_name((enum channel_id)id);
        log_info("channel=%s state=%s", name, readiness_name(now->state));
        struct broadcast_event event = {BROADCAST_CHANNEL, name, "", -1};
        b->o.event(&event, b->o.data);
    }
    part->asked[id] = false;
    if (part->again[id] && !b->closing) {
        readiness_ask(b, id);
    }
    part->again[id] = false;
    if (--part->pending == 0) {
        readiness_answer(b);
    }
}

static void readiness_ask(struct broadcast *b, size_t c)
{
    struct readiness_part *part = &b->readiness;
    struct channel *channel = b->o.channels[REALM_LIVE][c];
    if (channel == NULL) {
        return;
    }
    part->pending++;
    part->asked[c] = true;
    part->requests[c] =
        (struct channel_request){.done = readiness_on_checked, .data = b};
    /* Parentheses keep the operation from the macro check(). */
    channel->type->probe(channel, &part->requests[c]);
}

void readiness_check_one(struct broadcast *b, enum channel_id id)
{
    if (b->closing) {
        return;
    }
    if (b->readiness.asked[id]) {
        b->readiness.again[id] = true;
    } else {
        readiness_ask(b, id);
    }
}

void broadcast_check(struct broadcast *b, broadcast_checked_cb cb, void *data)
{
    struct readiness_part *part = &b->readiness;
    check(!b->closing);
    if (cb != NULL) {
        struct readiness_waiter *w = mem_zalloc(sizeof(*w));
        *w = (struct readiness_waiter){cb, data, part->waiters};
        part->waiters = w;
    }
    for (size_t c = 0; c < N_CHANNELS; c++) {
        if (!part->asked[c]) {
            readiness_ask(b, c);
        }
    }
    if (part->pending == 0) {
        readiness_answer(b);
    }
}

void readiness_start(struct broadcast *b)
{
    for (int c = 0; c < N_CHANNELS; c++) {
        b->readiness.now[c].state = READINESS_DOWN;
        MEM_SET_TEXT(b->readiness.now[c].detail, "Prüfung läuft.");
    }
    broadcast_check(b, NULL, NULL);
}

void readiness_fini(struct broadcast *b)
{
    check(b->readiness.pending == 0);
    check(b->readiness.waiters == NULL);
}
