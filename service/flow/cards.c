/* Cards of previews that became nothing leave the website and the store after
 * a day: whoever previews often must not fill disk and memory. */
#include <stdio.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/flow/parts.h"
#include "service/store/draft.h"
#include "service/store/store.h"

static const int64_t cards_kept_ms = INT64_C(24) * 3600 * 1000;
static const int64_t cards_pause_ms = INT64_C(3600) * 1000;

/* The rows go when the files are gone. */
static void cards_removed(struct broadcast *b)
{
    struct cards_part *c = &b->cards;
    if (--c->pending > 0) {
        return;
    }
    store_begin(b->o.store);
    for (size_t i = 0; i < c->n && !c->failed; i++) {
        card_forget(b->o.store, c->names[i]);
    }
    draft_forget(b->o.store, broadcast_now_ms(b) - cards_kept_ms);
    broadcast_commit(b);
    if (c->n == CARDS_SWEEP_MAX && !c->failed) {
        c->next_ms = 0; /* there are more */
    }
}

static void cards_on_removed(struct channel_request *r)
{
    struct broadcast *b = r->data;
    if (r->result.outcome != OUTCOME_DONE) {
        log_warn("old cards not removed: %s", r->result.detail);
        b->cards.failed = true;
    }
    cards_removed(b);
}

static void cards_fill(struct broadcast *b)
{
    struct cards_part *c = &b->cards;
    c->n =
        card_list_forgettable(b->o.store, broadcast_now_ms(b) - cards_kept_ms,
                              c->names, CARDS_SWEEP_MAX);
    for (size_t i = 0; i < c->n; i++) {
        (void)snprintf(c->paths[i], sizeof(c->paths[i]), "karte/%s.jpg",
                       c->names[i]);
        c->items[i] = (struct channel_item){.name = c->paths[i]};
    }
}

void cards_sweep(struct broadcast *b)
{
    struct cards_part *c = &b->cards;
    int64_t mono = broadcast_mono_ms(b);
    if (c->pending > 0 || mono < c->next_ms) {
        return;
    }
    c->next_ms = mono + cards_pause_ms;
    c->failed = false;
    cards_fill(b);
    c->pending = 1; /* ourselves */
    for (int r = 0; r < N_REALMS && c->n > 0; r++) {
        struct channel *site = b->o.channels[r][CHANNEL_WEBSITE];
        if (site == NULL) {
            continue;
        }
        c->pending++;
        c->requests[r] = (struct channel_request){.items = c->items,
                                                  .n_items = c->n,
                                                  .done = cards_on_removed,
                                                  .data = b};
        site->type->publish(site, &c->requests[r]);
    }
    cards_removed(b);
}
