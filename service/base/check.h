/* check(): an invariant of ours. It is the same in every build; when it does
 * not hold the process stops and the outbox makes the restart safe. */
#ifndef SERVICE_BASE_CHECK_H
#define SERVICE_BASE_CHECK_H

#include <stddef.h>

_Noreturn void check_failed(const char *file, int line, const char *what);

#define check(condition) \
    ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

/* From a pointer to an embedded member back to the struct that holds it. */
#define container_of(pointer, type, member) \
    ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

#endif
