/* The shipped families, as tests need them. Run from the project's root. */
#ifndef TESTS_SUPPORT_CATALOGUE_H
#define TESTS_SUPPORT_CATALOGUE_H

#include <stdio.h>
#include <stdlib.h>

#include "templates/family.h"
#include "templates/inline.h"
#include "tests/support/cmocka_all.h"

/* The family's self-contained bytes, the caller's to free(). */
static inline char *catalogue_bytes(const char *id, size_t *len)
{
    char path[128];
    char *bytes = NULL;
    struct err e;
    (void)snprintf(path, sizeof(path), "templates/catalogue/%s.json", id);
    if (inline_file(path, &bytes, len, &e) != ERR_OK) {
        fail_msg("%s: %s", path, e.msg);
    }
    return bytes;
}

/* The parsed family, the caller's to family_free(). */
static inline struct family *catalogue_family(const char *id)
{
    size_t len = 0;
    struct family *family = NULL;
    struct err e;
    char *bytes = catalogue_bytes(id, &len);
    if (family_parse(bytes, len, &family, &e) != ERR_OK) {
        fail_msg("%s: %s", id, e.msg);
    }
    free(bytes);
    return family;
}

#endif
