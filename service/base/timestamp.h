/* Times as text. Inside the program a time is an int64_t of milliseconds
 * since 1970 UTC; at its edges it is RFC 3339 with an offset and
 * milliseconds. Local means the process's TZ, which app.c sets from the
 * configuration's `timezone` before anything else runs. */
#ifndef SERVICE_BASE_TIMESTAMP_H
#define SERVICE_BASE_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { TIMESTAMP_MAX = 96 }; /* room for any int in any field */

/* "2026-11-24T14:30:00.000+01:00" in local time. */
void timestamp_format(int64_t at_ms, char out[TIMESTAMP_MAX]);

/* "2026-11-24T14:30:00+01:00", without the milliseconds, as CAP wants it
 * (CAP 1.2 section 3.3.2; UTC is "-00:00" there). */
void timestamp_format_cap(int64_t at_ms, char out[TIMESTAMP_MAX]);

/* Reads RFC 3339 with an offset, or the local form "2026-11-24T16:00[:00]"
 * (a repeated hour at the end of summer time is the first). False when text
 * is neither or names a day that is not. */
bool timestamp_parse(const char *text, int64_t *at_ms);

/* The local calendar time of at_ms. */
struct tm timestamp_local(int64_t at_ms);

/* The time of a local calendar day and minute; fields out of range are
 * normalised, a repeated hour is the first. */
int64_t timestamp_from_local(int year, int month, int day, int hour,
                             int minute);

#endif
