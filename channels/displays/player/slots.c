#include "channels/displays/player/slots.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"

enum { SLOTS_COUNTY_LEN = 5, SLOTS_BEHIND_MAX = 2, SLOTS_LEVEL_LAST = 4 };

static const enum stream slots_kinds[N_STREAMS] = {
    STREAM_ACTUAL, STREAM_EXERCISE, STREAM_REHEARSAL};

static bool slots_have_key(const struct slots *s, enum stream kind)
{
    for (size_t i = 0; i < s->n_keys; i++) {
        if (accept_key_is_for(&s->keys[i], stream_name(kind))) {
            return true;
        }
    }
    return false;
}

static void slots_add(struct slots *s, enum stream kind, const char *area)
{
    struct slot *slot = &s->items[s->n++];
    slot->kind = kind;
    displays_stream_name(kind, area, slot->stream);
}

enum err_code slots_init(struct slots *s, const struct key_public *keys,
                         size_t n_keys, const char *area, const char *folder,
                         struct err *e)
{
    char county[SLOTS_COUNTY_LEN + 1] = "";
    *s = (struct slots){.keys = keys, .n_keys = n_keys};
    memcpy(county, area, SLOTS_COUNTY_LEN);
    for (size_t i = 0; i < N_STREAMS; i++) {
        if (!slots_have_key(s, slots_kinds[i])) {
            continue;
        }
        slots_add(s, slots_kinds[i], area);
        if (strlen(area) > SLOTS_COUNTY_LEN) {
            slots_add(s, slots_kinds[i], county);
        }
    }
    if (s->n == 0) {
        return err_set(e, ERR_INVALID,
                       "in der Schlüsseldatei ist kein Schlüssel für "
                       "Meldungen (…/actual/k1)");
    }
    return memory_load(&s->memory, folder, e);
}

void slots_fini(struct slots *s)
{
    for (size_t i = 0; i < s->n; i++) {
        accept_state_fini(&s->items[i].state);
    }
    *s = (struct slots){0};
}

struct slot *slots_find(struct slots *s, const char *topic)
{
    for (size_t i = 0; i < s->n; i++) {
        if (strcmp(s->items[i].stream, topic) == 0) {
            return &s->items[i];
        }
    }
    return NULL;
}

static struct accept_rules slots_rules(const struct slots *s,
                                       const struct slot *slot)
{
    return (struct accept_rules){.kind = slot->kind,
                                 .stream = slot->stream,
                                 .keys = s->keys,
                                 .n_keys = s->n_keys};
}

enum accept_verdict slots_take(struct slots *s, struct slot *slot,
                               const void *bytes, size_t len, int64_t now,
                               bool *forgets)
{
    struct accept_state state;
    struct err e;
    struct accept_rules rules = slots_rules(s, slot);
    struct accept_memory last = memory_get(&s->memory, slot->stream);
    enum accept_verdict verdict =
        state_accept(&rules, bytes, len, &last, now, &state);
    *forgets = false;
    if (verdict != ACCEPT_SHOW) {
        return verdict;
    }
    if (slot->valid && strcmp(slot->state.sha256, state.sha256) == 0) {
        accept_state_fini(&state); /* shown already; it stays where it is */
        return ACCEPT_SHOW;
    }
    if (state.epoch != last.epoch || state.seq != last.seq) {
        last.epoch = state.epoch;
        last.seq = state.seq;
        MEM_SET_TEXT(last.sha256, state.sha256);
        *forgets = memory_set(&s->memory, slot->stream, &last, &e) != ERR_OK;
    }
    accept_state_fini(&slot->state);
    slot->state = state;
    slot->valid = true;
    return ACCEPT_SHOW;
}

int64_t slots_heartbeat(struct slots *s, const void *bytes, size_t len)
{
    int64_t time = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct slot *slot = &s->items[i];
        struct accept_rules rules = slots_rules(s, slot);
        struct accept_memory last = memory_get(&s->memory, slot->stream);
        struct accept_heartbeat h;
        if (!heartbeat_accept(&rules, bytes, len, &h)) {
            return 0;
        }
        bool newer =
            h.epoch > last.epoch || (h.epoch == last.epoch && h.seq > last.seq);
        slot->behind = newer ? slot->behind + 1 : 0;
        time = h.time;
    }
    return time;
}

static void slot_expire_alerts(struct accept_state *s, int64_t now)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->n_alerts; i++) {
        struct accept_alert alert = s->alerts[i];
        if (alert.expires > now) {
            s->alerts[i] = s->alerts[kept];
            s->alerts[kept++] = alert;
        }
    }
    s->n_alerts = kept; /* the others stay behind and are freed with it */
}

void slots_expire(struct slots *s, int64_t now)
{
    for (size_t i = 0; i < s->n; i++) {
        struct slot *slot = &s->items[i];
        if (slot->valid && now >= slot->state.valid_until) {
            accept_state_fini(&slot->state);
            slot->valid = false;
        }
        if (slot->valid) {
            slot_expire_alerts(&slot->state, now);
        }
    }
}

bool slots_complete(const struct slots *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].kind == STREAM_ACTUAL && !s->items[i].valid) {
            return false;
        }
    }
    return slots_have_key(s, STREAM_ACTUAL);
}

bool slots_behind(const struct slots *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (s->items[i].behind >= SLOTS_BEHIND_MAX) {
            return true;
        }
    }
    return false;
}

/* 1, 2, 3, then the ended ones. */
static int slots_rank(const struct accept_alert *a)
{
    return a->level == 0 ? SLOTS_LEVEL_LAST : a->level;
}

static void slots_insert(struct slots_shown *shown,
                         const struct accept_alert *alert)
{
    size_t at = shown->n++;
    while (at > 0 && slots_rank(shown->alerts[at - 1]) > slots_rank(alert)) {
        shown->alerts[at] = shown->alerts[at - 1];
        at--;
    }
    shown->alerts[at] = alert;
}

static void slots_show_kind(const struct slots *s, enum stream kind,
                            struct slots_shown *shown)
{
    shown->kind = kind;
    for (size_t i = 0; i < s->n; i++) {
        const struct slot *slot = &s->items[i];
        bool shows = slot->valid && slot->kind == kind;
        for (size_t a = 0; shows && a < slot->state.n_alerts; a++) {
            slots_insert(shown, &slot->state.alerts[a]);
        }
    }
}

void slots_show(const struct slots *s, struct slots_shown *shown)
{
    *shown = (struct slots_shown){0};
    for (size_t i = 0; i < N_STREAMS && shown->n == 0; i++) {
        slots_show_kind(s, slots_kinds[i], shown);
    }
}
