/* The thread behind mqtt.h, for mqtt.c only. One struct is shared by the loop
 * thread and the broker's thread; what each may touch is written beside it. */
#ifndef CHANNELS_DISPLAYS_MQTT_THREAD_H
#define CHANNELS_DISPLAYS_MQTT_THREAD_H

#include <mosquitto.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/spare.h"

enum mqtt_event_kind {
    MQTT_EVENT_CONNECTED,
    MQTT_EVENT_DISCONNECTED,
    MQTT_EVENT_ACKNOWLEDGED,
    MQTT_EVENT_MESSAGE,
};

struct mqtt_event {
    struct mqtt_event *next;
    enum mqtt_event_kind kind;
    unsigned generation;
    int mid;
    int reason;
    bool retained;
    size_t len;
    char *topic; /* owned; DISCONNECTED: the detail */
    char *bytes; /* owned */
};

void mqtt_event_free(struct mqtt_event *event);

/* Bounds of what the broker may pile up before the loop takes it. */
enum {
    MQTT_QUEUE_MESSAGES_MAX = 4096,
    MQTT_QUEUE_BYTES_MAX = 4 * 1024 * 1024,
    MQTT_PACKET_BYTES_MAX = 1024 * 1024,
};

struct mqtt_thread {
    /* Constant while the thread runs. */
    char *host;
    int port;
    bool tls;
    char *username; /* "" for none */
    char *password;
    char *ca_file; /* "" for the system's */
    char *client_id;
    char *will_topic;
    char *will;
    size_t will_len;
    char **topics;
    size_t n_topics;
    bool no_local;

    /* Under client_mutex: the loop thread publishes only while it holds it
     * and `connected` is true; the thread destroys only after it cleared it. */
    uv_mutex_t client_mutex;
    struct mosquitto *client;
    bool connected;
    unsigned generation;

    /* Under queue_mutex. */
    uv_mutex_t queue_mutex;
    uv_cond_t wake; /* stop, while the thread waits between connections */
    struct mqtt_event *first;
    struct mqtt_event **last;
    size_t n_messages;
    size_t message_bytes;
    bool stop;
    bool ended;
    bool orphan;       /* the thread frees the struct itself */
    uv_async_t *async; /* NULL: nobody listens any more */

    /* The thread's own. */
    bool answered; /* CONNACK came */
    int connack;   /* its reason */
    bool lost;
    bool announced; /* CONNECTED was queued for this generation */
    unsigned failures;
    struct spare spare; /* held but while connecting */
};

/* Copies the options. ERR_INVALID for a bad url. */
enum err_code mqtt_thread_new(const struct mqtt_options *options,
                              struct mqtt_thread **thread, struct err *e);
void mqtt_thread_free(struct mqtt_thread *t);

/* uv_thread_create()'s entry; arg is the struct. */
void mqtt_thread_run(void *arg);

/* The queued events, oldest first; the caller's to mqtt_event_free(). Sets
 * *ended when the thread has nothing more to say. */
struct mqtt_event *mqtt_thread_take(struct mqtt_thread *t, bool *ended);

/* Asks the thread to leave. */
void mqtt_thread_stop(struct mqtt_thread *t);

/* Nobody waits for the thread any more; it frees itself at its end. False:
 * it has ended already and can be joined at once. */
bool mqtt_thread_abandon(struct mqtt_thread *t);

#endif
