#include "templates/lint.h"

#include <string.h>

#include "templates/lint_length.h"
#include "templates/placeholder.h"
#include "templates/text.h"

enum { LINT_SENTENCE_WORDS = 20 };

/* Where in the family a rule looks. */
struct lint_place {
    const struct family *family;
    enum alert_kind kind;
    enum language language;
    struct lint_report *out;
};

#define LINT(place, severity, field, ...)             \
    lint_add((place)->out, (severity), (place)->kind, \
             language_name((place)->language), (field), __VA_ARGS__)

static bool lint_uses(const char *text, const char *name)
{
    char found[PLACEHOLDER_MAX];
    bool broken;
    while (placeholder_next(&text, found, &broken)) {
        if (strcmp(found, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The words of the longest sentence; a line is one at least. */
static size_t lint_longest_sentence(const char *text)
{
    size_t longest = 0;
    size_t words = 0;
    bool inside = false;
    for (const char *at = text; *at != '\0'; at++) {
        bool blank = *at == ' ' || *at == '\n';
        words += !blank && !inside;
        inside = !blank;
        if (*at == '\n' ||
            (strchr(".!?:", *at) != NULL && (at[1] == ' ' || at[1] == '\0'))) {
            longest = words > longest ? words : longest;
            words = 0;
        }
    }
    return words > longest ? words : longest;
}

/* Words that the style sheet does not want (display-and-style.md, 7). */
static void lint_words(const struct lint_place *p, const char *field,
                       const char *text)
{
    static const char *const unwanted[][2] = {
        {"bis auf Weiteres", "genaue Zeit nennen"},
        {"zeitnah", "genaue Zeit nennen"},
        {"*innen", "Personen ohne Sonderzeichen"},
        {":innen", "Personen ohne Sonderzeichen"},
        {"_innen", "Personen ohne Sonderzeichen"},
        {"zu keiner Zeit eine Gefahr", "keine Beschwichtigung ohne Grund"},
        {"Aufhebung", "immer „Entwarnung“"},
        {"\"", "Anführungszeichen „…“"},
        {" - ", "Gedankenstrich –"},
    };
    for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++) {
        if (strstr(text, unwanted[i][0]) != NULL) {
            LINT(p, LINT_WARNING, field, "„%s“: %s", unwanted[i][0],
                 unwanted[i][1]);
        }
    }
}

/* The frame puts the mark in; the author never does. */
static bool lint_is_marked(const char *text)
{
    return strncmp(text, "PROBE", strlen("PROBE")) == 0 ||
           strncmp(text, "ÜBUNG", strlen("ÜBUNG")) == 0;
}

/* One placeholder's values and constants in the text's language. */
static void lint_values_of(const struct lint_place *p, const char *field,
                           const char *name)
{
    const struct family *f = p->family;
    const struct family_parameter *q = family_find_parameter(f, name);
    for (size_t i = 0; q != NULL && i < q->n_values; i++) {
        if (q->values[i].text[p->language] == NULL) {
            LINT(p, LINT_ERROR, field, "{%s}: der Wert %s fehlt hier", name,
                 q->values[i].value);
        }
    }
    for (size_t i = 0; i < f->n_constants; i++) {
        if (strcmp(f->constants[i].name, name) == 0 &&
            f->constants[i].text[p->language] == NULL) {
            LINT(p, LINT_ERROR, field, "{%s}: der Text fehlt hier", name);
        }
    }
}

static void lint_values(const struct lint_place *p, const char *field,
                        const char *text)
{
    char name[PLACEHOLDER_MAX];
    bool broken;
    while (placeholder_next(&text, name, &broken)) {
        lint_values_of(p, field, name);
    }
}

static void lint_text(const struct lint_place *p, const char *field,
                      const char *text)
{
    char word[64];
    const char *shout = strchr(text, '!');
    size_t words = lint_longest_sentence(text);
    lint_values(p, field, text);
    if (lint_is_marked(text)) {
        LINT(p, LINT_ERROR, field, "die Kennzeichnung setzt der Dienst");
    } else if (text_find_capitals(text, word, sizeof(word))) {
        LINT(p, LINT_ERROR, field, "keine Großbuchstaben als Betonung: %s",
             word);
    }
    if (shout != NULL && strchr(shout + 1, '!') != NULL) {
        LINT(p, LINT_ERROR, field, "höchstens ein Ausrufezeichen");
    }
    if (strstr(text, "://") != NULL) {
        LINT(p, LINT_ERROR, field, "Adressen nur als {link} oder Parameter");
    }
    if (p->family->public_drill && strstr(text, "keine Übung") != NULL) {
        LINT(p, LINT_ERROR, field, "„keine Übung“ in einer Übungsvorlage");
    }
    if (p->language == LANGUAGE_DE || p->language == LANGUAGE_SIMPLE) {
        lint_words(p, field, text);
        if (words > LINT_SENTENCE_WORDS) {
            LINT(p, LINT_WARNING, field, "ein Satz hat %zu Wörter", words);
        }
    }
}

/* What every post of an alert must say: who, when, and when again. */
static void lint_post(const struct lint_place *p, const char *field,
                      const char *text)
{
    bool warns = p->kind == KIND_ALERT || p->kind == KIND_UPDATE;
    const char *end = strchr(text, '\n');
    if (strstr(text, "Absender: ") == NULL) {
        LINT(p, LINT_ERROR, field, "der Absender fehlt");
    }
    if (end == NULL) {
        LINT(p, LINT_ERROR, field, "braucht eine erste Zeile für sich");
    }
    if (warns && !p->family->public_drill && !lint_uses(text, "stand")) {
        LINT(p, LINT_ERROR, field, "{stand} fehlt");
    }
    if (warns && !p->family->public_drill &&
        !lint_uses(text, "naechste_info")) {
        LINT(p, LINT_ERROR, field, "{naechste_info} fehlt");
    }
}

static void lint_language(const struct lint_place *p,
                          const struct family_texts *t)
{
    lint_text(p, "headline", t->headline);
    for (size_t i = 0; i < t->n_display; i++) {
        lint_text(p, "display", t->display[i]);
    }
    bool instructs = false;
    for (size_t i = 0; i < t->n_sections; i++) {
        lint_text(p, "website", t->sections[i].heading);
        lint_text(p, "website", t->sections[i].text);
        instructs = instructs || t->sections[i].role == SECTION_INSTRUCTION;
    }
    if (p->kind == KIND_ALERT && !instructs) {
        LINT(p, LINT_ERROR, "website", "sagt nicht, was zu tun ist");
    }
    if (p->language == LANGUAGE_DE) {
        lint_text(p, "facebook", t->facebook);
        lint_text(p, "instagram", t->instagram);
        lint_text(p, "alt_text", t->alt_text);
        lint_text(p, "card_headline", t->card_headline);
        lint_text(p, "card_body", t->card_body);
        lint_post(p, "facebook", t->facebook);
        lint_post(p, "instagram", t->instagram);
    }
}

static bool lint_kind_uses(const struct family_kind *k, const char *name)
{
    for (int l = 0; l < N_LANGUAGES; l++) {
        const struct family_texts *t = &k->texts[l];
        if (!t->present) {
            continue;
        }
        bool used =
            lint_uses(t->headline, name) || lint_uses(t->facebook, name) ||
            lint_uses(t->instagram, name) || lint_uses(t->alt_text, name) ||
            lint_uses(t->card_headline, name) || lint_uses(t->card_body, name);
        for (size_t i = 0; !used && i < t->n_display; i++) {
            used = lint_uses(t->display[i], name);
        }
        for (size_t i = 0; !used && i < t->n_sections; i++) {
            used = lint_uses(t->sections[i].text, name);
        }
        if (used) {
            return true;
        }
    }
    return false;
}

/* Parameters that have a meaning without standing in a text. */
static bool lint_has_meaning(const struct family *f, const char *name)
{
    return strcmp(name, "stufe") == 0 || strcmp(name, "gemeinden") == 0 ||
           (strcmp(name, "ende") == 0 && f->expires_h == 0);
}

static void lint_kind(const struct family *f, enum alert_kind kind,
                      struct lint_report *out)
{
    const struct family_kind *k = &f->kinds[kind];
    for (int l = 0; l < N_LANGUAGES; l++) {
        struct lint_place p = {f, kind, (enum language)l, out};
        if (k->texts[l].present) {
            lint_language(&p, &k->texts[l]);
        } else if (f->kinds[KIND_ALERT].texts[l].present) {
            LINT(&p, LINT_WARNING, NULL, "fehlt, die Meldung hat sie");
        }
    }
    for (size_t i = 0; i < k->n_parameters; i++) {
        const char *name = f->parameters[k->parameters[i]].name;
        if (!lint_has_meaning(f, name) && !lint_kind_uses(k, name)) {
            lint_add(out, LINT_WARNING, kind, NULL, "parameters",
                     "%s steht in keinem Text", name);
        }
    }
    for (size_t i = 0; i < k->n_hashtags; i++) {
        if (k->hashtags[i][1] >= 'a' && k->hashtags[i][1] <= 'z') {
            lint_add(out, LINT_WARNING, kind, NULL, "hashtags",
                     "%s: groß beginnen", k->hashtags[i]);
        }
    }
}

void lint_family(const struct family *f, const struct places *places,
                 struct lint_report *out)
{
    *out = (struct lint_report){0};
    for (int i = 0; i < N_KINDS; i++) {
        enum alert_kind kind = (enum alert_kind)i;
        if (f->kinds[i].present) {
            lint_kind(f, kind, out);
        } else {
            lint_add(out, kind == KIND_CORRECTION ? LINT_WARNING : LINT_ERROR,
                     kind, NULL, NULL, "fehlt");
        }
    }
    lint_lengths(f, places, out);
}
