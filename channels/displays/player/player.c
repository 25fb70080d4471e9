#include "channels/displays/player/player.h"

#include <stdlib.h>
#include <string.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/notices.h"
#include "channels/displays/player/events.h"
#include "channels/displays/player/player_parts.h"
#include "channels/displays/report.h"
#include "service/base/check.h"
#include "service/base/mem.h"

/* --- what comes in ------------------------------------------------------- */

static void player_refused(struct player *p, const struct slot *slot,
                           enum accept_verdict verdict)
{
    if (verdict != ACCEPT_OLD && verdict != ACCEPT_EXPIRED) {
        p->bad_ms = clock_mono_ms(p->clock);
    }
    if (p->options.json) {
        events_refused(p->options.out, slot->stream,
                       accept_verdict_name(verdict));
    }
}

static void player_take_state(struct player *p, struct slot *slot,
                              const struct mqtt_message *m)
{
    bool forgets = false;
    enum accept_verdict verdict = slots_take(&p->slots, slot, m->bytes, m->len,
                                             player_now_s(p), &forgets);
    if (verdict != ACCEPT_SHOW) {
        player_refused(p, slot, verdict);
        return;
    }
    if (forgets && p->options.json) {
        events_storage(p->options.out, slot->stream);
    }
}

/* Contact is a signed time that is newer than the last and not old by our own
 * clock: a broker that repeats or delays is no contact. */
static void player_take_heartbeat(struct player *p,
                                  const struct mqtt_message *m)
{
    int64_t wall_s = clock_wall_ms(p->clock) / 1000;
    int64_t time = slots_heartbeat(&p->slots, m->bytes, m->len);
    if (time <= p->signed_s) {
        return;
    }
    p->clock_offset_s = wall_s - time;
    p->signed_s = time;
    p->signed_at_ms = clock_mono_ms(p->clock);
    if (wall_s - time < PLAYER_SILENCE_S) {
        player_heard(p);
    }
}

static void player_take_keys(struct player *p, const struct mqtt_message *m)
{
    struct accept_rules rules = {.keys = p->options.keys,
                                 .n_keys = p->options.n_keys};
    size_t body_len = 0;
    if (p->options.json) {
        bool ok = note_accept(&rules, "keys", m->bytes, m->len, &body_len);
        events_keys(p->options.out, ok ? "ok" : "refused");
    }
}

static void player_tick_now(struct player *p);

static void player_on_message(void *data, const struct mqtt_message *m)
{
    struct player *p = data;
    size_t len = strlen(p->prefix);
    if (strncmp(m->topic, p->prefix, len) != 0 || m->topic[len] != '/') {
        return;
    }
    const char *topic = m->topic + len + 1;
    struct slot *slot = slots_find(&p->slots, topic);
    if (slot != NULL) {
        player_take_state(p, slot, m);
    } else if (strcmp(topic, DISPLAYS_TOPIC_HEARTBEAT) == 0) {
        player_take_heartbeat(p, m);
    } else if (strcmp(topic, DISPLAYS_TOPIC_KEYS) == 0) {
        player_take_keys(p, m);
    }
    player_tick_now(p);
}

static void player_tick_now(struct player *p)
{
    int64_t now_ms = clock_mono_ms(p->clock);
    player_show(p, now_ms);
    if (mqtt_connected(p->mqtt)) {
        player_say_shown(p);
        player_say_status(p, now_ms);
    }
}

static void player_tick(uv_timer_t *timer)
{
    player_tick_now(timer->data);
}

/* --- the connection ------------------------------------------------------ */

static void player_on_connected(void *data, unsigned generation)
{
    struct player *p = data;
    (void)generation;
    p->shown_due = true;
    p->status = NULL;
    player_tick_now(p);
}

static void player_on_disconnected(void *data, const char *detail)
{
    struct player *p = data;
    (void)detail; /* the screen speaks after 90 s; the log is the broker's */
    player_tick_now(p);
}

static void player_on_acknowledged(void *data, int mid, int reason)
{
    struct player *p = data;
    (void)mid;
    if (reason >= MQTT_REASON_FAILURE && p->options.json) {
        events_refused(p->options.out, "display", "acl");
    }
}

static const struct mqtt_events player_mqtt_events = {
    .connected = player_on_connected,
    .disconnected = player_on_disconnected,
    .acknowledged = player_on_acknowledged,
    .message = player_on_message,
};

