#include "channels/website/history.h"

#include "channels/website/layout.h"
#include "channels/website/warning.h"
#include "service/base/markup.h"

/* `Meldung <id>` and the files that say the same to programs. */
static void history_foot(struct buf *b, const struct warning *w, bool newest)
{
    const char *id = w->alert->id;
    buf_add_text(b, "<p class=\"id\">");
    buf_printf(b, "Meldung %s · <a href=\"../cap/%s.xml\">CAP", id, id);
    buf_printf(b, "<span class=\"hidden\"> %s</span></a>", id);
    if (newest && w->view->config->proofs) {
        buf_printf(b, " · <a href=\"%s/beleg.json\">", w->incident->marker);
        markup_text(b, phrase(PHRASE_PROOF, PHRASE_DE));
        buf_add_text(b, "</a>");
    }
    buf_add_text(b, "</p>\n");
}

static void history_translation(struct buf *b, const struct warning *german,
                                enum phrase_language l, bool newest, int level)
{
    const struct phrase_names *names = phrase_names(l);
    const struct content_language *texts =
        content_find(&german->alert->content, names->content);
    if (texts == NULL) {
        return;
    }
    struct warning w = *german;
    w.language = l;
    w.instruction_id = NULL;
    buf_add_text(b, "<section class=\"translation\"");
    markup_attribute(b, "lang", names->html);
    if (newest) {
        markup_attribute(b, "id", names->anchor);
    }
    buf_printf(b, ">\n<p class=\"language\">%s</p>\n", names->name);
    buf_printf(b, "<h%d>", level);
    markup_text(b, texts->headline);
    buf_printf(b, "</h%d>\n", level);
    warning_news_note(b, &w);
    if (newest) {
        warning_facts(b, &w);
    }
    warning_sections(b, &w, l, level + 1);
    buf_add_text(b, "</section>\n");
}

static void history_translations(struct buf *b, const struct warning *w,
                                 bool newest, int level)
{
    for (int i = PHRASE_DE + 1; i < N_PHRASE_LANGUAGES; i++) {
        history_translation(b, w, (enum phrase_language)i, newest, level);
    }
}

static const char *history_kind(const struct alert *a)
{
    switch (a->kind) {
    case KIND_ALERT: return "Warnung";
    case KIND_UPDATE: return "Aktualisierung";
    case KIND_ALL_CLEAR: return "Entwarnung";
    case KIND_RETRACTION: return "Fehlalarm";
    case KIND_CORRECTION: return "Korrektur";
    default: return "Meldung";
    }
}

static void history_earlier(struct buf *b, const struct warning *w)
{
    const struct content_language *texts = view_language(w->alert, PHRASE_DE);
    buf_add_text(b, "<details>\n<summary>");
    buf_printf(b, "%s · ", history_kind(w->alert));
    phrase_time(b, view_stand_ms(w->alert), PHRASE_DE);
    buf_add_text(b, "</summary>\n<h3>");
    markup_text(b, texts == NULL ? w->alert->id : texts->headline);
    buf_add_text(b, "</h3>\n");
    warning_sections(b, w, PHRASE_DE, 4);
    history_translations(b, w, false, 4);
    history_foot(b, w, false);
    buf_add_text(b, "</details>\n");
}

static void history_list(struct buf *b, const struct warning *newest)
{
    const struct state_incident *incident = newest->incident;
    if (incident->n_alerts < 2) {
        return;
    }
    buf_add_text(b, "<section class=\"history\">\n");
    markup_element(b, "h2", phrase(PHRASE_HISTORY, PHRASE_DE));
    for (size_t i = incident->n_alerts - 1; i > 0; i--) {
        struct warning w = *newest;
        w.alert = incident->alerts[i - 1];
        w.ended = true;
        w.instruction_id = NULL;
        history_earlier(b, &w);
    }
    buf_add_text(b, "</section>\n");
}

static bool history_has_instruction(const struct alert *a)
{
    const struct content_language *texts =
        a == NULL ? NULL : view_language(a, PHRASE_DE);
    for (size_t i = 0; texts != NULL && i < texts->n_sections; i++) {
        if (texts->sections[i].role == SECTION_INSTRUCTION) {
            return true;
        }
    }
    return false;
}

/* The newest alert in German: what a frightened reader came for. */
static void history_newest(struct buf *b, const struct warning *w,
                           const char *headline)
{
    buf_add_text(b, "<article class=\"warning\" id=\"de\">\n");
    warning_band(b, w);
    if (w->ended && view_tone(w->alert) <= VIEW_LEVEL_3) {
        buf_add_text(b, "<p class=\"note\">");
        markup_text(b, phrase(PHRASE_ENDED_HINT, PHRASE_DE));
        buf_add_text(b, "</p>\n");
    }
    if (w->alert->status == STATUS_EXERCISE) {
        buf_add_text(b, "<p class=\"note\">");
        markup_text(b, phrase(PHRASE_DRILL_HINT, PHRASE_DE));
        buf_add_text(b, "</p>\n");
    }
    markup_element(b, "h1", headline);
    warning_facts(b, w);
    if (history_has_instruction(w->alert) ||
        history_has_instruction(view_base(w->incident, w->alert))) {
        buf_add_text(b, "<p class=\"more\"><a href=\"#tun\">");
        markup_text(b, phrase(PHRASE_DO, PHRASE_DE));
        buf_add_text(b, "</a></p>\n");
    }
    warning_sections(b, w, PHRASE_DE, 2);
    history_foot(b, w, true);
    buf_add_text(b, "</article>\n");
}

static const char *history_description(const struct content_language *texts)
{
    for (size_t i = 0; texts != NULL && i < texts->n_sections; i++) {
        if (texts->sections[i].role == SECTION_INSTRUCTION) {
            return texts->sections[i].text;
        }
    }
    return texts != NULL && texts->n_sections > 0 ? texts->sections[0].text
                                                  : "";
}

void history_compose(struct buf *b, const struct view *v,
                     const struct state_incident *incident)
{
    const struct alert *a = view_newest(incident);
    const struct content_language *texts = view_language(a, PHRASE_DE);
    struct warning w = {.view = v,
                        .incident = incident,
                        .alert = a,
                        .language = PHRASE_DE,
                        .ended = incident->current == NULL,
                        .instruction_id = "tun"};
    struct layout l = {.view = v,
                       .language = PHRASE_DE,
                       .root = "../",
                       .title = texts == NULL ? a->id : texts->headline,
                       .description = history_description(texts),
                       .image = a->content.image_name};
    static const char *const hrefs[N_PHRASE_LANGUAGES] = {
        [PHRASE_DE] = "#de",
        [PHRASE_SIMPLE] = "#einfach",
        [PHRASE_EN] = "#en",
        [PHRASE_FR] = "#fr",
    };
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        const char *code = phrase_names((enum phrase_language)i)->content;
        bool there = i == PHRASE_DE || content_find(&a->content, code) != NULL;
        l.languages[i] = there ? hrefs[i] : NULL;
    }
    struct buf path;
    buf_init(&path, VIEW_VALUE_MAX);
    buf_printf(&path, "/w/%s", incident->marker);
    l.path = buf_text(&path);
    layout_open(b, &l);
    history_newest(b, &w, l.title);
    history_translations(b, &w, true, 2);
    history_list(b, &w);
    buf_add_text(b, "<p class=\"back\">");
    layout_link(b, l.root, "", phrase(PHRASE_BACK, PHRASE_DE));
    buf_add_text(b, "</p>\n");
    layout_close(b, &l);
    buf_fini(&path);
}
