#include "channels/displays/player/player.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/notices.h"
#include "channels/displays/player/events.h"
#include "channels/displays/player/rotation.h"
#include "channels/displays/player/screen.h"
#include "channels/displays/player/slots.h"
#include "channels/displays/report.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    PLAYER_TICK_MS = 250,
    PLAYER_SILENCE_MS = 90 * 1000, /* contract 6: link lost is said */
    PLAYER_SILENCE_S = 90,
    PLAYER_STATUS_MS = 60 * 1000,
    PLAYER_BAD_MS = 10 * 60 * 1000, /* a bad signature is remembered */
    PLAYER_PICTURE_MAX = 256 * 1024,
    PLAYER_REPORT_MAX = 4096,
    PLAYER_HOST_MAX = KEY_NAME_MAX,
    PLAYER_WIDTH = 80,
    PLAYER_HEIGHT = 24,
};

static const char player_name[] = "tuermer display play";

struct player {
    struct player_options options;
    char *id;
    char *area;
    char *prefix;
    char *store;
    char host[PLAYER_HOST_MAX];
    const struct clock *clock;
    struct mqtt *mqtt;
    uv_timer_t tick;
    struct slots slots;
    struct slots_shown shown;
    struct rotation rotation;

    /* Signed times are a lower bound of now: a display whose clock lags does
     * not show what has ended. */
    int64_t signed_s;       /* newest heartbeat; 0: none */
    int64_t signed_at_ms;   /* monotonic, when it came */
    int64_t clock_offset_s; /* our wall clock minus the heartbeat's */
    int64_t heard_ms;       /* monotonic, last contact; 0: never */
    int64_t heard_at_s;     /* the same for people */
    int64_t bad_ms;         /* monotonic, last bad signature; 0: never */
    int64_t status_due_ms;  /* monotonic */
    const char *status;     /* what was last said */
    const char *link;       /* the same for the link */
    struct digest picture;  /* of what is shown, without time and page */
    struct digest drawn;    /* of the bytes on the terminal */
    struct digest told[SLOTS_MAX];
    bool shown_due;

    player_close_cb close_cb;
    void *close_data;
};

/* --- time ---------------------------------------------------------------- */

static int64_t player_now_s(const struct player *p)
{
    int64_t wall_s = clock_wall_ms(p->clock) / 1000;
    int64_t least_s =
        p->signed_s + (clock_mono_ms(p->clock) - p->signed_at_ms) / 1000;
    return p->signed_s != 0 && least_s > wall_s ? least_s : wall_s;
}

static void player_heard(struct player *p)
{
    p->heard_ms = clock_mono_ms(p->clock);
    p->heard_at_s = player_now_s(p);
}

static bool player_disturbed(const struct player *p)
{
    return p->heard_ms == 0 || slots_behind(&p->slots) ||
           clock_mono_ms(p->clock) - p->heard_ms >= PLAYER_SILENCE_MS;
}

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

/* --- what goes out ------------------------------------------------------- */

static bool player_publish(struct player *p, const char *name,
                           const struct buf *body)
{
    char topic[MQTT_TOPIC_MAX];
    struct err e;
    int mid = 0;
    int n = snprintf(topic, sizeof(topic), "%s/display/%s/%s", p->prefix, p->id,
                     name);
    check(n > 0 && n < MQTT_TOPIC_MAX);
    return mqtt_publish(p->mqtt,
                        &(struct mqtt_publication){.topic = topic,
                                                   .bytes = body->data,
                                                   .len = body->len,
                                                   .retained = true},
                        &mid, &e) == ERR_OK;
}

static void player_status_body(const struct player *p, const char *state,
                               struct buf *body)
{
    struct report_status r = {.time = clock_wall_ms(p->clock) / 1000,
                              .clock_offset_s = p->clock_offset_s};
    MEM_SET_TEXT(r.state, state);
    MEM_SET_TEXT(r.area, p->area);
    MEM_SET_TEXT(r.player, player_name);
    report_status_body(&r, body);
}

static void player_say_status(struct player *p, int64_t now_ms)
{
    bool bad = p->bad_ms != 0 && now_ms - p->bad_ms < PLAYER_BAD_MS;
    const char *status = bad ? "bad_signature" : "online";
    if (status == p->status && now_ms < p->status_due_ms) {
        return;
    }
    struct buf body;
    buf_init(&body, PLAYER_REPORT_MAX);
    player_status_body(p, status, &body);
    if (player_publish(p, "status", &body)) {
        p->status = status;
        p->status_due_ms = now_ms + PLAYER_STATUS_MS;
    }
    buf_fini(&body);
}

static void player_say_shown(struct player *p)
{
    struct report_shown r = {.shown_at = player_now_s(p)};
    struct buf body;
    if (!p->shown_due) {
        return;
    }
    for (size_t i = 0; i < p->slots.n; i++) {
        const struct slot *slot = &p->slots.items[i];
        if (slot->valid) {
            struct report_showing *s = &r.items[r.n++];
            MEM_SET_TEXT(s->stream, slot->stream);
            MEM_SET_TEXT(s->sha256, slot->state.sha256);
            s->epoch = slot->state.epoch;
            s->seq = slot->state.seq;
        }
    }
    buf_init(&body, PLAYER_REPORT_MAX);
    report_shown_body(&r, &body);
    p->shown_due = !player_publish(p, "shown", &body);
    buf_fini(&body);
}

