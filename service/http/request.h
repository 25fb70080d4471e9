/* One HTTP request, received whole, and its one answer.
 *
 * A request is the server's; the handler holds it until it has answered with
 * http_reply() or http_stream_open() and must not touch it afterwards. What
 * the getters return lives as long. A client that has gone meanwhile changes
 * nothing for the handler: the answer goes nowhere. */
#ifndef SERVICE_HTTP_REQUEST_H
#define SERVICE_HTTP_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct http_request;

enum {
    HTTP_ADDRESS_MAX = 64, /* "2001:db8::1" */
    HTTP_USER_MAX = 64,
};

/* Who is at the other end. */
struct http_peer {
    bool is_local; /* the UNIX socket: uid and user are set */
    bool is_tls;
    uid_t uid;
    char user[HTTP_USER_MAX];       /* its name; "uid1000" without one */
    char address[HTTP_ADDRESS_MAX]; /* TCP: the address without port; "unix" */
};

/* A header of an answer (a "field" of RFC 9110). */
struct http_field {
    const char *name;
    const char *value; /* no line ends: those are our error */
};

/* "GET", "POST", …; HEAD comes as "GET" and its answer loses the body. */
const char *http_request_method(const struct http_request *r);
bool http_request_is_head(const struct http_request *r);

/* The path, percent-decoded, beginning with "/"; no NUL and no decoded slash
 * in it. */
const char *http_request_path(const struct http_request *r);

/* What follows the "?" as it came, without it; "" when there is nothing. */
const char *http_request_query_text(const struct http_request *r);

/* The first query parameter of this name, decoded; NULL when there is none,
 * "" when it has no value. */
const char *http_request_query(const struct http_request *r, const char *name);

/* Called for each query parameter in order, decoded; false ends it. */
typedef bool (*http_pair_cb)(void *data, const char *name, const char *value);
void http_request_each_query(const struct http_request *r, http_pair_cb cb,
                             void *data);

/* The first header of this name (any case), NULL when there is none. */
const char *http_request_header(const struct http_request *r, const char *name);

/* How often this header came: two of a header that must be one is a 400. */
size_t http_request_header_count(const struct http_request *r,
                                 const char *name);

/* The cookie's value, NULL when there is none. */
const char *http_request_cookie(const struct http_request *r, const char *name);

/* True when Content-Type names this media type, whatever its parameters:
 * http_request_is_type(r, "application/json"). */
bool http_request_is_type(const struct http_request *r, const char *type);

/* The body with a NUL behind it that *len does not count; never NULL. Empty
 * when it was too large. */
const char *http_request_body(const struct http_request *r, size_t *len);

/* The body passed LIMIT_BODY_BYTES and was thrown away: a 413, which the
 * handler gives when its turn has come (contract 4, order of complaints). */
bool http_request_body_too_large(const struct http_request *r);

const struct http_peer *http_request_peer(const struct http_request *r);

/* Answers, once. Headers and body are copied before the call returns; the
 * server adds Content-Length, Date and Connection. For 204 and 304 the body
 * is empty. */
void http_reply(struct http_request *r, unsigned status,
                const struct http_field *headers, size_t n_headers,
                const void *body, size_t len);

#endif
