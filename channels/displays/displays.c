#include "channels/displays/displays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/notices.h"
#include "channels/displays/requests.h"
#include "channels/displays/topics.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum {
    DISPLAYS_PREFIX_MAX = 128,
    DISPLAYS_TICK_MS = 250,
    DISPLAYS_PATIENCE_MS = 15000, /* for the broker's acknowledgement */
    DISPLAYS_FOREIGN_EVERY_MS = 1000,
    DISPLAYS_DEGRADED_MS = 10 * 60 * 1000,
    DISPLAYS_HANDLES = 2,
};

struct displays {
    struct channel channel;
    uv_loop_t *loop;
    const struct clock *clock;
    const struct displays_events *events;
    void *data;
    char prefix[DISPLAYS_PREFIX_MAX];
    struct mqtt *mqtt; /* NULL once it is closed */
    uv_timer_t tick;   /* runs while something can time out */
    struct requests requests;
    struct topics topics;
    char detail[MQTT_DETAIL_MAX]; /* why there is no connection */
    bool foreign_seen;
    int64_t foreign_at_ms; /* monotonic */
    char foreign_topic[MQTT_TOPIC_MAX];
    bool closing;
    int open_handles;
    channel_close_cb close_cb;
    void *close_data;
};

static struct displays *displays_of(struct channel *c)
{
    return container_of(c, struct displays, channel);
}

static const struct displays *displays_of_const(const struct channel *c)
{
    check(c->type->id == CHANNEL_DISPLAYS);
    return (const struct displays *)(const void *)c;
}

/* --- publish ------------------------------------------------------------- */

static void displays_full_topic(const struct displays *d, const char *topic,
                                char out[MQTT_TOPIC_MAX])
{
    int n = snprintf(out, MQTT_TOPIC_MAX, "%s/%s", d->prefix, topic);
    check(n > 0 && n < MQTT_TOPIC_MAX);
}

static enum err_code displays_send(struct displays *d,
                                   const struct channel_item *item,
                                   bool retained, int *mid, struct err *e)
{
    char topic[MQTT_TOPIC_MAX];
    displays_full_topic(d, item->name, topic);
    struct mqtt_publication p = {.topic = topic,
                                 .bytes = item->bytes,
                                 .len = item->len,
                                 .retained = retained,
                                 .expiry_s = item->expiry_s};
    enum err_code rv = mqtt_publish(d->mqtt, &p, mid, e);
    if (rv == ERR_OK) {
        topics_sent(&d->topics, item->name, item->bytes, item->len);
    }
    return rv;
}

static void displays_tick(uv_timer_t *timer);

static void displays_tick_start(struct displays *d)
{
    if (!uv_is_active((uv_handle_t *)&d->tick)) {
        (void)uv_timer_start(&d->tick, displays_tick, DISPLAYS_TICK_MS,
                             DISPLAYS_TICK_MS);
    }
}

static void displays_publish(struct channel *c, struct channel_request *r)
{
    struct displays *d = displays_of(c);
    struct request *w = requests_new(r, r->n_items);
    struct err e;
    check(!d->closing);
    for (size_t i = 0; i < r->n_items; i++) {
        enum err_code rv =
            displays_send(d, &r->items[i], true, &w->mids[i], &e);
        if (rv != ERR_OK) {
            requests_detail(r, e.msg);
            requests_answer(&d->requests, w,
                            rv == ERR_INVALID ? OUTCOME_REFUSED
                            : i == 0          ? OUTCOME_NOT_SENT
                                              : OUTCOME_UNKNOWN);
            return;
        }
        w->n_open++;
    }
    if (w->n_open == 0) {
        requests_answer(&d->requests, w, OUTCOME_DONE);
        return;
    }
    requests_wait(&d->requests, w,
                  clock_mono_ms(d->clock) + DISPLAYS_PATIENCE_MS);
    displays_tick_start(d);
}

static void displays_acknowledged(void *data, int mid, int reason)
{
    struct displays *d = data;
    requests_acknowledged(&d->requests, mid, reason);
}

/* --- the connection ------------------------------------------------------ */

static void displays_on_connected(void *data, unsigned generation)
{
    struct displays *d = data;
    struct buf body;
    log_info("channel=displays connected=1 generation=%u", generation);
    d->detail[0] = '\0';
    topics_connected(&d->topics);
    buf_init(&body, MQTT_DETAIL_MAX);
    displays_service_body(true, clock_wall_ms(d->clock) / 1000, &body);
    (void)displays_tell(&d->channel, DISPLAYS_TOPIC_SERVICE, body.data,
                        body.len, true);
    buf_fini(&body);
    d->events->connected(d->data);
}

