#include "tests/support/wire.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    WIRE_WAIT_MS = 10 * 1000,
    WIRE_TICK_MS = 5,
    WIRE_GOT_MAX = 32 * 1024 * 1024,
    WIRE_PIECE = 64 * 1024,
};

static void wire_on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    (void)size;
    *buf = uv_buf_init(mem_zalloc(WIRE_PIECE), WIRE_PIECE);
}

static void wire_on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
    struct wire *w = stream->data;
    if (n > 0) {
        buf_add(&w->got, buf->base, (size_t)n);
    } else if (n < 0) {
        w->is_over = true;
        (void)uv_read_stop(stream); /* always 0 */
    }
    free(buf->base);
}

static void wire_on_connect(uv_connect_t *connect, int status)
{
    struct wire *w = container_of(connect, struct wire, connect);
    w->is_open = status == 0;
    w->is_over = status != 0;
    if (w->is_open) {
        check(uv_read_start(&w->uv.stream, wire_on_alloc, wire_on_read) == 0);
    }
}

static bool wire_is_settled(void *data)
{
    const struct wire *w = data;
    return w->is_open || w->is_over;
}

static struct wire *wire_new(uv_loop_t *loop)
{
    struct wire *w = mem_zalloc(sizeof *w);
    w->loop = loop;
    buf_init(&w->got, WIRE_GOT_MAX);
    return w;
}

struct wire *wire_open(uv_loop_t *loop, unsigned port)
{
    struct wire *w = wire_new(loop);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(uv_tcp_init(loop, &w->uv.tcp) == 0);
    w->uv.handle.data = w;
    check(uv_tcp_connect(&w->connect, &w->uv.tcp, (struct sockaddr *)&to,
                         wire_on_connect) == 0);
    (void)wire_run_until(loop, wire_is_settled, w); /* is_over tells */
    return w;
}

struct wire *wire_open_unix(uv_loop_t *loop, const char *path)
{
    struct wire *w = wire_new(loop);
    check(uv_pipe_init(loop, &w->uv.pipe, 0) == 0);
    w->uv.handle.data = w;
    uv_pipe_connect(&w->connect, &w->uv.pipe, path, wire_on_connect);
    (void)wire_run_until(loop, wire_is_settled, w); /* is_over tells */
    return w;
}

struct wire_write {
    uv_write_t write;
    char *bytes;
};

static void wire_on_written(uv_write_t *write, int status)
{
    (void)status; /* a refused piece shows as the connection's end */
    struct wire_write *own = container_of(write, struct wire_write, write);
    free(own->bytes);
    free(own);
}

void wire_send_bytes(struct wire *w, const void *bytes, size_t len)
{
    struct wire_write *own = mem_zalloc(sizeof *own);
    own->bytes = mem_dup(bytes, len);
    uv_buf_t buf = uv_buf_init(own->bytes, (unsigned)len);
    if (uv_write(&own->write, &w->uv.stream, &buf, 1, wire_on_written) != 0) {
        wire_on_written(&own->write, -1);
    }
}

void wire_send(struct wire *w, const char *text)
{
    wire_send_bytes(w, text, strlen(text));
}

void wire_pause(struct wire *w)
{
    (void)uv_read_stop(&w->uv.stream); /* always 0 */
}

void wire_resume(struct wire *w)
{
    check(uv_read_start(&w->uv.stream, wire_on_alloc, wire_on_read) == 0);
}

struct wire_need {
    const struct wire *wire;
    const char *text;
};

static bool wire_has(const struct wire *w, const char *text)
{
    return strstr(buf_text(&w->got), text) != NULL;
}

static bool wire_has_or_over(void *data)
{
    const struct wire_need *need = data;
    return need->wire->is_over || wire_has(need->wire, need->text);
}

bool wire_wait(struct wire *w, const char *text)
{
    struct wire_need need = {w, text};
    (void)wire_run_until(w->loop, wire_has_or_over, &need); /* asked below */
    return wire_has(w, text);
}

static bool wire_is_over(void *data)
{
    return ((const struct wire *)data)->is_over;
}

bool wire_wait_over(struct wire *w)
{
    return wire_run_until(w->loop, wire_is_over, w);
}

const char *wire_got(const struct wire *w)
{
    return buf_text(&w->got);
}

void wire_forget(struct wire *w)
{
    buf_reset(&w->got);
}

static void wire_on_close(uv_handle_t *handle)
{
    *(bool *)handle->data = true;
}

static bool wire_is_true(void *data)
{
    return *(bool *)data;
}

void wire_close(struct wire *w)
{
    bool is_closed = false;
    w->uv.handle.data = &is_closed;
    uv_close(&w->uv.handle, wire_on_close);
    check(wire_run_until(w->loop, wire_is_true, &is_closed));
    buf_fini(&w->got);
    free(w);
}

/* Wakes the loop, so that a condition on time is looked at. */
static void wire_on_tick(uv_timer_t *timer)
{
    (void)timer;
}

static void wire_on_tick_closed(uv_handle_t *handle)
{
    *(bool *)handle->data = true;
}

bool wire_run_until(uv_loop_t *loop, wire_condition condition, void *data)
{
    uv_timer_t tick;
    check(uv_timer_init(loop, &tick) == 0);
    check(uv_timer_start(&tick, wire_on_tick, WIRE_TICK_MS, WIRE_TICK_MS) == 0);
    uint64_t end_ms = uv_hrtime() / 1000000 + WIRE_WAIT_MS;
    bool holds = condition(data);
    while (!holds && uv_hrtime() / 1000000 < end_ms) {
        (void)uv_run(loop, UV_RUN_ONCE); /* the tick is always active */
        holds = condition(data);
    }
    bool is_closed = false;
    tick.data = &is_closed;
    uv_close((uv_handle_t *)&tick, wire_on_tick_closed);
    while (!is_closed) {
        (void)uv_run(loop, UV_RUN_NOWAIT); /* for the close callback */
    }
    return holds;
}
