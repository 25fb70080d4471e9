#include "templates/lint_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "service/base/check.h"

const char *lint_severity_name(enum lint_severity severity)
{
    switch (severity) {
    case LINT_ERROR: return "error";
    case LINT_WARNING: return "warning";
    case LINT_NOTE: return "note";
    }
    check(false);
    return "";
}

void lint_add(struct lint_report *out, enum lint_severity severity,
              enum alert_kind kind, const char *language, const char *field,
              const char *format, ...)
{
    out->errors += severity == LINT_ERROR;
    if (out->n == LINT_FINDINGS_MAX) {
        return;
    }
    struct lint_finding *item = &out->items[out->n++];
    item->severity = severity;
    (void)snprintf(item->field, sizeof(item->field), "%s%s%s%s%s",
                   alert_kind_name(kind), language == NULL ? "" : ".",
                   language == NULL ? "" : language, field == NULL ? "" : ".",
                   field == NULL ? "" : field);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(item->message, sizeof(item->message), format, args);
    va_end(args);
}
