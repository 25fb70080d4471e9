/* What must hold between the parts of a family. */
#include <string.h>

#include "templates/family_read.h"
#include "templates/placeholder.h"

/* Every placeholder of one text is known; `frame_name` is one more that may
 * stand there. */
static void family_check_text(struct reader *r, const struct family *f,
                              enum alert_kind kind, const char *field,
                              const char *text)
{
    char name[PLACEHOLDER_MAX];
    bool broken;
    size_t before = reader_enter(r, field);
    size_t n = 0;
    const char *at = text;
    while (placeholder_next(&at, name, &broken)) {
        if (++n > LIMIT_PLACEHOLDERS) {
            reader_fail(r, "mehr als %d Platzhalter", LIMIT_PLACEHOLDERS);
        }
        if (!placeholder_known(f, kind, name)) {
            reader_fail(r, "{%s} ist hier kein Platzhalter", name);
        }
    }
    if (broken) {
        reader_fail(r, "einzelne Klammer, oder kein gültiger Platzhalter");
    }
    reader_leave(r, before);
}

static void family_check_language(struct reader *r, const struct family *f,
                                  enum alert_kind kind,
                                  const struct family_texts *t)
{
    family_check_text(r, f, kind, "headline", t->headline);
    family_check_text(r, f, kind, "facebook", t->facebook);
    family_check_text(r, f, kind, "instagram", t->instagram);
    family_check_text(r, f, kind, "alt_text", t->alt_text);
    family_check_text(r, f, kind, "card_headline", t->card_headline);
    family_check_text(r, f, kind, "card_body", t->card_body);
    for (size_t i = 0; i < t->n_display; i++) {
        family_check_text(r, f, kind, "display", t->display[i]);
    }
    for (size_t i = 0; i < t->n_sections; i++) {
        family_check_text(r, f, kind, "website", t->sections[i].heading);
        family_check_text(r, f, kind, "website", t->sections[i].text);
    }
}

static void family_check_kind(struct reader *r, const struct family *f,
                              enum alert_kind kind)
{
    const struct family_kind *k = &f->kinds[kind];
    size_t before = reader_enter(r, alert_kind_name(kind));
    for (int i = 0; k->present && i < N_LANGUAGES; i++) {
        size_t at = reader_enter(r, language_name((enum language)i));
        if (k->texts[i].present) {
            family_check_language(r, f, kind, &k->texts[i]);
        }
        reader_leave(r, at);
    }
    reader_leave(r, before);
}

/* A frame line holds each of the names exactly once and nothing else. */
static void family_check_frame(struct reader *r, const char *field,
                               const char *text, const char *first,
                               const char *second)
{
    char name[PLACEHOLDER_MAX];
    bool broken;
    size_t seen = 0;
    size_t before = reader_enter(r, field);
    const char *at = text;
    while (placeholder_next(&at, name, &broken)) {
        seen++;
        if (strcmp(name, first) != 0 && strcmp(name, second) != 0) {
            reader_fail(r, "{%s} gehört nicht in diese Zeile", name);
        }
    }
    size_t wanted = (first[0] != '\0') + (size_t)(second[0] != '\0');
    if (broken || seen != wanted || strchr(text, '\n') != NULL) {
        reader_fail(r, "eine Zeile mit genau %zu Platzhaltern", wanted);
    }
    reader_leave(r, before);
}

static void family_check_frames(struct reader *r, const struct family *f)
{
    const struct family_frame *frame = &f->frame;
    size_t before = reader_enter(r, "frame");
    family_check_frame(r, "link", frame->link, "link", "");
    family_check_frame(r, "link_short", frame->link_short, "link_kurz", "");
    family_check_frame(r, "netiquette", frame->netiquette, "netiquette", "");
    family_check_frame(r, "replies", frame->replies_open, "", "");
    family_check_frame(r, "replies", frame->replies_closed, "", "");
    for (int i = 0; i < N_LANGUAGES; i++) {
        if (frame->line[i][0] != '\0') {
            family_check_frame(r, "line", frame->line[i], "headline", "link");
        }
    }
    reader_leave(r, before);
}

static bool family_has_value(const struct family_parameter *p,
                             const char *value)
{
    for (size_t i = 0; i < p->n_values; i++) {
        if (strcmp(p->values[i].value, value) == 0) {
            return true;
        }
    }
    return false;
}

static void family_check_parameter(struct reader *r, const struct family *f,
                                   const struct family_parameter *p)
{
    size_t before = reader_enter(r, p->name);
    if (p->default_value[0] != '\0' && p->n_values > 0 &&
        !family_has_value(p, p->default_value)) {
        reader_fail(r, "default ist keiner der Werte");
    }
    if (p->after[0] != '\0') {
        const struct family_parameter *o = family_find_parameter(f, p->after);
        if (o == NULL || o->type != PARAMETER_DATETIME || o >= p) {
            reader_fail(r, "after: kein früherer Zeitpunkt der Vorlage");
        }
    }
    for (size_t i = 0; strcmp(p->name, "stufe") == 0 && i < p->n_values; i++) {
        const char *value = p->values[i].value;
        if (value[0] < '1' || value[0] > '3' || value[1] != '\0') {
            reader_fail(r, "stufe: nur 1, 2 und 3");
        }
    }
    reader_leave(r, before);
}

void family_check(struct reader *r, const struct family *f)
{
    for (size_t i = 0; i < f->n_parameters; i++) {
        family_check_parameter(r, f, &f->parameters[i]);
    }
    for (int i = 0; i < N_KINDS; i++) {
        family_check_kind(r, f, (enum alert_kind)i);
    }
    family_check_frames(r, f);
    const struct family_parameter *end = family_find_parameter(f, "ende");
    if (f->expires_h == 0 &&
        (end == NULL || end->type != PARAMETER_DATETIME || !end->required)) {
        reader_fail(r, "expires_at: der Parameter ende fehlt");
    }
}
