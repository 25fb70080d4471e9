/* Times as people read them, in local time (templates.md, "Times"). Ordinary
 * blanks; text_polish() makes them non-breaking. Pure but for TZ. */
#ifndef TEMPLATES_TIMES_H
#define TEMPLATES_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "templates/language.h"

enum { TIMES_MAX = 64 };

/* {stand}: "24.11.2026, 14:30 Uhr"; "24 November 2026, 14:30"; "24 novembre
 * 2026 à 14 h 30". */
void times_stand(int64_t at_ms, enum language l, char out[TIMES_MAX]);

/* Any other: "24.11.2026 um 14:30 Uhr", else the same. */
void times_full(int64_t at_ms, enum language l, char out[TIMES_MAX]);

/* The time of a German {stand}, as times_stand() writes it; false when text is
 * none. A repeated hour is the first. */
bool times_read_stand(const char *text, int64_t *at_ms);

/* {stand_hm}: "14:30 Uhr"; "14:30"; "14 h 30". */
void times_hm(int hour, int minute, enum language l, char out[TIMES_MAX]);

#endif
