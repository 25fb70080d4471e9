/* What screens say about themselves, and which deliveries that proves: the
 * other half of the displays. */
#include <string.h>

#include "channels/displays/report.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/display.h"
#include "service/store/store.h"

/* One delivery: accepted when all streams that hold its alert are
 * acknowledged, visible when a screen shows it. */
static void reports_record_one(struct broadcast *b, struct delivery *d)
{
    int64_t now = broadcast_now_ms(b);
    enum delivery_state from = d->state;
    struct display_count n = display_count_shown(b->o.store, d->alert_id);
    struct display_reach reach = display_reach_of(b->o.store, d->alert_id);
    bool counted =
        n.expected != d->shown_expected || n.confirmed != d->shown_confirmed;
    d->shown_expected = n.expected;
    d->shown_confirmed = n.confirmed;
    if (d->state == DELIVERY_QUEUED && reach.streams > 0 &&
        reach.unpublished == 0) {
        d->state = DELIVERY_ACCEPTED;
        d->outcome = OUTCOME_DONE;
        d->attempts++;
        d->accepted_at_ms = now;
        MEM_SET_TEXT(d->detail,
                     reach.hidden == reach.streams ? "verdrängt" : "");
        record_delivery(b, d, from);
        from = d->state;
        counted = false;
    }
    if (d->state == DELIVERY_ACCEPTED && n.confirmed > 0) {
        d->state = DELIVERY_VISIBLE;
        d->visible_at_ms = now;
    }
    if (d->state != from || counted) {
        record_delivery(b, d, from);
    }
}

static void reports_record_lane(struct broadcast *b, struct lane *l)
{
    for (size_t i = 0; i < l->deliveries.n; i++) {
        if (!delivery_is_final(l->deliveries.items[i].state)) {
            reports_record_one(b, &l->deliveries.items[i]);
        }
    }
}

void reports_record(struct broadcast *b)
{
    for (struct lane *l = b->lanes; l != NULL; l = l->next) {
        if (l->channel == CHANNEL_DISPLAYS) {
            reports_record_lane(b, l);
        }
    }
}

static void reports_take_status(struct broadcast *b, struct display *d,
                                const struct report_status *r)
{
    MEM_SET_TEXT(d->status, r->state);
    MEM_SET_TEXT(d->player, r->player);
    d->clock_offset_s = r->clock_offset_s;
    (void)display_save_status(b->o.store, d, broadcast_now_ms(b));
}

static void reports_take_shown(struct broadcast *b, struct display *d,
                               const struct report_shown *r)
{
    d->n_showing = r->n;
    d->shown_at_ms = r->shown_at * 1000;
    for (size_t i = 0; i < r->n; i++) {
        struct display_showing *s = &d->showing[i];
        *s = (struct display_showing){.epoch = r->items[i].epoch,
                                      .seq = r->items[i].seq};
        MEM_SET_TEXT(s->stream, r->items[i].stream);
        MEM_SET_TEXT(s->sha256, r->items[i].sha256);
    }
    (void)display_save_shown(b->o.store, d, broadcast_now_ms(b));
    reports_record(b);
}

/* A screen is not trusted: what does not parse is told and left. */
void broadcast_displays_message(struct broadcast *b, const char *topic,
                                const void *bytes, size_t len)
{
    char id[ID_MAX];
    struct display d;
    struct err e = {.code = ERR_OK};
    struct report_status status;
    struct report_shown shown;
    enum report_kind kind = report_topic_parse(topic, id);
    if (kind == REPORT_NONE || len == 0 || !display_load(b->o.store, id, &d)) {
        return;
    }
    enum err_code code = kind == REPORT_STATUS
                             ? report_status_parse(bytes, len, &status, &e)
                             : report_shown_parse(bytes, len, &shown, &e);
    if (code != ERR_OK) {
        log_warn("display=%s %s", id, e.msg);
        return;
    }
    struct broadcast_news news = {.kind = BROADCAST_DISPLAY, .leaf = -1};
    MEM_SET_TEXT(news.id, id);
    store_begin(b->o.store);
    if (kind == REPORT_STATUS) {
        reports_take_status(b, &d, &status);
    } else {
        reports_take_shown(b, &d, &shown);
    }
    broadcast_note(b, &news);
    broadcast_commit(b);
}
