/* What the display says about itself: status and what it shows. */
#include <string.h>

#include "channels/displays/player/player_parts.h"
#include "channels/displays/report.h"
#include "service/base/check.h"
#include "service/base/mem.h"

static const char player_name[] = "tuermer display play";

static bool player_publish(struct player *p, const char *name,
                           const struct buf *body)
{
    char topic[MQTT_TOPIC_MAX];
    struct err e;
    int mid = 0;
    int n = snprintf(topic, sizeof(topic), "%s/display/%s/%s", p->prefix, p->id,
                     name);
    check(n > 0 && n < MQTT_TOPIC_MAX);
    return mqtt_publish(p->mqtt,
                        &(struct mqtt_publication){.topic = topic,
                                                   .bytes = body->data,
                                                   .len = body->len,
                                                   .retained = true},
                        &mid, &e) == ERR_OK;
}

void player_status_body(const struct player *p, const char *state,
                        struct buf *body)
{
    struct report_status r = {.time = clock_wall_ms(p->clock) / 1000,
                              .clock_offset_s = p->clock_offset_s};
    MEM_SET_TEXT(r.state, state);
    MEM_SET_TEXT(r.area, p->area);
    MEM_SET_TEXT(r.player, player_name);
    report_status_body(&r, body);
}

void player_say_status(struct player *p, int64_t now_ms)
{
    bool bad = p->bad_ms != 0 && now_ms - p->bad_ms < PLAYER_BAD_MS;
    const char *status = bad ? "bad_signature" : "online";
    if (status == p->status && now_ms < p->status_due_ms) {
        return;
    }
    struct buf body;
    buf_init(&body, PLAYER_REPORT_MAX);
    player_status_body(p, status, &body);
    if (player_publish(p, "status", &body)) {
        p->status = status;
        p->status_due_ms = now_ms + PLAYER_STATUS_MS;
    }
    buf_fini(&body);
}

void player_say_shown(struct player *p)
{
    struct report_shown r = {.shown_at = player_now_s(p)};
    struct buf body;
    if (!p->shown_due) {
        return;
    }
    for (size_t i = 0; i < p->slots.n; i++) {
        const struct slot *slot = &p->slots.items[i];
        if (slot->valid) {
            struct report_showing *s = &r.items[r.n++];
            MEM_SET_TEXT(s->stream, slot->stream);
            MEM_SET_TEXT(s->sha256, slot->state.sha256);
            s->epoch = slot->state.epoch;
            s->seq = slot->state.seq;
        }
    }
    buf_init(&body, PLAYER_REPORT_MAX);
    report_shown_body(&r, &body);
    p->shown_due = !player_publish(p, "shown", &body);
    buf_fini(&body);
}
