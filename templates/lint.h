/* What is wrong with a family before people approve it: texts that could
 * become too long, style that the house does not want, gaps. Pure. */
#ifndef TEMPLATES_LINT_H
#define TEMPLATES_LINT_H

#include <stdbool.h>
#include <stddef.h>

#include "service/base/err.h"
#include "templates/family.h"

struct places;

enum { LINT_FINDINGS_MAX = 100, LINT_FIELD_MAX = 96, LINT_MESSAGE_MAX = 224 };

enum lint_severity {
    LINT_ERROR,   /* may not be approved */
    LINT_WARNING, /* a person should look */
    LINT_NOTE,    /* worst-case lengths */
};

struct lint_finding {
    enum lint_severity severity;
    char field[LINT_FIELD_MAX]; /* "alert.de.facebook" */
    char message[LINT_MESSAGE_MAX];
};

struct lint_report {
    size_t n;
    size_t errors;
    struct lint_finding items[LINT_FINDINGS_MAX];
};

const char *lint_severity_name(enum lint_severity severity);

/* Looks at everything; *out is overwritten. */
void lint_family(const struct family *f, const struct places *places,
                 struct lint_report *out);

#endif
