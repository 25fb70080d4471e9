#include "templates/render.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "templates/fill.h"
#include "templates/frame.h"
#include "templates/parameters.h"
#include "templates/text.h"

const char *render_mark(enum stream stream)
{
    switch (stream) {
    case STREAM_ACTUAL: return "";
    case STREAM_EXERCISE: return "PROBE";
    case STREAM_REHEARSAL: return "ÜBUNG";
    }
    check(false);
    return "";
}

size_t render_length(enum channel_id channel, const char *text)
{
    return channel == CHANNEL_INSTAGRAM ? text_utf16_units(text)
                                        : text_code_points(text);
}

size_t render_limit(enum channel_id channel)
{
    switch (channel) {
    case CHANNEL_FACEBOOK: return LIMIT_FACEBOOK;
    case CHANNEL_INSTAGRAM: return LIMIT_INSTAGRAM;
    case CHANNEL_DISPLAYS: return LIMIT_DISPLAY_PAGE;
    case CHANNEL_WEBSITE: break;
    }
    return 0;
}

char *render_page_text(const struct content_language *l)
{
    struct buf out;
    buf_init(&out, (size_t)LIMIT_TEXT_BYTES * 2 * (LIMIT_SECTIONS + 1));
    buf_add_text(&out, l->headline);
    for (size_t i = 0; i < l->n_sections; i++) {
        buf_printf(&out, "\n\n%s\n%s", l->sections[i].heading,
                   l->sections[i].text);
    }
    return buf_take(&out);
}

/* Takes `value` in the place of *text. */
static void render_take(char **text, char *value)
{
    free(*text);
    *text = value;
}

static void render_sections(const struct fill *fill,
                            const struct family_texts *t,
                            struct content_language *out)
{
    for (size_t i = 0; i < t->n_sections; i++) {
        char *text = fill_polished(fill, "", t->sections[i].text);
        if (text[0] == '\0') {
            free(text);
            continue;
        }
        struct content_section *s = &out->sections[out->n_sections++];
        render_take(&s->heading,
                    fill_polished(fill, "", t->sections[i].heading));
        render_take(&s->text, text);
        s->role = t->sections[i].role;
    }
}

/* In an update and a correction the advice of the first alert still holds:
 * its pages follow. */
static bool render_adds(const struct render_input *in)
{
    return in->origin != NULL &&
           (in->kind == KIND_UPDATE || in->kind == KIND_CORRECTION);
}

static void render_add_pages(const struct content_language *origin,
                             struct content_language *out)
{
    for (size_t i = 0; i < origin->n_pages; i++) {
        if (out->n_pages < LIMIT_DISPLAY_PAGES) {
            content_set(&out->pages[out->n_pages++], origin->pages[i]);
        }
    }
}

static void render_event(const struct fill *fill, struct content_language *out)
{
    const struct family *f = fill->in->family;
    const char *event = f->event[fill->language];
    content_set(&out->event, event != NULL ? event : f->event[LANGUAGE_DE]);
}

static void render_language(const struct render_input *in, enum language l,
                            const char *front, struct content *out)
{
    const struct family_texts *t =
        &family_find_kind(in->family, in->kind)->texts[l];
    struct content_language *c = &out->languages[out->n_languages++];
    struct fill page = {.in = in, .language = l};
    struct fill brief = {.in = in, .language = l, .brief = true};
    MEM_SET_TEXT(c->language, language_name(l));
    render_take(&c->headline, fill_polished(&brief, front, t->headline));
    render_event(&page, c);
    for (size_t i = 0; i < t->n_display; i++) {
        render_take(&c->pages[c->n_pages++],
                    fill_polished(&brief, front, t->display[i]));
    }
    render_sections(&page, t, c);
}

/* A language in which the first alert spoke and this one does not: headline
 * and pages of the first alert stay. */
static void render_keep_language(const struct content_language *origin,
                                 struct content *out)
{
    struct content_language *c = &out->languages[out->n_languages++];
    MEM_SET_TEXT(c->language, origin->language);
    content_set(&c->headline, origin->headline);
    content_set(&c->event, origin->event);
    render_add_pages(origin, c);
}

