/* For lint.c: how long every text of a family can become. */
#ifndef TEMPLATES_LINT_LENGTH_H
#define TEMPLATES_LINT_LENGTH_H

#include "templates/family.h"
#include "templates/lint_report.h"

struct places;

/* Adds a note per text with its longest length, an error where that is over
 * the limit or does not fit the card. */
void lint_lengths(const struct family *f, const struct places *places,
                  struct lint_report *out);

#endif
