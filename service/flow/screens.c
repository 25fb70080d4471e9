/* Displays as a state channel: per stream and area one signed, numbered,
 * stored and then published state (D5), again on every connect and every six
 * hours. What the screens say comes back here as proof of display. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/displays.h"
#include "channels/displays/notices.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/flow/egress.h"
#include "service/flow/parts.h"
#include "service/flow/state.h"
#include "service/store/display.h"
#include "service/store/store.h"
#include "templates/places.h"

/* One stream's new state on its way. */
struct screens_sent {
    struct display_stream state;
};

static struct channel *screens_channel(const struct broadcast *b)
{
    return b->o.channels[REALM_LIVE][CHANNEL_DISPLAYS];
}

void screens_mark(struct broadcast *b, enum stream stream,
                  const struct areas *areas)
{
    struct screens_part *s = &b->screens;
    if (areas == NULL) {
        s->all_dirty[stream] = true;
    }
    for (size_t i = 0; areas != NULL && i < areas->n; i++) {
        if (!areas_add(&s->dirty[stream], areas->ags[i])) {
            s->all_dirty[stream] = true;
        }
    }
    broadcast_wake(b);
}

/* All areas that have a topic: the county first, then the municipalities. */
static void screens_all_areas(const struct broadcast *b, struct areas *out)
{
    *out = (struct areas){0};
    check(areas_add(out, b->o.places->county.ags));
    for (size_t i = 0; i < b->o.places->n; i++) {
        check(areas_add(out, b->o.places->items[i].ags));
    }
}

/* Which alerts concern the area but have no room in its state. */
static void screens_hide(struct broadcast *b, const struct state_composed *s,
                         const struct displays_state *shown,
                         const struct display_stream *stream)
{
    for (size_t i = 0; i < shown->n_hidden; i++) {
        const struct state_incident *incident =
            &s->state.incidents[shown->hidden[i]];
        display_stream_hides(b->o.store, stream, incident->current->id);
    }
}

/* Which alerts the state shows now: for "visible", inside a transaction. */
static void screens_hold(struct broadcast *b, const struct state_composed *s,
                         const struct displays_state *shown,
                         const struct display_stream *stream)
{
    for (size_t i = 0; i < shown->n_shown; i++) {
        const struct state_incident *incident =
            &s->state.incidents[shown->shown[i]];
        for (size_t k = 0; k < incident->n_alerts; k++) {
            display_stream_holds(b->o.store, stream, incident->alerts[k]->id);
        }
    }
}

/* Signs and stores the stream's next state when it differs from the newest
 * one or must be issued again. Inside a transaction. */
static void screens_make(struct broadcast *b, const struct state_composed *s,
                         const char *area, bool again,
                         struct display_stream *out)
{
    struct displays_state st;
    struct display_stream newest;
    struct err e;
    *out = (struct display_stream){0};
    if (displays_state_compose(&s->state, area, b->o.host, &st, &e) != ERR_OK) {
        log_error("stream=%s/%s %s", stream_name(s->state.stream), area, e.msg);
        displays_state_fini(&st);
        return;
    }
    bool known = display_stream_load(b->o.store, st.stream, &newest);
    bool same =
        known && memcmp(&newest.content, &st.digest, sizeof(st.digest)) == 0;
    if (same && !again) {
        screens_hide(b, s, &st, &newest);
    }
    if (known) {
        display_stream_fini(&newest);
    }
    if (!same || again) {
        struct displays_number number;
        struct buf note;
        int64_t now_s = broadcast_now_ms(b) / 1000;
        display_stream_next(b->o.store, st.stream, &number.epoch, &number.seq);
        number.issued = now_s;
        number.valid_until = now_s + DISPLAYS_VALID_S;
        buf_init(&note, LIMIT_STATE_BYTES);
        enum err_code code = displays_state_seal(
            &st, &number, b->o.stream_keys[s->state.stream], &note, &e);
        if (code == ERR_OK) {
            out->epoch = number.epoch;
            out->seq = number.seq;
            out->issued_ms = broadcast_now_ms(b);
            out->content = st.digest;
            out->len = note.len;
            out->bytes = buf_take(&note);
            MEM_SET_TEXT(out->stream, st.stream);
            display_stream_save(b->o.store, out);
            struct digest d = digest_of(out->bytes, out->len);
            digest_hex(&d, out->sha256);
            screens_hold(b, s, &st, out);
            screens_hide(b, s, &st, out);
        } else {
            log_error("stream=%s %s", st.stream, e.msg);
        }
        buf_fini(&note);
    }
    displays_state_fini(&st);
}

