/* Server-sent events: bounded, cut when slow, and many at once. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/http/server.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"
#include "tests/support/wire.h"

enum { STREAMS = 500, REPLIES = 100 };

struct fixture {
    uv_loop_t loop;
    struct fake_clock clock;
    struct http_server *server;
    bool is_closed;
    struct http_request *kept;
    struct http_stream *stream;
    struct http_stream *streams[STREAMS];
    size_t n_streams;
    size_t n_streams_closed;
};

/* head, then x as often as it takes, then tail; no NUL behind it. */
static void fill(char *out, size_t len, const char *head, const char *tail)
{
    size_t n_head = strlen(head);
    size_t n_tail = strlen(tail);
    for (size_t i = 0; i < len; i++) {
        out[i] = 'x';
    }
    for (size_t i = 0; i < n_head; i++) {
        out[i] = head[i];
    }
    for (size_t i = 0; i < n_tail; i++) {
        out[len - n_tail + i] = tail[i];
    }
}

static void on_stream_closed(void *data)
{
    struct fixture *f = data;
    f->n_streams_closed++;
    f->stream = NULL;
}

/* More than a reader may leave waiting later. */
static void write_missed(struct http_stream *stream)
{
    char event[4000];
    fill(event, sizeof event, "data: ", "\n\n");
    for (int i = 0; i < 900; i++) {
        http_stream_write(stream, event, sizeof event);
    }
    http_stream_write(stream, "data: last\n\n", 12);
}

static void on_request(struct http_request *r, void *data)
{
    struct fixture *f = data;
    if (strcmp(http_request_path(r), "/later") == 0) {
        f->kept = r;
    } else if (strcmp(http_request_path(r), "/missed") == 0) {
        f->stream = http_stream_open(r, NULL, 0, on_stream_closed, f);
        write_missed(f->stream);
    } else if (strcmp(http_request_path(r), "/stream") == 0) {
        f->stream = http_stream_open(r, NULL, 0, on_stream_closed, f);
        http_stream_write(f->stream, "data: first\n\n", 13);
        if (f->n_streams < STREAMS) {
            f->streams[f->n_streams++] = f->stream;
        }
    } else {
        http_reply(r, 200, NULL, 0, "small", 5);
    }
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    struct err e;
    *state = f;
    check(uv_loop_init(&f->loop) == 0);
    fake_clock_init(&f->clock, 1764000000000);
    struct http_server_config config = {.loop = &f->loop,
                                        .clock = &f->clock.clock,
                                        .listen = "127.0.0.1:0",
                                        .handler = on_request,
                                        .data = f};
    assert_int_equal(http_server_open(&config, &f->server, &e), ERR_OK);
    return 0;
}

static void on_closed(void *data)
{
    ((struct fixture *)data)->is_closed = true;
}

static bool server_is_closed(void *data)
{
    return ((const struct fixture *)data)->is_closed;
}

static void close_server(struct fixture *f)
{
    http_server_close(f->server, on_closed, f);
    assert_true(wire_run_until(&f->loop, server_is_closed, f));
    f->server = NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->server != NULL) {
        close_server(f);
    }
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

static struct wire *dial(struct fixture *f)
{
    return wire_open(&f->loop, http_server_port(f->server));
}

static bool stream_is_closed(void *data)
{
    return ((const struct fixture *)data)->n_streams_closed == 1;
}

static void a_stream_carries_events_until_it_is_closed(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "data: first\n\n"));
    assert_non_null(strstr(wire_got(w), "text/event-stream"));
    http_stream_write(f->stream, "data: second\n\n", 14);
    assert_true(wire_wait(w, "data: second\n\n"));
    fake_clock_advance(&f->clock, 3600000); /* no deadline for streams */
    assert_true(wire_wait(w, ":\n\n"));
    http_stream_write(f->stream, "data: third\n\n", 13);
    http_stream_close(f->stream);
    assert_int_equal(f->n_streams_closed, 0);
    assert_true(wire_wait(w, "data: third\n\n"));
    assert_true(wire_wait(w, "\r\n0\r\n\r\n"));
    assert_int_equal(f->n_streams_closed, 1);
    wire_close(w);
}

static void a_reader_that_leaves_is_noticed(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "data: first\n\n"));
    wire_close(w);
    assert_true(wire_run_until(&f->loop, stream_is_closed, f));
}

