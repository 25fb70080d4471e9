#include "templates/hours.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { HOURS_DAYS = 7 };

struct hours_span {
    int first_day; /* Monday is 0 */
    int last_day;
    int from; /* minutes of the day */
    int to;
};

static int hours_day(const char *text)
{
    static const char *const days[HOURS_DAYS] = {"Mo", "Di", "Mi", "Do",
                                                 "Fr", "Sa", "So"};
    for (int i = 0; i < HOURS_DAYS; i++) {
        if (strncmp(text, days[i], 2) == 0) {
            return i;
        }
    }
    return -1;
}

/* "HH:MM", five characters; -1 when it is none. */
static int hours_minute(const char *text)
{
    int digits[4];
    static const size_t at[4] = {0, 1, 3, 4};
    for (size_t i = 0; i < 4; i++) {
        if (text[at[i]] < '0' || text[at[i]] > '9') {
            return -1;
        }
        digits[i] = text[at[i]] - '0';
        if (i == 1 && text[2] != ':') {
            return -1;
        }
    }
    int hour = digits[0] * 10 + digits[1];
    int minute = digits[2] * 10 + digits[3];
    return hour > 24 || minute > 59 || (hour == 24 && minute > 0)
               ? -1
               : hour * 60 + minute;
}

/* Reads one span and moves *at behind it and its comma; false when there is
 * none. */
static bool hours_next(const char **at, struct hours_span *span)
{
    const char *text = *at + strspn(*at, " ");
    span->first_day = hours_day(text);
    span->last_day = span->first_day;
    if (span->first_day < 0) {
        return false;
    }
    text += 2;
    if (*text == '-') {
        span->last_day = hours_day(text + 1);
        text += span->last_day < 0 ? 0 : 3;
    }
    text += strspn(text, " ");
    span->from = hours_minute(text);
    if (span->last_day < 0 || span->from < 0 || text[5] != '-') {
        return false;
    }
    span->to = hours_minute(text + 6);
    if (span->to <= span->from) {
        return false;
    }
    text += 11;
    text += strspn(text, " ");
    if (*text != '\0' && *text != ',') {
        return false;
    }
    *at = text + (*text == ',' ? 1 : 0);
    return true;
}

bool hours_valid(const char *text)
{
    struct hours_span span;
    const char *at = text;
    do {
        if (!hours_next(&at, &span)) {
            return false;
        }
    } while (*at != '\0');
    return true;
}

bool hours_contain(const char *text, const struct tm *local)
{
    struct hours_span span;
    const char *at = text;
    int day = (local->tm_wday + 6) % HOURS_DAYS;
    int minute = local->tm_hour * 60 + local->tm_min;
    if (!hours_valid(text)) {
        return false;
    }
    while (*at != '\0' && hours_next(&at, &span)) {
        bool wraps = span.last_day < span.first_day;
        bool in_days = wraps ? day >= span.first_day || day <= span.last_day
                             : day >= span.first_day && day <= span.last_day;
        if (in_days && minute >= span.from && minute < span.to) {
            return true;
        }
    }
    return false;
}
