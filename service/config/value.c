#include "service/config/value.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <utf8proc.h>

#include "service/base/check.h"

static const char value_lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char value_upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char value_digits[] = "0123456789";

/* True when every byte of text is in one of the sets (more may be NULL). */
static bool value_only(const char *text, const char *letters, const char *more)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (strchr(letters, *c) == NULL && strchr(value_digits, *c) == NULL &&
            strchr(more, *c) == NULL) {
            return false;
        }
    }
    return text[0] != '\0';
}

static bool value_is_text(const char *text)
{
    const uint8_t *at = (const uint8_t *)text;
    size_t left = strlen(text);
    while (left > 0) {
        utf8proc_int32_t point = 0;
        utf8proc_ssize_t n =
            utf8proc_iterate(at, (utf8proc_ssize_t)left, &point);
        if (n <= 0 || utf8proc_category(point) == UTF8PROC_CATEGORY_CC ||
            utf8proc_category(point) == UTF8PROC_CATEGORY_CF) {
            return false;
        }
        at += n;
        left -= (size_t)n;
    }
    return text[0] != '\0';
}

static bool value_is_port(const char *text)
{
    return strlen(text) <= 5 && value_only(text, "", "") &&
           strtol(text, NULL, 10) <= 65535;
}

/* "host", "[v6]" of the len bytes at text. */
static bool value_is_host(const char *text, size_t len)
{
    char host[CONFIG_TEXT_MAX];
    struct in6_addr address;
    if (len == 0 || len >= sizeof(host)) {
        return false;
    }
    memcpy(host, text, len);
    host[len] = '\0';
    if (host[0] == '[') {
        if (len < 3 || host[len - 1] != ']') {
            return false;
        }
        host[len - 1] = '\0';
        return inet_pton(AF_INET6, host + 1, &address) == 1;
    }
    return value_only(host, value_lower, "-.ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
           host[0] != '-' && host[0] != '.' && strstr(host, "..") == NULL;
}

/* Where the host of "host:port…" ends: at ':' or '/', or behind ']'. */
static size_t value_host_len(const char *text)
{
    if (text[0] == '[') {
        size_t len = strcspn(text, "]");
        return text[len] == ']' ? len + 1 : len;
    }
    return strcspn(text, ":/?#");
}

static const char *value_behind_scheme(const char *text)
{
    const char *at = strstr(text, "://");
    return at == NULL ? text : at + 3;
}

bool value_host(const char *text, char *out, size_t size)
{
    const char *host = value_behind_scheme(text);
    size_t len = value_host_len(host);
    if (!value_is_host(host, len)) {
        return false;
    }
    if (host[0] == '[') {
        host++;
        len -= 2;
    }
    if (len >= size) {
        return false;
    }
    memcpy(out, host, len);
    out[len] = '\0';
    return true;
}

bool value_is_loopback(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (strcmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0) {
        return true;
    }
    if (inet_pton(AF_INET, host, &four) == 1) {
        return ntohl(four.s_addr) >> 24 == 127;
    }
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* "host[:port]" and then, where allowed, a path without query, fragment or
 * blank. */
static bool value_is_authority(const char *text, bool path_allowed)
{
    size_t len = value_host_len(text);
    if (!value_is_host(text, len)) {
        return false;
    }
    const char *rest = text + len;
    if (*rest == ':') {
        size_t digits = strspn(rest + 1, value_digits);
        char port[8];
        if (digits == 0 || digits >= sizeof(port)) {
            return false;
        }
        memcpy(port, rest + 1, digits);
        port[digits] = '\0';
        if (!value_is_port(port)) {
            return false;
        }
        rest += 1 + digits;
    }
    if (*rest == '\0' || strcmp(rest, "/") == 0) {
        return true;
    }
    return path_allowed && *rest == '/' &&
           strcspn(rest, " \"'<>?#\\@") == strlen(rest) && value_is_text(rest);
}

/* secure: "https://"; plain: "http://", for loopback only. */
static bool value_is_address(const char *text, const char *secure,
                             const char *plain, bool path_allowed)
{
    char host[CONFIG_TEXT_MAX];
    if (strncmp(text, secure, strlen(secure)) == 0) {
        return value_is_authority(text + strlen(secure), path_allowed);
    }
    return strncmp(text, plain, strlen(plain)) == 0 &&
           value_is_authority(text + strlen(plain), path_allowed) &&
           value_host(text, host, sizeof(host)) && value_is_loopback(host);
}

static bool value_is_listen(const char *text)
{
    size_t len = value_host_len(text);
    return value_is_host(text, len) && text[len] == ':' &&
           value_is_port(text + len + 1);
}

static bool value_is_ip(const char *text)
{
    struct in6_addr six;
    struct in_addr four;
    return inet_pton(AF_INET, text, &four) == 1 ||
           inet_pton(AF_INET6, text, &six) == 1;
}

static bool value_is_timezone(const char *text)
{
    char path[CONFIG_TEXT_MAX + 32];
    struct stat info;
    if (!value_only(text, value_lower,
                    "/_+-"
                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ") ||
        text[0] == '/') {
        return false;
    }
    (void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", text);
    return stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* Reads "Mo" … "So"; 0 when it is no day, else the bytes read. */
static size_t value_day(const char *text)
{
    static const char days[7][3] = {"Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"};
    for (size_t i = 0; i < 7; i++) {
        if (strncmp(text, days[i], 2) == 0) {
            return 2;
        }
    }
    return 0;
}

/* Reads "HH:MM"; 0 when it is none, else 5. */
static size_t value_minute(const char *t)
{
    if (strspn(t, value_digits) != 2 || t[2] != ':' ||
        strspn(t + 3, value_digits) != 2) {
        return 0;
    }
    long hour = strtol(t, NULL, 10);
    long minute = strtol(t + 3, NULL, 10);
    return (hour < 24 && minute < 60) || (hour == 24 && minute == 0) ? 5 : 0;
}

/* One span, "Mo-Fr 08:30-17:00"; the bytes read, 0 when it is none. */
static size_t value_span(const char *text)
{
    const char *t = text;
    size_t n = value_day(t);
    if (n == 0) {
        return 0;
    }
    t += n;
    if (*t == '-') {
        n = value_day(t + 1);
        if (n == 0) {
            return 0;
        }
        t += 1 + n;
    }
    if (*t != ' ' || value_minute(t + 1) == 0 || t[6] != '-' ||
        value_minute(t + 7) == 0) {
        return 0;
    }
    return (size_t)(t - text) + 12;
}

static bool value_is_hours(const char *text)
{
    for (;;) {
        size_t n = value_span(text);
        if (n == 0) {
            return false;
        }
        text += n;
        if (*text == '\0') {
            return true;
        }
        if (*text != ',') {
            return false;
        }
        text++;
        text += strspn(text, " ");
    }
}

static bool value_is_minutes(const char *text)
{
    return strlen(text) <= 3 && value_only(text, "", "") &&
           strtol(text, NULL, 10) >= 1 && strtol(text, NULL, 10) <= 480;
}

static bool value_is_mail(const char *text)
{
    const char *at = strchr(text, '@');
    return value_is_text(text) && at != NULL && at != text &&
           strchr(at + 1, '@') == NULL &&
           value_is_host(at + 1, strlen(at + 1)) &&
           strcspn(text, " ,<>&\"'") == strlen(text);
}

static bool value_is_topic(const char *text)
{
    size_t len = strlen(text);
    return value_is_text(text) && strcspn(text, "+# ") == len &&
           text[0] != '/' && text[0] != '$' && text[len - 1] != '/' &&
           strstr(text, "//") == NULL;
}

static bool value_is_list(const char *text)
{
    if (!value_is_text(text)) {
        return false;
    }
    for (;;) {
        text += strspn(text, " ");
        size_t len = strcspn(text, ",");
        if (len == 0) {
            return false;
        }
        if (text[len] == '\0') {
            return true;
        }
        text += len + 1;
    }
}

static bool value_is_path(const char *text)
{
    return value_is_text(text) && text[0] == '/';
}

static bool value_is_yes_no(const char *text)
{
    return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
}

static const char *value_wanted(bool good, const char *wanted)
{
    return good ? NULL : wanted;
}

static const char *value_check_address(enum value_form form, const char *text)
{
    if (form == VALUE_ORIGIN) {
        return value_wanted(
            value_is_address(text, "https://", "http://", false),
            "verlangt https://HOST[:PORT] ohne Pfad (http nur für Loopback)");
    }
    if (form == VALUE_URL) {
        return value_wanted(
            value_is_address(text, "https://", "http://", true),
            "verlangt https://HOST[:PORT]/PFAD (http nur für Loopback)");
    }
    if (form == VALUE_BROKER) {
        return value_wanted(
            value_is_address(text, "mqtts://", "mqtt://", false),
            "verlangt mqtts://HOST[:PORT] (mqtt nur für Loopback)");
    }
    return value_wanted(value_is_address(text, "smtps://", "smtp://", false),
                        "verlangt smtps://HOST[:PORT] (smtp nur für Loopback)");
}

static const char *value_check_name(enum value_form form, const char *text)
{
    size_t len = strlen(text);
    if (form == VALUE_COUNTY) {
        return value_wanted(len == 5 && value_only(text, "", ""),
                            "verlangt die fünf Ziffern des Kreisschlüssels");
    }
    if (form == VALUE_PREFIX) {
        return value_wanted(len >= 2 && len <= 8 &&
                                value_only(text, value_upper, ""),
                            "verlangt zwei bis acht von A-Z und 0-9");
    }
    return value_wanted(len <= 64 && value_only(text, value_lower,
                                                "_"
                                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
                        "verlangt eine Kennung aus Buchstaben und Ziffern");
}

const char *value_check(enum value_form form, const char *text)
{
    switch (form) {
    case VALUE_TEXT:
        return value_wanted(value_is_text(text),
                            "verlangt Text in UTF-8 ohne Steuerzeichen");
    case VALUE_PATH:
        return value_wanted(value_is_path(text),
                            "verlangt einen Pfad, der mit / beginnt");
    case VALUE_SOCKET:
        return value_wanted(value_is_path(text) &&
                                strlen(text) < CONFIG_SOCKET_MAX,
                            "verlangt einen Pfad mit / und unter 108 Zeichen");
    case VALUE_COUNTY:
    case VALUE_PREFIX:
    case VALUE_ID: return value_check_name(form, text);
    case VALUE_TIMEZONE:
        return value_wanted(value_is_timezone(text),
                            "verlangt eine Zeitzone wie Europe/Berlin");
    case VALUE_HOURS:
        return value_wanted(value_is_hours(text),
                            "verlangt Zeiten wie Mo-Fr 08:30-17:00");
    case VALUE_YES_NO:
        return value_wanted(value_is_yes_no(text), "verlangt yes oder no");
    case VALUE_MINUTES:
        return value_wanted(value_is_minutes(text),
                            "verlangt eine Zahl von 1 bis 480");
    case VALUE_LISTEN:
        return value_wanted(value_is_listen(text), "verlangt ADRESSE:PORT");
    case VALUE_ADDRESS:
        return value_wanted(value_is_ip(text), "verlangt eine IP-Adresse");
    case VALUE_ORIGIN:
    case VALUE_URL:
    case VALUE_BROKER:
    case VALUE_SMTP: return value_check_address(form, text);
    case VALUE_MAIL:
        return value_wanted(value_is_mail(text), "verlangt NAME@HOST");
    case VALUE_TOPIC:
        return value_wanted(value_is_topic(text),
                            "verlangt ein MQTT-Topic ohne Platzhalter");
    case VALUE_LIST:
        return value_wanted(value_is_list(text),
                            "verlangt eine Liste mit Kommas");
    }
    check(false); /* a form without a rule */
    return "";
}
