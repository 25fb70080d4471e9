#include "channels/displays/displays.h"

#include <mqtt_protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/notices.h"
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

/* A request under way, or answered and waiting for its turn on the loop. */
struct displays_work {
    struct displays_work *next;
    struct channel_request *r;
    int64_t deadline_ms; /* monotonic */
    size_t n_open;
    enum outcome worst; /* of the items acknowledged so far */
    int mids[];         /* of the items; 0: acknowledged */
};

struct displays {
    struct channel channel;
    uv_loop_t *loop;
    const struct clock *clock;
    const struct displays_events *events;
    void *data;
    char prefix[DISPLAYS_PREFIX_MAX];
    struct mqtt *mqtt; /* NULL once it is closed */
    uv_async_t ready;  /* answers wait in `answered` */
    uv_timer_t tick;   /* runs while something can time out */
    struct displays_work *open;
    struct displays_work *answered;
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

/* --- answers: always later, from the loop -------------------------------- */

static void displays_answer(struct displays *d, struct displays_work *w,
                            enum outcome outcome)
{
    struct displays_work **at = &d->answered;
    while (*at != NULL) {
        at = &(*at)->next;
    }
    w->r->result.outcome = outcome;
    w->next = NULL;
    *at = w;
    (void)uv_async_send(&d->ready);
}

static void displays_drain(struct displays *d)
{
    struct displays_work *w = d->answered;
    d->answered = NULL;
    while (w != NULL) {
        struct displays_work *next = w->next;
        struct channel_request *r = w->r;
        free(w);
        r->work = NULL;
        r->done(r);
        w = next;
    }
}

static void displays_ready(uv_async_t *async)
{
    displays_drain(async->data);
}

static struct displays_work *displays_work_new(struct channel_request *r,
                                               size_t n)
{
    struct displays_work *w = mem_zalloc(sizeof(*w) + n * sizeof(w->mids[0]));
    w->r = r;
    w->worst = OUTCOME_DONE;
    r->work = w;
    r->result = (struct channel_result){0};
    return w;
}

static void displays_detail(struct channel_request *r, const char *text)
{
    (void)snprintf(r->result.detail, sizeof(r->result.detail), "%s", text);
}

/* Takes w out of the open ones and answers. */
static void displays_finish(struct displays *d, struct displays_work *w,
                            enum outcome outcome)
{
    struct displays_work **at = &d->open;
    while (*at != w) {
        at = &(*at)->next;
    }
    *at = w->next;
    displays_answer(d, w, outcome);
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
    struct displays_work *w = displays_work_new(r, r->n_items);
    struct err e;
    check(!d->closing);
    for (size_t i = 0; i < r->n_items; i++) {
        enum err_code rv =
            displays_send(d, &r->items[i], true, &w->mids[i], &e);
        if (rv != ERR_OK) {
            displays_detail(r, e.msg);
            displays_answer(d, w,
                            rv == ERR_INVALID ? OUTCOME_REFUSED
                            : i == 0          ? OUTCOME_NOT_SENT
                                              : OUTCOME_UNKNOWN);
            return;
        }
        w->n_open++;
    }
    if (w->n_open == 0) {
        displays_answer(d, w, OUTCOME_DONE);
        return;
    }
    w->deadline_ms = clock_mono_ms(d->clock) + DISPLAYS_PATIENCE_MS;
    w->next = d->open;
    d->open = w;
    displays_tick_start(d);
}

/* Reason codes: MQTT 5 section 3.4.2.1. The broker's word that it has not
 * taken the message; some of them no repetition will change. */
static enum outcome displays_refusal(int reason)
{
    switch (reason) {
    case MQTT_RC_NOT_AUTHORIZED:
    case MQTT_RC_TOPIC_NAME_INVALID:
    case MQTT_RC_PACKET_TOO_LARGE:
    case MQTT_RC_PAYLOAD_FORMAT_INVALID: return OUTCOME_REFUSED;
    default: return OUTCOME_NOT_SENT;
    }
}

static void displays_take_ack(struct displays_work *w, size_t item, int reason)
{
    w->mids[item] = 0;
    w->n_open--;
    if (reason < MQTT_REASON_FAILURE) {
        return;
    }
    if (w->worst != OUTCOME_REFUSED) {
        w->worst = displays_refusal(reason);
    }
    (void)snprintf(w->r->result.detail, sizeof(w->r->result.detail),
                   "MQTT-Broker nimmt %.40s nicht an (Grund %d)%s",
                   w->r->items[item].name, reason,
                   reason == MQTT_RC_NOT_AUTHORIZED
                       ? ": Rechte (ACL) des Kontos prüfen."
                       : ".");
}

static void displays_acknowledged(void *data, int mid, int reason)
{
    struct displays *d = data;
    for (struct displays_work *w = d->open; w != NULL; w = w->next) {
        for (size_t i = 0; i < w->r->n_items; i++) {
            if (w->mids[i] != mid) {
                continue;
            }
            displays_take_ack(w, i, reason);
            if (w->n_open == 0) {
                displays_finish(d, w, w->worst);
            }
            return;
        }
    }
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
    while (d->open != NULL) {
        struct displays_work *w = d->open;
        displays_detail(w->r, "Verbindung zum MQTT-Broker verloren, bevor er "
                              "alles bestätigt hat.");
        displays_finish(d, w, OUTCOME_UNKNOWN);
    }
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
    struct displays_work *w = d->open;
    while (w != NULL) {
        struct displays_work *next = w->next;
        if (now_ms >= w->deadline_ms) {
            displays_detail(w->r, "MQTT-Broker bestätigt nicht; wird "
                                  "wiederholt.");
            displays_finish(d, w, OUTCOME_UNKNOWN);
        }
        w = next;
    }
    bool waits = displays_tick_foreign(d, now_ms);
    if (d->open == NULL && !waits) {
        (void)uv_timer_stop(&d->tick);
    }
}

/* --- check, confirm, close ----------------------------------------------- */

static void displays_check(struct channel *c, struct channel_request *r)
{
    struct displays *d = displays_of(c);
    struct displays_work *w = displays_work_new(r, 0);
    check(!d->closing);
    if (!mqtt_connected(d->mqtt)) {
        r->result.readiness = READINESS_DOWN;
        displays_detail(r, d->detail[0] != '\0'
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
        displays_detail(r, "Mit dem MQTT-Broker verbunden.");
    }
    displays_answer(d, w, OUTCOME_NONE);
}

static void displays_confirm(struct channel *c, struct channel_request *r)
{
    struct displays *d = displays_of(c);
    struct displays_work *w = displays_work_new(r, 0);
    check(!d->closing);
    r->result.finding = CHANNEL_UNREADABLE;
    displays_detail(r, "Anzeigen bestätigen selbst, was sie zeigen.");
    displays_answer(d, w, OUTCOME_NONE);
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
    displays_drain(d);
    d->open_handles = DISPLAYS_HANDLES;
    uv_close((uv_handle_t *)&d->ready, displays_closed);
    uv_close((uv_handle_t *)&d->tick, displays_closed);
}

static void displays_close(struct channel *c, channel_close_cb cb, void *data)
{
    struct displays *d = displays_of(c);
    check(!d->closing);
    d->closing = true;
    d->close_cb = cb;
    d->close_data = data;
    while (d->open != NULL) {
        displays_finish(d, d->open, OUTCOME_UNKNOWN);
    }
    mqtt_close(d->mqtt, displays_mqtt_closed, d);
}

/* --- open ---------------------------------------------------------------- */

static const struct channel_type displays_type = {
    .name = "displays",
    .id = CHANNEL_DISPLAYS,
    .publish = displays_publish,
    .confirm = displays_confirm,
    .mark = NULL,
    .check = displays_check,
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
                            const struct displays_events *events, void *data,
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
    d->events = events;
    d->data = data;
    MEM_SET_TEXT(d->prefix, config->prefix);
    if (displays_connect(d, config, e) != ERR_OK) {
        free(d);
        return e->code;
    }
    check(uv_async_init(loop, &d->ready, displays_ready) == 0);
    check(uv_timer_init(loop, &d->tick) == 0);
    d->ready.data = d;
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
