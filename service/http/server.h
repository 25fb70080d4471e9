/* One listener of the program, on the loop: the console's TCP address, the
 * UNIX socket, the shadow. libmicrohttpd parses; what it leaves open is closed
 * here: total deadlines for every connection (a slow client cannot hold one),
 * total and per-address limits, no Transfer-Encoding beside Content-Length, no
 * two Content-Lengths, no encoded slash or NUL in a path.
 *
 * The handler gets each request once, whole (request.h), and owes it exactly
 * one answer – http_reply() or http_stream_open() – now or later, from the
 * loop. */
#ifndef SERVICE_HTTP_SERVER_H
#define SERVICE_HTTP_SERVER_H

#include <stdbool.h>
#include <uv.h>

#include "service/base/clock.h"
#include "service/base/err.h"
#include "service/http/request.h"
#include "service/http/stream.h"

struct http_server;

/* One whole request. Called on the loop. */
typedef void (*http_handler_cb)(struct http_request *r, void *data);
typedef void (*http_server_close_cb)(void *data);

struct http_server_config {
    uv_loop_t *loop;
    const struct clock *clock;

    /* Exactly one of the two. listen: "127.0.0.1:8443", "[::1]:8443",
     * "localhost:0" (port 0: any free one, see http_server_port()).
     * socket_path: a UNIX socket of mode 0600, made anew; only root and the
     * process's own user may use it. */
    const char *listen;
    const char *socket_path;

    /* PEM files, both or none. Without them only loopback addresses are
     * listened on. The key must be readable by its owner only. */
    const char *tls_cert;
    const char *tls_key;

    /* Connections at once; 0 takes LIMIT_HTTP_CONNECTIONS. When all are
     * taken, the oldest one that has no whole request yet is cut. */
    unsigned connections_max;
    /* Of one address; 0 for no such limit. Loopback is exempt: a proxy may
     * stand there. */
    unsigned per_address_max;

    http_handler_cb handler;
    void *data; /* for the handler */
};

/* Opens the listener; requests come from the next turn of the loop on.
 * Everything in config is borrowed until the call returns, but loop, clock
 * and data, which must live until the server is closed. ERR_INVALID for a
 * listen address that is none, ERR_DENIED for a plain one that is not
 * loopback or a key that others may read, ERR_CONFLICT when the address is
 * taken, ERR_IO. Messages are German. */
enum err_code http_server_open(const struct http_server_config *config,
                               struct http_server **server, struct err *e);

/* The TCP port really listened on; 0 for a UNIX socket. */
unsigned http_server_port(const struct http_server *s);

/* Connections open now, for metrics. */
unsigned http_server_connections(const struct http_server *s);

/* Ends the listener: nothing new is accepted, streams are closed (their
 * on_closed runs), given answers are still sent for at most one second.
 * Requests that still owe their answer lose their client; their owner answers
 * them all the same, before or after. `cb` runs last, from the loop; then the
 * server is freed. The socket file is removed. */
void http_server_close(struct http_server *s, http_server_close_cb cb,
                       void *data);

#endif
