/* text_polish(): the last step of every text. */
#include <ctype.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "templates/text.h"

static const char polish_nbsp[] = "\xC2\xA0";

/* Blanks: none doubled, none at a line's end or start, at most one empty line
 * between lines. */
static void polish_blanks(const char *text, struct buf *out)
{
    size_t lines = 0;
    bool blank = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '\n') {
            lines++;
            blank = false;
            continue;
        }
        if (*at == ' ') {
            blank = true;
            continue;
        }
        for (size_t i = 0; i < lines && i < 2 && out->len > 0; i++) {
            buf_add_char(out, '\n');
        }
        if (blank && lines == 0 && out->len > 0) {
            buf_add_char(out, ' ');
        }
        lines = 0;
        blank = false;
        buf_add_char(out, *at);
    }
}

static bool polish_starts(const char *text, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(text, word, len) != 0) {
        return false;
    }
    unsigned char next = (unsigned char)text[len];
    return !isalnum(next) && next < 0x80;
}

/* A blank at `at` that may not break (display-and-style.md, section 7). */
static bool polish_holds(const char *text, size_t at, enum language l)
{
    static const char *const units[] = {"Uhr", "m", "cm", "mm", "km", "km/h",
                                        "kg",  "l", "%",  "°C", "ha", "V"};
    const char *behind = text + at + 1;
    bool number = at > 0 && isdigit((unsigned char)text[at - 1]);
    if (l == LANGUAGE_FR) {
        if (*behind != '\0' && strchr(":!?;", *behind) != NULL) {
            return true;
        }
        if (number && behind[0] == 'h' && behind[1] == ' ') {
            return true;
        }
        if (at > 1 && text[at - 1] == 'h' && text[at - 2] == '\xA0') {
            return isdigit((unsigned char)*behind);
        }
        if (at > 2 && text[at - 1] == 'h' && text[at - 2] == ' ' &&
            isdigit((unsigned char)text[at - 3])) {
            return isdigit((unsigned char)*behind);
        }
    }
    for (size_t i = 0; number && i < sizeof(units) / sizeof(units[0]); i++) {
        if (polish_starts(behind, units[i])) {
            return true;
        }
    }
    return false;
}

char *text_polish(const char *text, enum language l)
{
    struct buf plain;
    struct buf out;
    buf_init(&plain, LIMIT_FILL_BYTES);
    buf_init(&out, LIMIT_FILL_BYTES);
    polish_blanks(text, &plain);
    const char *from = buf_text(&plain);
    for (size_t i = 0; from[i] != '\0'; i++) {
        if (from[i] == ' ' && polish_holds(from, i, l)) {
            buf_add_text(&out, polish_nbsp);
        } else {
            buf_add_char(&out, from[i]);
        }
    }
    check(buf_ok(&plain) && buf_ok(&out));
    buf_fini(&plain);
    return buf_take(&out);
}
