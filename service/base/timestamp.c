#include "service/base/timestamp.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "service/base/check.h"

struct tm timestamp_local(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    if (at_ms % 1000 < 0) {
        seconds--;
    }
    struct tm local;
    check(localtime_r(&seconds, &local) != NULL);
    return local;
}

/* Days since 1970 of a date in the Gregorian calendar. */
static int64_t timestamp_days(int year, int month, int day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year =
        (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static int64_t timestamp_utc(const struct tm *t)
{
    return ((timestamp_days(t->tm_year + 1900, t->tm_mon + 1, t->tm_mday) * 24 +
             t->tm_hour) *
                60 +
            t->tm_min) *
               60 +
           t->tm_sec;
}

/* "+01:00" for the offset that local time had at that moment. */
static void timestamp_offset(int64_t at_ms, char sign_of_utc, char out[16])
{
    struct tm local = timestamp_local(at_ms);
    int64_t seconds = at_ms / 1000 - (at_ms % 1000 < 0 ? 1 : 0);
    int offset = (int)((timestamp_utc(&local) - seconds) / 60);
    char sign = sign_of_utc;
    if (offset != 0) {
        sign = '+';
    }
    if (offset < 0) {
        sign = '-';
    }
    int size = offset < 0 ? -offset : offset;
    (void)snprintf(out, 16, "%c%02d:%02d", sign, size / 60 % 24, size % 60);
}

void timestamp_format(int64_t at_ms, char out[TIMESTAMP_MAX])
{
    struct tm t = timestamp_local(at_ms);
    char offset[16];
    timestamp_offset(at_ms, '+', offset);
    int millis = (int)(at_ms % 1000);
    (void)snprintf(out, TIMESTAMP_MAX, "%04d-%02d-%02dT%02d:%02d:%02d.%03d%s",
                   t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                   t.tm_min, t.tm_sec, millis < 0 ? millis + 1000 : millis,
                   offset);
}

void timestamp_format_cap(int64_t at_ms, char out[TIMESTAMP_MAX])
{
    struct tm t = timestamp_local(at_ms);
    char offset[16];
    timestamp_offset(at_ms, '-', offset);
    (void)snprintf(out, TIMESTAMP_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s",
                   t.tm_year + 1900, t.tm_mon + 1, t.tm_mday, t.tm_hour,
                   t.tm_min, t.tm_sec, offset);
}

int64_t timestamp_from_local(int year, int month, int day, int hour, int minute)
{
    struct tm t = {.tm_year = year - 1900,
                   .tm_mon = month - 1,
                   .tm_mday = day,
                   .tm_hour = hour,
                   .tm_min = minute,
                   .tm_isdst = 1};
    struct tm summer = t;
    time_t at = mktime(&summer);
    if (summer.tm_isdst <= 0) {
        t.tm_isdst = 0;
        at = mktime(&t);
    }
    return (int64_t)at * 1000;
}

/* Reads exactly n digits; -1 when there are not. */
static int timestamp_digits(const char **p, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++, (*p)++) {
        if (!isdigit((unsigned char)**p)) {
            return -1;
        }
        value = value * 10 + (**p - '0');
    }
    return value;
}

static bool timestamp_char(const char **p, char c)
{
    if (**p != c) {
        return false;
    }
    (*p)++;
    return true;
}

static int timestamp_month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

static bool timestamp_date(const char **p, struct tm *t)
{
    int year = timestamp_digits(p, 4);
    bool ok = year >= 1970 && timestamp_char(p, '-');
    int month = ok ? timestamp_digits(p, 2) : -1;
    ok = month >= 1 && month <= 12 && timestamp_char(p, '-');
    int day = ok ? timestamp_digits(p, 2) : -1;
    if (day < 1 || day > timestamp_month_days(year, month)) {
        return false;
    }
    *t = (struct tm){
        .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return true;
}

static bool timestamp_time(const char **p, struct tm *t, int *millis)
{
    t->tm_hour = timestamp_digits(p, 2);
    bool ok = t->tm_hour >= 0 && t->tm_hour <= 23 && timestamp_char(p, ':');
    t->tm_min = ok ? timestamp_digits(p, 2) : -1;
    if (t->tm_min < 0 || t->tm_min > 59) {
        return false;
    }
    *millis = 0;
    if (!timestamp_char(p, ':')) {
        return true;
    }
    t->tm_sec = timestamp_digits(p, 2);
    if (t->tm_sec < 0 || t->tm_sec > 59) {
        return false;
    }
    if (timestamp_char(p, '.')) {
        int scale = 100;
        if (!isdigit((unsigned char)**p)) {
            return false;
        }
        for (; isdigit((unsigned char)**p); (*p)++, scale /= 10) {
            *millis += (**p - '0') * scale;
        }
    }
    return true;
}

/* The offset in minutes; false when text goes on differently. */
static bool timestamp_zone(const char **p, int *minutes)
{
    if (timestamp_char(p, 'Z') || timestamp_char(p, 'z')) {
        *minutes = 0;
        return true;
    }
    int sign = **p == '-' ? -1 : 1;
    if (!timestamp_char(p, '+') && !timestamp_char(p, '-')) {
        return false;
    }
    int hours = timestamp_digits(p, 2);
    bool ok = hours >= 0 && hours <= 23 && timestamp_char(p, ':');
    int rest = ok ? timestamp_digits(p, 2) : -1;
    *minutes = sign * (hours * 60 + rest);
    return rest >= 0 && rest <= 59;
}

bool timestamp_parse(const char *text, int64_t *at_ms)
{
    const char *p = text;
    struct tm t;
    int millis = 0;
    int zone = 0;
    if (!timestamp_date(&p, &t) ||
        !(timestamp_char(&p, 'T') || timestamp_char(&p, 't')) ||
        !timestamp_time(&p, &t, &millis)) {
        return false;
    }
    if (*p == '\0') {
        *at_ms = timestamp_from_local(t.tm_year + 1900, t.tm_mon + 1, t.tm_mday,
                                      t.tm_hour, t.tm_min) +
                 (int64_t)t.tm_sec * 1000 + millis;
        return true;
    }
    if (!timestamp_zone(&p, &zone) || *p != '\0') {
        return false;
    }
    *at_ms = (timestamp_utc(&t) - (int64_t)zone * 60) * 1000 + millis;
    return true;
}
