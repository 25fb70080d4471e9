#include "service/api/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/api/api.h"
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/flow/broadcast.h"
#include "service/http/request.h"
#include "service/http/stream.h"
#include "service/store/delivery.h"
#include "service/store/display.h"
#include "service/store/log.h"

enum {
    EVENTS_TEXT_MAX = 256 * 1024, /* one event */
    EVENTS_RESUME_MAX = 1000,     /* leaves, fits LIMIT_STREAM_FIRST; further
                                     back is a reset */
};

struct events_listener {
    struct events *events;
    struct http_stream *stream;
    char session_key[API_SESSION_KEY_MAX];
    struct events_listener *next;
};

struct events {
    struct store *store;
    const struct clock *clock;
    struct broadcast *broadcast;
    struct events_listener *listeners;
};

struct events *events_new(struct store *s, const struct clock *clock)
{
    struct events *e = mem_zalloc(sizeof(*e));
    e->store = s;
    e->clock = clock;
    return e;
}

void events_set_broadcast(struct events *e, struct broadcast *b)
{
    e->broadcast = b;
}

void events_free(struct events *e)
{
    check(e->listeners == NULL);
    free(e);
}

static void events_on_closed(void *data)
{
    struct events_listener *l = data;
    struct events_listener **at = &l->events->listeners;
    while (*at != l) {
        at = &(*at)->next;
    }
    *at = l->next;
    free(l);
}

/* ---- what an event says ---- */

static void events_format(struct buf *b, const char *name, const char *json,
                          int64_t leaf)
{
    if (leaf >= 0) {
        buf_printf(b, "id: %lld\n", (long long)leaf);
    }
    buf_printf(b, "event: %s\ndata: ", name);
    buf_add_text(b, json);
    buf_add_text(b, "\n\n");
}

static const char *events_name(enum broadcast_event_kind kind)
{
    switch (kind) {
    case BROADCAST_ALERT: return "alert";
    case BROADCAST_DELIVERY: return "delivery";
    case BROADCAST_DISPLAY: return "display";
    case BROADCAST_CHANNEL: return "channel";
    }
    return "alert";
}

static json_t *events_object(struct events *e, enum broadcast_event_kind kind,
                             const char *id)
{
    struct delivery d;
    struct display display;
    enum channel_id channel = CHANNEL_FACEBOOK;
    switch (kind) {
    case BROADCAST_ALERT: return object_alert_by_id(e->store, id);
    case BROADCAST_DELIVERY:
        return delivery_load(e->store, id, &d) ? object_delivery(&d) : NULL;
    case BROADCAST_DISPLAY:
        return display_load(e->store, id, &display)
                   ? object_display(&display, clock_wall_ms(e->clock))
                   : NULL;
    case BROADCAST_CHANNEL:
        return channel_id_parse(id, &channel)
                   ? object_channel(e->broadcast, channel)
                   : NULL;
    }
    return NULL;
}

/* Appends the event with the object as it is now; nothing when it is gone. */
static void events_write(struct events *e, struct buf *b,
                         enum broadcast_event_kind kind, const char *id,
                         int64_t leaf)
{
    json_t *object = events_object(e, kind, id);
    if (object == NULL) {
        return;
    }
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    events_format(b, events_name(kind), text, leaf);
    free(text);
}

static void events_tell_all(struct events *e, const struct buf *b)
{
    for (struct events_listener *l = e->listeners; l != NULL; l = l->next) {
        http_stream_write(l->stream, buf_text(b), b->len);
    }
}

void events_send(struct events *e, const struct broadcast_event *event)
{
    struct buf b;
    if (e->listeners == NULL) {
        return;
    }
    buf_init(&b, EVENTS_TEXT_MAX);
    events_write(e, &b, event->kind, event->id, event->leaf);
    events_tell_all(e, &b);
    buf_fini(&b);
}

void events_send_object(struct events *e, const char *name, const char *json,
                        int64_t leaf)
{
    struct buf b;
    buf_init(&b, EVENTS_TEXT_MAX);
    events_format(&b, name, json, leaf);
    events_tell_all(e, &b);
    buf_fini(&b);
}

