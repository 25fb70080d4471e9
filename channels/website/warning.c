#include "channels/website/warning.h"

#include <ctype.h>
#include <string.h>

#include "service/base/markup.h"

/* Band classes of style.css, in the order of enum view_tone. */
static const char *const warning_classes[] = {
    [VIEW_LEVEL_1] = "level-1",     [VIEW_LEVEL_2] = "level-2",
    [VIEW_LEVEL_3] = "level-3",     [VIEW_ALL_CLEAR] = "all-clear",
    [VIEW_RETRACTED] = "retracted", [VIEW_ENDED] = "ended",
};

/* Forms of display-and-style.md section 1: octagon !!, triangle !, circle i,
 * a tick; never colour alone. */
static const char *const warning_signs[] = {
    [VIEW_LEVEL_1] = "<path d=\"M14 2h20l12 12v20L34 46H14L2 34V14z\"/>"
                     "<path d=\"M18 12v15m0 6v4M30 12v15m0 6v4\"/>",
    [VIEW_LEVEL_2] = "<path d=\"M24 4L46 43H2z\"/>"
                     "<path d=\"M24 17v13m0 4v4\"/>",
    [VIEW_LEVEL_3] = "<circle cx=\"24\" cy=\"24\" r=\"21\"/>"
                     "<path d=\"M24 12v4m0 5v15\"/>",
    [VIEW_ALL_CLEAR] = "<path d=\"M6 26l12 12L42 10\"/>",
    [VIEW_RETRACTED] = "<path d=\"M8 8l32 32M40 8L8 40\"/>",
    [VIEW_ENDED] = "<circle cx=\"24\" cy=\"24\" r=\"21\"/>"
                   "<path d=\"M24 10v14l9 8\"/>",
};

static bool warning_is_drill(const struct warning *w)
{
    return w->alert->status == STATUS_EXERCISE;
}

static enum view_tone warning_tone(const struct warning *w)
{
    enum view_tone tone = view_tone(w->alert);
    bool stays = tone == VIEW_ALL_CLEAR || tone == VIEW_RETRACTED;
    return w->ended && !stays ? VIEW_ENDED : tone;
}

static const char *warning_end_word(const struct warning *w)
{
    if (w->alert->state == ALERT_PREEMPTED) {
        return phrase(PHRASE_PREEMPTED, w->language);
    }
    if (w->alert->state == ALERT_EXPIRED || w->alert->state == ALERT_RELEASED) {
        return phrase(PHRASE_EXPIRED, w->language);
    }
    return phrase(PHRASE_ENDED, w->language);
}

const char *warning_word(const struct warning *w)
{
    static const enum phrase_id words[] = {
        [VIEW_LEVEL_1] = PHRASE_LEVEL_1,
        [VIEW_LEVEL_2] = PHRASE_LEVEL_2,
        [VIEW_LEVEL_3] = PHRASE_LEVEL_3,
        [VIEW_ALL_CLEAR] = PHRASE_ALL_CLEAR,
        [VIEW_RETRACTED] = PHRASE_RETRACTED,
        [VIEW_ENDED] = PHRASE_ENDED,
    };
    enum view_tone tone = warning_tone(w);
    return tone == VIEW_ENDED ? warning_end_word(w)
                              : phrase(words[tone], w->language);
}

static void warning_level(struct buf *b, const struct warning *w,
                          enum view_tone tone)
{
    if (tone > VIEW_LEVEL_3) {
        return;
    }
    bool drill = warning_is_drill(w);
    buf_add_text(b, "<span class=\"level\">");
    if (drill) {
        markup_text(b, phrase(PHRASE_WOULD_BE, w->language));
        buf_add_char(b, ' ');
    }
    markup_text(b, phrase(PHRASE_LEVEL, w->language));
    buf_printf(b, " %d</span>", (int)tone + 1);
}

