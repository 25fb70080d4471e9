#include "service/base/fields.h"

#include <stdarg.h>
#include <stdio.h>

void fields_add(struct fields *f, const char *field, const char *format, ...)
{
    if (f->n == LIMIT_FIELD_ERRORS) {
        return;
    }
    struct field_error *item = &f->items[f->n++];
    (void)snprintf(item->field, sizeof(item->field), "%s", field);
    va_list args;
    va_start(args, format);
    (void)vsnprintf(item->message, sizeof(item->message), format, args);
    va_end(args);
}
