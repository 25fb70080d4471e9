#include "channels/website/site.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/website/cap.h"
#include "channels/website/current.h"
#include "channels/website/feed.h"
#include "channels/website/fragment.h"
#include "channels/website/history.h"
#include "channels/website/home.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"

/* style.css and icon.svg, embedded by CMakeLists.txt. */
extern const unsigned char site_style[];
extern const size_t site_style_len;
extern const unsigned char site_icon[];
extern const size_t site_icon_len;

struct site_file {
    char *name;
    char *bytes;
};

static const char site_robots[] = "User-agent: *\nAllow: /\nAllow: /karte/\n";

/* Takes the bytes. */
static void site_add(struct site_items *out, const char *name, char *bytes,
                     size_t len)
{
    size_t n = out->n + 1;
    struct channel_item *items = realloc(out->items, n * sizeof(*items));
    check(items != NULL);
    out->items = items;
    struct site_file *files = realloc(out->files, n * sizeof(*files));
    check(files != NULL);
    out->files = files;
    files[out->n] = (struct site_file){mem_strdup(name), bytes};
    items[out->n] = (struct channel_item){
        .name = files[out->n].name, .bytes = bytes, .len = len};
    out->n = n;
}

/* Takes the buffer's text; ERR_LIMIT when it ran over. */
static enum err_code site_add_buf(struct site_items *out, const char *name,
                                  struct buf *b, struct err *e)
{
    if (!buf_ok(b)) {
        buf_fini(b);
        return err_set(e, ERR_LIMIT, "%s would be larger than %d bytes", name,
                       LIMIT_SITE_FILE_BYTES);
    }
    size_t len = b->len;
    site_add(out, name, buf_take(b), len);
    return ERR_OK;
}

static void site_add_text(struct site_items *out, const char *name,
                          const char *text)
{
    site_add(out, name, mem_strdup(text), strlen(text));
}

/* Page and CAP files of an incident; nothing for one that is as it was. */
static enum err_code site_incident(struct site_items *out, const struct view *v,
                                   const struct state_incident *incident,
                                   struct err *e)
{
    char name[2 * ID_MAX];
    struct buf b;
    enum err_code code = ERR_OK;
    if (incident->n_alerts == 0 || !incident->changed) {
        return ERR_OK;
    }
    buf_init(&b, LIMIT_SITE_FILE_BYTES);
    history_compose(&b, v, incident);
    (void)snprintf(name, sizeof(name), "w/%s.html", incident->marker);
    code = site_add_buf(out, name, &b, e);
    for (size_t i = 0; code == ERR_OK && i < incident->n_alerts; i++) {
        const struct alert *a = incident->alerts[i];
        cap_compose(&b, v, incident, a);
        (void)snprintf(name, sizeof(name), "cap/%s.xml", a->id);
        code = site_add_buf(out, name, &b, e);
    }
    buf_fini(&b);
    return code;
}

static enum err_code site_stream(struct site_items *out, const struct view *v,
                                 const struct state *state, struct err *e)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < state->n_incidents; i++) {
        code = site_incident(out, v, &state->incidents[i], e);
    }
    return code;
}

static enum err_code site_incidents(struct site_items *out,
                                    const struct view *v, struct err *e)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < v->n_states; i++) {
        code = site_stream(out, v, v->states[i], e);
    }
    return code;
}

static enum err_code site_homes(struct site_items *out, const struct view *v,
                                struct err *e)
{
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        enum phrase_language l = (enum phrase_language)i;
        char name[64];
        struct buf b;
        buf_init(&b, LIMIT_SITE_FILE_BYTES);
        home_compose(&b, v, l);
        (void)snprintf(name, sizeof(name), "%sindex.html",
                       phrase_names(l)->folder);
        if (site_add_buf(out, name, &b, e) != ERR_OK) {
            return e->code;
        }
    }
    return ERR_OK;
}

static enum err_code site_lists(struct site_items *out, const struct view *v,
                                struct err *e)
{
    static const struct {
        const char *json;
        const char *feed;
        enum alert_status status;
    } lists[] = {{"current.json", "feed.atom", STATUS_ACTUAL},
                 {"uebung/current.json", "uebung/feed.atom", STATUS_EXERCISE}};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        struct buf b;
        char *json = current_compose(v, lists[i].status);
        site_add(out, lists[i].json, json, strlen(json));
        buf_init(&b, LIMIT_SITE_FILE_BYTES);
        feed_compose(&b, v, lists[i].status, lists[i].feed);
        if (site_add_buf(out, lists[i].feed, &b, e) != ERR_OK) {
            return e->code;
        }
    }
    return ERR_OK;
}

