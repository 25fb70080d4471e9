/* Once a second: what time alone changes. An alert that nobody agreed to
 * lapses, one that ran out expires, the log's checkpoint is signed and
 * published, screens hear that the service lives, channels are asked. */
#include <stdlib.h>
#include <string.h>

#include "channels/displays/displays.h"
#include "channels/displays/notices.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/seal/publish.h"
#include "service/store/store.h"

static const int64_t lifecycle_lapse_ms = INT64_C(10) * 60 * 1000;
static const int64_t lifecycle_heartbeat_ms =
    INT64_C(1000) * DISPLAYS_HEARTBEAT_S;
static const int64_t lifecycle_check_ms = 60000;

bool lifecycle_has_lapsed(const struct alert *a, int64_t now_ms)
{
    return now_ms >= a->submitted_at_ms + lifecycle_lapse_ms ||
           now_ms >= a->expires_at_ms;
}

static bool lifecycle_is_due(const struct alert *a, int64_t now_ms,
                             enum alert_state *to)
{
    if (a->state == ALERT_AWAITING_APPROVAL &&
        lifecycle_has_lapsed(a, now_ms)) {
        *to = ALERT_LAPSED;
        return true;
    }
    if (a->state == ALERT_RELEASED && now_ms >= alert_stands_until_ms(a)) {
        *to = ALERT_EXPIRED;
        return true;
    }
    return false;
}

/* Deliveries on state channels end with their alert; those on message
 * channels are resolved in their lanes. */
static void lifecycle_end_alerts(struct broadcast *b)
{
    const struct alert_list *all = &b->incidents.alerts;
    int64_t now = broadcast_now_ms(b);
    enum alert_state to = ALERT_EXPIRED;
    bool any = false;
    for (size_t i = 0; i < all->n && !any; i++) {
        any = lifecycle_is_due(&all->items[i], now, &to);
    }
    if (!any) {
        return;
    }
    store_begin(b->o.store);
    for (size_t i = 0; i < all->n; i++) {
        const struct alert *a = &all->items[i];
        if (!lifecycle_is_due(a, now, &to)) {
            continue;
        }
        record_alert_state(b, a, to);
        if (to == ALERT_EXPIRED) {
            lanes_expire_states(b, a);
            sites_mark(b, a->stream);
            screens_mark(b, a->stream, &a->areas);
        }
    }
    broadcast_commit(b);
}

static void lifecycle_heartbeat(struct broadcast *b, int64_t mono)
{
    if (mono >= b->next_heartbeat_ms && b->screens.connected) {
        b->next_heartbeat_ms = mono + lifecycle_heartbeat_ms;
        heartbeat_tell(b);
    }
}

/* ---- the log's public face (contract 5: within 5 s) ---- */

static void lifecycle_on_ledger_put(struct channel_request *r)
{
    struct broadcast *b = r->data;
    b->ledger.busy = false;
    if (r->result.outcome == OUTCOME_DONE) {
        b->ledger.published = b->ledger.size;
    } else {
        log_warn("audit log not published: %s", r->result.detail);
    }
    publish_items_fini(&b->ledger.items);
    free(b->ledger.channel_items);
    b->ledger.channel_items = NULL;
}

static void lifecycle_put_ledger(struct broadcast *b)
{
    struct ledger_part *l = &b->ledger;
    struct channel *site = b->o.channels[REALM_LIVE][CHANNEL_WEBSITE];
    if (site == NULL || l->busy) {
        return;
    }
    l->size =
        log_publish(b->o.store, &b->o.audit_key->open, l->published, &l->items);
    if (l->items.n == 0) {
        return;
    }
    l->channel_items = mem_calloc(l->items.n, sizeof(l->channel_items[0]));
    for (size_t i = 0; i < l->items.n; i++) {
        l->channel_items[i] =
            (struct channel_item){.name = l->items.items[i].name,
                                  .bytes = l->items.items[i].bytes,
                                  .len = l->items.items[i].len};
    }
    l->busy = true;
    l->request = (struct channel_request){.items = l->channel_items,
                                          .n_items = l->items.n,
                                          .done = lifecycle_on_ledger_put,
                                          .data = b};
    site->type->publish(site, &l->request);
}

/* D9: signed and stored, then published. */
static void lifecycle_checkpoint(struct broadcast *b)
{
    struct err e;
    int64_t size = 0;
    if (log_checkpoint_wait_ms(b->o.store) == 0) {
        if (log_checkpoint_sign(b->o.store, b->o.audit_key, &e) != ERR_OK) {
            log_error("checkpoint: %s", e.msg);
            return;
        }
        char *note = log_checkpoint_load(b->o.store, &size);
        struct channel *displays = b->o.channels[REALM_LIVE][CHANNEL_DISPLAYS];
        if (note != NULL && displays != NULL) {
            (void)displays_tell(displays, DISPLAYS_TOPIC_CHECKPOINT, note,
                                strlen(note), true);
        }
        free(note);
    }
    lifecycle_put_ledger(b);
}

void lifecycle_watch_clock(struct broadcast *b)
{
    static const int64_t jump_ms = 2000;
    int64_t offset = broadcast_now_ms(b) - broadcast_mono_ms(b);
    int64_t shift = offset - b->clock_offset_ms;
    if (shift >= jump_ms || shift <= -jump_ms) {
        b->clock_offset_ms = offset;
        log_warn("clock jumped by %lld ms", (long long)shift);
        lanes_shift(b, shift);
    }
}

void lifecycle_tick(struct broadcast *b)
{
    int64_t mono = broadcast_mono_ms(b);
    if (b->closing || b->failed) {
        return;
    }
    lifecycle_watch_clock(b);
    lifecycle_end_alerts(b);
    lanes_tick(b);
    lifecycle_checkpoint(b);
    lifecycle_heartbeat(b, mono);
    cards_sweep(b);
    if (mono >= b->next_check_ms) {
        b->next_check_ms = mono + lifecycle_check_ms;
        broadcast_check(b, NULL, NULL);
    }
    store_checkpoint(b->o.store);
    broadcast_wake(b);
}