static void render_one_language(const struct render_input *in, enum language l,
                                const char *front, struct content *out)
{
    const struct family_kind *k = family_find_kind(in->family, in->kind);
    const struct content_language *origin =
        render_adds(in) ? content_find(in->origin, language_name(l)) : NULL;
    if (!k->texts[l].present) {
        if (origin != NULL) {
            render_keep_language(origin, out);
        }
        return;
    }
    render_language(in, l, front, out);
    if (origin != NULL) {
        render_add_pages(origin, &out->languages[out->n_languages - 1]);
    }
}

static void render_card(const struct render_input *in, const char *front,
                        struct content *out)
{
    const struct family_texts *t =
        &family_find_kind(in->family, in->kind)->texts[LANGUAGE_DE];
    struct fill fill = {.in = in, .language = LANGUAGE_DE, .brief = true};
    render_take(&out->card_headline,
                fill_polished(&fill, front, t->card_headline));
    render_take(&out->card_body, fill_polished(&fill, "", t->card_body));
    render_take(&out->alt_text, fill_polished(&fill, front, t->alt_text));
    render_take(&out->stand, fill_polished(&fill, "", "{stand}"));
    content_set(&out->link, in->link);
    content_set(&out->mark, in->mark);
}

static void render_cap(const struct render_input *in, struct content *out)
{
    const struct family_kind *k = family_find_kind(in->family, in->kind);
    content_set(&out->cap_category, in->family->category);
    content_set(&out->cap_urgency, k->urgency);
    content_set(&out->cap_certainty, k->certainty);
    content_set(&out->cap_response, k->response);
}

static bool render_fits(const char *name, size_t len, size_t limit,
                        struct err *e)
{
    if (len <= limit) {
        return true;
    }
    (void)err_set(e, ERR_LIMIT,
                  "Der Text für %s hat %zu Zeichen, erlaubt sind %zu. Bitte "
                  "kürzere Angaben machen.",
                  name, len, limit);
    return false;
}

static enum err_code render_check(const struct content *c, struct err *e)
{
    bool fits = render_fits("Facebook", text_code_points(c->facebook),
                            LIMIT_FACEBOOK, e) &&
                render_fits("Instagram", text_utf16_units(c->instagram),
                            LIMIT_INSTAGRAM, e) &&
                render_fits("den Alternativtext", text_code_points(c->alt_text),
                            LIMIT_ALT_TEXT, e) &&
                render_fits("die Überschrift der Karte",
                            text_code_points(c->card_headline),
                            LIMIT_CARD_HEADLINE, e) &&
                render_fits("die Karte", text_code_points(c->card_body),
                            LIMIT_CARD_BODY, e);
    for (size_t i = 0; fits && i < c->n_languages; i++) {
        const struct content_language *l = &c->languages[i];
        fits = render_fits("die Überschrift", text_code_points(l->headline),
                           LIMIT_HEADLINE, e);
        for (size_t s = 0; fits && s < l->n_sections; s++) {
            fits = render_fits("die Internetseite",
                               strlen(l->sections[s].heading) +
                                   strlen(l->sections[s].text),
                               LIMIT_TEXT_BYTES, e);
        }
        for (size_t p = 0; fits && p < l->n_pages; p++) {
            fits = render_fits("die Anzeigen", text_code_points(l->pages[p]),
                               LIMIT_DISPLAY_PAGE, e);
        }
    }
    return fits ? ERR_OK : ERR_LIMIT;
}

enum err_code render_content(const struct render_input *in, struct content *out,
                             struct err *e)
{
    if (family_find_kind(in->family, in->kind) == NULL) {
        return err_set(e, ERR_INVALID,
                       "%s: keine Texte für diese Art von "
                       "Meldung",
                       in->family->id);
    }
    char *front = frame_front(in->mark);
    for (int l = 0; l < N_LANGUAGES; l++) {
        render_one_language(in, (enum language)l, front, out);
    }
    render_card(in, front, out);
    render_cap(in, out);
    render_take(&out->facebook, frame_post(in, CHANNEL_FACEBOOK, out));
    render_take(&out->instagram, frame_post(in, CHANNEL_INSTAGRAM, out));
    free(front);
    return render_check(out, e);
}
