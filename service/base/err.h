/* Errors a caller can meet. Every fallible function returns an enum err_code
 * and fills a struct err that lives on the caller's stack: the code is for
 * programs, the message for people. Errors of ours stop the process through
 * check() instead (check.h). */
#ifndef SERVICE_BASE_ERR_H
#define SERVICE_BASE_ERR_H

#include <stddef.h>

/* Add a code only when some caller behaves differently because of it. */
#define ERR_CODES(X)                \
    X(OK, "ok")                     \
    X(INVALID, "not valid")         \
    X(LIMIT, "over a limit")        \
    X(NOT_FOUND, "not found")       \
    X(CONFLICT, "conflict")         \
    X(DENIED, "not allowed")        \
    X(UNAVAILABLE, "not reachable") \
    X(TIMEOUT, "time ran out")      \
    X(NOMEM, "out of memory")       \
    X(IO, "input or output failed") \
    X(CORRUPT, "damaged")           \
    X(UNCERTAIN, "outcome unknown")

enum err_code {
#define ERR_ENUM(name, text) ERR_##name,
    ERR_CODES(ERR_ENUM)
#undef ERR_ENUM
};

enum { ERR_MESSAGE_MAX = 192 };

struct err {
    enum err_code code;
    char msg[ERR_MESSAGE_MAX];
};

/* Writes code and message and returns code, so that a failure is one line.
 * A message that is too long is cut at a character. */
enum err_code err_set(struct err *e, enum err_code code, const char *format,
                      ...) __attribute__((format(printf, 3, 4)));

/* Puts context in front of the message: "context: message". Returns the code
 * that was set. */
enum err_code err_wrap(struct err *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A short English name of the code; never NULL. */
const char *err_name(enum err_code code);

#endif
