/* An HTTP/1.1 client on the uv loop: libcurl's multi interface behind one
 * request object. What every request has: TLS verified, no redirect followed,
 * no proxy from the environment, an answer no larger than asked for, and a
 * deadline. The bearer token never stands in an address or a log line.
 *
 * Close protocol: whoever uses the client is closed first; a request that is
 * still in flight at http_client_close() answers HTTP_CANCELLED. */
#ifndef CHANNELS_TRANSPORT_HTTP_CLIENT_H
#define CHANNELS_TRANSPORT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct http_client;
struct http_call;
struct http_transfer;
struct uv_loop_s;

enum { HTTP_CONTENT_TYPE_MAX = 64, HTTP_USAGE_MAX = 512 };

/* How a request ended. */
enum http_end {
    HTTP_ANSWERED,      /* a whole answer came: look at the status */
    HTTP_NOT_CONNECTED, /* name, connection or TLS failed; or our request is
                           wrong: nothing was sent */
    HTTP_TIMED_OUT,     /* the deadline passed */
    HTTP_BROKEN,        /* reset, closed early, cut, or not HTTP */
    HTTP_TOO_LARGE,     /* more than answer_max bytes */
    HTTP_CANCELLED,     /* http_client_cancel() or http_client_close() */
};

struct http_header {
    const char *name;
    const char *value;
};

struct http_answer {
    enum http_end end;
    bool request_sent; /* the first byte may have left; false is a proof on a
                          fresh connection, and whenever nothing connected */
    int status;        /* 0 when no status line came */
    const char *body;  /* never NULL, a NUL behind body_len; gone when the
                          callback returns */
    size_t body_len;
    char content_type[HTTP_CONTENT_TYPE_MAX]; /* "" when there was none */
    int64_t retry_after_ms;                   /* Retry-After; 0: none */
    char business_usage[HTTP_USAGE_MAX];      /* X-Business-Use-Case-Usage */
    char reason[128]; /* English, for the log, when end is not ANSWERED */
};

typedef void (*http_call_cb)(struct http_call *r);
typedef void (*http_client_close_cb)(void *data);

struct http_call {
    /* The caller's, borrowed until the callback. */
    const char *method; /* GET, POST, DELETE, HEAD */
    const char *url;
    const char *bearer; /* Authorization: Bearer …; NULL for none */
    const struct http_header *headers;
    size_t n_headers;
    const void *body; /* NULL for none */
    size_t body_len;
    const char *content_type; /* of the body; NULL for none */
    int64_t deadline_ms;      /* clock_mono_ms() */
    size_t answer_max;        /* bytes; 0 is LIMIT_ANSWER_BYTES */
    bool fresh; /* own new connection, closed afterwards: for every call that
                   makes something public, because curl sends a POST twice
                   when a reused connection closes without an answer */
    http_call_cb done;
    void *data;

    /* The client's until the callback, then the answer. */
    struct http_answer answer;
    struct http_transfer *transfer;
};

/* A client on loop; ca_file (PEM) replaces the system's roots, NULL keeps
 * them. Loop and clock outlive it. Never NULL. */
struct http_client *http_client_open(struct uv_loop_s *loop,
                                     const struct clock *clock,
                                     const char *ca_file);

/* Sends r. Exactly one callback, from the loop, never before this returned,
 * for a failure to start too; in it the caller may free r or send again. */
void http_client_send(struct http_client *c, struct http_call *r);

/* Gives up r, which is in flight: its callback comes soon, as HTTP_CANCELLED
 * unless it has ended meanwhile. */
void http_client_cancel(struct http_client *c, struct http_call *r);

/* Cancels what is in flight; when everything has answered the client is freed
 * and cb runs, last, from a uv close callback. */
void http_client_close(struct http_client *c, http_client_close_cb cb,
                       void *data);

#endif
