/* The website as a state channel: compose what is true, write what differs,
 * record it, read it back; and again while something changed meanwhile.
 * Level-triggered: intermediate states may be skipped, the last never. */
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/delivery.h"
#include "service/store/store.h"

/* Read back 0.5, 1, 2, 5 … s after a reading that did not find it. */
static const int64_t site_read_again_ms[] = {500, 1000, 2000, 5000, 10000};

void sites_mark(struct broadcast *b, enum stream stream)
{
    b->sites[broadcast_realm(stream)].dirty = true;
    broadcast_wake(b);
}

static struct channel *site_channel(const struct broadcast *b, enum realm realm)
{
    return b->o.channels[realm][CHANNEL_WEBSITE];
}

/* ---- recording ---- */

typedef bool (*site_change)(struct delivery *d, int64_t now_ms);

static bool site_accept(struct delivery *d, int64_t now_ms)
{
    if (d->state != DELIVERY_QUEUED) {
        return false;
    }
    d->state = DELIVERY_ACCEPTED;
    d->outcome = OUTCOME_DONE;
    d->attempts++;
    d->accepted_at_ms = now_ms;
    d->detail[0] = '\0';
    return true;
}

static bool site_show(struct delivery *d, int64_t now_ms)
{
    if (d->state != DELIVERY_ACCEPTED) {
        return false;
    }
    d->state = DELIVERY_VISIBLE;
    d->visible_at_ms = now_ms;
    d->detail[0] = '\0';
    return true;
}

/* Held by the last composed state: it, or its successor, was released. */
static bool site_holds(const struct broadcast *b, const struct site_part *site,
                       const struct delivery *d)
{
    const struct alert *a = incidents_find(b, d->alert_id);
    for (size_t v = 0; a != NULL && v < site->n_pending; v++) {
        if (strcmp(site->pending[v].marker, d->marker) == 0) {
            return site->pending[v].number >= a->number;
        }
    }
    return false;
}

static void site_record_lane(struct broadcast *b, struct lane *l,
                             enum realm realm, site_change change)
{
    for (size_t i = 0; i < l->deliveries.n; i++) {
        struct delivery *d = &l->deliveries.items[i];
        enum delivery_state from = d->state;
        if (broadcast_realm(d->stream) == realm &&
            site_holds(b, &b->sites[realm], d) &&
            change(d, broadcast_now_ms(b))) {
            record_delivery(b, d, from);
        }
    }
}

/* Applies `change` to the website deliveries of the realm that the state
 * holds; inside a transaction. */
static void site_record(struct broadcast *b, enum realm realm,
                        site_change change)
{
    for (struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == CHANNEL_WEBSITE) {
            site_record_lane(b, l, realm, change);
        }
    }
}

static void site_note_lane(struct broadcast *b, struct lane *l,
                           enum realm realm, enum delivery_state state,
                           const char *detail)
{
    for (size_t i = 0; i < l->deliveries.n; i++) {
        struct delivery *d = &l->deliveries.items[i];
        if (d->state == state && broadcast_realm(d->stream) == realm &&
            strcmp(d->detail, detail) != 0) {
            MEM_SET_TEXT(d->detail, detail);
            record_delivery(b, d, d->state);
        }
    }
}

static void site_note_detail(struct broadcast *b, enum realm realm,
                             enum delivery_state state, const char *detail)
{
    for (struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == CHANNEL_WEBSITE) {
            site_note_lane(b, l, realm, state, detail);
        }
    }
}

bool sites_has_page(const struct broadcast *b, const struct alert *a)
{
    const struct lane *l = NULL;
    for (l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == CHANNEL_WEBSITE &&
            strcmp(l->marker, a->marker) == 0) {
            break;
        }
    }
    for (size_t i = 0; l != NULL && i < l->deliveries.n; i++) {
        if (strcmp(l->deliveries.items[i].alert_id, a->id) == 0) {
            return l->deliveries.items[i].state != DELIVERY_QUEUED;
        }
    }
    return true;
}

/* ---- one publish ---- */

static enum realm site_realm(const struct broadcast *b,
                             const struct site_part *site)
{
    return site == &b->sites[REALM_LIVE] ? REALM_LIVE : REALM_REHEARSAL;
}

static void site_fail(struct broadcast *b, struct site_part *site,
                      const char *detail)
{
    static const int64_t wait_ms[] = {1000, 2000, 5000, 10000, 30000};
    size_t last = sizeof(wait_ms) / sizeof(wait_ms[0]) - 1;
    size_t at = (size_t)site->failures > last ? last : (size_t)site->failures;
    site->failures++;
    site->dirty = true;
    site->retry_at_ms = broadcast_mono_ms(b) + wait_ms[at];
    log_warn("channel=website not written: %s", detail);
    store_begin(b->o.store);
    site_note_detail(b, site_realm(b, site), DELIVERY_QUEUED, detail);
    broadcast_commit(b);
}

