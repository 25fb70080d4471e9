#include "channels/displays/mqtt_thread.h"

#include <linux/tcp.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum {
    THREAD_LOOP_MS = 100,
    THREAD_KEEPALIVE_S = 10,
    THREAD_BACKOFF_FIRST_MS = 200,
    THREAD_BACKOFF_DOUBLINGS = 6, /* at most 12.8 s */
    THREAD_FAREWELL_LOOPS = 10,   /* a second to say goodbye */
};

static const uint64_t thread_ns_per_ms = 1000000;

/* --- the queue to the loop ---------------------------------------------- */

static void thread_push(struct mqtt_thread *t, struct mqtt_event *event)
{
    uv_mutex_lock(&t->queue_mutex);
    event->generation = t->generation;
    *t->last = event;
    t->last = &event->next;
    if (event->kind == MQTT_EVENT_MESSAGE) {
        t->n_messages++;
        t->message_bytes += event->len;
    }
    if (t->async != NULL) {
        (void)uv_async_send(t->async); /* fails only when closed */
    }
    uv_mutex_unlock(&t->queue_mutex);
}

struct mqtt_event *mqtt_thread_take(struct mqtt_thread *t, bool *ended)
{
    uv_mutex_lock(&t->queue_mutex);
    struct mqtt_event *events = t->first;
    t->first = NULL;
    t->last = &t->first;
    t->n_messages = 0;
    t->message_bytes = 0;
    *ended = t->ended;
    uv_mutex_unlock(&t->queue_mutex);
    return events;
}

void mqtt_thread_stop(struct mqtt_thread *t)
{
    uv_mutex_lock(&t->queue_mutex);
    t->stop = true;
    uv_cond_signal(&t->wake);
    uv_mutex_unlock(&t->queue_mutex);
}

bool mqtt_thread_abandon(struct mqtt_thread *t)
{
    uv_mutex_lock(&t->queue_mutex);
    bool runs = !t->ended;
    t->orphan = runs;
    t->async = NULL;
    uv_mutex_unlock(&t->queue_mutex);
    return runs;
}

static bool thread_stops(struct mqtt_thread *t)
{
    uv_mutex_lock(&t->queue_mutex);
    bool stop = t->stop;
    uv_mutex_unlock(&t->queue_mutex);
    return stop;
}

/* --- what libmosquitto says, inside mosquitto_loop() --------------------- */

static void thread_on_connect(struct mosquitto *client, void *data, int reason,
                              int flags, const mosquitto_property *properties)
{
    struct mqtt_thread *t = data;
    (void)client;
    (void)flags;
    (void)properties;
    t->answered = true;
    t->connack = reason;
}

static void thread_on_disconnect(struct mosquitto *client, void *data,
                                 int reason,
                                 const mosquitto_property *properties)
{
    struct mqtt_thread *t = data;
    (void)client;
    (void)reason;
    (void)properties;
    t->lost = true;
}

static void thread_on_publish(struct mosquitto *client, void *data, int mid,
                              int reason, const mosquitto_property *properties)
{
    struct mqtt_event *event = mem_zalloc(sizeof(*event));
    (void)client;
    (void)properties;
    event->kind = MQTT_EVENT_ACKNOWLEDGED;
    event->mid = mid;
    event->reason = reason;
    thread_push(data, event);
}

static bool thread_has_room(struct mqtt_thread *t, size_t len)
{
    uv_mutex_lock(&t->queue_mutex);
    bool room = t->n_messages < MQTT_QUEUE_MESSAGES_MAX &&
                t->message_bytes + len <= MQTT_QUEUE_BYTES_MAX;
    uv_mutex_unlock(&t->queue_mutex);
    return room;
}

static void thread_on_message(struct mosquitto *client, void *data,
                              const struct mosquitto_message *message,
                              const mosquitto_property *properties)
{
    struct mqtt_thread *t = data;
    size_t len = (size_t)message->payloadlen;
    (void)client;
    (void)properties;
    if (strlen(message->topic) >= MQTT_TOPIC_MAX) {
        return;
    }
    if (!thread_has_room(t, len)) {
        /* Dropping one silently could drop a state; a new connection brings
         * every retained message again. */
        t->lost = true;
        return;
    }
    struct mqtt_event *event = mem_zalloc(sizeof(*event));
    event->kind = MQTT_EVENT_MESSAGE;
    event->topic = mem_strdup(message->topic);
    event->bytes = mem_dup(len > 0 ? message->payload : "", len);
    event->len = len;
    event->retained = message->retain;
    thread_push(t, event);
}