void events_end_session(struct events *e, const char *session_key)
{
    for (struct events_listener *l = e->listeners; l != NULL; l = l->next) {
        if (session_key[0] != '\0' &&
            strcmp(l->session_key, session_key) == 0) {
            http_stream_close(l->stream);
        }
    }
}

/* ---- resuming ---- */

struct events_resume {
    struct events *events;
    struct http_stream *stream;
};

static void events_write_drill(struct events *e, struct buf *b, const char *id,
                               int64_t leaf)
{
    char *text = id == NULL ? NULL : object_drill_json(e->store, id);
    if (text != NULL) {
        events_format(b, "drill", text, leaf);
    }
    free(text);
}

/* One leaf of the log as the event it was. */
static bool events_on_row(void *data, const struct log_row *row)
{
    struct events_resume *r = data;
    json_t *entry = json_loads(row->entry, 0, NULL);
    const char *delivery =
        json_string_value(json_object_get(entry, "delivery"));
    const char *alert = json_string_value(json_object_get(entry, "alert"));
    const char *type = json_string_value(json_object_get(entry, "type"));
    struct buf b;
    buf_init(&b, EVENTS_TEXT_MAX);
    if (delivery != NULL) {
        events_write(r->events, &b, BROADCAST_DELIVERY, delivery, row->index);
    } else if (type != NULL && strncmp(type, "drill.", 6) == 0) {
        events_write_drill(r->events, &b,
                           json_string_value(json_object_get(entry, "drill")),
                           row->index);
    } else if (alert != NULL) {
        events_write(r->events, &b, BROADCAST_ALERT, alert, row->index);
    }
    http_stream_write(r->stream, buf_text(&b), b.len);
    buf_fini(&b);
    json_decref(entry);
    return true;
}

/* What has no leaf, as it is now. */
static void events_current(struct events *e, struct http_stream *stream)
{
    struct buf b;
    struct display_list displays;
    buf_init(&b, EVENTS_TEXT_MAX);
    for (int c = 0; c < N_CHANNELS; c++) {
        events_write(e, &b, BROADCAST_CHANNEL,
                     channel_id_name((enum channel_id)c), -1);
    }
    display_list_load(e->store, &displays);
    for (size_t i = 0; i < displays.n; i++) {
        events_write(e, &b, BROADCAST_DISPLAY, displays.items[i].id, -1);
    }
    display_list_fini(&displays);
    http_stream_write(stream, buf_text(&b), b.len);
    buf_fini(&b);
}

static void events_resume(struct events *e, struct http_stream *stream,
                          const char *last_id)
{
    struct events_resume r = {e, stream};
    char *end = NULL;
    int64_t size = log_size(e->store);
    long long last = strtoll(last_id, &end, 10);
    if (end == last_id || *end != '\0' || last < 0 || last >= size ||
        size - last > EVENTS_RESUME_MAX) {
        char reset[64];
        int n = snprintf(reset, sizeof(reset),
                         "id: %lld\nevent: reset\ndata: {}\n\n",
                         (long long)size - 1);
        http_stream_write(stream, reset, (size_t)n);
        return;
    }
    log_read(e->store, last + 1, EVENTS_RESUME_MAX, events_on_row, &r);
}

void api_events_get(struct api_call *c)
{
    struct events *e = c->api->events;
    const char *header = http_request_header(c->request, "Last-Event-ID");
    char *last = mem_strdup(header);
    struct events_listener *l = mem_zalloc(sizeof(*l));
    l->events = e;
    memcpy(l->session_key, c->session_key, sizeof(l->session_key));
    l->stream = http_stream_open(c->request, NULL, 0, events_on_closed, l);
    l->next = e->listeners;
    e->listeners = l;
    free(c);
    http_stream_write(l->stream, ": tuermer\n\n", 11);
    events_current(e, l->stream);
    if (last != NULL) {
        events_resume(e, l->stream, last);
    }
    free(last);
}