static void displays_on_disconnected(void *data, const char *detail)
{
    struct displays *d = data;
    bool said = d->detail[0] != '\0';
    (void)snprintf(d->detail, sizeof(d->detail), "%s", detail);
    requests_lose(&d->requests, "Verbindung zum MQTT-Broker verloren, bevor er "
                                "alles bestätigt hat.");
    if (!said) {
        log_warn("channel=displays connected=0 detail=\"%s\"", detail);
        d->events->disconnected(d->data);
    }
}

static void displays_tell_foreign(struct displays *d, struct topic *topic,
                                  int64_t now_ms)
{
    topic->told = true;
    topic->told_at_ms = now_ms;
    topic->foreign_untold = false;
    log_warn("channel=displays foreign_publish=%s", topic->name);
    d->events->foreign(d->data, topic->name);
}

static void displays_foreign(struct displays *d, const char *name)
{
    int64_t now_ms = clock_mono_ms(d->clock);
    struct topic *topic = topics_get(&d->topics, name);
    d->foreign_seen = true;
    d->foreign_at_ms = now_ms;
    (void)snprintf(d->foreign_topic, sizeof(d->foreign_topic), "%s", name);
    if (topic == NULL) {
        return; /* far more topics than ours: the board shows it */
    }
    if (topic->told && now_ms - topic->told_at_ms < DISPLAYS_FOREIGN_EVERY_MS) {
        topic->foreign_untold = true;
        displays_tick_start(d);
        return;
    }
    displays_tell_foreign(d, topic, now_ms);
}

static void displays_on_message(void *data, const struct mqtt_message *m)
{
    static const char of_displays[] = "display/";
    struct displays *d = data;
    size_t len = strlen(d->prefix);
    if (strncmp(m->topic, d->prefix, len) != 0 || m->topic[len] != '/') {
        return;
    }
    const char *topic = m->topic + len + 1;
    if (strncmp(topic, of_displays, sizeof(of_displays) - 1) == 0) {
        struct displays_message message = {.topic = topic,
                                           .bytes = m->bytes,
                                           .len = m->len,
                                           .retained = m->retained};
        d->events->message(d->data, &message);
        return;
    }
    /* What a dying connection's will or an earlier process left at `service`
     * is not signed and proves nothing; only a live one is foreign. */
    if (m->retained && strcmp(topic, DISPLAYS_TOPIC_SERVICE) == 0) {
        return;
    }
    if (topics_foreign(&d->topics, topic, m->bytes, m->len, m->retained)) {
        displays_foreign(d, topic);
    }
}

static bool displays_tick_foreign(struct displays *d, int64_t now_ms)
{
    bool waits = false;
    for (size_t i = 0; i < d->topics.n; i++) {
        struct topic *topic = &d->topics.items[i];
        if (!topic->foreign_untold) {
            continue;
        }
        if (now_ms - topic->told_at_ms >= DISPLAYS_FOREIGN_EVERY_MS) {
            displays_tell_foreign(d, topic, now_ms);
        } else {
            waits = true;
        }
    }
    return waits;
}

static void displays_tick(uv_timer_t *timer)
{
    struct displays *d = timer->data;
    int64_t now_ms = clock_mono_ms(d->clock);
    requests_time_out(&d->requests, now_ms);
    bool waits = displays_tick_foreign(d, now_ms);
    if (d->requests.open == NULL && !waits) {
        (void)uv_timer_stop(&d->tick);
    }
}

/* --- check, confirm, close ----------------------------------------------- */

static void displays_probe(struct channel *c, struct channel_request *r)
{
    struct displays *d = displays_of(c);
    struct request *w = requests_new(r, 0);
    check(!d->closing);
    if (!mqtt_connected(d->mqtt)) {
        r->result.readiness = READINESS_DOWN;
        requests_detail(r, d->detail[0] != '\0'
                               ? d->detail
                               : "Verbindung zum MQTT-Broker wird aufgebaut.");
    } else if (d->foreign_seen && clock_mono_ms(d->clock) - d->foreign_at_ms <
                                      DISPLAYS_DEGRADED_MS) {
        r->result.readiness = READINESS_DEGRADED;
        (void)snprintf(r->result.detail, sizeof(r->result.detail),
                       "Fremde Nachricht auf %.60s: Zugänge des MQTT-Brokers "
                       "prüfen. Der eigene Stand wurde neu gesendet.",
                       d->foreign_topic);
    } else {
        r->result.readiness = READINESS_READY;
        requests_detail(r, "Mit dem MQTT-Broker verbunden.");
    }
    requests_answer(&d->requests, w, OUTCOME_NONE);
}

static void displays_confirm(struct channel *c, struct channel_request *r)
{
    struct displays *d = displays_of(c);
    struct request *w = requests_new(r, 0);
    check(!d->closing);
    r->result.finding = CHANNEL_UNREADABLE;
    requests_detail(r, "Anzeigen bestätigen selbst, was sie zeigen.");
    requests_answer(&d->requests, w, OUTCOME_NONE);
}

