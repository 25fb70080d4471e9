/* The languages of the house, in the order in which displays show them
 * (templates.md, "Languages"): German, in simple words, English, French. */
#ifndef TEMPLATES_LANGUAGE_H
#define TEMPLATES_LANGUAGE_H

#include <stdbool.h>

enum language {
    LANGUAGE_DE,
    LANGUAGE_SIMPLE,
    LANGUAGE_EN,
    LANGUAGE_FR,
};

enum { N_LANGUAGES = 4 };

/* "de", "de-simple", "en", "fr". */
const char *language_name(enum language l);

/* False when text is none of them. */
bool language_parse(const char *text, enum language *l);

#endif