static void thread_on_subscribe(struct mosquitto *client, void *data, int mid,
                                int n, const int *granted,
                                const mosquitto_property *properties)
{
    (void)client;
    (void)data;
    (void)mid;
    (void)properties;
    for (int i = 0; i < n; i++) {
        if (granted[i] >= MQTT_REASON_FAILURE) {
            log_warn("mqtt subscription=refused reason=%d", granted[i]);
        }
    }
}

/* --- one connection ------------------------------------------------------ */

static bool thread_secure(struct mqtt_thread *t, struct mosquitto *client)
{
    if (!t->tls) {
        return true;
    }
    if (t->ca_file[0] != '\0') {
        return mosquitto_tls_set(client, t->ca_file, NULL, NULL, NULL, NULL) ==
               MOSQ_ERR_SUCCESS;
    }
    return mosquitto_int_option(client, MOSQ_OPT_TLS_USE_OS_CERTS, 1) ==
           MOSQ_ERR_SUCCESS;
}

static bool thread_configure(struct mqtt_thread *t, struct mosquitto *client)
{
    bool account = t->username[0] != '\0';
    mosquitto_connect_v5_callback_set(client, thread_on_connect);
    mosquitto_disconnect_v5_callback_set(client, thread_on_disconnect);
    mosquitto_publish_v5_callback_set(client, thread_on_publish);
    mosquitto_message_v5_callback_set(client, thread_on_message);
    mosquitto_subscribe_v5_callback_set(client, thread_on_subscribe);
    /* The loop thread publishes, this one writes: woken by a socket pair. */
    return mosquitto_threaded_set(client, true) == MOSQ_ERR_SUCCESS &&
           mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION,
                                MQTT_PROTOCOL_V5) == MOSQ_ERR_SUCCESS &&
           mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_username_pw_set(client, account ? t->username : NULL,
                                     account ? t->password : NULL) ==
               MOSQ_ERR_SUCCESS &&
           (t->will_topic[0] == '\0' ||
            mosquitto_will_set_v5(client, t->will_topic, (int)t->will_len,
                                  t->will, 1, true,
                                  NULL) == MOSQ_ERR_SUCCESS) &&
           thread_secure(t, client);
}

/* Blocks on names and on the connection; holds no mutex meanwhile. */
static int thread_connect(struct mqtt_thread *t, struct mosquitto *client)
{
    mosquitto_property *properties = NULL;
    if (mosquitto_property_add_int32(&properties, MQTT_PROP_MAXIMUM_PACKET_SIZE,
                                     MQTT_PACKET_BYTES_MAX) !=
        MOSQ_ERR_SUCCESS) {
        return MOSQ_ERR_NOMEM;
    }
    int rv = mosquitto_connect_bind_v5(client, t->host, t->port,
                                       THREAD_KEEPALIVE_S, NULL, properties);
    mosquitto_property_free_all(&properties);
    /* mosquitto_loop() uses select(). */
    if (rv == MOSQ_ERR_SUCCESS && mosquitto_socket(client) >= FD_SETSIZE) {
        rv = MOSQ_ERR_CONN_LOST;
    }
    return rv;
}

/* The broker has taken us: subscribe, then let the loop publish. */
static int thread_announce(struct mqtt_thread *t, struct mosquitto *client)
{
    int options = t->no_local ? MQTT_SUB_OPT_NO_LOCAL : 0;
    for (size_t i = 0; i < t->n_topics; i++) {
        int rv = mosquitto_subscribe_v5(client, NULL, t->topics[i], 1, options,
                                        NULL);
        if (rv != MOSQ_ERR_SUCCESS) {
            return rv;
        }
    }
    struct mqtt_event *event = mem_zalloc(sizeof(*event));
    event->kind = MQTT_EVENT_CONNECTED;
    uv_mutex_lock(&t->client_mutex);
    t->connected = true;
    uv_mutex_unlock(&t->client_mutex);
    t->announced = true;
    t->failures = 0;
    thread_push(t, event);
    return MOSQ_ERR_SUCCESS;
}

/* A broker without set_tcp_nodelay (mosquitto's default) holds its second
 * acknowledgement back until we acknowledge the first segment, which a kernel
 * delays by 40 ms. The kernel forgets this wish, so it is repeated. */
static void thread_acknowledge_at_once(struct mosquitto *client)
{
    int on = 1;
    int fd = mosquitto_socket(client);
    if (fd >= 0) {
        /* A mere wish: without it everything is slower, not wrong. */
        (void)setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof(on));
    }
}

