/* Office hours such as "Mo-Fr 08:30-17:00, Sa 09:00-12:00": shown in posts
 * and recorded, never obeyed. Pure. */
#ifndef TEMPLATES_HOURS_H
#define TEMPLATES_HOURS_H

#include <stdbool.h>
#include <time.h>

/* True when `text` is a list of such spans; days are Mo Di Mi Do Fr Sa So,
 * one or a range; the end is not before the start. */
bool hours_valid(const char *text);

/* True when the local time lies in one of the spans, the end excluded. False
 * for a text that is not valid. Holidays are not known. */
bool hours_contain(const char *text, const struct tm *local);

#endif
