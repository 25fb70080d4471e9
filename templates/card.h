/* The picture for Instagram and the page: 1080 x 1350, baseline JPEG, sRGB
 * (display-and-style.md, sections 1 and 5). Made by the preview, in a worker
 * thread: no shared state, any number at once. */
#ifndef TEMPLATES_CARD_H
#define TEMPLATES_CARD_H

#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/words.h"

enum { CARD_WIDTH = 1080, CARD_HEIGHT = 1350 };

struct card_input { /* borrowed until the call returns */
    enum alert_kind kind;
    int level;            /* 1 to 3; of the alert that is followed up */
    const char *mark;     /* "", "PROBE", "ÜBUNG" */
    const char *headline; /* content.card_headline, its mark included */
    const char *body;     /* content.card_body */
    const char *stand;    /* content.stand */
    const char *authority;
    const char *alert_id;
};

/* Draws the card. The headline is at least 72 px, the body at least 44 px
 * high; ERR_LIMIT when they do not fit so. *jpeg is the caller's to free().
 */
enum err_code card_render(const struct card_input *in, uint8_t **jpeg,
                          size_t *len, struct err *e);

#endif
