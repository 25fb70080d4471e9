/* Answers that api.h has not: with several headers, plain text, "later". */
#ifndef SERVICE_API_REPLY_H
#define SERVICE_API_REPLY_H

#include <stddef.h>

struct api_call;
struct http_field;

/* Answers with JSON text (NULL: no body) and n more headers; the call is
 * gone. Everything is borrowed until it returns. */
void reply_headers(struct api_call *c, int status, const char *json,
                   const struct http_field *headers, size_t n);

/* 200 with bytes of another type than JSON; the call is gone. They may be kept
 * as long as `cache` (Cache-Control) says. Borrowed until it returns. */
void reply_bytes(struct api_call *c, const char *type, const char *cache,
                 const void *bytes, size_t len);

/* 429 with Retry-After; detail says the time of day of the next try. */
void reply_later(struct api_call *c, long seconds);

#endif
