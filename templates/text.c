#include "templates/text.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"

/* The next code point, or -1 at the end or when the bytes are not UTF-8. */
static utf8proc_int32_t text_next(const char **at)
{
    utf8proc_int32_t c = -1;
    if (**at == '\0') {
        return -1;
    }
    utf8proc_ssize_t n =
        utf8proc_iterate((const utf8proc_uint8_t *)*at, -1, &c);
    if (n <= 0) {
        return -1;
    }
    *at += n;
    return c;
}

char *text_nfc(const char *text)
{
    return (char *)utf8proc_NFC((const utf8proc_uint8_t *)text);
}

static size_t text_count(const char *text, bool utf16)
{
    char *nfc = text_nfc(text);
    if (nfc == NULL) {
        return strlen(text);
    }
    const char *at = nfc;
    size_t n = 0;
    for (utf8proc_int32_t c = text_next(&at); c >= 0; c = text_next(&at)) {
        n += utf16 && c > 0xFFFF ? 2 : 1;
    }
    free(nfc);
    return n;
}

size_t text_code_points(const char *text)
{
    return text_count(text, false);
}

size_t text_utf16_units(const char *text)
{
    return text_count(text, true);
}

static bool text_is_direction(utf8proc_int32_t c)
{
    return c == 0x061C || c == 0x200E || c == 0x200F ||
           (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

static bool text_is_control(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return category == UTF8PROC_CATEGORY_CC ||
           category == UTF8PROC_CATEGORY_CF ||
           category == UTF8PROC_CATEGORY_CO ||
           category == UTF8PROC_CATEGORY_CS ||
           category == UTF8PROC_CATEGORY_CN ||
           category == UTF8PROC_CATEGORY_ZL || category == UTF8PROC_CATEGORY_ZP;
}

enum text_flaw text_find_flaw(const char *text, bool lines)
{
    const char *at = text;
    utf8proc_int32_t c;
    while ((c = text_next(&at)) >= 0) {
        if (text_is_direction(c)) {
            return TEXT_DIRECTION;
        }
        if (c == '<' || c == '>') {
            return TEXT_ANGLE;
        }
        if (text_is_control(c) && !(lines && c == '\n')) {
            return TEXT_CONTROL;
        }
    }
    return *at == '\0' ? TEXT_FINE : TEXT_NOT_UTF8;
}

static bool text_is_letter(utf8proc_int32_t c)
{
    utf8proc_category_t category = utf8proc_category(c);
    return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

/* Abbreviations that everybody reads as words (catalogue, section 4). */
static bool text_is_known_word(const char *word, size_t len)
{
    static const char *const known[] = {"NINA", "THW", "DWD",   "ILS",
                                        "BBK",  "HVZ", "MoWaS", "BAFU"};
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strlen(known[i]) == len && memcmp(known[i], word, len) == 0) {
            return true;
        }
    }
    return false;
}

/* One word: letters from `start`; *at ends behind it. Counts capitals. */
static bool text_shouts(const char *start, const char **at)
{
    size_t letters = 0;
    size_t capitals = 0;
    *at = start;
    for (;;) {
        const char *before = *at;
        utf8proc_int32_t c = text_next(at);
        if (c < 0 || !text_is_letter(c)) {
            *at = before;
            break;
        }
        letters++;
        capitals += utf8proc_category(c) == UTF8PROC_CATEGORY_LU;
    }
    return letters > 3 && letters == capitals &&
           !text_is_known_word(start, (size_t)(*at - start));
}

bool text_find_capitals(const char *text, char *word, size_t size)
{
    const char *at = text;
    while (*at != '\0') {
        const char *start = at;
        if (text_shouts(start, &at)) {
            size_t len = (size_t)(at - start);
            len = len < size ? len : size - 1;
            memcpy(word, start, len);
            word[len] = '\0';
            return true;
        }
        if (at == start && text_next(&at) < 0) {
            return false;
        }
    }
    return false;
}

static bool text_has(const char *text, const char *part)
{
    size_t len = strlen(part);
    for (const char *at = text; *at != '\0'; at++) {
        size_t i = 0;
        while (i < len && (at[i] | 0x20) == part[i]) {
            i++;
        }
        if (i == len) {
            return true;
        }
    }
    return false;
}

/* A host: letters, then this country's end, and then no letter. */
static bool text_has_host(const char *text, const char *end)
{
    const char *at = strstr(text, end);
    if (at == NULL || at == text || at[-1] == ' ') {
        return false;
    }
    const char *behind = at + strlen(end);
    utf8proc_int32_t c = text_next(&behind);
    return c < 0 || !text_is_letter(c);
}

bool text_has_address(const char *text)
{
    static const char *const signs[] = {"://",  "www.", "http", ".de/", ".com",
                                        ".org", ".net", ".eu/", ".ch/"};
    static const char *const ends[] = {".de", ".ch", ".fr", ".eu", ".info"};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (text_has(text, signs[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        if (text_has_host(text, ends[i])) {
            return true;
        }
    }
    return strchr(text, '@') != NULL;
}

bool text_has_phone(const char *text)
{
    size_t digits = 0;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at >= '0' && *at <= '9') {
            digits++;
        } else if (strchr(" /-()", *at) == NULL) {
            digits = 0;
        }
        if (digits >= 7) {
            return true;
        }
    }
    return false;
}

bool text_ends_sentence(const char *text)
{
    static const char *const ends[] = {".", "!", "?", "…"};
    static const char *const behind[] = {" ", "“", "”", "\"", ")", "’"};
    size_t len = strlen(text);
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
        size_t n = strlen(behind[i]);
        if (len >= n && memcmp(text + len - n, behind[i], n) == 0) {
            len -= n;
            i = (size_t)-1;
        }
    }
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        size_t n = strlen(ends[i]);
        if (len >= n && memcmp(text + len - n, ends[i], n) == 0) {
            return true;
        }
    }
    return false;
}

static size_t text_blank_at(const char *text)
{
    const char *at = text;
    utf8proc_int32_t c = text_next(&at);
    bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r' ||
                 (c >= 0 && utf8proc_category(c) == UTF8PROC_CATEGORY_ZS);
    return blank ? (size_t)(at - text) : 0;
}

void text_trim(char *text)
{
    size_t start = 0;
    for (size_t n = text_blank_at(text); n > 0;
         n = text_blank_at(text + start)) {
        start += n;
    }
    size_t end = start;
    for (size_t at = start; text[at] != '\0';) {
        size_t blank = text_blank_at(text + at);
        at += blank > 0 ? blank : 1;
        end = blank > 0 ? end : at;
    }
    memmove(text, text + start, end - start);
    text[end - start] = '\0';
}
