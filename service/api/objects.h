/* The API's objects (contract 4). For the
 * files of this folder; the caller owns what it gets. */
#ifndef SERVICE_API_OBJECTS_H
#define SERVICE_API_OBJECTS_H

#include <jansson.h>

#include "service/model/alert.h"
#include "service/model/delivery.h"

struct broadcast;
struct broadcast_preview;
struct display;
struct drill;
struct store;

json_t *object_delivery(const struct delivery *d);

/* With its deliveries. */
json_t *object_alert(struct store *s, const struct alert *a);

/* The alert of that id, or NULL. */
json_t *object_alert_by_id(struct store *s, const char *id);

/* {marker, state, alerts:[…]}, or NULL. state: "open" while a released alert
 * stands, "all_clear" or "retracted" as soon as that was said, "expired" or
 * "preempted"; of one that never went out, its alert's state. */
json_t *object_incident(struct store *s, const char *marker);

/* Readiness of a channel. */
json_t *object_channel(const struct broadcast *b, enum channel_id id);

/* A display; its state depends on the time. */
json_t *object_display(const struct display *d, int64_t now_ms);

json_t *object_drill(const struct drill *d);

/* The drill of that id as text, the caller's to free(); NULL when there is
 * none. */
char *object_drill_json(struct store *s, const char *id);

/* The answer of POST /previews. `card_base` is where cards are served. */
json_t *object_preview(const struct broadcast_preview *p,
                       const char *card_base);

#endif
