#include "channels/website/feed.h"

#include "service/base/markup.h"
#include "service/base/timestamp.h"

static void feed_time(struct buf *b, const char *name, int64_t at_ms)
{
    char text[TIMESTAMP_MAX];
    timestamp_format(at_ms, text);
    markup_element(b, name, text);
}

static void feed_id(struct buf *b, const struct view *v, const char *name)
{
    buf_add_text(b, "<id>urn:tuermer:");
    markup_text(b, v->config->sender_id);
    buf_add_char(b, ':');
    markup_text(b, name);
    buf_add_text(b, "</id>\n");
}

static void feed_link(struct buf *b, const struct view *v, const char *rel,
                      const char *type, const char *path)
{
    buf_printf(b, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    markup_text(b, v->url);
    buf_add_char(b, '/');
    markup_text(b, path);
    buf_add_text(b, "\"/>\n");
}

static void feed_summary(struct buf *b, const struct content_language *l)
{
    buf_add_text(b, "<summary>");
    for (size_t i = 0; i < l->n_sections; i++) {
        if (i > 0) {
            buf_add_text(b, "\n\n");
        }
        markup_text(b, l->sections[i].text);
    }
    buf_add_text(b, "</summary>\n");
}

static void feed_entry(struct buf *b, const struct view *v,
                       const struct alert *a)
{
    const struct content_language *l = view_language(a, PHRASE_DE);
    struct buf path;
    if (l == NULL) {
        return;
    }
    buf_init(&path, VIEW_VALUE_MAX);
    buf_add_text(b, "<entry>\n");
    feed_id(b, v, a->id);
    markup_element(b, "title", l->headline);
    feed_time(b, "updated", a->released_at_ms);
    feed_time(b, "published", a->released_at_ms);
    buf_printf(&path, "cap/%s.xml", a->id);
    feed_link(b, v, "alternate", "application/cap+xml", buf_text(&path));
    buf_reset(&path);
    buf_printf(&path, "w/%s", a->marker);
    feed_link(b, v, "alternate", "text/html", buf_text(&path));
    buf_printf(b, "<category term=\"%s\"/>\n", alert_kind_name(a->kind));
    feed_summary(b, l);
    buf_add_text(b, "</entry>\n");
    buf_fini(&path);
}

static void feed_entries(struct buf *b, const struct view *v,
                         const struct state *state, enum alert_status status)
{
    for (size_t i = 0; i < state->n_incidents; i++) {
        const struct alert *a = view_newest(&state->incidents[i]);
        bool open = a->state != ALERT_PREEMPTED;
        if (a->status == status && open && a->expires_at_ms > state->now_ms) {
            feed_entry(b, v, a);
        }
    }
}

void feed_compose(struct buf *b, const struct view *v, enum alert_status status,
                  const char *path)
{
    bool exercise = status == STATUS_EXERCISE;
    buf_add_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<feed xmlns=\"http://www.w3.org/2005/Atom\" "
                    "xml:lang=\"de\">\n");
    feed_id(b, v, exercise ? "uebung" : "feed");
    buf_add_text(b, "<title>");
    buf_add_text(b, exercise ? "PROBE – " : "Warnungen – ");
    markup_text(b, v->config->authority);
    buf_add_text(b, "</title>\n");
    feed_time(b, "updated", view_updated_ms(v, status));
    buf_add_text(b, "<author>\n");
    markup_element(b, "name", v->config->authority);
    buf_add_text(b, "</author>\n");
    feed_link(b, v, "self", "application/atom+xml", path);
    feed_link(b, v, "alternate", "text/html", "");
    for (size_t i = 0; i < v->n_states; i++) {
        feed_entries(b, v, v->states[i], status);
    }
    buf_add_text(b, "</feed>\n");
}
