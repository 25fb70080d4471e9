#include "templates/times.h"

#include <stdio.h>
#include <time.h>

#include "service/base/timestamp.h"

static const char *const times_en[12] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

static const char *const times_fr[12] = {
    "janvier", "février", "mars",      "avril",   "mai",      "juin",
    "juillet", "août",    "septembre", "octobre", "novembre", "décembre"};

static void times_write(int64_t at_ms, enum language l, const char *between,
                        char out[TIMES_MAX])
{
    struct tm t = timestamp_local(at_ms);
    int year = t.tm_year + 1900;
    size_t month = (size_t)t.tm_mon % 12;
    switch (l) {
    case LANGUAGE_EN:
        (void)snprintf(out, TIMES_MAX, "%d %s %d, %02d:%02d", t.tm_mday,
                       times_en[month], year, t.tm_hour, t.tm_min);
        return;
    case LANGUAGE_FR:
        (void)snprintf(out, TIMES_MAX, "%d%s %s %d à %d h %02d", t.tm_mday,
                       t.tm_mday == 1 ? "er" : "", times_fr[month], year,
                       t.tm_hour, t.tm_min);
        return;
    case LANGUAGE_DE:
    case LANGUAGE_SIMPLE: break;
    }
    (void)snprintf(out, TIMES_MAX, "%02d.%02d.%d%s %02d:%02d Uhr", t.tm_mday,
                   t.tm_mon + 1, year, between, t.tm_hour, t.tm_min);
}

void times_stand(int64_t at_ms, enum language l, char out[TIMES_MAX])
{
    times_write(at_ms, l, ",", out);
}

void times_full(int64_t at_ms, enum language l, char out[TIMES_MAX])
{
    times_write(at_ms, l, " um", out);
}

void times_hm(int hour, int minute, enum language l, char out[TIMES_MAX])
{
    switch (l) {
    case LANGUAGE_EN:
        (void)snprintf(out, TIMES_MAX, "%02d:%02d", hour, minute);
        return;
    case LANGUAGE_FR:
        (void)snprintf(out, TIMES_MAX, "%d h %02d", hour, minute);
        return;
    case LANGUAGE_DE:
    case LANGUAGE_SIMPLE: break;
    }
    (void)snprintf(out, TIMES_MAX, "%02d:%02d Uhr", hour, minute);
}

/* Reads n digits and the character behind them. */
static bool times_number(const char **p, size_t n, char behind, int *value)
{
    *value = 0;
    for (size_t i = 0; i < n; i++, (*p)++) {
        if (**p < '0' || **p > '9') {
            return false;
        }
        *value = *value * 10 + (**p - '0');
    }
    if (behind != '\0' && *(*p)++ != behind) {
        return false;
    }
    return true;
}

bool times_read_stand(const char *text, int64_t *at_ms)
{
    int day = 0;
    int month = 0;
    int year = 0;
    int hour = 0;
    int minute = 0;
    const char *p = text;
    if (!times_number(&p, 2, '.', &day) || !times_number(&p, 2, '.', &month) ||
        !times_number(&p, 4, ',', &year) || *p++ != ' ' ||
        !times_number(&p, 2, ':', &hour) ||
        !times_number(&p, 2, '\0', &minute)) {
        return false;
    }
    *at_ms = timestamp_from_local(year, month, day, hour, minute);
    return true;
}
