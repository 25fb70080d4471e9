#include "channels/displays/mqtt.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>

#include "channels/displays/mqtt_thread.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum { MQTT_JOIN_MS = 2000, MQTT_HANDLES = 2 };

struct mqtt {
    const struct mqtt_events *events;
    void *data;
    struct mqtt_thread *shared;
    uv_thread_t thread;
    uv_async_t async;
    uv_timer_t patience; /* runs while closing */
    bool up;             /* what the loop was told */
    unsigned generation; /* of `up` */
    bool closing;
    bool joined; /* or abandoned */
    int open_handles;
    mqtt_close_cb close_cb;
    void *close_data;
};

static void mqtt_deliver(struct mqtt *m, const struct mqtt_event *event)
{
    struct mqtt_message message;
    switch (event->kind) {
    case MQTT_EVENT_CONNECTED:
        m->up = true;
        m->generation = event->generation;
        m->events->connected(m->data, event->generation);
        return;
    case MQTT_EVENT_DISCONNECTED:
        m->up = false;
        m->events->disconnected(m->data, event->topic);
        return;
    case MQTT_EVENT_ACKNOWLEDGED:
        if (m->up && event->generation == m->generation) {
            m->events->acknowledged(m->data, event->mid, event->reason);
        }
        return;
    case MQTT_EVENT_MESSAGE:
        message = (struct mqtt_message){.topic = event->topic,
                                        .bytes = event->bytes,
                                        .len = event->len,
                                        .retained = event->retained};
        m->events->message(m->data, &message);
        return;
    }
}

static void mqtt_closed(uv_handle_t *handle)
{
    struct mqtt *m = handle->data;
    m->open_handles--;
    if (m->open_handles > 0) {
        return;
    }
    mqtt_close_cb cb = m->close_cb;
    void *data = m->close_data;
    free(m);
    cb(data);
}

static void mqtt_close_handles(struct mqtt *m)
{
    m->joined = true;
    m->open_handles = MQTT_HANDLES;
    uv_close((uv_handle_t *)&m->async, mqtt_closed);
    uv_close((uv_handle_t *)&m->patience, mqtt_closed);
}

/* Only a thread that said it has ended is joined: that returns at once. */
static void mqtt_join(struct mqtt *m)
{
    check(uv_thread_join(&m->thread) == 0);
    mqtt_thread_free(m->shared);
    (void)mosquitto_lib_cleanup();
    mqtt_close_handles(m);
}

static void mqtt_drain(uv_async_t *async)
{
    struct mqtt *m = async->data;
    bool ended = false;
    struct mqtt_event *event = mqtt_thread_take(m->shared, &ended);
    while (event != NULL) {
        struct mqtt_event *next = event->next;
        if (!m->closing) {
            mqtt_deliver(m, event);
        }
        mqtt_event_free(event);
        event = next;
    }
    if (ended && m->closing && !m->joined) {
        mqtt_join(m);
    }
}

enum err_code mqtt_open(uv_loop_t *loop, const struct mqtt_options *options,
                        const struct mqtt_events *events, void *data,
                        struct mqtt **mqtt, struct err *e)
{
    struct mqtt_thread *shared = NULL;
    check(sodium_init() >= 0);
    if (mqtt_thread_new(options, &shared, e) != ERR_OK) {
        return e->code;
    }
    struct mqtt *m = mem_zalloc(sizeof(*m));
    m->events = events;
    m->data = data;
    m->shared = shared;
    (void)mosquitto_lib_init(); /* counts its users; never fails here */
    check(uv_async_init(loop, &m->async, mqtt_drain) == 0);
    check(uv_timer_init(loop, &m->patience) == 0);
    m->async.data = m;
    m->patience.data = m;
    shared->async = &m->async;
    check(uv_thread_create(&m->thread, mqtt_thread_run, shared) == 0);
    *mqtt = m;
    return ERR_OK;
}

bool mqtt_connected(const struct mqtt *m)
{
    return m->up;
}

/* Under client_mutex, connected. */
static int mqtt_publish_now(struct mosquitto *client,
                            const struct mqtt_publication *p, int *mid)
{
    mosquitto_property *properties = NULL;
    if (p->expiry_s > 0 && mosquitto_property_add_int32(
                               &properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL,
                               p->expiry_s) != MOSQ_ERR_SUCCESS) {
        return MOSQ_ERR_NOMEM;
    }
    int rv = mosquitto_publish_v5(client, mid, p->topic, (int)p->len, p->bytes,
                                  1, p->retained, properties);
    mosquitto_property_free_all(&properties);
    return rv;
}

enum err_code mqtt_publish(struct mqtt *m, const struct mqtt_publication *p,
                           int *mid, struct err *e)
{
    struct mqtt_thread *t = m->shared;
    check(!m->closing && p->len <= MQTT_PACKET_BYTES_MAX);
    int rv = MOSQ_ERR_NO_CONN;
    uv_mutex_lock(&t->client_mutex);
    if (m->up && t->connected && t->generation == m->generation) {
        rv = mqtt_publish_now(t->client, p, mid);
    }
    uv_mutex_unlock(&t->client_mutex);
    if (rv == MOSQ_ERR_SUCCESS) {
        return ERR_OK;
    }
    if (rv == MOSQ_ERR_INVAL || rv == MOSQ_ERR_MALFORMED_UTF8 ||
        rv == MOSQ_ERR_OVERSIZE_PACKET || rv == MOSQ_ERR_PAYLOAD_SIZE) {
        return err_set(e, ERR_INVALID, "%.80s: %s", p->topic,
                       mosquitto_strerror(rv));
    }
    return err_set(e, ERR_UNAVAILABLE,
                   "keine Verbindung zum MQTT-Broker; es wird weiter versucht");
}

/* A name server or a silent host can hold connect() for minutes. */
static void mqtt_out_of_patience(uv_timer_t *timer)
{
    struct mqtt *m = timer->data;
    if (m->joined) {
        return;
    }
    if (!mqtt_thread_abandon(m->shared)) {
        mqtt_join(m);
        return;
    }
    log_warn("mqtt thread=left connecting=1");
    (void)pthread_detach(m->thread);
    mqtt_close_handles(m);
}

void mqtt_close(struct mqtt *m, mqtt_close_cb cb, void *data)
{
    check(!m->closing);
    m->closing = true;
    m->up = false;
    m->close_cb = cb;
    m->close_data = data;
    mqtt_thread_stop(m->shared);
    (void)uv_timer_start(&m->patience, mqtt_out_of_patience, MQTT_JOIN_MS, 0);
}