static void displays_closed(uv_handle_t *handle)
{
    struct displays *d = handle->data;
    d->open_handles--;
    if (d->open_handles > 0) {
        return;
    }
    channel_close_cb cb = d->close_cb;
    void *data = d->close_data;
    topics_fini(&d->topics);
    free(d);
    cb(data);
}

static void displays_mqtt_closed(void *data)
{
    struct displays *d = data;
    requests_drain(&d->requests);
    d->open_handles = DISPLAYS_HANDLES;
    uv_close((uv_handle_t *)&d->requests.ready, displays_closed);
    uv_close((uv_handle_t *)&d->tick, displays_closed);
}

static void displays_close(struct channel *c, channel_close_cb cb, void *data)
{
    struct displays *d = displays_of(c);
    check(!d->closing);
    d->closing = true;
    d->close_cb = cb;
    d->close_data = data;
    requests_lose(&d->requests, "Der Dienst wird beendet.");
    mqtt_close(d->mqtt, displays_mqtt_closed, d);
}

/* --- open ---------------------------------------------------------------- */

static const struct channel_type displays_type = {
    .name = "displays",
    .id = CHANNEL_DISPLAYS,
    .publish = displays_publish,
    .confirm = displays_confirm,
    .mark = NULL,
    .probe = displays_probe,
    .close = displays_close,
};

static const struct mqtt_events displays_mqtt_events = {
    .connected = displays_on_connected,
    .disconnected = displays_on_disconnected,
    .acknowledged = displays_acknowledged,
    .message = displays_on_message,
};

/* One name an installation: a second session of the same service ends the
 * first, and the broker can tell our own messages from others'. */
static void displays_client_id(const struct displays_config *config,
                               char out[DIGEST_HEX_MAX])
{
    char hex[DIGEST_HEX_MAX];
    struct digest d = digest_of(config->prefix, strlen(config->prefix));
    digest_hex(&d, hex);
    (void)snprintf(out, DIGEST_HEX_MAX, "tuermer-%.12s", hex);
}

static enum err_code displays_connect(struct displays *d,
                                      const struct displays_config *config,
                                      struct err *e)
{
    char everything[MQTT_TOPIC_MAX];
    char service[MQTT_TOPIC_MAX];
    char client_id[DIGEST_HEX_MAX];
    struct buf will;
    displays_full_topic(d, "#", everything);
    displays_full_topic(d, DISPLAYS_TOPIC_SERVICE, service);
    displays_client_id(config, client_id);
    buf_init(&will, MQTT_DETAIL_MAX);
    displays_service_body(false, clock_wall_ms(d->clock) / 1000, &will);
    const char *const topics[] = {everything};
    struct mqtt_options options = {.url = config->broker,
                                   .username = config->username,
                                   .password = config->password,
                                   .ca_file = config->ca_file,
                                   .client_id = client_id,
                                   .will_topic = service,
                                   .will = will.data,
                                   .will_len = will.len,
                                   .topics = topics,
                                   .n_topics = 1,
                                   .no_local = true};
    enum err_code rv =
        mqtt_open(d->loop, &options, &displays_mqtt_events, d, &d->mqtt, e);
    buf_fini(&will);
    return rv;
}

enum err_code displays_open(uv_loop_t *loop, const struct clock *clock,
                            const struct displays_config *config,
                            struct channel **channel, struct err *e)
{
    if (config->prefix[0] == '\0' ||
        strlen(config->prefix) >= DISPLAYS_PREFIX_MAX ||
        strpbrk(config->prefix, "#+ ") != NULL) {
        return err_set(e, ERR_INVALID, "topic_prefix „%.60s“ ist keiner",
                       config->prefix);
    }
    struct displays *d = mem_zalloc(sizeof(*d));
    d->channel.type = &displays_type;
    MEM_SET_TEXT(d->channel.target, "displays");
    d->loop = loop;
    d->clock = clock;
    d->events = config->events;
    d->data = config->data;
    MEM_SET_TEXT(d->prefix, config->prefix);
    if (displays_connect(d, config, e) != ERR_OK) {
        free(d);
        return e->code;
    }
    requests_init(&d->requests, loop);
    check(uv_timer_init(loop, &d->tick) == 0);
    d->requests.ready.data = d;
    d->tick.data = d;
    *channel = &d->channel;
    return ERR_OK;
}

bool displays_connected(const struct channel *c)
{
    return mqtt_connected(displays_of_const(c)->mqtt);
}

void displays_expect(struct channel *c, const char *topic, const void *bytes,
                     size_t len)
{
    topics_sent(&displays_of(c)->topics, topic, bytes, len);
}

bool displays_tell(struct channel *c, const char *topic, const void *bytes,
                   size_t len, bool retained)
{
    struct displays *d = displays_of(c);
    struct channel_item item = {.name = topic, .bytes = bytes, .len = len};
    struct err e;
    int mid = 0;
    return !d->closing && displays_send(d, &item, retained, &mid, &e) == ERR_OK;
}