/* D6: the row follows the files. */
static void site_written(struct broadcast *b, struct site_part *site)
{
    enum realm realm = site_realm(b, site);
    store_begin(b->o.store);
    site_save(b->o.store, realm == REALM_LIVE ? "live" : "rehearsal",
              site->request.result.remote_id, /* the evidence: a digest */
              broadcast_now_ms(b));
    site_record(b, realm, site_accept);
    broadcast_commit(b);
    free(site->versions);
    site->versions = mem_calloc(site->n_pending, sizeof(*site->versions));
    memcpy(site->versions, site->pending,
           site->n_pending * sizeof(*site->versions));
    site->n_versions = site->n_pending;
    site->failures = 0;
    site->reads = 0;
    site->read_again_at_ms = broadcast_mono_ms(b);
    for (struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == CHANNEL_FACEBOOK) {
            l->due_ms = broadcast_now_ms(b); /* its page is there */
        }
    }
}

static void site_on_written(struct channel_request *r)
{
    struct site_part *site = container_of(r, struct site_part, request);
    struct broadcast *b = r->data;
    site->writing = false;
    site_forget_items(site);
    if (r->result.outcome == OUTCOME_DONE) {
        site_written(b, site);
    } else {
        site_fail(b, site, r->result.detail);
    }
    broadcast_wake(b);
}

static void site_on_read(struct channel_request *r)
{
    struct site_part *site = container_of(r, struct site_part, read_request);
    struct broadcast *b = r->data;
    site->reading = false;
    if (site->outdated) {
        site->outdated = false;
        site_items_fini(&site->read_items);
        broadcast_wake(b);
        return;
    }
    store_begin(b->o.store);
    if (r->result.finding == CHANNEL_FOUND) {
        site_record(b, site_realm(b, site), site_show);
        site->read_again_at_ms = 0;
    } else {
        size_t last = sizeof(site_read_again_ms) / sizeof(int64_t) - 1;
        size_t at = (size_t)site->reads > last ? last : (size_t)site->reads;
        site->reads++;
        site->read_again_at_ms = broadcast_mono_ms(b) + site_read_again_ms[at];
        site_note_detail(b, site_realm(b, site), DELIVERY_ACCEPTED,
                         r->result.detail);
    }
    broadcast_commit(b);
    broadcast_wake(b);
}

static void site_begin(struct broadcast *b, enum realm realm)
{
    struct site_part *site = &b->sites[realm];
    struct channel *c = site_channel(b, realm);
    struct err e;
    site->dirty = false;
    site->retry_at_ms = 0;
    site->read_again_at_ms = 0;
    if (site->reading && !site->outdated) {
        site->outdated = true;
        site->read_items = site->items;
        site->items = (struct site_items){0};
    }
    site_items_fini(&site->items);
    if (site_make(b, realm, &e) != ERR_OK) {
        site_fail(b, site, e.msg);
        return;
    }
    site->writing = true;
    site->request = (struct channel_request){.items = site->to_write,
                                             .n_items = site->n_to_write,
                                             .done = site_on_written,
                                             .data = b};
    c->type->publish(c, &site->request);
}

static void site_read_back(struct broadcast *b, enum realm realm)
{
    struct site_part *site = &b->sites[realm];
    struct channel *c = site_channel(b, realm);
    site->reading = true;
    site->read_again_at_ms = 0;
    site->read_request = (struct channel_request){.items = site->items.items,
                                                  .n_items = site->items.n,
                                                  .done = site_on_read,
                                                  .data = b};
    c->type->confirm(c, &site->read_request);
}

static void site_turn(struct broadcast *b, enum realm realm)
{
    struct site_part *site = &b->sites[realm];
    int64_t mono = broadcast_mono_ms(b);
    if (site_channel(b, realm) == NULL || site->writing || b->closing) {
        return;
    }
    if (site->changes_at_ms != 0 &&
        broadcast_now_ms(b) >= site->changes_at_ms) {
        site->dirty = true;
    }
    if (site->dirty && mono >= site->retry_at_ms) {
        site_begin(b, realm);
    } else if (!site->reading && site->read_again_at_ms != 0 &&
               mono >= site->read_again_at_ms) {
        site_read_back(b, realm);
    }
}

void sites_turn(struct broadcast *b)
{
    for (int r = 0; r < N_REALMS; r++) {
        site_turn(b, (enum realm)r);
    }
}

static void sites_earlier(int64_t *due, int64_t at)
{
    if (at != 0 && (*due == 0 || at < *due)) {
        *due = at;
    }
}

int64_t sites_due_mono_ms(const struct broadcast *b)
{
    int64_t due = 0;
    for (int r = 0; r < N_REALMS; r++) {
        const struct site_part *site = &b->sites[r];
        if (site_channel(b, (enum realm)r) == NULL || site->writing) {
            continue;
        }
        if (site->dirty) {
            sites_earlier(&due, site->retry_at_ms == 0 ? 1 : site->retry_at_ms);
        }
        if (!site->reading) {
            sites_earlier(&due, site->read_again_at_ms);
        }
        if (site->changes_at_ms != 0) {
            sites_earlier(&due, broadcast_mono_ms(b) + site->changes_at_ms -
                                    broadcast_now_ms(b));
        }
    }
    return due;
}

void sites_fini(struct broadcast *b)
{
    for (int r = 0; r < N_REALMS; r++) {
        check(!b->sites[r].writing && !b->sites[r].reading);
        site_items_fini(&b->sites[r].items);
        free(b->sites[r].versions);
        free(b->sites[r].pending);
    }
}
