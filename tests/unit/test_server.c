/* The listener on the loop, as clients of all kinds see it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/http/server.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"
#include "tests/support/wire.h"

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

struct fixture {
    uv_loop_t loop;
    struct fake_clock clock;
    struct http_server *server;
    bool is_closed;

    struct http_request *kept; /* an answer owed */
    struct http_stream *stream;
    int n_requests;
    int n_streams_closed;
    bool is_too_large;
    size_t body_len;
    struct http_peer peer;
};

static void on_stream_closed(void *data)
{
    struct fixture *f = data;
    f->n_streams_closed++;
    f->stream = NULL;
}

static void reply_text(struct http_request *r, unsigned status,
                       const char *text)
{
    struct http_field type = {"Content-Type", "text/plain"};
    http_reply(r, status, &type, 1, text, strlen(text));
}

static void reply_echo(struct http_request *r)
{
    char text[512];
    size_t len = 0;
    const char *body = http_request_body(r, &len);
    const char *q = http_request_query(r, "q");
    const char *cookie = http_request_cookie(r, "tuermer");
    int n = snprintf(text, sizeof text, "%s %s q=%s c=%s j=%d len=%zu b=%.99s",
                     http_request_method(r), http_request_path(r),
                     q == NULL ? "-" : q, cookie == NULL ? "-" : cookie,
                     http_request_is_type(r, "application/json"), len, body);
    assert_true(n > 0);
    reply_text(r, 200, text);
}

static void on_request(struct http_request *r, void *data)
{
    struct fixture *f = data;
    f->n_requests++;
    f->is_too_large = http_request_body_too_large(r);
    (void)http_request_body(r, &f->body_len);
    f->peer = *http_request_peer(r);
    if (strcmp(http_request_path(r), "/later") == 0) {
        f->kept = r;
    } else if (strcmp(http_request_path(r), "/stream") == 0) {
        f->stream = http_stream_open(r, NULL, 0, on_stream_closed, f);
        http_stream_write(f->stream, "data: first\n\n", 13);
    } else {
        reply_echo(r);
    }
}

static void open_server(struct fixture *f, const struct http_server_config *use)
{
    struct http_server_config config = *use;
    struct err e = {.code = ERR_OK};
    config.loop = &f->loop;
    config.clock = &f->clock.clock;
    config.handler = on_request;
    config.data = f;
    assert_int_equal(http_server_open(&config, &f->server, &e), ERR_OK);
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    *state = f;
    check(uv_loop_init(&f->loop) == 0);
    fake_clock_init(&f->clock, 1764000000000);
    open_server(f, &(struct http_server_config){.listen = "127.0.0.1:0"});
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
    f->is_closed = false;
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

static void expect_status(struct fixture *f, const char *request,
                          const char *status)
{
    struct wire *w = dial(f);
    char line[64];
    assert_true(snprintf(line, sizeof line, "HTTP/1.1 %s", status) > 0);
    wire_send(w, request);
    if (!wire_wait(w, line)) {
        fail_msg("for %.60s: %.300s", request, wire_got(w));
    }
    wire_close(w);
}

/* The connection ends without the handler having been called. */
static void expect_cut(struct fixture *f, const char *request)
{
    struct wire *w = dial(f);
    int before = f->n_requests;
    wire_send(w, request);
    assert_true(wire_wait_over(w));
    assert_int_equal(f->n_requests, before);
    wire_close(w);
}

static void a_request_comes_whole_and_decoded(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "POST /a%20b/c?q=x%2Fy+z&r HTTP/1.1\r\nHost: h\r\n"
                 "Cookie: other=1; tuermer=abc\r\n"
                 "Content-Type: application/json; charset=utf-8\r\n"
                 "Content-Length: 5\r\n\r\nhe");
    assert_false(f->n_requests > 0);
    wire_send(w, "llo");
    assert_true(wire_wait(w, "POST /a b/c q=x/y z c=abc j=1 len=5 b=hello"));
    assert_int_equal(f->n_requests, 1);
    assert_string_equal(f->peer.address, "127.0.0.1");
    assert_false(f->peer.is_local);
    wire_close(w);
}

static void two_requests_use_one_connection(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "GET /one HTTP/1.1\r\nHost: h\r\n\r\n"
                 "GET /two HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "GET /one"));
    assert_true(wire_wait(w, "GET /two"));
    wire_close(w);
}

