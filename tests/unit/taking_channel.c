#include "tests/unit/taking_channel.h"

#include <stdio.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

static void taking_on_soon(uv_timer_t *timer)
{
    struct taking_channel *c = timer->data;
    size_t n = c->n_waiting;
    struct channel_request *waiting[64];
    memcpy(waiting, c->waiting, sizeof waiting);
    c->n_waiting = 0;
    for (size_t i = 0; i < n; i++) {
        waiting[i]->done(waiting[i]);
    }
}

static void taking_answer(struct channel *channel, struct channel_request *r)
{
    struct taking_channel *c =
        container_of(channel, struct taking_channel, channel);
    check(c->n_waiting < 64);
    c->waiting[c->n_waiting++] = r;
    check(uv_timer_start(&c->soon, taking_on_soon, 1, 0) == 0);
}

static void taking_publish(struct channel *channel, struct channel_request *r)
{
    struct taking_channel *c =
        container_of(channel, struct taking_channel, channel);
    memset(&r->result, 0, sizeof r->result);
    r->result.outcome = c->is_refusing ? OUTCOME_REFUSED : OUTCOME_DONE;
    if (!c->is_refusing) {
        MEM_SET_TEXT(r->result.remote_id, "1_1");
        c->n_published++;
    }
    taking_answer(channel, r);
}

static void taking_confirm(struct channel *channel, struct channel_request *r)
{
    memset(&r->result, 0, sizeof r->result);
    r->result.finding = CHANNEL_FOUND;
    MEM_SET_TEXT(r->result.remote_id, "1_1");
    taking_answer(channel, r);
}

static void taking_probe(struct channel *channel, struct channel_request *r)
{
    memset(&r->result, 0, sizeof r->result);
    r->result.readiness = READINESS_READY;
    taking_answer(channel, r);
}

static void taking_on_closed(uv_handle_t *handle)
{
    struct taking_channel *c = handle->data;
    c->close_cb(c->close_data);
}

static void taking_close(struct channel *channel, channel_close_cb cb,
                         void *data)
{
    struct taking_channel *c =
        container_of(channel, struct taking_channel, channel);
    taking_on_soon(&c->soon); /* work in flight still answers */
    c->close_cb = cb;
    c->close_data = data;
    uv_close((uv_handle_t *)&c->soon, taking_on_closed);
}

static const struct channel_type taking_facebook = {
    .name = "facebook",
    .id = CHANNEL_FACEBOOK,
    .publish = taking_publish,
    .confirm = taking_confirm,
    .mark = taking_publish,
    .probe = taking_probe,
    .close = taking_close,
};

static const struct channel_type taking_website = {
    .name = "website",
    .id = CHANNEL_WEBSITE,
    .publish = taking_publish,
    .confirm = taking_confirm,
    .probe = taking_probe,
    .close = taking_close,
};

void taking_open(struct taking_channel *c, uv_loop_t *loop, bool is_facebook,
                 bool is_rehearsal)
{
    *c = (struct taking_channel){.loop = loop,
                                 .n_published = c->n_published,
                                 .is_refusing = c->is_refusing};
    c->channel.type = is_facebook ? &taking_facebook : &taking_website;
    check(snprintf(c->channel.target, sizeof c->channel.target, "%s%s",
                   is_rehearsal ? "rehearsal:" : "",
                   is_facebook ? "facebook:1" : "website") > 0);
    check(uv_timer_init(loop, &c->soon) == 0);
    c->soon.data = c;
}
