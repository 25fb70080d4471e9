/* What the website of a realm has to show now, and which pictures and files
 * that takes; site.c writes them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/flow/egress.h"
#include "service/flow/parts.h"
#include "service/flow/state.h"
#include "service/store/draft.h"
#include "templates/places.h"

static const char *site_area_name(void *data, const char *ags)
{
    const struct broadcast *b = data;
    const struct place *place = places_find(b->o.places, ags);
    return place == NULL ? NULL : place->name;
}

static const char *site_area_ars(void *data, const char *ags)
{
    const struct broadcast *b = data;
    const struct place *place = places_find(b->o.places, ags);
    return place == NULL || !place->ars_published ? NULL : place->ars;
}

static struct site_config site_config_of(struct broadcast *b, enum realm realm)
{
    const struct config *c = b->o.config;
    return (struct site_config){.authority = c->authority,
                                .sender_id = c->sender_id,
                                .public_url = b->o.public_url[realm],
                                .netiquette_url = c->netiquette_url,
                                .office_hours = c->office_hours,
                                .phones = c->phones,
                                .area = c->area,
                                .area_name = site_area_name,
                                .area_ars = site_area_ars,
                                .area_data = b,
                                .since_ms = b->sites[realm].since_ms,
                                .keys = b->o.key_texts,
                                .proofs = realm == REALM_LIVE,
                                .demonstration = c->demonstration};
}

/* ---- what has been shown ---- */

static bool site_is_shown(const struct site_part *site,
                          const struct state_incident *i)
{
    for (size_t v = 0; v < site->n_versions; v++) {
        const struct site_version *version = &site->versions[v];
        if (strcmp(version->marker, i->marker) == 0) {
            return version->number == i->alerts[i->n_alerts - 1]->number &&
                   version->current == (i->current != NULL);
        }
    }
    return false;
}

static void site_note_version(struct site_part *site,
                              const struct state_incident *i)
{
    struct site_version *v = &site->pending[site->n_pending++];
    *v = (struct site_version){.number = i->alerts[i->n_alerts - 1]->number,
                               .current = i->current != NULL};
    MEM_SET_TEXT(v->marker, i->marker);
}

void site_forget_items(struct site_part *site)
{
    for (size_t i = 0; i < site->n_cards; i++) {
        free(site->cards[i].bytes);
    }
    free(site->cards);
    free(site->to_write);
    site->cards = NULL;
    site->to_write = NULL;
    site->n_cards = 0;
    site->n_to_write = 0;
}

static void site_add_card(struct broadcast *b, struct site_part *site,
                          const struct alert *a)
{
    struct site_card *card = &site->cards[site->n_cards];
    (void)snprintf(card->name, sizeof(card->name), "karte/%s.jpg",
                   a->content.image_name);
    card->bytes = card_load(b->o.store, a->content.image_name, &card->len);
    if (card->bytes != NULL) {
        site->to_write[site->n_to_write++] =
            (struct channel_item){card->name, card->bytes, card->len, 0};
        site->n_cards++;
    }
}

static void site_add_cards(struct broadcast *b, struct site_part *site,
                           const struct state_incident *incident)
{
    for (size_t i = 0; incident->changed && i < incident->n_alerts; i++) {
        site_add_card(b, site, incident->alerts[i]);
    }
}

/* What goes to the writer: the cards of what changed, so that nobody finds a
 * page before its picture, then the composed files. */
static void site_make_items(struct broadcast *b, struct site_part *site,
                            const struct state_composed *composed, size_t n)
{
    size_t alerts = b->incidents.alerts.n;
    site_forget_items(site);
    site->cards = mem_calloc(alerts, sizeof(site->cards[0]));
    site->to_write =
        mem_calloc(alerts + site->items.n, sizeof(site->to_write[0]));
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < composed[i].state.n_incidents; k++) {
            site_add_cards(b, site, &composed[i].incidents[k]);
        }
    }
    for (size_t i = 0; i < site->items.n; i++) {
        site->to_write[site->n_to_write++] = site->items.items[i];
    }
}

/* Which incidents changed, and when time alone changes the state. */
static void site_note_state(struct site_part *site, struct state_composed *s)
{
    for (size_t i = 0; i < s->state.n_incidents; i++) {
        struct state_incident *incident = &s->incidents[i];
        incident->changed = !site_is_shown(site, incident);
        site_note_version(site, incident);
    }
    if (s->changes_at_ms != 0 &&
        (site->changes_at_ms == 0 || s->changes_at_ms < site->changes_at_ms)) {
        site->changes_at_ms = s->changes_at_ms;
    }
}

enum err_code site_make(struct broadcast *b, enum realm realm, struct err *e)
{
    struct site_part *site = &b->sites[realm];
    struct state_composed composed[2];
    const struct state *states[2];
    size_t n = realm == REALM_LIVE ? 2 : 1;
    int64_t now = broadcast_now_ms(b);
    site->since_ms = site->since_ms == 0 ? now : site->since_ms;
    struct site_config config = site_config_of(b, realm);
    free(site->pending);
    site->pending = mem_calloc(b->incidents.alerts.n, sizeof(*site->pending));
    site->n_pending = 0;
    site->changes_at_ms = 0;
    site->composed_at_ms = now;
    for (size_t i = 0; i < n; i++) {
        enum stream stream = realm == REALM_REHEARSAL ? STREAM_REHEARSAL
                             : i == 0                 ? STREAM_ACTUAL
                                                      : STREAM_EXERCISE;
        state_compose(&b->incidents.alerts, stream, now, &composed[i]);
        states[i] = &composed[i].state;
        site_note_state(site, &composed[i]);
    }
    enum err_code code = site_compose(states, n, &config, &site->items, e);
    if (code == ERR_OK) {
        site_make_items(b, site, composed, n);
    }
    for (size_t i = 0; i < n; i++) {
        state_composed_fini(&composed[i]);
    }
    return code;
}
