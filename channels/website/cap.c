#include "channels/website/cap.h"

#include <stdio.h>
#include <string.h>

#include "service/base/markup.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"

/* One file under way; everything borrowed. */
struct cap {
    struct buf *b;
    const struct view *view;
    const struct state_incident *incident;
    const struct alert *alert;
};

static void cap_time(const struct cap *c, const char *name, int64_t at_ms)
{
    char text[TIMESTAMP_MAX];
    timestamp_format_cap(at_ms, text);
    markup_element(c->b, name, text);
}

static bool cap_cancels(const struct cap *c)
{
    return c->alert->kind == KIND_ALL_CLEAR ||
           c->alert->kind == KIND_RETRACTION;
}

/* Contract 4: Alert; Update; Cancel; Cancel; Update. */
static const char *cap_message_type(const struct cap *c)
{
    if (c->alert->kind == KIND_ALERT) {
        return "Alert";
    }
    return cap_cancels(c) ? "Cancel" : "Update";
}

/* Reason for a Cancel or a correction; the drill's id for an exercise. */
static void cap_note(const struct cap *c)
{
    if (c->alert->status == STATUS_EXERCISE) {
        markup_element(c->b, "note",
                       *c->alert->drill_id == '\0' ? c->alert->marker
                                                   : c->alert->drill_id);
    } else if (c->alert->kind == KIND_RETRACTION) {
        markup_element(c->b, "note", "Fehlalarm");
    } else if (c->alert->kind == KIND_CORRECTION) {
        markup_element(c->b, "note", "Korrektur");
    }
}

static void cap_reference(const struct cap *c, const struct alert *earlier,
                          bool first)
{
    char sent[TIMESTAMP_MAX];
    timestamp_format_cap(earlier->released_at_ms, sent);
    if (!first) {
        buf_add_char(c->b, ' ');
    }
    markup_text(c->b, c->view->config->sender_id);
    buf_printf(c->b, ",%s,%s", earlier->id, sent);
}

/* All earlier alerts that had not expired when this one was sent; an Update
 * or Cancel must name one, so the last stands in when all had. */
static void cap_references(const struct cap *c)
{
    const struct alert *last = NULL;
    size_t n = 0;
    if (c->alert->kind == KIND_ALERT) {
        return;
    }
    buf_add_text(c->b, "<references>");
    for (size_t i = 0; i < c->incident->n_alerts; i++) {
        const struct alert *earlier = c->incident->alerts[i];
        if (earlier->number >= c->alert->number) {
            break;
        }
        last = earlier;
        if (earlier->expires_at_ms > c->alert->released_at_ms) {
            cap_reference(c, earlier, n++ == 0);
        }
    }
    if (n == 0 && last != NULL) {
        cap_reference(c, last, true);
    }
    buf_add_text(c->b, "</references>\n");
}

static void cap_words(const struct cap *c, const char *name, const char *words,
                      const char *fallback)
{
    if (*words == '\0') {
        words = fallback;
    }
    while (*words != '\0') {
        char word[32];
        size_t len = strcspn(words, " ");
        int n = snprintf(word, sizeof(word), "%.*s", (int)len, words);
        if (n > 0 && (size_t)n < sizeof(word)) {
            markup_element(c->b, name, word);
        }
        words += len;
        words += strspn(words, " ");
    }
}

static void cap_response(const struct cap *c)
{
    if (c->alert->kind == KIND_ALL_CLEAR) {
        markup_element(c->b, "responseType", "AllClear");
    } else if (c->alert->kind == KIND_RETRACTION) {
        markup_element(c->b, "responseType", "None");
    } else {
        cap_words(c, "responseType", c->alert->content.cap_response, "");
    }
}

/* Severity follows the level; a Cancel keeps that of what it cancels. */
static void cap_urgency(const struct cap *c)
{
    static const char *const severities[] = {"Extreme", "Severe", "Minor"};
    const struct content *content = &c->alert->content;
    bool retracts = c->alert->kind == KIND_RETRACTION;
    int level = view_level(c->incident, c->alert);
    cap_words(c, "urgency", cap_cancels(c) ? "Past" : content->cap_urgency,
              "Unknown");
    markup_element(c->b, "severity", severities[level - 1]);
    if (cap_cancels(c)) {
        markup_element(c->b, "certainty", retracts ? "Unlikely" : "Observed");
    } else {
        cap_words(c, "certainty", content->cap_certainty, "Unknown");
    }
}

static void cap_value(const struct cap *c, const char *element,
                      const char *name, const char *value)
{
    buf_printf(c->b, "<%s>", element);
    buf_printf(c->b, "<valueName>%s</valueName><value>", name);
    markup_text(c->b, value);
    buf_printf(c->b, "</value></%s>\n", element);
}

static size_t cap_count(const struct content_language *l,
                        enum section_role role)
{
    size_t n = 0;
    for (size_t i = 0; i < l->n_sections; i++) {
        n += l->sections[i].role == role;
    }
    return n;
}

/* Appends a section; its heading too when it is one of several. */
static void cap_section(struct buf *text, const struct content_section *s,
                        bool heading)
{
    if (text->len > 0) {
        buf_add_text(text, "\n\n");
    }
    if (heading && *s->heading != '\0') {
        buf_printf(text, "%s\n", s->heading);
    }
    buf_add_text(text, s->text);
}

/* The sections of that role; an addition repeats the instruction of what it
 * adds to below its own words. */
