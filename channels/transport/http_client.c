/* libcurl's multi interface on uv. curl tells which sockets and which timer it
 * wants watched; uv tells it what happened.
 *
 *   http_client_send --> starting --turn--> running --curl is done--> answered
 *                            |                 |
 *                            +---- cancelled --+ (turn)
 *
 * curl is entered from two places only, both called by uv itself: the turn (an
 * idle handle, running only while there is something to start, to cancel or a
 * time-out of zero) and a socket's poll. So it is never entered from inside one
 * of its own callbacks, and a time-out of zero costs no millisecond as it does
 * in curl's example. */
#include "channels/transport/http_client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <uv.h>

#include "channels/transport/http_transfer.h"
#include "service/base/check.h"
#include "service/base/mem.h"

struct http_client {
    struct http_transfer_settings settings;
    CURLM *multi;
    uv_loop_t *loop;
    uv_idle_t turn;
    uv_timer_t timer;
    uint64_t turns;
    int handles; /* uv handles not yet closed */
    bool closing;
    bool ending; /* the handles are being closed */
    struct http_transfer *transfers;
    http_client_close_cb closed;
    void *closed_data;
};

struct http_socket {
    uv_poll_t poll;
    struct http_client *client;
    curl_socket_t fd;
};

static void http_client_maybe_closed(struct http_client *c);

/* Ends t and tells its owner, who may free the request, send another one or
 * close the client, whose memory lasts until a later close callback. */
static void http_client_finish(struct http_transfer *t, enum http_end end)
{
    struct http_call *r = t->request;
    http_transfer_answer(t, end);
    if (t->added) {
        (void)curl_multi_remove_handle(t->client->multi, t->easy);
    }
    *t->link = t->next;
    if (t->next != NULL) {
        t->next->link = t->link;
    }
    r->transfer = NULL;
    r->done(r);
    http_transfer_free(t);
}

static void http_client_collect(struct http_client *c)
{
    int left = 0;
    CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(c->multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) {
            continue;
        }
        CURLcode code = message->data.result;
        char *owner = NULL;
        (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &owner);
        struct http_transfer *t = (struct http_transfer *)(void *)owner;
        http_client_finish(t, http_transfer_end(t, code));
    }
}

/* ---- curl and uv -------------------------------------------------------- */

static void http_client_turn(uv_idle_t *handle);

static void http_client_wake(struct http_client *c)
{
    check(uv_idle_start(&c->turn, http_client_turn) == 0);
}

static void http_client_timer(uv_timer_t *handle)
{
    http_client_wake(container_of(handle, struct http_client, timer));
}

static int http_client_set_timer(CURLM *multi, long after_ms, void *data)
{
    (void)multi;
    struct http_client *c = data;
    if (c->ending) {
        return 0;
    }
    if (after_ms < 0) {
        (void)uv_timer_stop(&c->timer);
    } else if (after_ms == 0) {
        http_client_wake(c);
    } else {
        check(uv_timer_start(&c->timer, http_client_timer, (uint64_t)after_ms,
                             0) == 0);
    }
    return 0;
}

static void http_client_readable(uv_poll_t *handle, int status, int events)
{
    struct http_socket *s = container_of(handle, struct http_socket, poll);
    struct http_client *c = s->client;
    int what = 0;
    if (status < 0) {
        what = CURL_CSELECT_ERR;
    }
    if ((events & UV_READABLE) != 0) {
        what |= CURL_CSELECT_IN;
    }
    if ((events & UV_WRITABLE) != 0) {
        what |= CURL_CSELECT_OUT;
    }
    int running = 0;
    check(curl_multi_socket_action(c->multi, s->fd, what, &running) ==
          CURLM_OK);
    http_client_collect(c);
}

static void http_client_socket_closed(uv_handle_t *handle)
{
    struct http_socket *s =
        container_of((uv_poll_t *)handle, struct http_socket, poll);
    struct http_client *c = s->client;
    free(s);
    c->handles--;
    http_client_maybe_closed(c);
}

static struct http_socket *http_client_socket(struct http_client *c,
                                              curl_socket_t fd)
{
    struct http_socket *s = mem_zalloc(sizeof(*s));
    s->client = c;
    s->fd = fd;
    check(uv_poll_init_socket(c->loop, &s->poll, fd) == 0);
    c->handles++;
    check(curl_multi_assign(c->multi, fd, s) == CURLM_OK);
    return s;
}

static int http_client_set_socket(CURL *easy, curl_socket_t fd, int what,
                                  void *data, void *known)
{
    (void)easy;
    struct http_client *c = data;
    struct http_socket *s = known;
    if (what == CURL_POLL_REMOVE) {
        if (s != NULL) {
            (void)curl_multi_assign(c->multi, fd, NULL);
            (void)uv_poll_stop(&s->poll);
            uv_close((uv_handle_t *)&s->poll, http_client_socket_closed);
        }
        return 0;
    }
    if (s == NULL) {
        s = http_client_socket(c, fd);
    }
    int events = 0;
    if (what == CURL_POLL_IN || what == CURL_POLL_INOUT) {
        events |= UV_READABLE;
    }
    if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT) {
        events |= UV_WRITABLE;
    }
    check(uv_poll_start(&s->poll, events, http_client_readable) == 0);
    return 0;
}

