/* What is wrong with an input, field by field: the errors[] of a problem+json
 * answer (RFC 9457). Collected, so that a person mends all of it at once. */
#ifndef SERVICE_BASE_FIELDS_H
#define SERVICE_BASE_FIELDS_H

#include <stddef.h>

#include "service/base/err.h"
#include "service/base/limits.h"

enum { FIELD_NAME_MAX = 96 };

struct field_error {
    char field[FIELD_NAME_MAX];
    char message[ERR_MESSAGE_MAX];
};

struct fields {
    size_t n;
    struct field_error items[LIMIT_FIELD_ERRORS];
};

/* Notes that `field` is wrong; German, says what to do. Beyond
 * LIMIT_FIELD_ERRORS further ones are dropped. */
void fields_add(struct fields *f, const char *field, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
