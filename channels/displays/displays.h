/* The channel "displays": public screens behind an MQTT 5 broker. A state
 * channel: each item is a topic below the prefix with its newest bytes,
 * published retained with QoS 1. Nothing waits in the client: not connected
 * means not_sent at once, and the store is the only queue.
 *
 * publish: done when the broker acknowledged every item below 0x80; refused
 *   when it denied one (ACL, 0x87); not_sent when there is no connection and
 *   no item left; unknown when the connection was lost or the time ran out
 *   with items open. The flow publishes the newest state again in every case
 *   but done, and everything on `connected`.
 * confirm: always CHANNEL_UNREADABLE; that a screen shows a state is told by
 *   the screens themselves (display/<id>/shown, `message` below).
 * check: ready while connected, degraded for ten minutes after a foreign
 *   publish, else down.
 * close: leaves with the last will ("offline"), at most 2 s. */
#ifndef CHANNELS_DISPLAYS_DISPLAYS_H
#define CHANNELS_DISPLAYS_DISPLAYS_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "channels/channel.h"
#include "service/base/clock.h"
#include "service/base/err.h"

struct displays_events;

struct displays_config {
    const char *broker;   /* mqtts://host:port, mqtt://127.0.0.1:port */
    const char *username; /* NULL or "" for none */
    const char *password; /* the text, not the file */
    const char *ca_file;  /* NULL or "": the system's */
    const char *prefix;   /* tuermer/v1 */
    const struct displays_events *events; /* borrowed until closed */
    void *data;                           /* goes to them */
};

/* What a screen says: display/<id>/status or display/<id>/shown. */
struct displays_message {
    const char *topic; /* below the prefix */
    const void *bytes;
    size_t len;
    bool retained; /* kept by the broker: may be old */
};

/* All on the loop, never from inside a call of ours. */
struct displays_events {
    /* The broker answered, the first time or again: publish everything. */
    void (*connected)(void *data);
    /* The connection is lost; reconnecting goes on by itself. */
    void (*disconnected)(void *data);
    /* Borrowed until the callback returns. */
    void (*message)(void *data, const struct displays_message *m);
    /* Somebody else wrote to one of our topics (below the prefix): a leaf,
     * and publish that topic again. At most once a second and topic. */
    void (*foreign)(void *data, const char *topic);
};

/* Starts connecting. The texts are copied, the clock is borrowed until closed.
 * ERR_INVALID for a broker address or a prefix that is none. Ended by
 * channel->type->close(). */
enum err_code displays_open(uv_loop_t *loop, const struct clock *clock,
                            const struct displays_config *config,
                            struct channel **channel, struct err *e);

bool displays_connected(const struct channel *c);

/* After a restart: these bytes are ours (they were stored before they were
 * published), so finding them at the broker is no foreign publish. */
void displays_expect(struct channel *c, const char *topic, const void *bytes,
                     size_t len);

/* Publishes without asking for the result: heartbeat, keys, checkpoint
 * (retained), staff (not retained). False when there is no connection. */
bool displays_tell(struct channel *c, const char *topic, const void *bytes,
                   size_t len, bool retained);

#endif
