#include "templates/value.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "templates/text.h"

enum { VALUE_RAW_MAX = 4096, VALUE_PHONE_DIGITS = 24, VALUE_HOST_MAX = 128 };

static bool value_no(char why[VALUE_WHY_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool value_no(char why[VALUE_WHY_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(why, VALUE_WHY_MAX, format, args);
    va_end(args);
    return false;
}

static bool value_matches(const char *text, const char *pattern)
{
    regex_t compiled;
    if (pattern[0] == '\0') {
        return true;
    }
    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        return false;
    }
    bool matches = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return matches;
}

static bool value_starts_with_dash(const char *text)
{
    static const char *const dashes[] = {"-", "–", "—", ":"};
    text += strspn(text, " ");
    for (size_t i = 0; i < sizeof(dashes) / sizeof(dashes[0]); i++) {
        if (strncmp(text, dashes[i], strlen(dashes[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* One of our marks in front, whatever the case and the dash. */
static bool value_is_marked(const char *text)
{
    static const char *const marks[] = {"PROBE", "Probe", "probe",
                                        "ÜBUNG", "Übung", "übung"};
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        size_t len = strlen(marks[i]);
        if (strncmp(text, marks[i], len) == 0 &&
            value_starts_with_dash(text + len)) {
            return true;
        }
    }
    return false;
}

static bool value_flaw(enum text_flaw flaw, char why[VALUE_WHY_MAX])
{
    switch (flaw) {
    case TEXT_FINE: return true;
    case TEXT_NOT_UTF8:
        return value_no(why, "Der Text ist kein gültiges UTF-8.");
    case TEXT_CONTROL:
        return value_no(why, "Steuerzeichen und Zeilenumbrüche sind nicht "
                             "erlaubt. Bitte in einer Zeile schreiben.");
    case TEXT_DIRECTION:
        return value_no(why, "Zeichen, die die Schreibrichtung ändern, sind "
                             "nicht erlaubt.");
    case TEXT_ANGLE:
        return value_no(why, "Die Zeichen < und > sind nicht erlaubt.");
    }
    return false;
}

static bool value_style(const char *text, char why[VALUE_WHY_MAX])
{
    char word[64];
    const char *first = strchr(text, '!');
    if (value_is_marked(text)) {
        return value_no(why, "Der Text darf nicht mit PROBE oder ÜBUNG "
                             "beginnen. Die Kennzeichnung setzt der Dienst.");
    }
    if (text_has_address(text)) {
        return value_no(why, "Internet- und Mailadressen gehören nicht in "
                             "diesen Text.");
    }
    if (text_has_phone(text)) {
        return value_no(why, "Telefonnummern gehören in das Feld telefon, "
                             "nicht in diesen Text.");
    }
    if (first != NULL && strchr(first + 1, '!') != NULL) {
        return value_no(why, "Höchstens ein Ausrufezeichen.");
    }
    if (text_find_capitals(text, word, sizeof(word))) {
        return value_no(why, "Bitte keine Wörter in Großbuchstaben: %s", word);
    }
    return true;
}

static bool value_text_check(const char *text, int max_len, const char *pattern,
                             char why[VALUE_WHY_MAX])
{
    size_t len = text_code_points(text);
    if (!value_flaw(text_find_flaw(text, false), why) ||
        !value_style(text, why)) {
        return false;
    }
    if (max_len > 0 && len > (size_t)max_len) {
        return value_no(why, "Der Text hat %zu Zeichen, erlaubt sind %d.", len,
                        max_len);
    }
    if (text[0] != '\0' && !value_matches(text, pattern)) {
        return value_no(why, "Der Text hat nicht die verlangte Form.");
    }
    return true;
}

/* Trimmed NFC of raw, the caller's to free(), or NULL with *why. */
static char *value_normal(const char *raw, char why[VALUE_WHY_MAX])
{
    if (strlen(raw) > VALUE_RAW_MAX) {
        (void)value_no(why, "Der Text ist zu lang.");
        return NULL;
    }
    char *text = text_nfc(raw);
    if (text == NULL) {
        (void)value_no(why, "Der Text ist kein gültiges UTF-8.");
        return NULL;
    }
    text_trim(text);
    return text;
}

bool value_text(const char *raw, int max_len, const char *pattern, char **out,
                char why[VALUE_WHY_MAX])
{
    char *text = value_normal(raw, why);
    if (text == NULL) {
        return false;
    }
    if (!value_text_check(text, max_len, pattern, why)) {
        free(text);
        return false;
    }
    *out = text;
    return true;
}

/* Digits only, with 0 for +49. */
static void value_digits(const char *text, size_t len,
                         char out[VALUE_PHONE_DIGITS])
{
    size_t n = 0;
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    if (len >= 3 && strncmp(text, "+49", 3) == 0) {
        out[n++] = '0';
        text += 3;
        len -= 3;
    }
    for (size_t i = 0; i < len && n + 1 < VALUE_PHONE_DIGITS; i++) {
        if (text[i] >= '0' && text[i] <= '9') {
            out[n++] = text[i];
        }
    }
    out[n] = '\0';
}

/* Walks comma-separated items: false at the end. */
static bool value_item(const char **at, const char **item, size_t *len)
{
    if (*at == NULL || **at == '\0') {
        return false;
    }
    *item = *at + strspn(*at, " ");
    *len = strcspn(*item, ",");
    *at = *item + *len + ((*item)[*len] == ',' ? 1 : 0);
    while (*len > 0 && (*item)[*len - 1] == ' ') {
        (*len)--;
    }
    return true;
}

void value_first_phone(const char *phones, char out[32])
{
    const char *item;
    size_t len;
    out[0] = '\0';
    if (value_item(&phones, &item, &len) && len < 32) {
        memcpy(out, item, len);
        out[len] = '\0';
    }
}

static bool value_phone_listed(const char *text, const char *phones)
{
    char wanted[VALUE_PHONE_DIGITS];
    char listed[VALUE_PHONE_DIGITS];
    const char *item;
    size_t len;
    value_digits(text, strlen(text), wanted);
    while (value_item(&phones, &item, &len)) {
        value_digits(item, len, listed);
        if (listed[0] != '\0' && strcmp(wanted, listed) == 0) {
            return true;
        }
    }
    return false;
}

bool value_phone(const char *raw, const char *pattern, const char *phones,
                 char **out, char why[VALUE_WHY_MAX])
{
    char *text = value_normal(raw, why);
    if (text == NULL) {
        return false;
    }
    bool good = false;
    if (text_code_points(text) > 20 || !value_matches(text, pattern) ||
        text[strspn(text, "+0123456789 /-")] != '\0') {
        (void)value_no(why, "Das ist keine Telefonnummer mit Vorwahl, zum "
                            "Beispiel 07621 410-0.");
    } else if (!value_phone_listed(text, phones)) {
        (void)value_no(why,
                       "Nur freigeschaltete Bürgertelefone aus den "
                       "Stammdaten sind erlaubt: %s",
                       phones == NULL || phones[0] == '\0' ? "(keines)"
                                                           : phones);
    } else {
        good = true;
    }
    if (!good) {
        free(text);
        return false;
    }
    *out = text;
    return true;
}

static bool value_host_listed(const char *host, size_t host_len,
                              const char *hosts)
{
    const char *item;
    size_t len;
    if (host_len > 4 && strncmp(host, "www.", 4) == 0) {
        host += 4;
        host_len -= 4;
    }
    while (value_item(&hosts, &item, &len)) {
        if (len > 4 && strncmp(item, "www.", 4) == 0) {
            item += 4;
            len -= 4;
        }
        if (len == host_len && len > 0 && memcmp(item, host, len) == 0) {
            return true;
        }
    }
    return false;
}

static bool value_url_check(const char *text, int max_len, const char *hosts,
                            char why[VALUE_WHY_MAX])
{
    static const char scheme[] = "https://";
    for (const char *at = text; *at != '\0'; at++) {
        if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at) != NULL) {
            return value_no(why, "In einer Internetadresse ist dieses Zeichen "
                                 "nicht erlaubt.");
        }
    }
    if (strncmp(text, scheme, sizeof(scheme) - 1) != 0) {
        return value_no(why, "Die Adresse muss mit https:// beginnen.");
    }
    const char *host = text + sizeof(scheme) - 1;
    if (!value_host_listed(host, strcspn(host, "/?#"), hosts)) {
        return value_no(why, "Nur Seiten aus den Stammdaten sind erlaubt: %s",
                        hosts == NULL || hosts[0] == '\0' ? "(keine)" : hosts);
    }
    if (strlen(text) > (size_t)max_len) {
        return value_no(why, "Die Adresse hat %zu Zeichen, erlaubt sind %d.",
                        strlen(text), max_len);
    }
    return true;
}

bool value_url(const char *raw, int max_len, const char *hosts, char **out,
               char why[VALUE_WHY_MAX])
{
    char *text = value_normal(raw, why);
    if (text == NULL) {
        return false;
    }
    if (!value_url_check(text, max_len > 0 ? max_len : 60, hosts, why)) {
        free(text);
        return false;
    }
    *out = text;
    return true;
}

bool value_int(int64_t number, const struct family_parameter *p,
               char why[VALUE_WHY_MAX])
{
    if (number < p->min || number > p->max) {
        return value_no(why, "Die Zahl muss zwischen %lld und %lld liegen.",
                        (long long)p->min, (long long)p->max);
    }
    if (p->step > 0 && (number - p->min) % p->step != 0) {
        return value_no(why, "Nur in Schritten von %lld, ab %lld.",
                        (long long)p->step, (long long)p->min);
    }
    return true;
}

static bool value_clock(const char *text, int *hour, int *minute)
{
    for (size_t i = 0; i < 5; i++) {
        if (i == 2 ? text[i] != ':' : text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    *hour = (text[0] - '0') * 10 + text[1] - '0';
    *minute = (text[3] - '0') * 10 + text[4] - '0';
    return text[5] == '\0' && *hour < 24 && *minute < 60;
}

/* The next time that the clock shows this. */
static int64_t value_next(int64_t now_ms, int hour, int minute)
{
    struct tm t = timestamp_local(now_ms);
    int64_t at_ms = timestamp_from_local(t.tm_year + 1900, t.tm_mon + 1,
                                         t.tm_mday, hour, minute);
    return at_ms > now_ms ? at_ms
                          : timestamp_from_local(t.tm_year + 1900, t.tm_mon + 1,
                                                 t.tm_mday + 1, hour, minute);
}

/* "+90min", "+2h", "16:00". */
static bool value_relative(const char *text, int64_t now_ms, int64_t *at_ms)
{
    int hour = 0;
    int minute = 0;
    if (value_clock(text, &hour, &minute)) {
        *at_ms = value_next(now_ms, hour, minute);
        return true;
    }
    size_t digits = text[0] == '+' ? strspn(text + 1, "0123456789") : 0;
    if (digits == 0 || digits > 5) {
        return false;
    }
    int64_t number = strtoll(text + 1, NULL, 10);
    const char *unit = text + 1 + digits;
    if (strcmp(unit, "min") == 0) {
        *at_ms = now_ms + number * 60000;
        return true;
    }
    *at_ms = now_ms + number * 3600000;
    return strcmp(unit, "h") == 0;
}

bool value_datetime(const char *raw, const struct family_parameter *p,
                    int64_t now_ms, bool relative, int64_t *at_ms,
                    char why[VALUE_WHY_MAX])
{
    const int64_t hour_ms = 3600000;
    if (!timestamp_parse(raw, at_ms) &&
        !(relative && value_relative(raw, now_ms, at_ms))) {
        return value_no(why, "Das ist kein Zeitpunkt, zum Beispiel "
                             "2026-11-24T16:00:00+01:00.");
    }
    if (p->future && *at_ms <= now_ms) {
        return value_no(why, "Der Zeitpunkt muss später als jetzt sein.");
    }
    if (p->after[0] == '\0' && p->within_h > 0 &&
        *at_ms > now_ms + p->within_h * hour_ms) {
        return value_no(why,
                        "Der Zeitpunkt darf höchstens %d Stunden in der "
                        "Zukunft liegen.",
                        p->within_h);
    }
    return true;
}

bool value_time(const char *raw, char **out, char why[VALUE_WHY_MAX])
{
    int hour;
    int minute;
    if (!value_clock(raw, &hour, &minute)) {
        return value_no(why, "Das ist keine Uhrzeit, zum Beispiel 18:00.");
    }
    *out = mem_strdup(raw);
    return true;
}

bool value_choice(const char *raw, const struct family_parameter *p,
                  size_t *index, char why[VALUE_WHY_MAX])
{
    for (size_t i = 0; i < p->n_values; i++) {
        if (strcmp(p->values[i].value, raw) == 0) {
            *index = i;
            return true;
        }
    }
    return value_no(why, "Der Wert steht nicht zur Wahl, zum Beispiel: %s",
                    p->values[0].value);
}