/* Makes what is dirty of one stream; appends to sent. */
static void screens_make_stream(struct broadcast *b, enum stream stream,
                                bool again)
{
    struct screens_part *s = &b->screens;
    struct areas areas = s->dirty[stream];
    struct state_composed composed;
    int64_t now = broadcast_now_ms(b);
    if (s->changes_at_ms[stream] != 0 && now >= s->changes_at_ms[stream]) {
        s->all_dirty[stream] = true;
    }
    if (s->all_dirty[stream]) {
        screens_all_areas(b, &areas);
    }
    if (areas.n == 0) {
        return;
    }
    state_compose(&b->incidents.alerts, stream, now, &composed);
    s->changes_at_ms[stream] = composed.changes_at_ms;
    s->dirty[stream] = (struct areas){0};
    s->all_dirty[stream] = false;
    for (size_t i = 0; i < areas.n; i++) {
        struct screens_sent *sent = &s->sent[s->n_sent];
        screens_make(b, &composed, areas.ags[i], again, &sent->state);
        s->n_sent += sent->state.bytes != NULL ? 1 : 0;
    }
    state_composed_fini(&composed);
}

static void screens_forget_sent(struct screens_part *s)
{
    for (size_t i = 0; i < s->n_sent; i++) {
        display_stream_fini(&s->sent[i].state);
    }
    s->n_sent = 0;
}

static void screens_again(struct broadcast *b, const char *detail)
{
    static const int64_t wait_ms[] = {500, 1000, 2000, 5000, 10000};
    struct screens_part *s = &b->screens;
    size_t last = sizeof(wait_ms) / sizeof(wait_ms[0]) - 1;
    size_t at = (size_t)s->failures > last ? last : (size_t)s->failures;
    s->failures++;
    s->retry_at_ms = broadcast_mono_ms(b) + wait_ms[at];
    s->again = true;
    log_warn("channel=displays not published: %s", detail);
}

static void screens_on_published(struct channel_request *r)
{
    struct broadcast *b = r->data;
    struct screens_part *s = &b->screens;
    s->busy = false;
    if (r->result.outcome == OUTCOME_DONE) {
        s->failures = 0;
        store_begin(b->o.store);
        for (size_t i = 0; i < s->n_sent; i++) {
            display_stream_published(b->o.store, &s->sent[i].state);
        }
        reports_record(b);
        broadcast_commit(b);
    } else {
        screens_again(b, r->result.detail);
    }
    screens_forget_sent(s);
    broadcast_wake(b);
}

static void screens_publish(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    struct channel *c = screens_channel(b);
    for (size_t i = 0; i < s->n_sent; i++) {
        const struct display_stream *st = &s->sent[i].state;
        s->items[i] = (struct channel_item){.name = st->stream,
                                            .bytes = st->bytes,
                                            .len = st->len,
                                            .expiry_s = DISPLAYS_VALID_S};
    }
    s->busy = true;
    s->request = (struct channel_request){.items = s->items,
                                          .n_items = s->n_sent,
                                          .done = screens_on_published,
                                          .data = b};
    c->type->publish(c, &s->request);
}

/* Publishes again, byte for byte, what was stored and not acknowledged. */
static void screens_take_unpublished(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    struct display_stream_list all;
    display_stream_list_load(b->o.store, &all);
    for (size_t i = 0; i < all.n; i++) {
        if (!all.items[i].published) {
            s->sent[s->n_sent++].state = all.items[i];
            all.items[i] = (struct display_stream){0};
        }
    }
    display_stream_list_fini(&all);
}

static bool screens_is_dirty(const struct broadcast *b)
{
    const struct screens_part *s = &b->screens;
    for (int i = 0; i < N_STREAMS; i++) {
        bool late = s->changes_at_ms[i] != 0 &&
                    broadcast_now_ms(b) >= s->changes_at_ms[i];
        if (s->all_dirty[i] || s->dirty[i].n > 0 || late) {
            return true;
        }
    }
    return s->again;
}

/* D5 for everything that is dirty, whether the broker is there or not. */
static void screens_make_dirty(struct broadcast *b)
{
    store_begin(b->o.store);
    for (int i = 0; i < N_STREAMS; i++) {
        screens_make_stream(b, (enum stream)i, b->screens.reissue);
    }
    b->screens.reissue = false;
    broadcast_commit(b);
}

