/* One place makes every error message, so that none is ever cut in the middle
 * of a character or left without its end. */
#include "service/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const err_names[] = {
#define ERR_TEXT(name, text) [ERR_##name] = (text),
    ERR_CODES(ERR_TEXT)
#undef ERR_TEXT
};

const char *err_name(enum err_code code)
{
    return err_names[code];
}

/* vsnprintf cuts at a byte; take away a UTF-8 sequence that lost its end. */
static void err_trim(char *text)
{
    size_t len = strlen(text);
    size_t tail = 0;
    while (tail < 3 && tail < len &&
           ((unsigned char)text[len - 1 - tail] & 0xC0U) == 0x80U) {
        tail++;
    }
    if (tail >= len) {
        return;
    }
    unsigned char lead = (unsigned char)text[len - 1 - tail];
    size_t want = lead >= 0xF0U ? 3 : lead >= 0xE0U ? 2 : lead >= 0xC0U ? 1 : 0;
    if (want > tail) {
        text[len - 1 - tail] = '\0';
    }
}

enum err_code err_set(struct err *e, enum err_code code, const char *format,
                      ...)
{
    va_list args;
    va_start(args, format);
    (void)vsnprintf(e->msg, sizeof(e->msg), format, args);
    va_end(args);
    err_trim(e->msg);
    e->code = code;
    return code;
}

enum err_code err_wrap(struct err *e, const char *format, ...)
{
    char context[ERR_MESSAGE_MAX];
    char inner[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(context, sizeof(context), format, args);
    va_end(args);
    memcpy(inner, e->msg, sizeof(inner));
    return err_set(e, e->code, "%.90s: %s", context, inner);
}
