#include "templates/card_sign.h"

#include <math.h>

#include "service/base/check.h"

static const double card_pi = 3.14159265358979323846;

enum { CARD_STRIPE = 44, CARD_STRIPE_BAND = 96, CARD_YELLOW = 0xFFD500 };

unsigned card_ground_rgb(enum card_look look)
{
    static const unsigned grounds[] = {
        [CARD_LEVEL_1] = 0xA4001D, [CARD_LEVEL_2] = 0xF28C00,
        [CARD_LEVEL_3] = 0xFFD500, [CARD_CLEAR] = 0x00643C,
        [CARD_DRILL] = 0x004B8D,
    };
    check((int)look >= 0 && look <= CARD_DRILL);
    return grounds[look];
}

unsigned card_text_rgb(enum card_look look)
{
    return look == CARD_LEVEL_2 || look == CARD_LEVEL_3 ? 0x000000 : 0xFFFFFF;
}

static void card_colour(cairo_t *c, unsigned rgb)
{
    cairo_set_source_rgb(c, (double)(rgb >> 16 & 0xFF) / 255.0,
                         (double)(rgb >> 8 & 0xFF) / 255.0,
                         (double)(rgb & 0xFF) / 255.0);
}

void card_text_colour(cairo_t *c, enum card_look look)
{
    card_colour(c, card_text_rgb(look));
}

static void card_ring(cairo_t *c, double inset, double thickness, int width,
                      int height)
{
    cairo_set_line_width(c, thickness);
    cairo_rectangle(c, inset + thickness / 2, inset + thickness / 2,
                    width - 2 * inset - thickness,
                    height - 2 * inset - thickness);
    cairo_stroke(c);
}

/* Yellow diagonals, broad above and below, narrow at the sides. */
static void card_stripes(cairo_t *c, int width, int height)
{
    const double side = 32;
    cairo_save(c);
    cairo_rectangle(c, 0, 0, width, CARD_STRIPE_BAND);
    cairo_rectangle(c, 0, height - CARD_STRIPE_BAND, width, CARD_STRIPE_BAND);
    cairo_rectangle(c, 0, 0, side, height);
    cairo_rectangle(c, width - side, 0, side, height);
    cairo_clip(c);
    card_colour(c, CARD_YELLOW);
    cairo_set_line_width(c, CARD_STRIPE);
    for (int x = -height; x < width + height; x += CARD_STRIPE * 3) {
        cairo_move_to(c, x, height + CARD_STRIPE);
        cairo_line_to(c, x + height + 2 * CARD_STRIPE, -CARD_STRIPE);
        cairo_stroke(c);
    }
    cairo_restore(c);
}

void card_ground(cairo_t *c, enum card_look look, int width, int height)
{
    card_colour(c, card_ground_rgb(look));
    cairo_paint(c);
    if (look == CARD_LEVEL_1) {
        card_colour(c, 0x000000);
        card_ring(c, 0, 34, width, height);
        card_colour(c, 0xFFFFFF);
        card_ring(c, 34, 8, width, height);
    } else if (look == CARD_DRILL) {
        card_stripes(c, width, height);
    }
}

static void card_polygon(cairo_t *c, double x, double y, double radius,
                         int corners, double turn)
{
    for (int i = 0; i < corners; i++) {
        double angle = turn + 2 * card_pi * i / corners;
        cairo_line_to(c, x + radius * cos(angle), y + radius * sin(angle));
    }
    cairo_close_path(c);
    cairo_fill(c);
}

/* Bar and dot of an exclamation mark; upside down it is an "i". */
static void card_mark(cairo_t *c, double x, double top, double height,
                      int upside_down)
{
    double thick = height * 0.19;
    double dot = top + (upside_down ? thick / 2 : height - thick / 2);
    double from = top + (upside_down ? height * 0.36 : thick / 2);
    double to = top + (upside_down ? height - thick / 2 : height * 0.64);
    cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(c, thick);
    cairo_move_to(c, x, from);
    cairo_line_to(c, x, to);
    cairo_stroke(c);
    cairo_arc(c, x, dot, thick * 0.58, 0, 2 * card_pi);
    cairo_fill(c);
}

static void card_tick(cairo_t *c, double x, double y, double size)
{
    cairo_set_line_width(c, size * 0.16);
    cairo_set_line_cap(c, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(c, CAIRO_LINE_JOIN_ROUND);
    cairo_move_to(c, x + size * 0.12, y + size * 0.55);
    cairo_line_to(c, x + size * 0.40, y + size * 0.82);
    cairo_line_to(c, x + size * 0.88, y + size * 0.20);
    cairo_stroke(c);
}

void card_sign(cairo_t *c, enum card_look look, double x, double y, double size)
{
    double middle_x = x + size / 2;
    double middle_y = y + size / 2;
    card_text_colour(c, look);
    switch (look) {
    case CARD_LEVEL_1:
        card_polygon(c, middle_x, middle_y, size / 2 / cos(card_pi / 8), 8,
                     card_pi / 8);
        card_colour(c, card_ground_rgb(look));
        card_mark(c, middle_x - size * 0.14, y + size * 0.2, size * 0.6, 0);
        card_mark(c, middle_x + size * 0.14, y + size * 0.2, size * 0.6, 0);
        break;
    case CARD_LEVEL_2:
        cairo_move_to(c, middle_x, y);
        cairo_line_to(c, x + size, y + size * 0.92);
        cairo_line_to(c, x, y + size * 0.92);
        cairo_close_path(c);
        cairo_fill(c);
        card_colour(c, card_ground_rgb(look));
        card_mark(c, middle_x, y + size * 0.34, size * 0.48, 0);
        break;
    case CARD_LEVEL_3:
        cairo_arc(c, middle_x, middle_y, size / 2, 0, 2 * card_pi);
        cairo_fill(c);
        card_colour(c, card_ground_rgb(look));
        card_mark(c, middle_x, y + size * 0.2, size * 0.6, 1);
        break;
    case CARD_CLEAR: card_tick(c, x, y, size); break;
    case CARD_DRILL: check(look != CARD_DRILL); break;
    }
    cairo_set_line_cap(c, CAIRO_LINE_CAP_BUTT);
    card_text_colour(c, look);
}
