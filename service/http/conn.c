/* The table of connections. libmicrohttpd's time-out counts inactivity only
 * and not the TLS handshake, so a client that sends a byte now and then could
 * stay for ever; here every connection has one total deadline for what it is
 * doing, and past it is shut down. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/http/internal.h"

struct http_conn *http_conn_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    check(info != NULL && info->socket_context != NULL);
    return info->socket_context;
}

void http_conn_expect(struct http_conn *c, int64_t within_ms)
{
    c->deadline_ms = clock_mono_ms(c->server->clock) + within_ms;
}

void http_conn_cut(struct http_conn *c)
{
    /* The library owns the descriptor and closes it when it sees the end. It
     * may be shut already: then there is nothing to do. */
    (void)shutdown(c->fd, SHUT_RDWR);
}

static bool conn_is_working(const struct http_conn *c)
{
    return c->owed != NULL || c->stream != NULL;
}

/* Cuts the oldest connection without a whole request, so that half-open ones
 * cannot keep a new one out. */
static void conn_make_room(struct http_server *s, struct http_conn *newest)
{
    for (struct http_conn *c = s->first; c != newest; c = c->next) {
        if (!conn_is_working(c) && c->deadline_ms != 0) {
            c->deadline_ms = 0; /* cut: not to be chosen twice */
            http_conn_cut(c);
            return;
        }
    }
    http_conn_cut(newest);
}

static unsigned conn_count_of(const struct http_server *s, const char *address)
{
    unsigned n = 0;
    for (const struct http_conn *c = s->first; c != NULL; c = c->next) {
        n += strcmp(c->peer.address, address) == 0;
    }
    return n;
}

void http_conn_start(struct http_server *s, struct MHD_Connection *mhd,
                     void **context)
{
    struct http_conn *c = mem_zalloc(sizeof *c);
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    check(info != NULL);
    c->server = s;
    c->mhd = mhd;
    c->fd = info->connect_fd;
    http_peer_load(c->fd, &c->peer, &c->is_loopback);
    c->peer.is_tls = s->is_tls;
    c->is_denied =
        c->peer.is_local && c->peer.uid != 0 && c->peer.uid != geteuid();
    http_conn_expect(c, HTTP_RECEIVE_MS);
    c->prev = s->last;
    *(s->last == NULL ? &s->first : &s->last->next) = c;
    s->last = c;
    s->n_conns++;
    *context = c;
    if (s->n_conns > s->connections_max) {
        conn_make_room(s, c);
    } else if (s->per_address_max != 0 && !c->is_loopback &&
               conn_count_of(s, c->peer.address) > s->per_address_max) {
        http_conn_cut(c);
    }
}

void http_conn_end(struct http_conn *c)
{
    struct http_server *s = c->server;
    check(c->owed == NULL && c->stream == NULL);
    *(c->prev == NULL ? &s->first : &c->prev->next) = c->next;
    *(c->next == NULL ? &s->last : &c->next->prev) = c->prev;
    s->n_conns--;
    free(c);
}
