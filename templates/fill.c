#include "templates/fill.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/timestamp.h"
#include "templates/parameters.h"
#include "templates/placeholder.h"
#include "templates/places.h"
#include "templates/text.h"
#include "templates/times.h"

/* The card's colour in words (display-and-style.md, section 1). */
static const char *fill_colour(const struct render_input *in, enum language l)
{
    enum { DRILL, RED, ORANGE, YELLOW, GREEN, N_COLOURS };
    static const char *const words[N_COLOURS][N_LANGUAGES] = {
        [DRILL] = {"blau mit gelben Streifen", "blau mit gelben Streifen",
                   "blue with yellow stripes", "bleue à rayures jaunes"},
        [RED] = {"rot", "rot", "red", "rouge"},
        [ORANGE] = {"orange", "orange", "orange", "orange"},
        [YELLOW] = {"gelb", "gelb", "yellow", "jaune"},
        [GREEN] = {"grün", "grün", "green", "verte"},
    };
    int level = in->parameters->level;
    check(level >= 0 && level <= 3);
    if (in->mark[0] != '\0') {
        return words[DRILL][l];
    }
    return level == 0 ? words[GREEN][l] : words[RED + level - 1][l];
}

/* "(in German)" behind a text that is only in German. */
static void fill_label_german(const struct fill *fill, struct buf *out)
{
    const char *label = fill->in->family->frame.german[fill->language];
    if (label != NULL && label[0] != '\0') {
        buf_add_char(out, ' ');
        buf_add_text(out, label);
    }
}

/* A text in the fill's language, else the German one with its label. */
static void fill_translated(const struct fill *fill,
                            char *const texts[N_LANGUAGES], struct buf *out)
{
    const char *text = texts[fill->language];
    if (text != NULL) {
        buf_add_text(out, text);
        return;
    }
    buf_add_text(out, texts[LANGUAGE_DE]);
    if (texts[LANGUAGE_DE][0] != '\0') {
        fill_label_german(fill, out);
    }
}

static void fill_choices(const struct fill *fill,
                         const struct parameters_value *v, struct buf *out)
{
    for (size_t i = 0; i < v->n_items; i++) {
        const struct family_value *value = &v->parameter->values[v->choices[i]];
        buf_add_text(out, i > 0 ? ", " : "");
        fill_translated(fill, value->text, out);
    }
}

static void fill_time(const struct fill *fill, const char *text,
                      struct buf *out)
{
    char hm[TIMES_MAX];
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    times_hm(hour, minute, fill->language, hm);
    buf_add_text(out, hm);
}

static void fill_words(const struct fill *fill,
                       const struct parameters_value *v, struct buf *out)
{
    buf_add_text(out, v->text);
    if (v->parameter->sentence && !text_ends_sentence(v->text)) {
        buf_add_char(out, '.');
    }
    if (!v->parameter->place) {
        fill_label_german(fill, out);
    }
}

static void fill_value(const struct fill *fill,
                       const struct parameters_value *v, struct buf *out)
{
    const struct family_parameter *p = v->parameter;
    char at[TIMES_MAX];
    switch (p->type) {
    case PARAMETER_TEXT: fill_words(fill, v, out); return;
    case PARAMETER_PHONE:
    case PARAMETER_URL: buf_add_text(out, v->text); return;
    case PARAMETER_INT:
        buf_printf(out, "%" PRId64 "%s%s", v->number,
                   p->unit[0] != '\0' ? " " : "", p->unit);
        return;
    case PARAMETER_DATETIME:
        times_full(v->number, fill->language, at);
        buf_add_text(out, at);
        return;
    case PARAMETER_TIME: fill_time(fill, v->text, out); return;
    case PARAMETER_ENUM:
        fill_translated(fill, p->values[v->number].text, out);
        return;
    case PARAMETER_ENUM_MULTI: fill_choices(fill, v, out); return;
    case PARAMETER_LIST:
        for (size_t i = 0; i < v->n_items; i++) {
            buf_add_text(out, i > 0 ? "; " : "");
            buf_add_text(out, v->items[i]);
        }
        return;
    }
}

static const char *fill_without_scheme(const char *link)
{
    const char *host = strstr(link, "://");
    return host == NULL ? link : host + 3;
}

static void fill_hm(const struct fill *fill, int64_t at_ms, struct buf *out)
{
    char hm[TIMES_MAX];
    struct tm t = timestamp_local(at_ms);
    times_hm(t.tm_hour, t.tm_min, fill->language, hm);
    buf_add_text(out, hm);
}