void warning_band(struct buf *b, const struct warning *w)
{
    enum view_tone tone = warning_tone(w);
    bool drill = warning_is_drill(w);
    const char *mark = w->alert->stream == STREAM_REHEARSAL ? "ÜBUNG" : "PROBE";
    buf_printf(b, "<p class=\"band %s\">",
               drill ? "drill" : warning_classes[tone]);
    buf_printf(b,
               "<svg viewBox=\"0 0 48 48\" width=\"48\" height=\"48\" "
               "aria-hidden=\"true\">%s</svg>",
               warning_signs[drill ? VIEW_LEVEL_3 : tone]);
    buf_add_text(b, "<span class=\"word\">");
    if (drill) {
        buf_add_text(b, mark);
        buf_add_text(b, tone > VIEW_LEVEL_3 ? " – " : "");
    }
    if (!drill || tone > VIEW_LEVEL_3) {
        markup_text(b, warning_word(w));
    }
    buf_add_text(b, "</span> ");
    warning_level(b, w, tone);
    buf_add_text(b, "</p>\n");
}

static void warning_fact_open(struct buf *b, const struct warning *w,
                              enum phrase_id name)
{
    buf_add_text(b, "<div><dt>");
    markup_text(b, phrase(name, w->language));
    buf_add_text(b, "</dt><dd>");
}

static void warning_fact_close(struct buf *b)
{
    buf_add_text(b, "</dd></div>\n");
}

void warning_phone(struct buf *b, const char *number)
{
    buf_add_text(b, "<a href=\"tel:");
    for (const char *p = number; *p != '\0'; p++) {
        if (isdigit((unsigned char)*p) || (*p == '+' && p == number)) {
            buf_add_char(b, *p);
        }
    }
    buf_add_text(b, "\">");
    markup_text(b, number);
    buf_add_text(b, "</a>");
}

static void warning_fact_time(struct buf *b, const struct warning *w,
                              enum phrase_id name, int64_t at_ms)
{
    warning_fact_open(b, w, name);
    phrase_time(b, at_ms, w->language);
    warning_fact_close(b);
}

static void warning_fact_areas(struct buf *b, const struct warning *w)
{
    struct buf names;
    buf_init(&names, LIMIT_TEXT_BYTES);
    view_areas(&names, w->view, &w->alert->areas);
    warning_fact_open(b, w, PHRASE_AREA);
    markup_text(b, buf_text(&names));
    warning_fact_close(b);
    buf_fini(&names);
}

void warning_facts(struct buf *b, const struct warning *w)
{
    char phone[VIEW_VALUE_MAX];
    int64_t next_ms;
    bool warns = warning_tone(w) <= VIEW_LEVEL_3;
    buf_add_text(b, "<dl class=\"facts\">\n");
    warning_fact_areas(b, w);
    warning_fact_time(b, w, PHRASE_STAND, view_stand_ms(w->alert));
    if (warns) {
        warning_fact_time(b, w, PHRASE_VALID, w->alert->expires_at_ms);
    }
    if (warns && view_next_info(w->alert, &next_ms)) {
        warning_fact_time(b, w, PHRASE_NEXT, next_ms);
    }
    if (view_phone(w->view, w->alert, phone)) {
        warning_fact_open(b, w, PHRASE_PHONE);
        warning_phone(b, phone);
        warning_fact_close(b);
    }
    buf_add_text(b, "</dl>\n");
}

const char *warning_lang(const struct content_language *l)
{
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        const struct phrase_names *names =
            phrase_names((enum phrase_language)i);
        if (strcmp(names->content, l->language) == 0) {
            return names->html;
        }
    }
    return "de";
}

/* An empty line of a text begins a new paragraph; single line ends stay and
 * show as such (style.css: pre-line). */
static void warning_paragraphs(struct buf *b, const char *text)
{
    while (*text != '\0') {
        const char *end = strstr(text, "\n\n");
        size_t len = end == NULL ? strlen(text) : (size_t)(end - text);
        struct buf part;
        buf_init(&part, len);
        buf_add(&part, text, len);
        markup_element(b, "p", buf_text(&part));
        buf_fini(&part);
        text += len;
        text += strspn(text, "\n");
    }
}