/* Until the connection ends or we are to stop. */
static int thread_serve(struct mqtt_thread *t, struct mosquitto *client)
{
    while (!thread_stops(t)) {
        thread_acknowledge_at_once(client);
        int rv = mosquitto_loop(client, THREAD_LOOP_MS, 1);
        if (rv == MOSQ_ERR_SUCCESS && t->answered && !t->announced) {
            rv = t->connack == 0 ? thread_announce(t, client)
                                 : MOSQ_ERR_CONN_REFUSED;
        }
        if (rv != MOSQ_ERR_SUCCESS) {
            return rv;
        }
        if (t->lost) {
            return MOSQ_ERR_CONN_LOST;
        }
    }
    /* "Disconnect with will": the broker itself says that we are gone. */
    int rv =
        mosquitto_disconnect_v5(client, MQTT_RC_DISCONNECT_WITH_WILL_MSG, NULL);
    for (int i = 0;
         i < THREAD_FAREWELL_LOOPS && rv == MOSQ_ERR_SUCCESS && !t->lost; i++) {
        rv = mosquitto_loop(client, THREAD_LOOP_MS, 1);
    }
    return MOSQ_ERR_SUCCESS;
}

/* Why there is no connection, for people. */
static void thread_push_disconnected(struct mqtt_thread *t, int rv)
{
    char detail[MQTT_DETAIL_MAX];
    if (t->answered && t->connack != 0) {
        (void)snprintf(detail, sizeof(detail),
                       "MQTT-Broker lehnt die Anmeldung ab: %s. "
                       "Konto und Passwort prüfen.",
                       mosquitto_reason_string(t->connack));
    } else {
        (void)snprintf(detail, sizeof(detail),
                       "MQTT-Broker %s (Port %d): %.60s",
                       t->announced ? "getrennt" : "nicht erreichbar", t->port,
                       mosquitto_strerror(rv));
    }
    struct mqtt_event *event = mem_zalloc(sizeof(*event));
    event->kind = MQTT_EVENT_DISCONNECTED;
    event->topic = mem_strdup(detail);
    thread_push(t, event);
}

static void thread_session(struct mqtt_thread *t)
{
    spare_drop(&t->spare);
    struct mosquitto *client = mosquitto_new(t->client_id, true, t);
    check(client != NULL);
    uv_mutex_lock(&t->client_mutex);
    t->client = client;
    t->generation++;
    uv_mutex_unlock(&t->client_mutex);
    t->answered = false;
    t->lost = false;
    t->announced = false;
    t->failures++;
    int rv = thread_configure(t, client) ? thread_connect(t, client)
                                         : MOSQ_ERR_INVAL;
    spare_take(&t->spare);
    if (rv == MOSQ_ERR_SUCCESS) {
        rv = thread_serve(t, client);
    }
    uv_mutex_lock(&t->client_mutex);
    t->connected = false;
    t->client = NULL;
    uv_mutex_unlock(&t->client_mutex);
    mosquitto_destroy(client);
    thread_push_disconnected(t, rv);
}

/* Doubles with every failure in a row, half of it random, so that a thousand
 * displays do not come back in the same moment. */
static void thread_wait(struct mqtt_thread *t)
{
    unsigned doublings = t->failures == 0 ? 0 : t->failures - 1;
    if (doublings > THREAD_BACKOFF_DOUBLINGS) {
        doublings = THREAD_BACKOFF_DOUBLINGS;
    }
    uint32_t most = (uint32_t)THREAD_BACKOFF_FIRST_MS << doublings;
    uint64_t wait_ms = most / 2 + randombytes_uniform(most / 2);
    uv_mutex_lock(&t->queue_mutex);
    if (!t->stop) {
        (void)uv_cond_timedwait(&t->wake, &t->queue_mutex,
                                wait_ms * thread_ns_per_ms);
    }
    uv_mutex_unlock(&t->queue_mutex);
}

void mqtt_thread_run(void *arg)
{
    struct mqtt_thread *t = arg;
    sigset_t all;
    /* Signals are the loop's; a write to a dead socket is an error code. */
    (void)sigfillset(&all);
    check(pthread_sigmask(SIG_BLOCK, &all, NULL) == 0);
    while (!thread_stops(t)) {
        thread_session(t);
        thread_wait(t);
    }
    uv_mutex_lock(&t->queue_mutex);
    t->ended = true;
    bool orphan = t->orphan;
    if (t->async != NULL) {
        (void)uv_async_send(t->async);
    }
    uv_mutex_unlock(&t->queue_mutex);
    if (orphan) {
        mqtt_thread_free(t);
    }
}