/* --- the picture --------------------------------------------------------- */

static void player_size(const struct player *p, struct screen *s)
{
    struct winsize size = {0};
    s->width = p->options.width > 0 ? p->options.width : PLAYER_WIDTH;
    s->height = p->options.height > 0 ? p->options.height : PLAYER_HEIGHT;
    if (p->options.terminal && p->options.width == 0 &&
        ioctl(fileno(p->options.out), TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0) {
        s->width = size.ws_col;
        s->height = size.ws_row;
    }
    s->height--; /* the line behind the last line end */
}

static enum screen_kind player_kind(const struct player *p)
{
    if (p->shown.n > 0) {
        return SCREEN_ALERT;
    }
    return slots_complete(&p->slots) && !player_disturbed(p) ? SCREEN_IDLE
                                                             : SCREEN_NO_LINK;
}

static struct screen player_screen(const struct player *p)
{
    struct screen s = {.kind = player_kind(p),
                       .stream = p->shown.kind,
                       .disturbed =
                           player_disturbed(p) || !slots_complete(&p->slots),
                       .heard_at_s = p->heard_at_s,
                       .host = p->host,
                       .colour = p->options.terminal};
    player_size(p, &s);
    return s;
}

/* On a terminal: one page in place, drawn when a byte differs. */
static void player_draw_terminal(struct player *p)
{
    struct screen s = player_screen(p);
    struct buf out;
    buf_init(&out, PLAYER_PICTURE_MAX);
    if (s.kind == SCREEN_ALERT) {
        s.alert = p->rotation.items[p->rotation.at].alert;
        s.page = p->rotation.items[p->rotation.at].page->text;
        s.page_number = p->rotation.at + 1;
        s.n_pages = p->rotation.n;
    }
    screen_draw(&s, &out);
    struct digest digest = digest_of(buf_text(&out), out.len);
    if (memcmp(digest.bytes, p->drawn.bytes, DIGEST_SIZE) != 0) {
        p->drawn = digest;
        (void)fprintf(p->options.out, "\033[H%s\033[J", buf_text(&out));
        (void)fflush(p->options.out);
    }
    buf_fini(&out);
}

/* Elsewhere: everything once, at every change. */
static void player_draw_plain(struct player *p)
{
    struct screen s = player_screen(p);
    struct buf out;
    buf_init(&out, PLAYER_PICTURE_MAX);
    s.height = 0;
    for (size_t i = 0; i < p->shown.n; i++) {
        s.alert = p->shown.alerts[i];
        screen_draw(&s, &out);
        buf_add_char(&out, '\n');
    }
    if (p->shown.n == 0) {
        screen_draw(&s, &out);
        buf_add_char(&out, '\n');
    }
    (void)fputs(buf_text(&out), p->options.out);
    (void)fflush(p->options.out);
    buf_fini(&out);
}

static void player_add_number(struct buf *b, const struct slot *slot)
{
    buf_printf(b, "%s %d %lld %lld %zu;", slot->stream, slot->valid,
               (long long)slot->state.epoch, (long long)slot->state.seq,
               slot->state.n_alerts);
}

/* A change of one stream, told and acknowledged once. */
static void player_tell(struct player *p)
{
    for (size_t i = 0; i < p->slots.n; i++) {
        const struct slot *slot = &p->slots.items[i];
        struct buf b;
        buf_init(&b, PLAYER_REPORT_MAX);
        player_add_number(&b, slot);
        struct digest digest = digest_of(buf_text(&b), b.len);
        buf_fini(&b);
        if (memcmp(digest.bytes, p->told[i].bytes, DIGEST_SIZE) == 0) {
            continue;
        }
        p->told[i] = digest;
        p->shown_due = true;
        if (slot->valid && p->options.json) {
            events_shown(p->options.out, slot);
        }
    }
}

/* True when what people see has changed (the page and the minute aside). */
static bool player_changed(struct player *p, const char *link)
{
    struct buf b;
    buf_init(&b, PLAYER_REPORT_MAX);
    buf_printf(&b, "%s %d;", link, (int)player_kind(p));
    for (size_t i = 0; i < p->slots.n; i++) {
        player_add_number(&b, &p->slots.items[i]);
    }
    struct digest digest = digest_of(buf_text(&b), b.len);
    buf_fini(&b);
    bool changed = memcmp(digest.bytes, p->picture.bytes, DIGEST_SIZE) != 0;
    p->picture = digest;
    return changed;
}

static void player_show(struct player *p, int64_t now_ms)
{
    slots_expire(&p->slots, player_now_s(p));
    slots_show(&p->slots, &p->shown);
    enum screen_kind kind = player_kind(p);
    const char *link = kind == SCREEN_NO_LINK ? "none"
                       : player_disturbed(p)  ? "disturbed"
                                              : "ok";
    /* The rotation points into the slots: made anew before it is read. */
    bool changed = player_changed(p, link);
    if (changed) {
        rotation_build(&p->rotation, &p->shown, now_ms);
    }
    if (p->options.json) {
        if (link != p->link) {
            events_link(p->options.out, link, NULL);
        }
    } else if (p->options.terminal) {
        rotation_step(&p->rotation, now_ms);
        player_draw_terminal(p);
    } else if (changed) {
        player_draw_plain(p);
    }
    p->link = link;
    player_tell(p);
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