void screens_turn(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    if (screens_channel(b) == NULL || s->busy || b->closing ||
        !screens_is_dirty(b) || !s->connected ||
        broadcast_mono_ms(b) < s->retry_at_ms) {
        return;
    }
    bool again = s->again;
    s->again = false;
    s->retry_at_ms = 0;
    screens_make_dirty(b);
    if (again) {
        screens_forget_sent(s);
        screens_take_unpublished(b);
    }
    if (s->n_sent > 0) {
        screens_publish(b);
        return;
    }
    /* A state that stayed as it was may still answer for a further alert:
     * one that has no room in it. */
    store_begin(b->o.store);
    reports_record(b);
    broadcast_commit(b);
}

int64_t screens_due_mono_ms(const struct broadcast *b)
{
    const struct screens_part *s = &b->screens;
    int64_t due = 0;
    if (screens_channel(b) == NULL || s->busy || !s->connected) {
        return 0;
    }
    if (screens_is_dirty(b)) {
        return s->retry_at_ms == 0 ? 1 : s->retry_at_ms;
    }
    for (int i = 0; i < N_STREAMS; i++) {
        if (s->changes_at_ms[i] != 0) {
            int64_t at = broadcast_mono_ms(b) + s->changes_at_ms[i] -
                         broadcast_now_ms(b);
            due = due == 0 || at < due ? at : due;
        }
    }
    return due;
}

void screens_start(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    size_t most = (size_t)N_STREAMS * (b->o.places->n + 1);
    struct display_stream_list all;
    s->items = mem_calloc(most, sizeof(s->items[0]));
    s->sent = mem_calloc(most, sizeof(s->sent[0]));
    if (screens_channel(b) == NULL) {
        return;
    }
    display_stream_list_load(b->o.store, &all);
    for (size_t i = 0; i < all.n; i++) {
        displays_expect(screens_channel(b), all.items[i].stream,
                        all.items[i].bytes, all.items[i].len);
    }
    display_stream_list_fini(&all);
    for (int i = 0; i < N_STREAMS; i++) {
        s->all_dirty[i] = true;
    }
    screens_make_dirty(b); /* every area's state is stored before READY */
    screens_forget_sent(s);
    s->again = true;
}

void screens_fini(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    check(!s->busy);
    screens_forget_sent(s);
    free(s->items);
    free(s->sent);
}

/* ---- what comes back ---- */

void broadcast_displays_connected(struct broadcast *b)
{
    struct screens_part *s = &b->screens;
    struct channel *c = screens_channel(b);
    s->connected = true;
    s->failures = 0;
    s->retry_at_ms = 0;
    s->reissue = true;
    for (int i = 0; i < N_STREAMS; i++) {
        s->all_dirty[i] = true;
    }
    (void)displays_tell(c, DISPLAYS_TOPIC_KEYS, b->o.key_list,
                        strlen(b->o.key_list), true);
    heartbeat_tell(b);
    readiness_check_one(b, CHANNEL_DISPLAYS);
    broadcast_wake(b);
}

void broadcast_displays_disconnected(struct broadcast *b)
{
    b->screens.connected = false;
    readiness_check_one(b, CHANNEL_DISPLAYS);
}

/* Byte for byte what was said last, with its number: a stranger who writes all
 * day makes neither numbers nor leaves rise, but for his own. */
static void screens_say_again(struct broadcast *b, const char *topic)
{
    struct display_stream st;
    struct channel *c = screens_channel(b);
    if (display_stream_load(b->o.store, topic, &st)) {
        (void)displays_tell(c, topic, st.bytes, st.len, true);
        display_stream_fini(&st);
    } else if (strcmp(topic, DISPLAYS_TOPIC_KEYS) == 0) {
        (void)displays_tell(c, topic, b->o.key_list, strlen(b->o.key_list),
                            true);
    } else if (strcmp(topic, DISPLAYS_TOPIC_HEARTBEAT) == 0) {
        heartbeat_tell(b);
    }
}

void broadcast_displays_foreign(struct broadcast *b, const char *topic)
{
    store_begin(b->o.store);
    display_foreign_publish(b->o.store, topic);
    broadcast_commit(b);
    screens_say_again(b, topic);
    readiness_check_one(b, CHANNEL_DISPLAYS);
    broadcast_wake(b);
}
