/* HTTP/1.1 by hand for the test gateway, because it must do what no library
 * lets one do: answer half, answer never, reset. One request at a time on a
 * connection. */
#ifndef TESTS_SUPPORT_GATEWAY_HTTP_H
#define TESTS_SUPPORT_GATEWAY_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct gateway_http;
struct gateway_exchange; /* a request that waits for one of the ends below */
struct uv_loop_s;

/* Borrowed until the callback returns. */
struct gateway_message {
    int connection; /* 1, 2, … */
    char method[8];
    char *target;
    char *bearer;       /* "" without */
    char *content_type; /* "" without */
    char *body;         /* NUL behind it */
};

typedef void (*gateway_http_cb)(void *data, struct gateway_exchange *x,
                                const struct gateway_message *m);

/* Listens on 127.0.0.1:port (0: any free one). Aborts when it cannot. */
struct gateway_http *gateway_http_open(struct uv_loop_s *loop, int port,
                                       gateway_http_cb cb, void *data);
int gateway_http_port(const struct gateway_http *h);
void gateway_http_close(struct gateway_http *h, void (*cb)(void *data),
                        void *data);

/* The ends of an exchange; each at most once. Not ending it is a hang. */

/* extra: further header lines, each with CRLF, or "". */
void gateway_http_reply(struct gateway_exchange *x, int status,
                        const char *extra, const char *body);
void gateway_http_reply_bytes(struct gateway_exchange *x, int status,
                              const char *extra, const void *bytes, size_t len);
/* The same after a while. */
void gateway_http_reply_later(struct gateway_exchange *x, int64_t after_ms,
                              int status, const char *body);
/* Promises the whole body, sends half, closes. */
void gateway_http_cut(struct gateway_exchange *x, int status, const char *body);
void gateway_http_drop(struct gateway_exchange *x);
void gateway_http_reset(struct gateway_exchange *x);

/* Drops every exchange that hangs. */
void gateway_http_drop_all(struct gateway_http *h);

#endif
