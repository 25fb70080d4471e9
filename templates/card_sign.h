/* Colours, frames and signs of a card (display-and-style.md, section 1). For
 * card.c. */
#ifndef TEMPLATES_CARD_SIGN_H
#define TEMPLATES_CARD_SIGN_H

#include <cairo/cairo.h>

enum card_look {
    CARD_LEVEL_1,
    CARD_LEVEL_2,
    CARD_LEVEL_3,
    CARD_CLEAR,
    CARD_DRILL,
};

/* The ground with its frame: black and white around level 1, the yellow
 * diagonals around a drill. */
void card_ground(cairo_t *c, enum card_look look, int width, int height);

/* The colour of text on that ground; at least 7:1. */
void card_text_colour(cairo_t *c, enum card_look look);

/* Octagon, triangle, circle or tick in a square at x, y; the text colour is
 * set afterwards. Not for drills. */
void card_sign(cairo_t *c, enum card_look look, double x, double y,
               double size);

/* Ground and text as 0xRRGGBB. */
unsigned card_ground_rgb(enum card_look look);
unsigned card_text_rgb(enum card_look look);

#endif
