/* The list of what a family's check has found. */
#ifndef TEMPLATES_LINT_REPORT_H
#define TEMPLATES_LINT_REPORT_H

#include <stddef.h>

#include "service/model/words.h"

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

/* Adds one finding about "alert.de.facebook"; language and field may be NULL.
 * Beyond LINT_FINDINGS_MAX an error is counted and not kept. */
void lint_add(struct lint_report *out, enum lint_severity severity,
              enum alert_kind kind, const char *language, const char *field,
              const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
