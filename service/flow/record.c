/* The last step of the flow: what happened goes on disk together with its
 * leaf, in the transaction that the caller has open. */
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"

void record_delivery(struct broadcast *b, struct delivery *d,
                     enum delivery_state from)
{
    int64_t leaf = -1;
    if (d->state != from) {
        check(delivery_may_move(from, d->state));
        bool acted = d->outcome != OUTCOME_NONE;
        leaf = log_append(
            b->o.store, &(struct log_entry){
                            .type = "delivery.state",
                            .incident = d->marker,
                            .alert = d->alert_id,
                            .status = alert_status_name(d->status),
                            .delivery = d->id,
                            .channel = channel_id_name(d->channel),
                            .from = delivery_state_name(from),
                            .to = delivery_state_name(d->state),
                            .outcome = acted ? outcome_name(d->outcome) : NULL,
                            .remote_id = d->remote_id});
        log_info("delivery=%s alert=%s channel=%s from=%s to=%s%s", d->id,
                 d->alert_id, channel_id_name(d->channel),
                 delivery_state_name(from), delivery_state_name(d->state),
                 d->status == STATUS_EXERCISE ? " exercise=1" : "");
    }
    delivery_save(b->o.store, d);
    struct broadcast_news news = {.kind = BROADCAST_DELIVERY, .leaf = leaf};
    MEM_SET_TEXT(news.id, d->id);
    MEM_SET_TEXT(news.alert_id, d->alert_id);
    broadcast_note(b, &news);
}

void record_alert_news(struct broadcast *b, const struct alert *a, int64_t leaf)
{
    struct broadcast_news news = {.kind = BROADCAST_ALERT, .leaf = leaf};
    MEM_SET_TEXT(news.id, a->id);
    MEM_SET_TEXT(news.marker, a->marker);
    broadcast_note(b, &news);
}

void record_alert_state(struct broadcast *b, const struct alert *a,
                        enum alert_state to)
{
    int64_t now = broadcast_now_ms(b);
    alert_save_state(b->o.store, a->id, to, now);
    int64_t leaf = log_append(
        b->o.store, &(struct log_entry){.type = "alert.state",
                                        .incident = a->marker,
                                        .alert = a->id,
                                        .kind = alert_kind_name(a->kind),
                                        .status = alert_status_name(a->status),
                                        .from = alert_state_name(a->state),
                                        .to = alert_state_name(to)});
    log_info("alert=%s from=%s to=%s%s", a->id, alert_state_name(a->state),
             alert_state_name(to),
             a->status == STATUS_EXERCISE ? " exercise=1" : "");
    record_alert_news(b, a, leaf);
}
