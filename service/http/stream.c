/* An answer whose body the library fetches piece by piece from the stream's
 * queue. While the queue is empty the connection is suspended: five hundred
 * idle streams cost nothing. */
#include "service/http/stream.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/http/internal.h"

enum { STREAM_PIECE = 4096 };

static void stream_wake(struct http_stream *s)
{
    if (s->is_suspended) {
        s->is_suspended = false;
        MHD_resume_connection(s->conn->mhd);
        http_turn_wake(s->conn->server);
    }
}

/* The library asks for bytes. */
static ssize_t stream_read(void *data, uint64_t position, char *out, size_t max)
{
    (void)position;
    struct http_stream *s = data;
    if (s->is_cut) {
        return MHD_CONTENT_READER_END_WITH_ERROR;
    }
    size_t n = s->waiting.len - s->at;
    if (n == 0 && s->is_closing) {
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    if (n == 0) {
        s->has_caught_up = true;
        s->is_suspended = true;
        MHD_suspend_connection(s->conn->mhd);
        return 0;
    }
    n = n < max ? n : max;
    memcpy(out, buf_text(&s->waiting) + s->at, n);
    s->at += n;
    s->taken_ms = clock_mono_ms(s->conn->server->clock);
    if (s->at == s->waiting.len) {
        buf_fini(&s->waiting); /* an idle stream holds no memory */
        s->at = 0;
    }
    return (ssize_t)n;
}

static void stream_orphan_closed(uv_handle_t *handle)
{
    http_stream_end(container_of(handle, struct http_stream, orphan));
}

static void stream_orphan_due(uv_timer_t *timer)
{
    uv_close((uv_handle_t *)timer, stream_orphan_closed);
}

/* The client was cut before the stream was opened. */
static void stream_orphan(struct http_stream *s, uv_loop_t *loop)
{
    s->is_cut = true;
    check(uv_timer_init(loop, &s->orphan) == 0);
    check(uv_timer_start(&s->orphan, stream_orphan_due, 0, 0) == 0);
}

static struct MHD_Response *stream_response(struct http_stream *s,
                                            const struct http_field *headers,
                                            size_t n_headers)
{
    static const struct http_field own[] = {
        {"Content-Type", "text/event-stream; charset=utf-8"},
        {"Cache-Control", "no-store"},
        {"X-Accel-Buffering", "no"}, /* a proxy must not collect */
    };
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, STREAM_PIECE, stream_read, s, NULL);
    check(response != NULL);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        check(MHD_add_response_header(response, own[i].name, own[i].value) ==
              MHD_YES);
    }
    for (size_t i = 0; i < n_headers; i++) {
        check(MHD_add_response_header(response, headers[i].name,
                                      headers[i].value) == MHD_YES);
    }
    return response;
}

struct http_stream *
http_stream_open(struct http_request *r, const struct http_field *headers,
                 size_t n_headers, http_stream_closed_cb on_closed, void *data)
{
    struct http_stream *s = mem_zalloc(sizeof *s);
    buf_init(&s->waiting, LIMIT_STREAM_FIRST);
    s->on_closed = on_closed;
    s->data = data;
    s->conn = r->conn;
    if (s->conn == NULL) {
        stream_orphan(s, r->loop);
    } else {
        s->conn->stream = s;
        s->written_ms = clock_mono_ms(s->conn->server->clock);
        s->taken_ms = s->written_ms;
    }
    http_request_answer(r, stream_response(s, headers, n_headers), MHD_HTTP_OK);
    return s;
}

void http_stream_write(struct http_stream *s, const void *bytes, size_t len)
{
    if (s->is_cut || s->is_closing) {
        return;
    }
    if (s->at > LIMIT_STREAM_BYTES / 2) {
        struct buf rest;
        buf_init(&rest, LIMIT_STREAM_FIRST);
        buf_add(&rest, buf_text(&s->waiting) + s->at, s->waiting.len - s->at);
        buf_fini(&s->waiting);
        s->waiting = rest;
        s->at = 0;
    }
    int64_t now_ms = clock_mono_ms(s->conn->server->clock);
    if (s->waiting.len == 0) {
        s->taken_ms = now_ms; /* from here on it can be slow */
    }
    s->written_ms = now_ms;
    buf_add(&s->waiting, bytes, len);
    if (buf_ok(&s->waiting) &&
        (!s->has_caught_up || s->waiting.len - s->at <= LIMIT_STREAM_BYTES)) {
        stream_wake(s);
    } else {
        http_stream_cut(s);
    }
}

void http_stream_close(struct http_stream *s)
{
    if (!s->is_cut && !s->is_closing) {
        s->is_closing = true;
        stream_wake(s);
    }
}

void http_stream_cut(struct http_stream *s)
{
    if (!s->is_cut) {
        s->is_cut = true;
        http_conn_cut(s->conn);
        stream_wake(s);
    }
}

void http_stream_sweep(struct http_stream *s, int64_t now_ms)
{
    if (http_peer_has_hung_up(s->conn->fd) ||
        (s->waiting.len > 0 && now_ms - s->taken_ms >= HTTP_STALL_MS)) {
        http_stream_cut(s);
    } else if (now_ms - s->written_ms >= HTTP_COMMENT_MS) {
        http_stream_write(s, ":\n\n", 3);
    }
}

void http_stream_end(struct http_stream *s)
{
    if (s->conn != NULL) {
        s->conn->stream = NULL;
    }
    s->on_closed(s->data);
    buf_fini(&s->waiting);
    free(s);
}
