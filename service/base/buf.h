/* Growing text with a maximum. A write that would pass the maximum is left
 * out and remembered: writers append without checking and ask buf_ok() once
 * at the end. The text always ends in a NUL that len does not count. */
#ifndef SERVICE_BASE_BUF_H
#define SERVICE_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL while empty; read it through buf_text() */
    size_t len;
    size_t cap;
    size_t max;
    bool overflow;
};

/* An empty buffer that never holds more than max bytes. */
void buf_init(struct buf *b, size_t max);

/* Frees the text; the buffer is empty and may be used again. */
void buf_fini(struct buf *b);

/* Empties the buffer and forgets an overflow; keeps the memory. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_add_text(struct buf *b, const char *text);
void buf_add_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* False when a write was left out because of the maximum. */
bool buf_ok(const struct buf *b);

/* The text, never NULL, the buffer's until its next change. */
const char *buf_text(const struct buf *b);

/* Hands the text over: the caller's to free(), never NULL. The buffer is
 * empty afterwards. */
char *buf_take(struct buf *b);

#endif
