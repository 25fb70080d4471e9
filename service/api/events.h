/* GET /api/v1/events: server-sent events (contract 4). An event's id is the
 * index of its leaf in the audit log, so a client that comes back with
 * Last-Event-ID gets everything since then from the log, also after a restart
 * of the service. Events without a leaf (channel, some displays) carry no id;
 * on resume their current state comes first. */
#ifndef SERVICE_API_EVENTS_H
#define SERVICE_API_EVENTS_H

#include <stdint.h>

struct api_call;
struct broadcast;
struct broadcast_event;
struct clock;
struct events;
struct store;

/* Never NULL; store, clock and broadcast are borrowed. */
struct events *events_new(struct store *s, const struct clock *clock);
void events_set_broadcast(struct events *e, struct broadcast *b);

/* All streams must have been closed (the HTTP servers are). */
void events_free(struct events *e);

/* Tells all listeners. */
void events_send(struct events *e, const struct broadcast_event *event);

/* Tells all listeners a finished object, e.g. a drill; leaf -1: no id. `json`
 * is borrowed. */
void events_send_object(struct events *e, const char *name, const char *json,
                        int64_t leaf);

/* Ends the streams of a session that is over. */
void events_end_session(struct events *e, const char *session_key);

/* GET /api/v1/events */
void api_events_get(struct api_call *c);

#endif