static enum err_code player_connect(struct player *p, uv_loop_t *loop,
                                    struct err *e)
{
    static const char *const more[] = {
        DISPLAYS_TOPIC_HEARTBEAT, DISPLAYS_TOPIC_KEYS, DISPLAYS_TOPIC_SERVICE};
    enum { N_MORE = 3, N_TOPICS = SLOTS_MAX + N_MORE };
    char text[N_TOPICS + 1][MQTT_TOPIC_MAX];
    const char *topics[N_TOPICS];
    struct buf will;
    size_t n = p->slots.n + N_MORE;
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(text[i], MQTT_TOPIC_MAX, "%s/%s", p->prefix,
                       i < p->slots.n ? p->slots.items[i].stream
                                      : more[i - p->slots.n]);
        topics[i] = text[i];
    }
    (void)snprintf(text[N_TOPICS], MQTT_TOPIC_MAX, "%s/display/%s/status",
                   p->prefix, p->id);
    buf_init(&will, PLAYER_REPORT_MAX);
    player_status_body(p, "offline", &will);
    struct mqtt_options options = {.url = p->options.broker,
                                   .username = p->options.username,
                                   .password = p->options.password,
                                   .ca_file = p->options.ca_file,
                                   .client_id = p->id,
                                   .will_topic = text[N_TOPICS],
                                   .will = will.data,
                                   .will_len = will.len,
                                   .topics = topics,
                                   .n_topics = n};
    enum err_code rv =
        mqtt_open(loop, &options, &player_mqtt_events, p, &p->mqtt, e);
    buf_fini(&will);
    return rv;
}

/* --- open and close ------------------------------------------------------ */

static void player_free(struct player *p)
{
    slots_fini(&p->slots);
    free(p->id);
    free(p->area);
    free(p->prefix);
    free(p->store);
    free(p);
}

/* "warnung.example/actual/k1": where to look, without the parts behind. */
static void player_host(struct player *p)
{
    for (size_t i = 0; i < p->options.n_keys; i++) {
        const char *name = p->options.keys[i].name;
        const char *end = strstr(name, "/actual/");
        if (end != NULL) {
            memcpy(p->host, name, (size_t)(end - name));
            return;
        }
    }
    MEM_SET_TEXT(p->host, "Radio");
}

static bool player_options_valid(const struct player_options *o)
{
    size_t len = strlen(o->area);
    char id[ID_MAX];
    char topic[ID_MAX + 32];
    (void)snprintf(topic, sizeof(topic), "display/%.*s/shown", ID_MAX, o->id);
    return (len == 5 || len == 8) && strspn(o->area, "0123456789") == len &&
           report_topic_parse(topic, id) == REPORT_SHOWN &&
           strlen(o->prefix) > 0 && strlen(o->prefix) < MQTT_TOPIC_MAX / 2;
}

enum err_code player_open(uv_loop_t *loop, const struct clock *clock,
                          const struct player_options *options,
                          struct player **player, struct err *e)
{
    if (!player_options_valid(options)) {
        return err_set(e, ERR_INVALID,
                       "--id (Buchstaben, Ziffern, _ und -), --area (fünf- "
                       "oder achtstelliger Schlüssel) oder topic_prefix ist "
                       "nicht gültig");
    }
    struct player *p = mem_zalloc(sizeof(*p));
    p->options = *options;
    p->id = mem_strdup(options->id);
    p->area = mem_strdup(options->area);
    p->prefix = mem_strdup(options->prefix);
    p->store = mem_strdup(options->store == NULL ? "" : options->store);
    p->clock = clock;
    p->link = "";
    player_host(p);
    if (slots_init(&p->slots, options->keys, options->n_keys, p->area, p->store,
                   e) != ERR_OK ||
        player_connect(p, loop, e) != ERR_OK) {
        player_free(p);
        return e->code;
    }
    check(uv_timer_init(loop, &p->tick) == 0);
    p->tick.data = p;
    (void)uv_timer_start(&p->tick, player_tick, 1, PLAYER_TICK_MS);
    if (options->terminal) {
        (void)fputs("\033[?1049h\033[?25l", options->out);
    }
    *player = p;
    return ERR_OK;
}

static void player_closed(uv_handle_t *handle)
{
    struct player *p = handle->data;
    player_close_cb cb = p->close_cb;
    void *data = p->close_data;
    if (p->options.terminal) {
        (void)fputs("\033[?25h\033[?1049l", p->options.out);
        (void)fflush(p->options.out);
    }
    player_free(p);
    cb(data);
}

static void player_mqtt_closed(void *data)
{
    struct player *p = data;
    uv_close((uv_handle_t *)&p->tick, player_closed);
}

void player_close(struct player *p, player_close_cb cb, void *data)
{
    p->close_cb = cb;
    p->close_data = data;
    (void)uv_timer_stop(&p->tick);
    mqtt_close(p->mqtt, player_mqtt_closed, p);
}
