#include "service/model/areas.h"

#include <string.h>

#include "service/base/check.h"

static bool areas_is_ags(const char *ags)
{
    size_t len = strlen(ags);
    return (len == 5 || len == 8) && strspn(ags, "0123456789") == len;
}

bool areas_add(struct areas *a, const char *ags)
{
    if (!areas_is_ags(ags)) {
        return false;
    }
    size_t at = 0;
    while (at < a->n && strcmp(a->ags[at], ags) < 0) {
        at++;
    }
    if (at < a->n && strcmp(a->ags[at], ags) == 0) {
        return true;
    }
    if (a->n == LIMIT_AREAS) {
        return false;
    }
    memmove(a->ags[at + 1], a->ags[at], (a->n - at) * AGS_MAX);
    memcpy(a->ags[at], ags, strlen(ags) + 1);
    a->n++;
    return true;
}

bool areas_contain(const struct areas *a, const char *ags)
{
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->ags[i], ags) == 0) {
            return true;
        }
    }
    return false;
}

void areas_format(const struct areas *a, char *out, size_t out_max)
{
    size_t used = 0;
    check(out_max >= a->n * AGS_MAX + 1);
    for (size_t i = 0; i < a->n; i++) {
        size_t len = strlen(a->ags[i]);
        if (i > 0) {
            out[used++] = ',';
        }
        memcpy(out + used, a->ags[i], len);
        used += len;
    }
    out[used] = '\0';
}

bool areas_parse(const char *text, struct areas *a)
{
    *a = (struct areas){0};
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        char ags[AGS_MAX] = "";
        if (len >= sizeof(ags)) {
            return false;
        }
        memcpy(ags, text, len);
        if (!areas_add(a, ags)) {
            return false;
        }
        text += len;
        if (*text == ',') {
            text++;
        }
    }
    return true;
}
