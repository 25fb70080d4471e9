/* One value against its parameter's type and rules, from text to normalised
 * text or number. Each function returns false and a German sentence in `why`
 * that names the rule and, where it helps, a valid example. Pure. */
#ifndef TEMPLATES_VALUE_H
#define TEMPLATES_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"
#include "templates/family.h"

enum { VALUE_WHY_MAX = ERR_MESSAGE_MAX };

/* Free text of at most max_len code points: trimmed, NFC, one line, without
 * addresses, telephone numbers, shouting, or a mark of ours at its start.
 * *out is the caller's to free(), "" for blanks only. */
bool value_text(const char *raw, int max_len, const char *pattern, char **out,
                char why[VALUE_WHY_MAX]);

/* A number from `phones` (comma-separated), written in any way. */
bool value_phone(const char *raw, const char *pattern, const char *phones,
                 char **out, char why[VALUE_WHY_MAX]);

/* https, a host of `hosts` (comma-separated; www. before it is the same). */
bool value_url(const char *raw, int max_len, const char *hosts, char **out,
               char why[VALUE_WHY_MAX]);

bool value_int(int64_t number, const struct family_parameter *p,
               char why[VALUE_WHY_MAX]);

/* RFC 3339 or local time; with `relative` also "+90min", "+2h" and "16:00"
 * (the next one). */
bool value_datetime(const char *raw, const struct family_parameter *p,
                    int64_t now_ms, bool relative, int64_t *at_ms,
                    char why[VALUE_WHY_MAX]);

/* "HH:MM". */
bool value_time(const char *raw, char **out, char why[VALUE_WHY_MAX]);

/* The index of an enum's value. */
bool value_choice(const char *raw, const struct family_parameter *p,
                  size_t *index, char why[VALUE_WHY_MAX]);

/* The first of comma-separated phones, trimmed; "" when there is none. */
void value_first_phone(const char *phones, char out[32]);

#endif
