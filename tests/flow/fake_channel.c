#include "tests/flow/fake_channel.h"

#include <stdio.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

static struct fake_channel *fake_of(struct channel *channel)
{
    return container_of(channel, struct fake_channel, channel);
}

static bool fake_is_public(const struct fake_channel *c, const char *alert_id)
{
    for (size_t i = 0; alert_id != NULL && i < c->outside->n_effects; i++) {
        const struct effect *e = &c->outside->effects[i];
        if (e->channel == c->channel.type->id &&
            e->is_rehearsal == c->is_rehearsal &&
            strcmp(e->alert_id, alert_id) == 0) {
            return true;
        }
    }
    return false;
}

static void fake_apply(struct fake_channel *c, const struct channel_request *r)
{
    struct outside *o = c->outside;
    c->n_published++;
    if (!channel_id_appends(c->channel.type->id)) {
        for (size_t i = 0; i < r->n_items; i++) {
            o->n_bytes += r->items[i].len;
        }
        return;
    }
    check(o->n_effects < OUTSIDE_EFFECTS_MAX);
    struct effect *e = &o->effects[o->n_effects++];
    *e = (struct effect){.channel = c->channel.type->id,
                         .is_rehearsal = c->is_rehearsal};
    MEM_SET_TEXT(e->alert_id, r->alert_id);
    (void)snprintf(e->text, sizeof(e->text), "%.90s", r->text);
    o->n_bytes += strlen(r->text);
}

static enum outcome fake_outcome(enum fake_answer answer)
{
    switch (answer) {
    case FAKE_TAKES: return OUTCOME_DONE;
    case FAKE_LOSES:
    case FAKE_DROPS:
    case FAKE_HOLDS: return OUTCOME_UNKNOWN;
    case FAKE_NOT_SENT: return OUTCOME_NOT_SENT;
    case FAKE_REFUSES: return OUTCOME_REFUSED;
    }
    return OUTCOME_UNKNOWN;
}

/* Instagram: container first, then the question whether it may go on. */
static bool fake_may_go(struct fake_channel *c, struct channel_request *r)
{
    if (c->channel.type->id != CHANNEL_INSTAGRAM) {
        return true;
    }
    if (r->container_id[0] == '\0') {
        r->step(r, "container-1");
    }
    return r->go == NULL || r->go(r);
}

static void fake_publish_now(struct fake_channel *c, struct channel_request *r)
{
    r->result = (struct channel_result){.outcome = fake_outcome(c->answer)};
    bool lands = c->answer == FAKE_TAKES || c->answer == FAKE_LOSES;
    if (lands && !fake_may_go(c, r)) {
        r->result.outcome = OUTCOME_NOT_SENT;
        return;
    }
    if (lands) {
        fake_apply(c, r);
    }
    if (c->answer == FAKE_TAKES && channel_id_appends(c->channel.type->id)) {
        (void)snprintf(r->result.remote_id, sizeof(r->result.remote_id), "%d",
                       c->n_published);
    }
}

static void fake_confirm_now(struct fake_channel *c, struct channel_request *r)
{
    bool there = !channel_id_appends(c->channel.type->id) ||
                 fake_is_public(c, r->alert_id);
    c->n_reads++;
    r->result =
        (struct channel_result){.finding = c->is_blind ? CHANNEL_UNREADABLE
                                           : there     ? CHANNEL_FOUND
                                                       : CHANNEL_ABSENT};
    if (there && !c->is_blind && channel_id_appends(c->channel.type->id)) {
        MEM_SET_TEXT(r->result.remote_id, "found");
    }
}