/* *id is the anchor for the first instruction, used once. */
static void warning_section(struct buf *b, const struct content_section *s,
                            int level, const char *heading, const char **id)
{
    bool instruction = s->role == SECTION_INSTRUCTION;
    buf_add_text(b, instruction ? "<div class=\"do\"" : "<div");
    if (instruction && *id != NULL) {
        markup_attribute(b, "id", *id);
        *id = NULL;
    }
    buf_add_text(b, ">\n");
    if (*heading != '\0') {
        buf_printf(b, "<h%d>", level);
        markup_text(b, heading);
        buf_printf(b, "</h%d>\n", level);
    }
    warning_paragraphs(b, s->text);
    buf_add_text(b, "</div>\n");
}

/* The texts of the base in exactly the language of `own`. */
static const struct content_language *
warning_base(const struct warning *w, const struct content_language *own)
{
    const struct alert *base = view_base(w->incident, w->alert);
    return base == NULL ? NULL : content_find(&base->content, own->language);
}

void warning_news_note(struct buf *b, const struct warning *w)
{
    const struct content_language *own = view_language(w->alert, w->language);
    if (own != NULL && own->n_sections == 0 && w->language != PHRASE_DE &&
        warning_base(w, own) != NULL) {
        buf_add_text(b, "<p class=\"note\">");
        markup_text(b, phrase(PHRASE_NEWS_GERMAN, w->language));
        buf_add_text(b, "</p>\n");
    }
}

static bool warning_adds(const struct content_language *own,
                         const struct content_section *s)
{
    return s->role == SECTION_INSTRUCTION && !view_has_section(own, s);
}

static void warning_still_valid(struct buf *b, const struct warning *w,
                                const struct content_language *own, int level,
                                const char **id)
{
    const struct content_language *base = warning_base(w, own);
    bool told = false;
    for (size_t i = 0; base != NULL && i < base->n_sections; i++) {
        const struct content_section *s = &base->sections[i];
        if (!warning_adds(own, s)) {
            continue;
        }
        if (!told) {
            buf_add_text(b, "<p class=\"still\">");
            markup_text(b, phrase(PHRASE_STILL_VALID, w->language));
            buf_add_text(b, "</p>\n");
            told = true;
        }
        warning_section(b, s, level, s->heading, id);
    }
}

void warning_sections(struct buf *b, const struct warning *w,
                      enum phrase_language l, int level)
{
    const struct content_language *own = view_language(w->alert, l);
    const char *id = w->instruction_id;
    if (own == NULL) {
        return;
    }
    for (size_t i = 0; i < own->n_sections; i++) {
        const struct content_section *s = &own->sections[i];
        warning_section(b, s, level, s->heading, &id);
    }
    warning_still_valid(b, w, own, level, &id);
}

/* Instructions of `texts`: all of them, or with `own` those of a base that
 * the alert does not repeat. The very first stands below the house's heading,
 * the others below their own. */
static void warning_instructions(struct buf *b,
                                 const struct content_language *texts,
                                 const struct content_language *own,
                                 const char **heading, int level)
{
    const char *id = NULL;
    for (size_t i = 0; i < texts->n_sections; i++) {
        const struct content_section *s = &texts->sections[i];
        bool wanted =
            own == NULL ? s->role == SECTION_INSTRUCTION : warning_adds(own, s);
        if (wanted) {
            warning_section(b, s, level,
                            *heading == NULL ? s->heading : *heading, &id);
            *heading = NULL;
        }
    }
}

void warning_summary(struct buf *b, const struct warning *w, int level)
{
    const struct content_language *own = view_language(w->alert, w->language);
    if (own == NULL) {
        return;
    }
    bool lead = false;
    for (size_t i = 0; i < own->n_sections && !lead; i++) {
        lead = own->sections[i].role == SECTION_DESCRIPTION;
        if (lead) {
            warning_paragraphs(b, own->sections[i].text);
        }
    }
    const char *heading = phrase(PHRASE_DO, w->language);
    warning_instructions(b, own, NULL, &heading, level);
    const struct content_language *base = warning_base(w, own);
    if (base != NULL) {
        warning_instructions(b, base, own, &heading, level);
    }
}