static void cap_sections(const struct cap *c, const char *name,
                         const struct content_language *l,
                         enum section_role role)
{
    const struct alert *base = view_base(c->incident, c->alert);
    const struct content_language *old =
        base == NULL || role != SECTION_INSTRUCTION
            ? NULL
            : content_find(&base->content, l->language);
    size_t n = cap_count(l, role) + (old == NULL ? 0 : cap_count(old, role));
    struct buf text;
    buf_init(&text, LIMIT_SITE_FILE_BYTES);
    for (size_t i = 0; i < l->n_sections; i++) {
        if (l->sections[i].role == role) {
            cap_section(&text, &l->sections[i], n > 1);
        }
    }
    for (size_t i = 0; old != NULL && i < old->n_sections; i++) {
        const struct content_section *s = &old->sections[i];
        if (s->role == role && !view_has_section(l, s)) {
            cap_section(&text, s, n > 1);
        }
    }
    if (text.len > 0) {
        markup_element(c->b, name, buf_text(&text));
    }
    buf_fini(&text);
}

static const char *cap_language(const struct content_language *l)
{
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        const struct phrase_names *names =
            phrase_names((enum phrase_language)i);
        if (strcmp(names->content, l->language) == 0) {
            return names->cap;
        }
    }
    return l->language;
}

static void cap_contact(const struct cap *c)
{
    char phone[VIEW_VALUE_MAX];
    buf_add_text(c->b, "<web>");
    markup_text(c->b, c->view->url);
    buf_printf(c->b, "/w/%s</web>\n", c->alert->marker);
    if (view_phone(c->view, c->alert, phone)) {
        buf_add_text(c->b, "<contact>Bürgertelefon ");
        markup_text(c->b, phone);
        buf_add_text(c->b, "</contact>\n");
    }
}

static void cap_parameters(const struct cap *c)
{
    char text[TIMESTAMP_MAX];
    int64_t next_ms;
    cap_value(c, "parameter", "sender_langname", c->view->config->authority);
    if (!cap_cancels(c) && view_next_info(c->alert, &next_ms)) {
        timestamp_format_cap(next_ms, text);
        cap_value(c, "parameter", "tuermer:naechsteInformation", text);
    }
}

static void cap_resource(const struct cap *c)
{
    const struct content *content = &c->alert->content;
    if (*content->image_name == '\0') {
        return;
    }
    buf_add_text(c->b, "<resource>\n");
    markup_element(c->b, "resourceDesc",
                   *content->alt_text == '\0' ? "Karte" : content->alt_text);
    markup_element(c->b, "mimeType", "image/jpeg");
    buf_add_text(c->b, "<uri>");
    markup_text(c->b, c->view->url);
    buf_printf(c->b, "/karte/%s.jpg</uri>\n</resource>\n", content->image_name);
}

static void cap_area(const struct cap *c, const char *ags)
{
    const struct site_config *config = c->view->config;
    const char *ars = config->area_ars == NULL
                          ? NULL
                          : config->area_ars(config->area_data, ags);
    buf_add_text(c->b, "<area>\n");
    markup_element(c->b, "areaDesc", view_area_name(c->view, ags));
    cap_value(c, "geocode", "AGS", ags);
    if (ars != NULL) {
        cap_value(c, "geocode", "ARS", ars);
    }
    buf_add_text(c->b, "</area>\n");
}

static void cap_areas(const struct cap *c)
{
    const struct areas *areas = &c->alert->areas;
    for (size_t i = 0; i < areas->n; i++) {
        cap_area(c, areas->ags[i]);
    }
}

static void cap_info(const struct cap *c, const struct content_language *l)
{
    const struct content *content = &c->alert->content;
    buf_add_text(c->b, "<info>\n");
    markup_element(c->b, "language", cap_language(l));
    cap_words(c, "category", content->cap_category, "Other");
    markup_element(c->b, "event", *l->event == '\0' ? l->headline : l->event);
    cap_response(c);
    cap_urgency(c);
    cap_value(c, "eventCode", "tuermer:vorlage", c->alert->template_id);
    cap_time(c, "effective", c->alert->released_at_ms);
    cap_time(c, "expires", c->alert->expires_at_ms);
    markup_element(c->b, "senderName", c->view->config->authority);
    markup_element(c->b, "headline", l->headline);
    cap_sections(c, "description", l, SECTION_DESCRIPTION);
    cap_sections(c, "instruction", l, SECTION_INSTRUCTION);
    cap_contact(c);
    cap_parameters(c);
    cap_resource(c);
    cap_areas(c);
    buf_add_text(c->b, "</info>\n");
}

void cap_compose(struct buf *b, const struct view *v,
                 const struct state_incident *incident, const struct alert *a)
{
    struct cap c = {.b = b, .view = v, .incident = incident, .alert = a};
    buf_add_text(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    "<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n");
    markup_element(b, "identifier", a->id);
    markup_element(b, "sender", v->config->sender_id);
    cap_time(&c, "sent", a->released_at_ms);
    markup_element(b, "status",
                   a->status == STATUS_EXERCISE ? "Exercise" : "Actual");
    markup_element(b, "msgType", cap_message_type(&c));
    markup_element(b, "scope", "Public");
    cap_note(&c);
    cap_references(&c);
    markup_element(b, "incidents", a->marker);
    for (size_t i = 0; i < a->content.n_languages; i++) {
        cap_info(&c, &a->content.languages[i]);
    }
    buf_add_text(b, "</alert>\n");
}
