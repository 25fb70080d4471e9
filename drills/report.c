#include "drills/report.h"

#include "service/store/alert.h"
#include "service/store/delivery.h"

static void report_add_step(struct report *r, const char *name, int64_t at_ms)
{
    if (at_ms != 0) {
        r->steps[r->n_steps++] = (struct report_step){name, at_ms};
    }
}

static struct report_channel *report_channel_of(struct report *r,
                                                enum channel_id id)
{
    for (size_t i = 0; i < r->n_channels; i++) {
        if (r->channels[i].channel == id) {
            return &r->channels[i];
        }
    }
    return NULL;
}

static void report_add_alert(struct store *s, const char *alert_id,
                             struct report *r)
{
    struct delivery_list list;
    delivery_load_alert(s, alert_id, &list);
    for (size_t i = 0; i < list.n && r->n_channels < N_CHANNELS; i++) {
        const struct delivery *d = &list.items[i];
        r->channels[r->n_channels++] =
            (struct report_channel){.channel = d->channel,
                                    .queued_at_ms = d->queued_at_ms,
                                    .accepted_at_ms = d->accepted_at_ms,
                                    .visible_at_ms = d->visible_at_ms};
    }
    delivery_list_fini(&list);
}

static void report_add_end(struct store *s, const char *alert_id,
                           struct report *r)
{
    struct delivery_list list;
    delivery_load_alert(s, alert_id, &list);
    for (size_t i = 0; i < list.n; i++) {
        const struct delivery *d = &list.items[i];
        struct report_channel *c = report_channel_of(r, d->channel);
        if (c != NULL) {
            c->ended_at_ms =
                d->visible_at_ms != 0 ? d->visible_at_ms : d->accepted_at_ms;
        }
    }
    delivery_list_fini(&list);
}

void report_load(struct store *s, const struct drill *d, struct report *out)
{
    struct alert all_clear;
    *out = (struct report){.n_steps = 0};
    report_add_step(out, "planned", d->planned_at_ms);
    report_add_step(out, "started", d->started_at_ms);
    if (d->alert_id[0] != '\0') {
        report_add_alert(s, d->alert_id, out);
    }
    if (d->all_clear_id[0] != '\0' &&
        alert_load(s, d->all_clear_id, &all_clear)) {
        report_add_step(out, "all_clear", all_clear.released_at_ms);
        alert_fini(&all_clear);
        report_add_end(s, d->all_clear_id, out);
    }
    report_add_step(out, "ended", d->ended_at_ms);
    report_add_step(out, "next", d->next_at_ms);
}