static void a_slow_reader_is_cut(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    char event[4096];
    fill(event, sizeof event, "data: ", "\n\n");
    wire_send(w, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "data: first\n\n"));
    wire_pause(w);
    for (int i = 0; i < 20000 && f->n_streams_closed == 0; i++) {
        http_stream_write(f->stream, event, sizeof event);
        (void)uv_run(&f->loop, UV_RUN_NOWAIT);
    }
    assert_true(wire_run_until(&f->loop, stream_is_closed, f));
    wire_resume(w);
    assert_true(wire_wait_over(w));
    wire_close(w);
}

static void a_reader_that_stands_still_is_cut(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    char event[64 * 1024];
    fill(event, sizeof event, "data: ", "\n\n");
    wire_send(w, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "data: first\n\n"));
    wire_pause(w);
    for (int i = 0; i < 150; i++) { /* more than the kernel's buffers */
        http_stream_write(f->stream, event, sizeof event);
        (void)uv_run(&f->loop, UV_RUN_NOWAIT);
        if (f->stream == NULL) {
            break;
        }
    }
    fake_clock_advance(&f->clock, 61000);
    assert_true(wire_run_until(&f->loop, stream_is_closed, f));
    wire_close(w);
}

static void a_stream_opened_for_nobody_tells_its_end(void **state)
{
    struct fixture *f = *state;
    struct wire *later = dial(f);
    wire_send(later, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    while (f->kept == NULL) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    close_server(f);
    f->stream = http_stream_open(f->kept, NULL, 0, on_stream_closed, f);
    http_stream_write(f->stream, "data: x\n\n", 9);
    http_stream_close(f->stream);
    assert_int_equal(f->n_streams_closed, 0);
    assert_true(wire_run_until(&f->loop, stream_is_closed, f));
    wire_close(later);
}

static void a_reader_that_comes_back_gets_all_it_missed(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "GET /missed HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "data: last\n\n"));
    wire_close(w);
}

static int compare_times(const void *a, const void *b)
{
    uint64_t left = *(const uint64_t *)a;
    uint64_t right = *(const uint64_t *)b;
    return left < right ? -1 : left > right;
}

static void tell_all(struct fixture *f, int number)
{
    char event[64];
    int n = snprintf(event, sizeof event, "id: %d\ndata: event %d.\n\n", number,
                     number);
    assert_true(n > 0);
    for (size_t i = 0; i < f->n_streams; i++) {
        http_stream_write(f->streams[i], event, (size_t)n);
    }
}

/* Every event is there, once, in order. */
static void expect_all_events(struct wire *w)
{
    char last[32];
    assert_true(snprintf(last, sizeof last, "event %d.", REPLIES - 1) > 0);
    assert_true(wire_wait(w, last));
    const char *at = wire_got(w);
    for (int i = 0; i < REPLIES; i++) {
        char text[32];
        assert_true(snprintf(text, sizeof text, "event %d.", i) > 0);
        at = strstr(at, text);
        assert_non_null(at);
    }
}

/* Prints how long an answer took beside the events; asserts nothing on
 * seconds, only that nothing is lost. */
static void five_hundred_streams_lose_no_event(void **state)
{
    struct fixture *f = *state;
    struct wire *readers[STREAMS];
    uint64_t times[REPLIES];
    struct wire *client = dial(f);
    for (size_t i = 0; i < STREAMS; i++) {
        readers[i] = dial(f);
        wire_send(readers[i], "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_true(wire_wait(readers[i], "data: first"));
    }
    assert_int_equal(f->n_streams, STREAMS);
    for (int i = 0; i < REPLIES; i++) {
        uint64_t begin = uv_hrtime();
        tell_all(f, i);
        wire_forget(client);
        wire_send(client, "GET /small HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_true(wire_wait(client, "small"));
        times[i] = uv_hrtime() - begin;
    }
    for (size_t i = 0; i < STREAMS; i++) {
        expect_all_events(readers[i]);
        wire_close(readers[i]);
    }
    wire_close(client);
    qsort(times, REPLIES, sizeof times[0], compare_times);
    size_t middle = REPLIES / 2;
    size_t late = REPLIES * 99 / 100;
    double p50 = (double)times[middle];
    double p99 = (double)times[late];
    print_message("%d streams, %d answers: p50 %.2f ms, p99 %.2f ms\n", STREAMS,
                  REPLIES, p50 / 1e6, p99 / 1e6);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_stream_carries_events_until_it_is_closed),
        TEST(a_reader_that_leaves_is_noticed),
        TEST(a_slow_reader_is_cut),
        TEST(a_reader_that_stands_still_is_cut),
        TEST(a_reader_that_comes_back_gets_all_it_missed),
        TEST(a_stream_opened_for_nobody_tells_its_end),
        TEST(five_hundred_streams_lose_no_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