static void fill_stand(const struct fill *fill, int64_t at_ms, struct buf *out)
{
    char stand[TIMES_MAX];
    times_stand(at_ms, fill->language, stand);
    buf_add_text(out, stand);
}

static void fill_areas(const struct fill *fill, struct buf *out)
{
    const struct family_frame *frame = &fill->in->family->frame;
    struct places_words words = {
        .county = frame->county[fill->language],
        .others = frame->others[fill->language],
        .except = frame->except[fill->language],
    };
    places_write(fill->in->places, &fill->in->parameters->areas,
                 fill->brief ? 3 : 0, &words, out);
}

static void fill_automatic(const struct fill *fill, enum automatic a,
                           struct buf *out)
{
    const struct render_input *in = fill->in;
    const struct family *f = in->family;
    switch (a) {
    case AUTOMATIC_STAND: fill_stand(fill, in->stand_ms, out); return;
    case AUTOMATIC_STAND_HM: fill_hm(fill, in->stand_ms, out); return;
    case AUTOMATIC_LINK: buf_add_text(out, in->link); return;
    case AUTOMATIC_LINK_SHORT:
        buf_add_text(out, fill_without_scheme(in->link));
        return;
    case AUTOMATIC_AREAS: fill_areas(fill, out); return;
    case AUTOMATIC_COLOUR:
        buf_add_text(out, fill_colour(in, fill->language));
        return;
    case AUTOMATIC_ORIGIN_TITLE: fill_translated(fill, f->event, out); return;
    case AUTOMATIC_ORIGIN_STAND:
        fill_stand(fill, in->origin_stand_ms, out);
        return;
    case AUTOMATIC_ORIGIN_HM: fill_hm(fill, in->origin_stand_ms, out); return;
    case AUTOMATIC_NETIQUETTE:
    case AUTOMATIC_HEADLINE:
    case AUTOMATIC_NONE: return;
    }
}

static void fill_name(const struct fill *fill, const char *name,
                      struct buf *out)
{
    const struct family *f = fill->in->family;
    enum automatic a = automatic_parse(name);
    if (a != AUTOMATIC_NONE) {
        fill_automatic(fill, a, out);
        return;
    }
    const struct parameters_value *v =
        parameters_find(fill->in->parameters, name);
    if (v != NULL) {
        fill_value(fill, v, out);
        return;
    }
    for (size_t i = 0; i < f->n_constants; i++) {
        if (strcmp(f->constants[i].name, name) == 0) {
            fill_translated(fill, f->constants[i].text, out);
        }
    }
}

static void fill_cut(struct buf *out, size_t len)
{
    if (out->data != NULL) {
        out->len = len;
        out->data[len] = '\0';
    }
}

/* Takes a label ("Genaue Lage: ") that now stands before nothing from the end
 * of the text. */
static void fill_drop_label(struct buf *out)
{
    const char *text = buf_text(out);
    size_t end = out->len;
    while (end > 0 && text[end - 1] == ' ') {
        end--;
    }
    if (end == 0 || text[end - 1] != ':') {
        return;
    }
    size_t start = end;
    while (start > 0 && text[start - 1] != '\n' &&
           !(text[start - 1] == ' ' && start > 1 &&
             strchr(".!?", text[start - 2]) != NULL)) {
        start--;
    }
    fill_cut(out, start);
}

/* At the start of a line or behind the end of a sentence. */
static bool fill_at_start(const struct buf *out)
{
    const char *text = buf_text(out);
    size_t end = out->len;
    while (end > 0 && text[end - 1] == ' ') {
        end--;
    }
    return end == 0 || strchr("\n.!?", text[end - 1]) != NULL;
}

void fill_text(const struct fill *fill, const char *text, struct buf *out)
{
    char name[PLACEHOLDER_MAX];
    const char *at = text;
    while (*at != '\0') {
        const char *end;
        if (!placeholder_read(at, name, &end)) {
            buf_add_char(out, *at++);
            continue;
        }
        size_t before = out->len;
        fill_name(fill, name, out);
        at = end;
        if (out->len == before) {
            fill_drop_label(out);
            at += *at == '.' && fill_at_start(out) ? 1 : 0;
        } else if (*at == '.' && buf_text(out)[out->len - 1] == '.') {
            at++;
        }
    }
}

char *fill_polished(const struct fill *fill, const char *front,
                    const char *text)
{
    struct buf out;
    buf_init(&out, LIMIT_FILL_BYTES);
    buf_add_text(&out, front);
    fill_text(fill, text, &out);
    char *polished = text_polish(buf_text(&out), fill->language);
    buf_fini(&out);
    return polished;
}
