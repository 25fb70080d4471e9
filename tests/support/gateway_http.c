#include "tests/support/gateway_http.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <arpa/inet.h>
#include <uv.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum { GATEWAY_HTTP_MAX = 16 * 1024 * 1024, GATEWAY_READ = 16 * 1024 };

struct gateway_http {
    uv_tcp_t tcp;
    uv_loop_t *loop;
    int port;
    int connections; /* accepted so far */
    gateway_http_cb cb;
    void *data;
    struct gateway_exchange *first;
    bool closing;
    bool closed_tcp;
    void (*closed)(void *data);
    void *closed_data;
};

/* A connection; "exchange" while it has a request. */
struct gateway_exchange {
    uv_tcp_t tcp;
    uv_timer_t timer;
    struct gateway_http *http;
    int number;
    int open_handles;
    bool busy; /* a request waits for its end */
    struct buf in;
    int later_status;
    char *later_body;
    char chunk[GATEWAY_READ];
    struct gateway_exchange *next;
    struct gateway_exchange **link;
};

struct gateway_write {
    uv_write_t write;
    struct gateway_exchange *x;
    char *bytes;
    bool last;
};

static void gateway_http_parse(struct gateway_exchange *x);

/* ---- the ends of a connection ------------------------------------------- */

static void gateway_http_maybe_closed(struct gateway_http *h)
{
    if (!h->closing || !h->closed_tcp || h->first != NULL) {
        return;
    }
    void (*cb)(void *data) = h->closed;
    void *data = h->closed_data;
    free(h);
    if (cb != NULL) {
        cb(data);
    }
}

static void gateway_http_handle_closed(uv_handle_t *handle)
{
    struct gateway_exchange *x = handle->data;
    struct gateway_http *h = x->http;
    if (--x->open_handles > 0) {
        return;
    }
    *x->link = x->next;
    if (x->next != NULL) {
        x->next->link = x->link;
    }
    buf_fini(&x->in);
    free(x->later_body);
    free(x);
    gateway_http_maybe_closed(h);
}

void gateway_http_drop(struct gateway_exchange *x)
{
    if (!uv_is_closing((uv_handle_t *)&x->tcp)) {
        uv_close((uv_handle_t *)&x->tcp, gateway_http_handle_closed);
    }
    if (!uv_is_closing((uv_handle_t *)&x->timer)) {
        uv_close((uv_handle_t *)&x->timer, gateway_http_handle_closed);
    }
}

void gateway_http_reset(struct gateway_exchange *x)
{
    check(uv_tcp_close_reset(&x->tcp, gateway_http_handle_closed) == 0);
    uv_close((uv_handle_t *)&x->timer, gateway_http_handle_closed);
}

void gateway_http_drop_all(struct gateway_http *h)
{
    for (struct gateway_exchange *x = h->first; x != NULL; x = x->next) {
        if (x->busy) {
            gateway_http_drop(x);
        }
    }
}

/* ---- answers ------------------------------------------------------------ */

static void gateway_http_written(uv_write_t *write, int status)
{
    struct gateway_write *w = (struct gateway_write *)(void *)write;
    struct gateway_exchange *x = w->x;
    bool last = w->last || status < 0;
    free(w->bytes);
    free(w);
    if (uv_is_closing((uv_handle_t *)&x->tcp)) {
        return;
    }
    if (last) {
        gateway_http_drop(x);
        return;
    }
    x->busy = false;
    gateway_http_parse(x);
}

static void gateway_http_write(struct gateway_exchange *x, struct buf *out,
                               size_t len, bool last)
{
    struct gateway_write *w = mem_zalloc(sizeof(*w));
    check(buf_ok(out));
    w->x = x;
    w->last = last;
    w->bytes = buf_take(out);
    uv_buf_t bytes = uv_buf_init(w->bytes, (unsigned)len);
    check(uv_write(&w->write, (uv_stream_t *)&x->tcp, &bytes, 1,
                   gateway_http_written) == 0);
}

static void gateway_http_head(struct buf *out, int status, const char *extra,
                              size_t body_len)
{
    bool has_type = strstr(extra, "Content-Type") != NULL;
    buf_init(out, GATEWAY_HTTP_MAX);
    buf_printf(out, "HTTP/1.1 %d X\r\n%s%sContent-Length: %zu\r\n\r\n", status,
               has_type ? "" : "Content-Type: application/json\r\n", extra,
               body_len);
}

void gateway_http_reply_bytes(struct gateway_exchange *x, int status,
                              const char *extra, const void *bytes, size_t len)
{
    struct buf out;
    gateway_http_head(&out, status, extra, len);
    buf_add(&out, bytes, len);
    gateway_http_write(x, &out, out.len, false);
}

void gateway_http_reply(struct gateway_exchange *x, int status,
                        const char *extra, const char *body)
{
    gateway_http_reply_bytes(x, status, extra, body, strlen(body));
}

void gateway_http_cut(struct gateway_exchange *x, int status, const char *body)
{
    struct buf out;
    gateway_http_head(&out, status, "", strlen(body));
    buf_add(&out, body, strlen(body) / 2);
    gateway_http_write(x, &out, out.len, true);
}

static void gateway_http_later(uv_timer_t *timer)
{
    struct gateway_exchange *x =
        container_of(timer, struct gateway_exchange, timer);
    gateway_http_reply(x, x->later_status, "", x->later_body);
}

void gateway_http_reply_later(struct gateway_exchange *x, int64_t after_ms,
                              int status, const char *body)
{
    free(x->later_body);
    x->later_body = mem_strdup(body);
    x->later_status = status;
    check(uv_timer_start(&x->timer, gateway_http_later, (uint64_t)after_ms,
                         0) == 0);
}

