#include "templates/lint_length.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "templates/card.h"
#include "templates/parameters.h"
#include "templates/places.h"
#include "templates/render.h"
#include "templates/text.h"

enum { LENGTH_PHONE = 20, LENGTH_URL = 60 };

/* 50 and more characters, as installations have them. */
static const char length_link[] =
    "https://warnung.landkreis-mit-namen.example/w/LAND-7K3Q9F";
static const char length_netiquette[] =
    "https://www.landkreis-mit-namen.example/netiquette";

/* The longest length of each text seen so far. */
struct lengths {
    size_t facebook;
    size_t instagram;
    size_t alt_text;
    size_t card_headline;
    size_t card_body;
    size_t section; /* bytes of the longest paragraph of the page */
    size_t headline[N_LANGUAGES];
    size_t display[N_LANGUAGES];
    char *card_headline_text;
    char *card_body_text;
};

/* Words of ordinary width, n code points, that end with a letter. */
static char *length_words(int n)
{
    static const char words[] = "Musterhausen an der Wiese und ";
    char *text = mem_calloc((size_t)n + 1, 1);
    for (int i = 0; i < n; i++) {
        text[i] = words[(size_t)i % (sizeof(words) - 1)];
    }
    if (n > 0 && text[n - 1] == ' ') {
        text[n - 1] = 'n';
    }
    return text;
}

static size_t length_longest_value(const struct family_parameter *p,
                                   enum language l)
{
    size_t best = 0;
    size_t longest = 0;
    for (size_t i = 0; i < p->n_values; i++) {
        const char *text = p->values[i].text[l];
        text = text == NULL ? p->values[i].text[LANGUAGE_DE] : text;
        size_t len = text_code_points(text);
        if (len > longest) {
            longest = len;
            best = i;
        }
    }
    return best;
}

static void length_list(struct parameters_value *v)
{
    const struct family_parameter *p = v->parameter;
    int len = 0;
    for (size_t i = 0; i < p->n_fields; i++) {
        len += p->fields[i].max_len + 2;
    }
    v->n_items = (size_t)p->max;
    v->items = mem_calloc(v->n_items, sizeof(v->items[0]));
    for (size_t i = 0; i < v->n_items; i++) {
        v->items[i] = length_words(len);
    }
}

static void length_value(struct parameters_value *v, enum language l)
{
    const struct family_parameter *p = v->parameter;
    switch (p->type) {
    case PARAMETER_TEXT: v->text = length_words(p->max_len); return;
    case PARAMETER_PHONE: v->text = length_words(LENGTH_PHONE); return;
    case PARAMETER_URL:
        v->text = length_words(p->max_len > 0 ? p->max_len : LENGTH_URL);
        return;
    case PARAMETER_INT: v->number = p->min < 0 ? p->min : p->max; return;
    case PARAMETER_DATETIME: /* the longest month of all languages */
        v->number = timestamp_from_local(2026, 9, 30, 23, 59);
        return;
    case PARAMETER_TIME: v->text = mem_strdup("23:59"); return;
    case PARAMETER_ENUM:
        v->number = (int64_t)length_longest_value(p, l);
        return;
    case PARAMETER_ENUM_MULTI:
        v->n_items = p->n_values;
        for (size_t i = 0; i < p->n_values; i++) {
            v->choices[i] = i;
        }
        return;
    case PARAMETER_LIST: length_list(v); return;
    }
}

/* The longest name among the first `last` that is not there; `last` when
 * there is none. */
static size_t length_longest_place(const struct places *places, size_t last,
                                   const struct areas *areas)
{
    size_t best = last;
    size_t longest = 0;
    for (size_t i = 0; i < last; i++) {
        size_t len = text_code_points(places->items[i].name);
        if (len > longest && !areas_contain(areas, places->items[i].ags)) {
            longest = len;
            best = i;
        }
    }
    return best;
}

/* Adds the n longest names that are not there, among the first `last`. */
static void length_add_longest(const struct places *places, size_t n,
                               size_t last, struct areas *areas)
{
    for (; n > 0; n--) {
        size_t best = length_longest_place(places, last, areas);
        if (best == last) {
            return;
        }
        check(areas_add(areas, places->items[best].ags));
    }
}

/* Sets of areas, one of which gives the longest text everywhere. */
enum { LENGTH_SETS = 4 };

static void length_areas(const struct places *places,
                         struct areas sets[LENGTH_SETS])
{
    size_t n = places->n;
    struct areas longest = {0};
    memset(sets, 0, LENGTH_SETS * sizeof(sets[0]));
    check(areas_add(&sets[0], places->county.ags));
    /* as many as are still named one by one */
    length_add_longest(places,
                       n > PLACES_EXCEPT_MAX ? n - PLACES_EXCEPT_MAX - 1 : n, n,
                       &sets[1]);
    /* as many exceptions as are named */
    length_add_longest(places, PLACES_EXCEPT_MAX, n, &longest);
    for (size_t i = 0; i < n; i++) {
        if (!areas_contain(&longest, places->items[i].ags)) {
            check(areas_add(&sets[2], places->items[i].ags));
        }
    }
    /* the three longest before "und weitere" */
    length_add_longest(places, 3, n - 1, &sets[3]);
    check(areas_add(&sets[3], places->items[n - 1].ags));
}

static void length_keep(size_t *longest, size_t len)
{
    *longest = len > *longest ? len : *longest;
}

static void length_keep_text(size_t *longest, char **kept, const char *text)
{
    size_t len = text_code_points(text);
    if (len > *longest) {
        content_set(kept, text);
        *longest = len;
    }
}

