#include "channels/graph/marker.h"

#include <stddef.h>
#include <string.h>

static const char marker_word[] = "Meldung ";

static bool marker_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The line at `from` without blanks around it; the next line's start. */
static const char *marker_line(const char **from, size_t *len)
{
    const char *start = *from;
    size_t all = strcspn(start, "\n");
    *from = start[all] == '\n' ? start + all + 1 : NULL;
    while (all > 0 && marker_blank(*start)) {
        start++;
        all--;
    }
    while (all > 0 && marker_blank(start[all - 1])) {
        all--;
    }
    *len = all;
    return start;
}

static bool marker_is(const char *line, size_t len, const char *text)
{
    return len == strlen(text) && memcmp(line, text, len) == 0;
}

static bool marker_starts(const char *line, size_t len)
{
    size_t word = sizeof(marker_word) - 1;
    return len > word && memcmp(line, marker_word, word) == 0;
}

bool marker_has(const char *text, const char *alert_id)
{
    size_t word = sizeof(marker_word) - 1;
    for (const char *at = text; at != NULL;) {
        size_t len = 0;
        const char *line = marker_line(&at, &len);
        if (marker_starts(line, len) &&
            marker_is(line + word, len - word, alert_id)) {
            return true;
        }
    }
    return false;
}

bool marker_has_line_above(const char *text, const char *line)
{
    for (const char *at = text; at != NULL;) {
        size_t len = 0;
        const char *found = marker_line(&at, &len);
        if (marker_is(found, len, line)) {
            return true;
        }
        if (marker_starts(found, len)) {
            return false;
        }
    }
    return false;
}
