/* For lint.c: how long every text of a family can become. */
#ifndef TEMPLATES_LINT_LENGTH_H
#define TEMPLATES_LINT_LENGTH_H

#include "templates/lint.h"

/* Adds a note per text with its longest length, an error where that is over
 * the limit or does not fit the card. */
void lint_lengths(const struct family *f, const struct places *places,
                  struct lint_report *out);

/* "alert.de.facebook"; language and field may be NULL. */
void lint_add(struct lint_report *out, enum lint_severity severity,
              enum alert_kind kind, const char *language, const char *field,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
