/* One broker, one thread of our own (libraries.md, "libmosquitto"): the thread
 * runs mosquitto_loop(m, 100, 1) itself; the loop thread publishes only under
 * the mutex and only while connected; whatever the broker says is queued and
 * drained on the loop by a uv_async. On an error or a disconnect the thread
 * clears `connected`, destroys the client, makes a new one and connects again
 * (back-off with jitter): nothing of ours waits inside libmosquitto, which
 * would queue a publish even without a connection.
 *
 *     loop thread                    mqtt thread
 *     mqtt_publish --(client mutex)--> libmosquitto, woken by its socket pair
 *     events  <--uv_async--(queue mutex)-- connected, acks, messages, lost
 *
 * Each connection is a generation. Acknowledgements of an earlier one are
 * dropped: after `disconnected` every open publish of it is lost for us.
 * MQTT 5 only: under 3.1.1 an ACL's refusal is reported as success. */
#ifndef CHANNELS_DISPLAYS_MQTT_H
#define CHANNELS_DISPLAYS_MQTT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "service/base/err.h"

struct mqtt;

enum {
    MQTT_TOPIC_MAX = 256,
    MQTT_DETAIL_MAX = 160,
    /* MQTT 5 section 2.4: from here on a reason code is a failure. */
    MQTT_REASON_FAILURE = 0x80,
};

/* All texts are copied. */
struct mqtt_options {
    const char *url; /* mqtts://host:port, mqtt://host:port; port optional */
    const char *username; /* NULL or "": none */
    const char *password;
    const char *ca_file; /* NULL or "": the system's certificates */
    const char *client_id;
    const char *will_topic; /* retained, QoS 1; sent at every end */
    const void *will;
    size_t will_len;
    const char *const *topics; /* subscribed at every connect, QoS 1 */
    size_t n_topics;
    bool no_local; /* what we publish does not come back to us */
};

struct mqtt_message {
    const char *topic;
    const void *bytes;
    size_t len;
    bool retained; /* was kept by the broker before we subscribed */
};

/* All on the loop, never from inside a call of ours, in the order in which
 * things happened. */
struct mqtt_events {
    void (*connected)(void *data, unsigned generation);
    /* detail: why, German; also when an attempt to connect failed. */
    void (*disconnected)(void *data, const char *detail);
    /* reason below MQTT_REASON_FAILURE: the broker has taken it. */
    void (*acknowledged)(void *data, int mid, int reason);
    void (*message)(void *data, const struct mqtt_message *m);
};

struct mqtt_publication {
    const char *topic;
    const void *bytes;
    size_t len;
    bool retained;
    uint32_t expiry_s; /* message expiry; 0: none */
};

/* Starts the thread. events are borrowed until closed. ERR_INVALID for a url
 * that is none. */
enum err_code mqtt_open(uv_loop_t *loop, const struct mqtt_options *options,
                        const struct mqtt_events *events, void *data,
                        struct mqtt **mqtt, struct err *e);

bool mqtt_connected(const struct mqtt *m);

/* QoS 1. ERR_OK: acknowledged(mid) or disconnected() follows. ERR_UNAVAILABLE:
 * certainly not sent, nothing is kept. ERR_INVALID: a topic that is none. */
enum err_code mqtt_publish(struct mqtt *m, const struct mqtt_publication *p,
                           int *mid, struct err *e);

typedef void (*mqtt_close_cb)(void *data);

/* Leaves with the last will, no event runs any more; then cb, and m is gone.
 * The thread is joined, or after 2 s left to end by itself. */
void mqtt_close(struct mqtt *m, mqtt_close_cb cb, void *data);

#endif