static void length_measure(const struct family_kind *k, const struct content *c,
                           struct lengths *out)
{
    length_keep(&out->facebook, text_code_points(c->facebook));
    length_keep(&out->instagram, text_utf16_units(c->instagram));
    length_keep(&out->alt_text, text_code_points(c->alt_text));
    length_keep_text(&out->card_headline, &out->card_headline_text,
                     c->card_headline);
    length_keep_text(&out->card_body, &out->card_body_text, c->card_body);
    for (int i = 0; i < N_LANGUAGES; i++) {
        const struct content_language *l =
            content_find(c, language_name((enum language)i));
        if (l == NULL || !k->texts[i].present) {
            continue;
        }
        length_keep(&out->headline[i], text_code_points(l->headline));
        for (size_t s = 0; s < l->n_sections; s++) {
            length_keep(&out->section, strlen(l->sections[s].heading) +
                                           strlen(l->sections[s].text));
        }
        for (size_t p = 0; p < l->n_pages; p++) {
            length_keep(&out->display[i], text_code_points(l->pages[p]));
        }
    }
}

/* Renders with the longest values of one language and one set of areas. */
static void length_try(const struct family *f, enum alert_kind kind,
                       enum language l, const struct places *places,
                       const struct areas *areas, struct lengths *out)
{
    const struct family_kind *k = family_find_kind(f, kind);
    struct parameters p = {.areas = *areas, .level = 2};
    struct content c;
    struct err e;
    for (size_t i = 0; i < k->n_parameters; i++) {
        p.values[p.n].parameter = &f->parameters[k->parameters[i]];
        length_value(&p.values[p.n++], l);
    }
    int64_t at = timestamp_from_local(2026, 9, 30, 23, 59);
    struct render_input in = {.family = f,
                              .kind = kind,
                              .parameters = &p,
                              .places = places,
                              .alert_id = "LAND-7K3Q9F-99",
                              .mark = "ÜBUNG",
                              .stand_ms = at,
                              .link = length_link,
                              .netiquette_url = length_netiquette,
                              .origin_stand_ms = at};
    content_init(&c);
    enum err_code code = render_content(&in, &c, &e);
    check(code == ERR_OK || code == ERR_LIMIT);
    length_measure(k, &c, out);
    content_fini(&c);
    parameters_fini(&p);
}

static void length_tell(struct lint_report *out, enum alert_kind kind,
                        const char *language, const char *field, size_t len,
                        size_t limit)
{
    if (len > limit) {
        lint_add(out, LINT_ERROR, kind, language, field,
                 "bis zu %zu Zeichen, erlaubt sind %zu", len, limit);
    } else {
        lint_add(out, LINT_NOTE, kind, language, field,
                 "höchstens %zu von %zu Zeichen", len, limit);
    }
}

static void length_tell_card(struct lint_report *out, enum alert_kind kind,
                             const struct lengths *l)
{
    uint8_t *jpeg = NULL;
    size_t len = 0;
    struct err e;
    struct card_input in = {.kind = kind,
                            .level = 2,
                            .mark = "ÜBUNG",
                            .headline = l->card_headline_text,
                            .body = l->card_body_text,
                            .stand = "30.09.2026, 23:59 Uhr",
                            .authority = "Landratsamt",
                            .alert_id = "LAND-7K3Q9F-99"};
    if (card_render(&in, &jpeg, &len, &e) != ERR_OK) {
        lint_add(out, LINT_ERROR, kind, "de", "card", "%s", e.msg);
    }
    free(jpeg);
}

static void length_tell_all(struct lint_report *out, enum alert_kind kind,
                            const struct family_kind *k,
                            const struct lengths *l)
{
    length_tell(out, kind, "de", "facebook", l->facebook, LIMIT_FACEBOOK);
    length_tell(out, kind, "de", "instagram", l->instagram, LIMIT_INSTAGRAM);
    length_tell(out, kind, "de", "alt_text", l->alt_text, LIMIT_ALT_TEXT);
    length_tell(out, kind, "de", "card_headline", l->card_headline,
                LIMIT_CARD_HEADLINE);
    if (l->section > LIMIT_TEXT_BYTES) {
        lint_add(out, LINT_ERROR, kind, NULL, "website",
                 "ein Absatz hat bis zu %zu Byte, erlaubt sind %d", l->section,
                 LIMIT_TEXT_BYTES);
    }
    length_tell(out, kind, "de", "card_body", l->card_body, LIMIT_CARD_BODY);
    for (int i = 0; i < N_LANGUAGES; i++) {
        const char *language = language_name((enum language)i);
        if (k->texts[i].present) {
            length_tell(out, kind, language, "headline", l->headline[i],
                        LIMIT_HEADLINE);
            length_tell(out, kind, language, "display", l->display[i],
                        LIMIT_DISPLAY_PAGE);
        }
    }
}

static void length_kind(const struct family *f, enum alert_kind kind,
                        const struct places *places,
                        const struct areas sets[LENGTH_SETS],
                        struct lint_report *out)
{
    struct lengths longest = {.card_headline_text = mem_strdup(""),
                              .card_body_text = mem_strdup("")};
    for (int l = 0; l < N_LANGUAGES; l++) {
        for (size_t s = 0; s < LENGTH_SETS; s++) {
            length_try(f, kind, (enum language)l, places, &sets[s], &longest);
        }
    }
    length_tell_all(out, kind, &f->kinds[kind], &longest);
    length_tell_card(out, kind, &longest);
    free(longest.card_headline_text);
    free(longest.card_body_text);
}

void lint_lengths(const struct family *f, const struct places *places,
                  struct lint_report *out)
{
    struct areas sets[LENGTH_SETS];
    length_areas(places, sets);
    for (int i = 0; i < N_KINDS; i++) {
        if (f->kinds[i].present) {
            length_kind(f, (enum alert_kind)i, places, sets, out);
        }
    }
}
