#include "channels/website/home.h"

#include "channels/website/layout.h"
#include "channels/website/warning.h"
#include "service/base/markup.h"

static void home_more(struct buf *b, const struct layout *l,
                      const struct warning *w)
{
    struct buf href;
    buf_init(&href, VIEW_VALUE_MAX);
    buf_printf(&href, "w/%s", w->incident->marker);
    if (l->language != PHRASE_DE && w->language == l->language) {
        buf_printf(&href, "#%s", phrase_names(l->language)->anchor);
    }
    buf_add_text(b, "<p class=\"more\"><a href=\"");
    buf_printf(b, "%s%s\">", l->root, buf_text(&href));
    markup_text(b, phrase(PHRASE_MORE, l->language));
    buf_add_text(b, "<span class=\"hidden\">: ");
    markup_text(b, w->incident->marker);
    buf_add_text(b, "</span></a></p>\n");
    buf_fini(&href);
}

/* A warning that does not speak the page's language stands there in German,
 * and says so. */
static void home_warning(struct buf *b, const struct layout *l,
                         const struct state_incident *incident)
{
    struct warning w = {.view = l->view,
                        .incident = incident,
                        .alert = incident->current,
                        .language = l->language};
    const struct content *content = &w.alert->content;
    bool spoken =
        content_find(content, phrase_names(l->language)->content) != NULL;
    w.language = spoken ? l->language : PHRASE_DE;
    const struct content_language *texts = view_language(w.alert, w.language);
    if (texts == NULL) {
        return;
    }
    buf_add_text(b, "<article class=\"warning\"");
    markup_attribute(b, "lang", phrase_names(w.language)->html);
    buf_add_text(b, ">\n");
    warning_band(b, &w);
    if (!spoken) {
        buf_add_text(b, "<p class=\"note\"");
        markup_attribute(b, "lang", phrase_names(l->language)->html);
        buf_add_char(b, '>');
        markup_text(b, phrase(PHRASE_GERMAN_ONLY, l->language));
        buf_add_text(b, "</p>\n");
    }
    buf_add_text(b, "<h2>");
    markup_text(b, texts->headline);
    buf_add_text(b, "</h2>\n");
    warning_news_note(b, &w);
    warning_summary(b, &w, 3);
    warning_facts(b, &w);
    home_more(b, l, &w);
    buf_add_text(b, "</article>\n");
}

static size_t home_stream(struct buf *b, const struct layout *l,
                          const struct state *state)
{
    size_t n = 0;
    for (size_t i = 0; i < state->n_incidents; i++) {
        if (state->incidents[i].current != NULL) {
            home_warning(b, l, &state->incidents[i]);
            n++;
        }
    }
    return n;
}

static size_t home_count(const struct state *state)
{
    size_t n = 0;
    for (size_t i = 0; i < state->n_incidents; i++) {
        n += state->incidents[i].current != NULL;
    }
    return n;
}

static void home_quiet(struct buf *b, enum phrase_language l)
{
    buf_add_text(b, "<div class=\"quiet\">\n<p class=\"none\">");
    markup_text(b, phrase(PHRASE_NONE, l));
    buf_add_text(b, "</p>\n<p>");
    markup_text(b, phrase(PHRASE_NONE_HINT, l));
    buf_add_text(b, "</p>\n</div>\n");
}

static void home_drills(struct buf *b, const struct layout *l,
                        const struct state *state)
{
    if (home_count(state) == 0) {
        return;
    }
    buf_add_text(b, "<section class=\"drills\">\n<p class=\"drill-hint\">"
                    "<strong>");
    markup_text(b, l->view->rehearsal ? "Übung"
                                      : phrase(PHRASE_DRILL, l->language));
    buf_add_text(b, "</strong><br>");
    markup_text(b, phrase(PHRASE_DRILL_HINT, l->language));
    buf_add_text(b, "</p>\n");
    (void)home_stream(b, l, state);
    buf_add_text(b, "</section>\n");
}

static void home_sirens(struct buf *b, enum phrase_language l)
{
    static const enum phrase_id rows[][2] = {
        {PHRASE_SIREN_WARNING, PHRASE_SIREN_WARNING_DO},
        {PHRASE_SIREN_CLEAR, PHRASE_SIREN_CLEAR_DO},
    };
    buf_add_text(b, "<section class=\"sirens\">\n<h2>");
    markup_text(b, phrase(PHRASE_SIRENS, l));
    buf_add_text(b, "</h2>\n");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        buf_add_text(b, "<p><strong>");
        markup_text(b, phrase(rows[i][0], l));
        buf_add_text(b, "</strong> ");
        markup_text(b, phrase(rows[i][1], l));
        buf_add_text(b, "</p>\n");
    }
    buf_add_text(b, "</section>\n");
}

static void home_changed(struct buf *b, const struct view *v,
                         enum phrase_language l)
{
    int64_t real_ms = view_updated_ms(v, STATUS_ACTUAL);
    int64_t drill_ms = view_updated_ms(v, STATUS_EXERCISE);
    buf_add_text(b, "<p class=\"changed\">");
    markup_text(b, phrase(PHRASE_CHANGED, l));
    buf_add_text(b, ": ");
    phrase_time(b, real_ms > drill_ms ? real_ms : drill_ms, l);
    buf_add_text(b, "</p>\n");
}

static void home_body(struct buf *b, const struct layout *l)
{
    const struct view *v = l->view;
    size_t real = 0;
    for (size_t i = 0; i < v->n_states; i++) {
        if (v->states[i]->stream == STREAM_ACTUAL) {
            real += home_stream(b, l, v->states[i]);
        }
    }
    if (real == 0) {
        home_quiet(b, l->language);
    }
    for (size_t i = 0; i < v->n_states; i++) {
        if (v->states[i]->stream != STREAM_ACTUAL) {
            home_drills(b, l, v->states[i]);
        }
    }
}

void home_compose(struct buf *b, const struct view *v, enum phrase_language l)
{
    bool top = l == PHRASE_DE;
    struct layout layout = {.view = v,
                            .language = l,
                            .root = top ? "" : "../",
                            .title = phrase(PHRASE_TITLE, l),
                            .description = "",
                            .image = ""};
    struct buf path;
    struct buf hrefs[N_PHRASE_LANGUAGES];
    buf_init(&path, VIEW_VALUE_MAX);
    buf_printf(&path, "/%s", phrase_names(l)->folder);
    layout.path = buf_text(&path);
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        const char *folder = phrase_names((enum phrase_language)i)->folder;
        buf_init(&hrefs[i], VIEW_VALUE_MAX);
        buf_printf(&hrefs[i], "%s%s", layout.root, folder);
        layout.languages[i] = hrefs[i].len == 0 ? "./" : buf_text(&hrefs[i]);
    }
    layout_open(b, &layout);
    markup_element(b, "h1", layout.title);
    home_body(b, &layout);
    home_changed(b, v, l);
    home_sirens(b, l);
    layout_close(b, &layout);
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        buf_fini(&hrefs[i]);
    }
    buf_fini(&path);
}
