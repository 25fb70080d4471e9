#include "templates/card.h"

#include <cairo/cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "templates/card_sign.h"
#include "templates/jpeg.h"

/* Where things stand. What must be seen lies between 135 and 1215: Instagram
 * shows the middle square in a profile (display-and-style.md, section 5). */
enum {
    CARD_MARGIN = 76,
    CARD_TEXT_WIDTH = CARD_WIDTH - 2 * CARD_MARGIN,
    CARD_BAND_TOP = 138,
    CARD_BAND_HEIGHT = 202, /* 15 % of the height */
    CARD_RULE = 356,
    CARD_TEXT_TOP = 384,
    CARD_TEXT_BOTTOM = 1004,
    CARD_STAND_TOP = 1032,
    CARD_SENDER_TOP = 1106,
    CARD_FOOT_TOP = 1166,
    CARD_HEADLINE_MAX = 104,
    CARD_HEADLINE_MIN = 72,
    CARD_BODY_MAX = 64,
    CARD_BODY_MIN = 44,
    CARD_GAP = 30, /* between headline and body */
};

static const char card_font[] = "Noto Sans, DejaVu Sans, sans-serif";

/* The words on the band: large, and below it small. */
struct card_words {
    const char *large;
    char small[48];
};

static const char *card_level_word(int level)
{
    static const char *const words[4] = {"", "Extreme Gefahr", "Gefahr",
                                         "Gefahreninformation"};
    check(level >= 1 && level <= 3);
    return words[level];
}

static void card_words_of(const struct card_input *in, struct card_words *w)
{
    bool clear = in->kind == KIND_ALL_CLEAR || in->kind == KIND_RETRACTION;
    const char *word =
        in->kind == KIND_ALL_CLEAR ? "Entwarnung" : "Zurückgezogen";
    w->small[0] = '\0';
    if (in->mark[0] != '\0') {
        w->large = in->mark;
        if (clear) {
            (void)snprintf(w->small, sizeof(w->small), "wäre %s", word);
        } else {
            (void)snprintf(w->small, sizeof(w->small), "wäre Stufe %d",
                           in->level);
        }
        return;
    }
    w->large = clear ? word : card_level_word(in->level);
    if (!clear) {
        (void)snprintf(w->small, sizeof(w->small), "Stufe %d", in->level);
    }
}

static enum card_look card_look_of(const struct card_input *in)
{
    if (in->mark[0] != '\0') {
        return CARD_DRILL;
    }
    if (in->kind == KIND_ALL_CLEAR || in->kind == KIND_RETRACTION) {
        return CARD_CLEAR;
    }
    check(in->level >= 1 && in->level <= 3);
    return (enum card_look)(CARD_LEVEL_1 + in->level - 1);
}

/* A layout of `px` high letters; the caller's to g_object_unref(). */
static PangoLayout *card_layout(cairo_t *c, const char *text, int px,
                                PangoWeight weight, int width)
{
    PangoLayout *l = pango_cairo_create_layout(c);
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, card_font);
    pango_font_description_set_weight(font, weight);
    pango_font_description_set_absolute_size(font, (double)px * PANGO_SCALE);
    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_width(l, width * PANGO_SCALE);
    pango_layout_set_wrap(l, PANGO_WRAP_WORD);
    pango_layout_set_line_spacing(l, 1.1F);
    pango_layout_set_text(l, text, -1);
    return l;
}

/* Height and whether every word fits into the width. */
static bool card_measure(PangoLayout *l, int width, int *height)
{
    PangoRectangle ink;
    PangoRectangle logical;
    pango_layout_get_pixel_extents(l, &ink, &logical);
    *height = logical.height;
    return ink.x >= 0 && ink.x + ink.width <= width &&
           pango_layout_get_unknown_glyphs_count(l) == 0;
}

static int card_draw(cairo_t *c, PangoLayout *l, double x, double y)
{
    int height;
    pango_layout_get_pixel_size(l, NULL, &height);
    cairo_move_to(c, x, y);
    pango_cairo_show_layout(c, l);
    g_object_unref(l);
    return height;
}

/* Where a line goes and how high its letters may be. */
struct card_slot {
    double x;
    double y;
    int width;
    int most;
    int least;
};

/* One line that shrinks to its width; false when it would be too small. */
static bool card_line(cairo_t *c, const char *text,
                      const struct card_slot *slot)
{
    for (int px = slot->most; px >= slot->least; px -= 2) {
        PangoLayout *l =
            card_layout(c, text, px, PANGO_WEIGHT_BOLD, slot->width);
        int height = 0;
        if (card_measure(l, slot->width, &height) &&
            pango_layout_get_line_count(l) == 1) {
            (void)card_draw(c, l, slot->x, slot->y);
            return true;
        }
        g_object_unref(l);
    }
    return false;
}