static enum err_code site_rest(struct site_items *out, const struct view *v,
                               struct err *e)
{
    struct buf b;
    buf_init(&b, LIMIT_SITE_FILE_BYTES);
    fragment_compose(&b, v);
    if (site_add_buf(out, "einbinden.html", &b, e) != ERR_OK) {
        return e->code;
    }
    fragment_compose_about(&b, v);
    if (site_add_buf(out, "barrierefreiheit.html", &b, e) != ERR_OK) {
        return e->code;
    }
    site_add_text(out, "robots.txt", site_robots);
    if (v->config->keys != NULL) {
        site_add_text(out, "keys", v->config->keys);
    }
    return ERR_OK;
}

static int64_t site_latest(int64_t updated_ms, int64_t at_ms, int64_t now_ms)
{
    return at_ms <= now_ms && at_ms > updated_ms ? at_ms : updated_ms;
}

static int64_t site_incident_updated(const struct state_incident *incident,
                                     int64_t updated_ms, int64_t now_ms)
{
    for (size_t i = 0; i < incident->n_alerts; i++) {
        const struct alert *a = incident->alerts[i];
        updated_ms = site_latest(updated_ms, a->released_at_ms, now_ms);
        updated_ms = site_latest(updated_ms, a->closed_at_ms, now_ms);
        updated_ms = site_latest(updated_ms, alert_stands_until_ms(a), now_ms);
    }
    return updated_ms;
}

/* The latest thing that is not in the future: a release, an end, or the
 * moment an alert left because its time was up. */
static int64_t site_updated(const struct state *s, int64_t updated_ms)
{
    for (size_t i = 0; i < s->n_incidents; i++) {
        updated_ms =
            site_incident_updated(&s->incidents[i], updated_ms, s->now_ms);
    }
    return updated_ms;
}

/* Of all states of that status; of a site that never had one, since when
 * that is so. */
static int64_t site_updated_all(const struct site_config *config,
                                const struct state *const *states,
                                size_t n_states, enum alert_status status)
{
    int64_t updated_ms = 0;
    for (size_t i = 0; i < n_states; i++) {
        bool actual = states[i]->stream == STREAM_ACTUAL;
        if (actual == (status == STATUS_ACTUAL)) {
            updated_ms = site_updated(states[i], updated_ms);
        }
    }
    if (updated_ms == 0) {
        updated_ms = config->since_ms;
    }
    return updated_ms == 0 && n_states > 0 ? states[0]->now_ms : updated_ms;
}

enum err_code site_compose(const struct state *const *states, size_t n_states,
                           const struct site_config *config,
                           struct site_items *out, struct err *e)
{
    *out = (struct site_items){0};
    char *url = mem_strdup(config->public_url);
    size_t len = strlen(url);
    while (len > 0 && url[len - 1] == '/') {
        url[--len] = '\0';
    }
    struct view v = {.config = config,
                     .states = states,
                     .n_states = n_states,
                     .url = url,
                     .actual_updated_ms = site_updated_all(
                         config, states, n_states, STATUS_ACTUAL),
                     .exercise_updated_ms = site_updated_all(
                         config, states, n_states, STATUS_EXERCISE)};
    for (size_t i = 0; i < n_states; i++) {
        v.rehearsal = v.rehearsal || states[i]->stream == STREAM_REHEARSAL;
    }
    site_add(out, "style.css", mem_dup(site_style, site_style_len),
             site_style_len);
    site_add(out, "icon.svg", mem_dup(site_icon, site_icon_len), site_icon_len);
    enum err_code code = site_incidents(out, &v, e);
    if (code == ERR_OK) {
        code = site_homes(out, &v, e);
    }
    if (code == ERR_OK) {
        code = site_lists(out, &v, e);
    }
    if (code == ERR_OK) {
        code = site_rest(out, &v, e);
    }
    free(url);
    if (code != ERR_OK) {
        site_items_fini(out);
    }
    return code;
}

void site_items_fini(struct site_items *items)
{
    for (size_t i = 0; i < items->n; i++) {
        free(items->files[i].name);
        free(items->files[i].bytes);
    }
    free(items->items);
    free(items->files);
    *items = (struct site_items){0};
}

const struct channel_item *site_items_find(const struct site_items *items,
                                           const char *name)
{
    for (size_t i = 0; i < items->n; i++) {
        if (strcmp(items->items[i].name, name) == 0) {
            return &items->items[i];
        }
    }
    return NULL;
}

static bool site_ends(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);
    return len >= end_len && strcmp(name + len - end_len, end) == 0;
}

bool site_path(const char *name, char *out, size_t out_max)
{
    size_t len = strlen(name);
    if (strcmp(name, "index.html") == 0 || site_ends(name, "/index.html")) {
        len -= strlen("index.html");
    } else if (strncmp(name, "w/", 2) == 0 && site_ends(name, ".html")) {
        len -= strlen(".html");
    }
    int n = snprintf(out, out_max, "/%.*s", (int)len, name);
    return n > 0 && (size_t)n < out_max;
}

const char *site_media_type(const char *name)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".atom", "application/atom+xml"},
        {".xml", "application/cap+xml"},
        {".jpg", "image/jpeg"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (site_ends(name, types[i][0])) {
            return types[i][1];
        }
    }
    return "text/plain; charset=utf-8";
}
