/* Puts values into a text's placeholders, in one language. A value is put in
 * once and never read for placeholders again. Pure. */
#ifndef TEMPLATES_FILL_H
#define TEMPLATES_FILL_H

#include <stdbool.h>

#include "templates/language.h"
#include "templates/render.h"

struct buf;

struct fill {
    const struct render_input *in;
    enum language language;
    bool brief; /* at most three place names and "und weitere" */
};

/* Appends the filled text. What an empty value leaves behind goes: its label
 * ("Genaue Lage: ") and its full stop; a value that is a sentence gets the
 * full stop that it lacks. Blanks are text_polish()'s. */
void fill_text(const struct fill *fill, const char *text, struct buf *out);

/* The same, polished, with `front` before it; the caller's to free(). */
char *fill_polished(const struct fill *fill, const char *front,
                    const char *text);

#endif