/* The next transfer in `state` that is older than this turn. */
static struct http_transfer *http_client_find(const struct http_client *c,
                                              enum http_transfer_state state)
{
    for (struct http_transfer *t = c->transfers; t != NULL; t = t->next) {
        if (t->state == state && t->born < c->turns) {
            return t;
        }
    }
    return NULL;
}

static void http_client_turn(uv_idle_t *handle)
{
    struct http_client *c = container_of(handle, struct http_client, turn);
    check(uv_idle_stop(&c->turn) == 0);
    c->turns++;
    struct http_transfer *t = NULL;
    while ((t = http_client_find(c, TRANSFER_CANCELLED)) != NULL) {
        http_client_finish(t, HTTP_CANCELLED);
    }
    while ((t = http_client_find(c, TRANSFER_FAILED)) != NULL) {
        http_client_finish(t, t->failure);
    }
    while ((t = http_client_find(c, TRANSFER_STARTING)) != NULL) {
        t->state = TRANSFER_RUNNING;
        t->added = true;
        check(curl_multi_add_handle(c->multi, t->easy) == CURLM_OK);
    }
    int running = 0;
    check(curl_multi_socket_action(c->multi, CURL_SOCKET_TIMEOUT, 0,
                                   &running) == CURLM_OK);
    http_client_collect(c);
    http_client_maybe_closed(c);
}

/* ---- the client --------------------------------------------------------- */

struct http_client *http_client_open(struct uv_loop_s *loop,
                                     const struct clock *clock,
                                     const char *ca_file)
{
    /* Counted by curl; its partner is in http_client_end. */
    check(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    struct http_client *c = mem_zalloc(sizeof(*c));
    c->loop = loop;
    c->settings.clock = clock;
    c->settings.ca_file = mem_strdup(ca_file);
    c->multi = curl_multi_init();
    check(c->multi != NULL);
    check(uv_idle_init(loop, &c->turn) == 0);
    check(uv_timer_init(loop, &c->timer) == 0);
    c->handles = 2;
    check(curl_multi_setopt(c->multi, CURLMOPT_SOCKETFUNCTION,
                            http_client_set_socket) == CURLM_OK);
    check(curl_multi_setopt(c->multi, CURLMOPT_SOCKETDATA, c) == CURLM_OK);
    check(curl_multi_setopt(c->multi, CURLMOPT_TIMERFUNCTION,
                            http_client_set_timer) == CURLM_OK);
    check(curl_multi_setopt(c->multi, CURLMOPT_TIMERDATA, c) == CURLM_OK);
    return c;
}

void http_client_send(struct http_client *c, struct http_call *r)
{
    check(!c->closing && r->transfer == NULL && r->done != NULL);
    memset(&r->answer, 0, sizeof(r->answer));
    struct http_transfer *t = http_transfer_new(r, &c->settings);
    t->client = c;
    t->born = c->turns;
    t->next = c->transfers;
    t->link = &c->transfers;
    if (t->next != NULL) {
        t->next->link = &t->next;
    }
    c->transfers = t;
    r->transfer = t;
    http_client_wake(c);
}

static void http_client_give_up(struct http_transfer *t)
{
    t->state = TRANSFER_CANCELLED;
    (void)snprintf(t->error, sizeof(t->error), "given up");
    http_client_wake(t->client);
}

void http_client_cancel(struct http_client *c, struct http_call *r)
{
    check(r->transfer != NULL && r->transfer->client == c);
    http_client_give_up(r->transfer);
}

static void http_client_handle_closed(uv_handle_t *handle)
{
    struct http_client *c = handle->data;
    c->handles--;
    http_client_maybe_closed(c);
}

/* Nothing is in flight: curl lets go of its idle connections, which closes
 * their polls, then ours follow. */
static void http_client_end(struct http_client *c)
{
    c->ending = true;
    check(curl_multi_cleanup(c->multi) == CURLM_OK);
    curl_global_cleanup();
    c->turn.data = c;
    c->timer.data = c;
    uv_close((uv_handle_t *)&c->turn, http_client_handle_closed);
    uv_close((uv_handle_t *)&c->timer, http_client_handle_closed);
}

/* Called from the turn and from close callbacks; frees c in the last one. */
static void http_client_maybe_closed(struct http_client *c)
{
    if (!c->closing || c->transfers != NULL) {
        return;
    }
    if (!c->ending) {
        http_client_end(c);
        return;
    }
    if (c->handles > 0) {
        return;
    }
    http_client_close_cb cb = c->closed;
    void *data = c->closed_data;
    free(c->settings.ca_file);
    free(c);
    cb(data);
}

void http_client_close(struct http_client *c, http_client_close_cb cb,
                       void *data)
{
    check(!c->closing);
    c->closing = true;
    c->closed = cb;
    c->closed_data = data;
    for (struct http_transfer *t = c->transfers; t != NULL; t = t->next) {
        http_client_give_up(t);
    }
    http_client_wake(c);
}
