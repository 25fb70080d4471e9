#include "service/base/mem.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"

void *mem_zalloc(size_t size)
{
    return mem_calloc(1, size);
}

void *mem_calloc(size_t n, size_t size)
{
    void *memory = calloc(n > 0 ? n : 1, size > 0 ? size : 1);
    check(memory != NULL);
    return memory;
}

char *mem_dup(const void *bytes, size_t len)
{
    char *copy = mem_zalloc(len + 1);
    if (len > 0) {
        memcpy(copy, bytes, len);
    }
    return copy;
}

char *mem_strdup(const char *text)
{
    return text == NULL ? NULL : mem_dup(text, strlen(text));
}

void mem_copy_text(char *field, size_t size, const char *text)
{
    size_t len = strlen(text);
    check(len < size);
    memcpy(field, text, len + 1);
}
