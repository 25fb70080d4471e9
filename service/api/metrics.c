#include "service/api/metrics.h"

#include <inttypes.h>

#include "service/api/api.h"
#include "service/api/reply.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/flow/broadcast.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/log.h"
#include "service/store/store.h"

enum { METRICS_MAX = 32 * 1024 };

static void metrics_head(struct buf *b, const char *name, const char *type,
                         const char *help)
{
    buf_printf(b, "# HELP tuermer_%s %s\n# TYPE tuermer_%s %s\n", name, help,
               name, type);
}

static void metrics_releases(struct buf *b, struct store *s)
{
    metrics_head(b, "releases_total", "counter",
                 "Alerts that went out, follow-ups included.");
    for (int status = 0; status < N_STATUSES; status++) {
        enum alert_status of = (enum alert_status)status;
        buf_printf(b, "tuermer_releases_total{status=\"%s\"} %" PRId64 "\n",
                   alert_status_name(of), alert_count_released(s, of));
    }
    metrics_head(b, "awaiting_approval", "gauge",
                 "Alerts that wait for a second releaser.");
    buf_printf(b, "tuermer_awaiting_approval %" PRId64 "\n",
               alert_count_awaiting(s));
}

static void metrics_deliveries(struct buf *b, struct store *s)
{
    struct delivery_counts counts;
    delivery_count(s, &counts);
    metrics_head(b, "deliveries", "gauge",
                 "Deliveries by channel and present state.");
    for (int channel = 0; channel < N_CHANNELS; channel++) {
        for (int state = 0; state < N_DELIVERY_STATES; state++) {
            buf_printf(
                b,
                "tuermer_deliveries{channel=\"%s\",state=\"%s\"} %" PRId64 "\n",
                channel_id_name((enum channel_id)channel),
                delivery_state_name((enum delivery_state)state),
                counts.n[channel][state]);
        }
    }
}

static void metrics_channels(struct buf *b, const struct broadcast *broadcast)
{
    metrics_head(b, "channel_ready", "gauge",
                 "1: the channel can send now; degraded, down and off are 0.");
    for (int id = 0; id < N_CHANNELS; id++) {
        enum channel_id channel = (enum channel_id)id;
        struct broadcast_readiness r = broadcast_readiness(broadcast, channel);
        buf_printf(b, "tuermer_channel_ready{channel=\"%s\"} %d\n",
                   channel_id_name(channel), r.state == READINESS_READY);
    }
}

static void metrics_service(struct buf *b, const struct api *api)
{
    long median_us = store_commit_median_us(api->store);
    metrics_head(b, "ready", "gauge", "1: a release would be accepted.");
    buf_printf(b, "tuermer_ready %d\n", broadcast_is_ready(api->broadcast));
    metrics_head(b, "commit_median_seconds", "gauge",
                 "Median of the last minute's commits; 0 when there was none.");
    buf_printf(b, "tuermer_commit_median_seconds %ld.%06ld\n",
               median_us / 1000000, median_us % 1000000);
    metrics_head(b, "log_size", "gauge", "Entries of the audit log.");
    buf_printf(b, "tuermer_log_size %" PRId64 "\n", log_size(api->store));
}

void api_metrics(struct api_call *c)
{
    struct buf b;
    buf_init(&b, METRICS_MAX);
    metrics_releases(&b, c->api->store);
    metrics_deliveries(&b, c->api->store);
    metrics_channels(&b, c->api->broadcast);
    metrics_service(&b, c->api);
    check(buf_ok(&b));
    reply_bytes(c, "text/plain; version=0.0.4; charset=utf-8", "no-store",
                buf_text(&b), b.len);
    buf_fini(&b);
}
