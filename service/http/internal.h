/* What the server's files share, from the ground up: peer.c, turn.c, conn.c,
 * request.c, stream.c, server.c. For this folder only. */
#ifndef SERVICE_HTTP_INTERNAL_H
#define SERVICE_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "service/base/buf.h"
#include "service/http/server.h"

enum {
    HTTP_RECEIVE_MS = 15 * 1000, /* a whole request, from its first byte */
    HTTP_IDLE_MS = 60 * 1000,    /* between two requests */
    HTTP_SEND_MS = 30 * 1000,    /* a whole answer */
    HTTP_SWEEP_MS = 500,
    HTTP_STALL_MS = 60 * 1000,   /* a stream that takes nothing */
    HTTP_COMMENT_MS = 15 * 1000, /* a stream that says nothing */
    HTTP_GRACE_MS = 1000,        /* for given answers, at the close */
};

struct http_server {
    uv_loop_t *loop;
    const struct clock *clock;
    http_handler_cb handler;
    void *data;
    struct MHD_Daemon *daemon;
    unsigned port;
    char *socket_path;
    bool is_tls;
    unsigned connections_max;
    unsigned per_address_max;

    struct http_conn *first; /* oldest */
    struct http_conn *last;
    unsigned n_conns;
    unsigned n_requests; /* delivered and not yet sent */

    uv_poll_t poll;     /* the daemon's epoll descriptor */
    uv_idle_t again;    /* the daemon has work that epoll will not tell */
    uv_timer_t timer;   /* the daemon's own time-out */
    uv_timer_t sweep;   /* our deadlines */
    unsigned n_handles; /* of the four, not yet closed */

    bool is_closing;
    uint64_t closing_since_ms; /* of the loop's time */
    http_server_close_cb close_cb;
    void *close_data;
};

/* One connection, from accept to close. */
struct http_conn {
    struct http_server *server;
    struct MHD_Connection *mhd;
    int fd;
    struct http_peer peer;
    bool is_denied; /* a foreign user at the socket */
    bool is_loopback;
    struct http_request *owed; /* delivered and not yet sent, or NULL */
    struct http_stream *stream;
    int64_t deadline_ms; /* monotonic; INT64_MAX for none */
    struct http_conn *prev;
    struct http_conn *next;
};

struct http_pair {
    char *name;
    char *value;
};

struct http_pairs {
    struct http_pair *items;
    size_t n;
};

enum http_phase {
    HTTP_NEW,       /* the request line is there */
    HTTP_RECEIVING, /* headers are there */
    HTTP_DELIVERED, /* the handler owes the answer */
    HTTP_ANSWERED,  /* response is there */
    HTTP_QUEUED,    /* the library has it */
};

struct http_request {
    uv_loop_t *loop;
    struct http_conn *conn; /* NULL: the client was cut at the close */
    enum http_phase phase;
    bool is_head;
    bool is_bad_target;
    bool is_in_handler;
    bool is_suspended;
    bool is_too_large;
    size_t received;
    char *method;
    char *path;
    char *target; /* as it came */
    struct http_pairs query;
    struct http_pairs headers;
    struct http_pairs cookies;
    struct http_peer peer;
    struct buf body;
    struct MHD_Response *response;
    unsigned status;
};

struct http_stream {
    struct http_conn *conn; /* NULL: nobody is there any more */
    struct buf waiting;
    size_t at; /* bytes of it already taken */
    bool is_suspended;
    bool has_caught_up; /* everything was taken once */
    bool is_closing;    /* after what waits */
    bool is_cut;        /* now */
    int64_t written_ms;
    int64_t taken_ms;
    http_stream_closed_cb on_closed;
    void *data;

    uv_timer_t orphan; /* tells on_closed of a stream opened for nobody */
};

/* turn.c */
/* Runs the daemon now, and plans when it wants to run next. */
void http_turn_run(struct http_server *s);
/* Runs it in the next turn of the loop. */
void http_turn_wake(struct http_server *s);

/* conn.c */
void http_conn_start(struct http_server *s, struct MHD_Connection *mhd,
                     void **context);
void http_conn_end(struct http_conn *c);
struct http_conn *http_conn_of(struct MHD_Connection *mhd);
/* Ends the connection: the library sees its end and cleans up. */
void http_conn_cut(struct http_conn *c);
void http_conn_expect(struct http_conn *c, int64_t within_ms);
/* peer.c */
void http_peer_load(int fd, struct http_peer *peer, bool *is_loopback);
bool http_peer_has_hung_up(int fd);

/* request.c */
struct http_request *http_request_new(uv_loop_t *loop, const char *target);
void http_request_free(struct http_request *r);
enum MHD_Result http_request_step(struct http_request *r,
                                  struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *bytes,
                                  size_t *len);
/* The connection is no more; whoever owes the answer gives it to nobody. */
void http_request_detach(struct http_request *r);
/* Hands a finished response over: now when the handler runs, else soon. */
void http_request_answer(struct http_request *r, struct MHD_Response *response,
                         unsigned status);

/* stream.c */
void http_stream_sweep(struct http_stream *s, int64_t now_ms);
void http_stream_cut(struct http_stream *s);
/* The connection is closed: tells on_closed, frees. */
void http_stream_end(struct http_stream *s);

#endif