static bool card_band(cairo_t *c, const struct card_input *in,
                      enum card_look look)
{
    struct card_words w;
    bool sign = look != CARD_DRILL;
    int indent = sign ? CARD_BAND_HEIGHT + 30 : 0;
    card_words_of(in, &w);
    bool small = w.small[0] != '\0';
    struct card_slot first = {.x = CARD_MARGIN + indent,
                              .y = CARD_BAND_TOP + 54,
                              .width = CARD_TEXT_WIDTH - indent,
                              .most = sign ? 78 : 112,
                              .least = 48};
    struct card_slot second = first;
    if (small) {
        first.y = CARD_BAND_TOP + (sign ? 26 : 0);
    }
    second.y = CARD_BAND_TOP + 132;
    second.most = 52;
    second.least = 40;
    if (sign) {
        card_sign(c, look, CARD_MARGIN, CARD_BAND_TOP, CARD_BAND_HEIGHT);
    }
    return card_line(c, w.large, &first) &&
           (!small || card_line(c, w.small, &second));
}

/* Headline and body: the largest sizes at which both fit. */
static bool card_text(cairo_t *c, const struct card_input *in)
{
    const int room = CARD_TEXT_BOTTOM - CARD_TEXT_TOP;
    int headline = CARD_HEADLINE_MAX;
    int body = CARD_BODY_MAX;
    while (headline >= CARD_HEADLINE_MIN && body >= CARD_BODY_MIN) {
        int head_height;
        int body_height;
        PangoLayout *h = card_layout(c, in->headline, headline,
                                     PANGO_WEIGHT_BOLD, CARD_TEXT_WIDTH);
        PangoLayout *b = card_layout(c, in->body, body, PANGO_WEIGHT_SEMIBOLD,
                                     CARD_TEXT_WIDTH);
        bool head_fits = card_measure(h, CARD_TEXT_WIDTH, &head_height);
        bool body_fits = card_measure(b, CARD_TEXT_WIDTH, &body_height);
        if (head_fits && body_fits &&
            head_height + CARD_GAP + body_height <= room) {
            int used = card_draw(c, h, CARD_MARGIN, CARD_TEXT_TOP);
            (void)card_draw(c, b, CARD_MARGIN, CARD_TEXT_TOP + used + CARD_GAP);
            return true;
        }
        g_object_unref(h);
        g_object_unref(b);
        if (!head_fits || (body_fits && headline * 10 > body * 16)) {
            headline -= 4;
        } else {
            body -= 2;
        }
        if (body < CARD_BODY_MIN && headline > CARD_HEADLINE_MIN) {
            body = CARD_BODY_MIN;
            headline -= 4;
        }
    }
    return false;
}

static bool card_foot(cairo_t *c, const struct card_input *in)
{
    char stand[96];
    char foot[128];
    (void)snprintf(stand, sizeof(stand), "Stand %s", in->stand);
    (void)snprintf(foot, sizeof(foot), "Meldung %s", in->alert_id);
    struct card_slot slots[3] = {
        {CARD_MARGIN, CARD_STAND_TOP, CARD_TEXT_WIDTH, 60, 48},
        {CARD_MARGIN, CARD_SENDER_TOP, CARD_TEXT_WIDTH, 44, 32},
        {CARD_MARGIN, CARD_FOOT_TOP, CARD_TEXT_WIDTH, 36, 28},
    };
    return card_line(c, stand, &slots[0]) &&
           card_line(c, in->authority, &slots[1]) &&
           card_line(c, foot, &slots[2]);
}

static bool card_draw_all(cairo_t *c, const struct card_input *in)
{
    enum card_look look = card_look_of(in);
    card_ground(c, look, CARD_WIDTH, CARD_HEIGHT);
    card_text_colour(c, look);
    cairo_rectangle(c, CARD_MARGIN, CARD_RULE, CARD_TEXT_WIDTH, 6);
    cairo_fill(c);
    return card_band(c, in, look) && card_text(c, in) && card_foot(c, in);
}

enum err_code card_render(const struct card_input *in, uint8_t **jpeg,
                          size_t *len, struct err *e)
{
    cairo_surface_t *surface =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, CARD_WIDTH, CARD_HEIGHT);
    cairo_t *c = cairo_create(surface);
    enum err_code code = ERR_OK;
    if (!card_draw_all(c, in)) {
        code = err_set(e, ERR_LIMIT,
                       "Der Text passt nicht lesbar auf die Karte. Bitte "
                       "kürzere Angaben machen.");
    } else if (cairo_status(c) != CAIRO_STATUS_SUCCESS) {
        code = err_set(e, ERR_NOMEM,
                       "Die Karte konnte nicht gezeichnet "
                       "werden: %s",
                       cairo_status_to_string(cairo_status(c)));
    } else {
        cairo_surface_flush(surface);
        struct jpeg_image image = {
            .pixels = cairo_image_surface_get_data(surface),
            .width = CARD_WIDTH,
            .height = CARD_HEIGHT,
            .stride = (size_t)cairo_image_surface_get_stride(surface)};
        code = jpeg_encode(&image, jpeg, len, e);
    }
    cairo_destroy(c);
    cairo_surface_destroy(surface);
    pango_cairo_font_map_set_default(NULL); /* this thread's, or it leaks */
    return code;
}
