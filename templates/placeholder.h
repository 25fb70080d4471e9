/* Placeholders in a family's texts: {name}, letters a-z, digits and _. No
 * other brace may stand in a text. */
#ifndef TEMPLATES_PLACEHOLDER_H
#define TEMPLATES_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "service/model/words.h"

struct family;

enum { PLACEHOLDER_MAX = 49 };

/* What the service puts in by itself (templates.md, "Automatic
 * parameters"). */
enum automatic {
    AUTOMATIC_STAND,
    AUTOMATIC_STAND_HM,
    AUTOMATIC_LINK,
    AUTOMATIC_LINK_SHORT, /* {link_kurz}: without https:// */
    AUTOMATIC_AREAS,      /* {gemeinden} */
    AUTOMATIC_COLOUR,     /* {farbe}: the card's, in words */
    AUTOMATIC_ORIGIN_TITLE,
    AUTOMATIC_ORIGIN_STAND,
    AUTOMATIC_ORIGIN_HM,
    AUTOMATIC_NETIQUETTE, /* frame only */
    AUTOMATIC_HEADLINE,   /* frame only */
    AUTOMATIC_NONE,
};

enum { N_AUTOMATIC = AUTOMATIC_NONE };

/* AUTOMATIC_NONE when name is no automatic parameter. */
enum automatic automatic_parse(const char *name);
const char *automatic_name(enum automatic a);

/* True when `at` is a well-formed placeholder: its name, and where it ends. */
bool placeholder_read(const char *at, char name[PLACEHOLDER_MAX],
                      const char **end);

/* Looks for the next placeholder from *at on; *at ends behind it. False when
 * there is no further one; then *broken says whether a stray brace stands in
 * the text. */
bool placeholder_next(const char **at, char name[PLACEHOLDER_MAX],
                      bool *broken);

/* True when texts of that kind may use the name: a parameter of the kind, a
 * constant, an automatic parameter that exists there. */
bool placeholder_known(const struct family *f, enum alert_kind kind,
                       const char *name);

#endif