/* ---- requests ----------------------------------------------------------- */

/* The value of a header in the block `head`, the caller's to free(). */
static char *gateway_http_header(const char *head, const char *name)
{
    size_t len = strlen(name);
    const char *line = head;
    while (line != NULL && *line != '\0') {
        if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
            const char *value = line + len + 1;
            value += strspn(value, " ");
            return mem_dup(value, strcspn(value, "\r\n"));
        }
        line = strchr(line, '\n');
        line = line != NULL ? line + 1 : NULL;
    }
    return mem_strdup("");
}

static void gateway_http_handle(struct gateway_exchange *x, const char *head,
                                const char *body, size_t body_len)
{
    struct gateway_message m = {.connection = x->number};
    size_t method_len = strcspn(head, " ");
    check(method_len < sizeof(m.method) && head[method_len] == ' ');
    memcpy(m.method, head, method_len);
    const char *target = head + method_len + 1;
    m.target = mem_dup(target, strcspn(target, " \r\n"));
    char *authorization = gateway_http_header(head, "Authorization");
    bool bearer = strncmp(authorization, "Bearer ", 7) == 0;
    m.bearer = mem_strdup(bearer ? authorization + 7 : "");
    free(authorization);
    m.content_type = gateway_http_header(head, "Content-Type");
    m.body = mem_dup(body, body_len);
    x->busy = true;
    x->http->cb(x->http->data, x, &m);
    free(m.target);
    free(m.bearer);
    free(m.content_type);
    free(m.body);
}

/* A whole request in the buffer? */
static void gateway_http_parse(struct gateway_exchange *x)
{
    const char *text = buf_text(&x->in);
    const char *end = strstr(text, "\r\n\r\n");
    if (x->busy || end == NULL) {
        return;
    }
    size_t head_len = (size_t)(end - text) + 4;
    char *head = mem_dup(text, head_len);
    char *length = gateway_http_header(head, "Content-Length");
    size_t body_len = strtoul(length, NULL, 10);
    free(length);
    if (x->in.len >= head_len + body_len) {
        char *body = mem_dup(text + head_len, body_len);
        size_t rest_len = x->in.len - head_len - body_len;
        char *rest = mem_dup(text + head_len + body_len, rest_len);
        buf_reset(&x->in);
        buf_add(&x->in, rest, rest_len);
        free(rest);
        gateway_http_handle(x, head, body, body_len);
        free(body);
    }
    free(head);
}

static void gateway_http_alloc(uv_handle_t *handle, size_t wish, uv_buf_t *buf)
{
    (void)wish;
    struct gateway_exchange *x = handle->data;
    *buf = uv_buf_init(x->chunk, sizeof(x->chunk));
}

static void gateway_http_read(uv_stream_t *stream, ssize_t n,
                              const uv_buf_t *buf)
{
    struct gateway_exchange *x = stream->data;
    if (n < 0) {
        gateway_http_drop(x);
        return;
    }
    buf_add(&x->in, buf->base, (size_t)n);
    check(buf_ok(&x->in));
    gateway_http_parse(x);
}

static void gateway_http_connected(uv_stream_t *server, int status)
{
    check(status == 0);
    struct gateway_http *h = server->data;
    struct gateway_exchange *x = mem_zalloc(sizeof(*x));
    x->http = h;
    x->number = ++h->connections;
    x->open_handles = 2;
    buf_init(&x->in, GATEWAY_HTTP_MAX);
    check(uv_tcp_init(h->loop, &x->tcp) == 0);
    check(uv_timer_init(h->loop, &x->timer) == 0);
    x->tcp.data = x;
    x->timer.data = x;
    x->next = h->first;
    x->link = &h->first;
    if (x->next != NULL) {
        x->next->link = &x->next;
    }
    h->first = x;
    check(uv_accept(server, (uv_stream_t *)&x->tcp) == 0);
    (void)uv_tcp_nodelay(&x->tcp, 1);
    check(uv_read_start((uv_stream_t *)&x->tcp, gateway_http_alloc,
                        gateway_http_read) == 0);
}

/* ---- open and close ----------------------------------------------------- */

struct gateway_http *gateway_http_open(struct uv_loop_s *loop, int port,
                                       gateway_http_cb cb, void *data)
{
    struct gateway_http *h = mem_zalloc(sizeof(*h));
    struct sockaddr_in address;
    int len = (int)sizeof(address);
    h->loop = loop;
    h->cb = cb;
    h->data = data;
    check(uv_tcp_init(loop, &h->tcp) == 0);
    h->tcp.data = h;
    check(uv_ip4_addr("127.0.0.1", port, &address) == 0);
    check(uv_tcp_bind(&h->tcp, (const struct sockaddr *)&address, 0) == 0);
    check(uv_listen((uv_stream_t *)&h->tcp, 64, gateway_http_connected) == 0);
    check(uv_tcp_getsockname(&h->tcp, (struct sockaddr *)&address, &len) == 0);
    h->port = ntohs(address.sin_port);
    return h;
}

int gateway_http_port(const struct gateway_http *h)
{
    return h->port;
}

static void gateway_http_tcp_closed(uv_handle_t *handle)
{
    struct gateway_http *h = handle->data;
    h->closed_tcp = true;
    gateway_http_maybe_closed(h);
}

void gateway_http_close(struct gateway_http *h, void (*cb)(void *data),
                        void *data)
{
    h->closing = true;
    h->closed = cb;
    h->closed_data = data;
    for (struct gateway_exchange *x = h->first; x != NULL; x = x->next) {
        gateway_http_drop(x);
    }
    uv_close((uv_handle_t *)&h->tcp, gateway_http_tcp_closed);
}
