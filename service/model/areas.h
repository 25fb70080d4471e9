/* A set of areas by AGS, the official municipality key: eight digits for a
 * municipality, five for the county (which then stands alone). Sorted, no key
 * twice. */
#ifndef SERVICE_MODEL_AREAS_H
#define SERVICE_MODEL_AREAS_H

#include <stdbool.h>
#include <stddef.h>

#include "service/base/limits.h"

enum { AGS_MAX = 9 };

struct areas {
    size_t n;
    char ags[LIMIT_AREAS][AGS_MAX];
};

/* Adds ags in its place; false when the set is full or ags is not five or
 * eight digits. A key that is there already stays once. */
bool areas_add(struct areas *a, const char *ags);

bool areas_contain(const struct areas *a, const char *ags);

/* "08336050,08336081", for a column; out is cut at its size never: out_max of
 * LIMIT_AREAS * AGS_MAX is always enough. */
void areas_format(const struct areas *a, char *out, size_t out_max);

/* The reverse of areas_format. False on anything else. */
bool areas_parse(const char *text, struct areas *a);

#endif