static void an_answer_may_come_later(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    struct wire *other = dial(f);
    wire_send(w, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    wire_send(other, "GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(other, "GET /now"));
    assert_non_null(f->kept);
    reply_text(f->kept, 202, "accepted");
    assert_true(wire_wait(w, "accepted"));
    wire_close(w);
    wire_close(other);
}

static bool has_no_connections(void *data)
{
    const struct fixture *f = data;
    return http_server_connections(f->server) == 0;
}

static void a_client_that_has_gone_does_not_matter(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    struct wire *other = dial(f);
    wire_send(w, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    wire_send(other, "GET /now HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(other, "GET /now"));
    wire_close(other);
    wire_close(w);
    reply_text(f->kept, 200, "nobody hears this");
    assert_true(wire_run_until(&f->loop, has_no_connections, f));
}

static void head_is_answered_without_a_body(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "HEAD /x HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    assert_true(wire_wait_over(w));
    assert_non_null(strstr(wire_got(w), "Content-Length: "));
    assert_null(strstr(wire_got(w), "GET /x"));
    wire_close(w);
}

static void send_body(struct wire *w, size_t len)
{
    char head[128];
    char *body = mem_zalloc(len);
    memset(body, 'x', len);
    assert_true(snprintf(head, sizeof head,
                         "POST /b HTTP/1.1\r\nHost: h\r\n"
                         "Content-Length: %zu\r\n\r\n",
                         len) > 0);
    wire_send(w, head);
    wire_send_bytes(w, body, len);
    free(body);
}

static void a_body_at_the_limit_is_taken(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    send_body(w, LIMIT_BODY_BYTES);
    assert_true(wire_wait(w, "len=65536"));
    assert_false(f->is_too_large);
    wire_close(w);
}

static void a_body_over_the_limit_is_told_to_the_handler(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    send_body(w, LIMIT_BODY_BYTES + 1);
    assert_true(wire_wait(w, "len=0"));
    assert_true(f->is_too_large);
    wire_forget(w);
    send_body(w, 3000000);
    assert_true(wire_wait(w, "len=0"));
    assert_true(f->is_too_large);
    wire_close(w);
}

static void a_chunked_body_is_bounded_too(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    wire_send(w, "POST /b HTTP/1.1\r\nHost: h\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n");
    char chunk[6 + 4096 + 2];
    fill(chunk, sizeof chunk, "1000\r\n", "\r\n");
    for (int i = 0; i < 20; i++) {
        wire_send_bytes(w, chunk, sizeof chunk);
    }
    wire_send(w, "0\r\n\r\n");
    assert_true(wire_wait(w, "len=0"));
    assert_true(f->is_too_large);
    wire_close(w);
}

static void ambiguous_lengths_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const requests[] = {
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Content-Length: 6\r\n\r\nhello!",
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Content-Length: 5\r\n\r\nhello",
        "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n"
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\nx",
        "POST /b HTTP/1.1\r\nHost: h\r\nHost: i\r\n\r\n",
    };
    for (size_t i = 0; i < sizeof requests / sizeof requests[0]; i++) {
        expect_status(f, requests[i], "400");
    }
    assert_int_equal(f->n_requests, 0);
}

static void odd_targets_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const targets[] = {
        "/a%00b", "/a%2Fb", "/a%2fb", "/a%zz",
        "/a%2",   "*",      "x",      "http://other/x",
    };
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        char request[128];
        assert_true(snprintf(request, sizeof request,
                             "GET %s HTTP/1.1\r\nHost: h\r\n\r\n",
                             targets[i]) > 0);
        expect_status(f, request, "400");
    }
    assert_int_equal(f->n_requests, 0);
}

static void rubbish_never_reaches_the_handler(void **state)
{
    struct fixture *f = *state;
    expect_cut(f, "\x16\x03\x01\x02 \x01\xfc\x03\x03\r\n\r\n");
    expect_cut(f, "POST /b HTTP/1.1\r\nHost: h\r\n"
                  "Content-Length: -5\r\n\r\nhello");
    expect_cut(f, "POST /b HTTP/1.1\r\nHost: h\r\n"
                  "Content-Length: 99999999999999999999999\r\n\r\n");
    expect_cut(f, "POST /b HTTP/1.1\r\nHost: h\r\n"
                  "Content-Length: 99999999\r\n\r\n");
    expect_cut(f, "POST /b HTTP/1.1\r\nHost: h\r\n"
                  "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n");
    expect_cut(f, "GET / HTTP/1.1\r\n\r\n");
}

static void headers_that_never_end_are_refused(void **state)
{
    struct fixture *f = *state;
    struct wire *w = dial(f);
    char line[1024];
    fill(line, sizeof line, "X-Long: ", "\r\n");
    wire_send(w, "GET / HTTP/1.1\r\nHost: h\r\n");
    for (int i = 0; i < 64; i++) {
        wire_send_bytes(w, line, sizeof line);
    }
    assert_true(wire_wait_over(w));
    assert_int_equal(f->n_requests, 0);
    wire_close(w);
}

static void a_half_open_connection_ends_at_its_deadline(void **state)
{
    struct fixture *f = *state;
    struct wire *silent = dial(f);
    struct wire *slow = dial(f);
    wire_send(slow, "POST /b HTTP/1.1\r\nHost: h\r\n"
                    "Content-Length: 100\r\n\r\nab");
    for (int i = 0; i < 5; i++) { /* a byte now and then is no excuse */
        struct wire *other = dial(f);
        fake_clock_advance(&f->clock, 4000);
        wire_send(slow, "x");
        wire_send(other, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        assert_true(wire_wait(other, "GET /"));
        wire_close(other);
    }
    assert_true(wire_wait_over(silent));
    assert_true(wire_wait_over(slow));
    wire_close(silent);
    wire_close(slow);
}

static void a_close_ends_streams_and_owed_answers(void **state)
{
    struct fixture *f = *state;
    struct wire *stream = dial(f);
    struct wire *later = dial(f);
    wire_send(stream, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(stream, "data: first\n\n"));
    wire_send(later, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    while (f->kept == NULL) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    close_server(f);
    assert_int_equal(f->n_streams_closed, 1);
    assert_true(wire_wait_over(stream));
    assert_true(wire_wait_over(later));
    assert_string_equal(http_request_path(f->kept), "/later");
    reply_text(f->kept, 200, "to nobody");
    wire_close(stream);
    wire_close(later);
}

static void an_answer_given_at_the_close_is_still_sent(void **state)
{
    struct fixture *f = *state;
    struct wire *later = dial(f);
    wire_send(later, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
    while (f->kept == NULL) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    http_server_close(f->server, on_closed, f);
    reply_text(f->kept, 202, "at the last moment");
    assert_true(wire_run_until(&f->loop, server_is_closed, f));
    f->server = NULL;
    assert_true(wire_wait(later, "at the last moment"));
    wire_close(later);
}

static void half_open_connections_do_not_keep_others_out(void **state)
{
    struct fixture *f = *state;
    struct wire *half[8];
    close_server(f);
    open_server(f, &(struct http_server_config){.listen = "127.0.0.1:0",
                                                .connections_max = 8});
    for (size_t i = 0; i < 8; i++) {
        half[i] = dial(f);
        wire_send(half[i], "GET /x HTTP/1.1\r\n");
    }
    for (size_t i = 0; i < 20; i++) {
        expect_status(f, "GET /y HTTP/1.1\r\nHost: h\r\n\r\n", "200");
    }
    for (size_t i = 0; i < 8; i++) {
        wire_close(half[i]);
    }
}

static void the_socket_knows_its_user(void **state)
{
    struct fixture *f = *state;
    char folder[] = "/tmp/tuermer-test-XXXXXX";
    char path[64];
    struct stat st;
    close_server(f);
    assert_non_null(mkdtemp(folder));
    assert_true(snprintf(path, sizeof path, "%s/s", folder) > 0);
    open_server(f, &(struct http_server_config){.socket_path = path});
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    struct wire *w = wire_open_unix(&f->loop, path);
    wire_send(w, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_true(wire_wait(w, "GET /x"));
    assert_true(f->peer.is_local);
    assert_int_equal(f->peer.uid, geteuid());
    assert_true(strlen(f->peer.user) > 0);
    wire_close(w);

    struct http_server_config second = {.loop = &f->loop,
                                        .clock = &f->clock.clock,
                                        .socket_path = path,
                                        .handler = on_request};
    struct http_server *none = NULL;
    struct err e;
    assert_int_equal(http_server_open(&second, &none, &e), ERR_CONFLICT);
    close_server(f);
    assert_int_not_equal(stat(path, &st), 0);
    assert_int_equal(rmdir(folder), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_comes_whole_and_decoded),
        TEST(two_requests_use_one_connection),
        TEST(an_answer_may_come_later),
        TEST(a_client_that_has_gone_does_not_matter),
        TEST(head_is_answered_without_a_body),
        TEST(a_body_at_the_limit_is_taken),
        TEST(a_body_over_the_limit_is_told_to_the_handler),
        TEST(a_chunked_body_is_bounded_too),
        TEST(ambiguous_lengths_are_refused),
        TEST(odd_targets_are_refused),
        TEST(rubbish_never_reaches_the_handler),
        TEST(headers_that_never_end_are_refused),
        TEST(a_half_open_connection_ends_at_its_deadline),
        TEST(a_close_ends_streams_and_owed_answers),
        TEST(an_answer_given_at_the_close_is_still_sent),
        TEST(half_open_connections_do_not_keep_others_out),
        TEST(the_socket_knows_its_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