static void fake_answer_all(struct fake_channel *c)
{
    size_t n = c->n_waiting;
    struct fake_waiting waiting[FAKE_WAITING_MAX];
    memcpy(waiting, c->waiting, sizeof(waiting));
    c->n_waiting = 0;
    for (size_t i = 0; i < n; i++) {
        struct channel_request *r = waiting[i].request;
        if (waiting[i].is_publish && c->answer == FAKE_HOLDS &&
            c->close_cb == NULL) {
            c->waiting[c->n_waiting++] = waiting[i];
            continue;
        }
        if (waiting[i].is_publish) {
            fake_publish_now(c, r);
        } else {
            fake_confirm_now(c, r);
        }
        r->done(r);
    }
}

static void fake_on_soon(uv_timer_t *timer)
{
    fake_answer_all(timer->data);
}

static void fake_take(struct channel *channel, struct channel_request *r,
                      bool is_publish)
{
    struct fake_channel *c = fake_of(channel);
    check(c->n_waiting < FAKE_WAITING_MAX);
    c->waiting[c->n_waiting++] = (struct fake_waiting){r, is_publish};
    check(uv_timer_start(&c->soon, fake_on_soon, 0, 0) == 0);
}

static void fake_publish(struct channel *channel, struct channel_request *r)
{
    fake_take(channel, r, true);
}

static void fake_confirm(struct channel *channel, struct channel_request *r)
{
    fake_take(channel, r, false);
}

static void fake_probe(struct channel *channel, struct channel_request *r)
{
    fake_take(channel, r, false);
}

static void fake_on_closed(uv_handle_t *handle)
{
    struct fake_channel *c = handle->data;
    channel_close_cb cb = c->close_cb;
    c->close_cb = NULL;
    cb(c->close_data);
}

static void fake_close(struct channel *channel, channel_close_cb cb, void *data)
{
    struct fake_channel *c = fake_of(channel);
    c->close_cb = cb;
    c->close_data = data;
    fake_answer_all(c);
    uv_close((uv_handle_t *)&c->soon, fake_on_closed);
}

#define FAKE_TYPE(text, value)                                              \
    {                                                                       \
        .name = (text), .id = (value), .publish = fake_publish,             \
        .confirm = fake_confirm, .mark = fake_publish, .probe = fake_probe, \
        .close = fake_close                                                 \
    }

static const struct channel_type fake_types[N_CHANNELS] = {
    [CHANNEL_FACEBOOK] = FAKE_TYPE("facebook", CHANNEL_FACEBOOK),
    [CHANNEL_INSTAGRAM] = FAKE_TYPE("instagram", CHANNEL_INSTAGRAM),
    [CHANNEL_WEBSITE] = FAKE_TYPE("website", CHANNEL_WEBSITE),
    [CHANNEL_DISPLAYS] = FAKE_TYPE("displays", CHANNEL_DISPLAYS),
};

void fake_channel_open(struct fake_channel *c, uv_loop_t *loop,
                       enum channel_id id, bool is_rehearsal,
                       struct outside *outside)
{
    c->channel.type = &fake_types[id];
    c->outside = outside;
    c->is_rehearsal = is_rehearsal;
    c->n_waiting = 0;
    c->close_cb = NULL;
    (void)snprintf(c->channel.target, sizeof(c->channel.target), "%s%s:1",
                   is_rehearsal ? "rehearsal:" : "", channel_id_name(id));
    check(uv_timer_init(loop, &c->soon) == 0);
    c->soon.data = c;
}

bool fake_channel_is_quiet(const struct fake_channel *c)
{
    return uv_is_active((const uv_handle_t *)&c->soon) == 0;
}

void fake_channel_set(struct fake_channel *c, enum fake_answer answer)
{
    c->answer = answer;
    check(uv_timer_start(&c->soon, fake_on_soon, 0, 0) == 0);
}

int outside_count(const struct outside *o, enum channel_id id,
                  const char *alert_id)
{
    int n = 0;
    for (size_t i = 0; i < o->n_effects; i++) {
        n += o->effects[i].channel == id &&
             strcmp(o->effects[i].alert_id, alert_id) == 0;
    }
    return n;
}
