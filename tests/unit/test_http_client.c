#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "channels/transport/http_client.h"
#include "service/base/clock.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/gateway.h"
#include "tests/support/wire.h"

struct fixture {
    uv_loop_t loop;
    struct gateway *gateway;
    struct http_client *http;
    int answers;
    int closed;
    char url[128];
};

static void fixture_closed(void *data)
{
    struct fixture *f = data;
    f->closed++;
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    assert_int_equal(uv_loop_init(&f->loop), 0);
    f->gateway = gateway_open(&f->loop, &(struct gateway_config){0});
    f->http = http_client_open(&f->loop, clock_real(), NULL);
    (void)snprintf(f->url, sizeof(f->url), "%s/100/feed",
                   gateway_url(f->gateway));
    *state = f;
    return 0;
}

static bool fixture_is_closed(void *data)
{
    const struct fixture *f = data;
    return f->closed == 2;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->http != NULL) {
        http_client_close(f->http, fixture_closed, f);
    } else {
        f->closed++;
    }
    gateway_close(f->gateway, fixture_closed, f);
    assert_true(wire_run_until(&f->loop, fixture_is_closed, f));
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

static int64_t in_ms(int64_t ms)
{
    return clock_mono_ms(clock_real()) + ms;
}

/* Keeps the answer's body, which is gone after the callback. */
struct asked {
    struct fixture *fixture;
    struct http_call request;
    char body[64];
    bool answered;
};

static void asked_done(struct http_call *r)
{
    struct asked *a = r->data;
    assert_false(a->answered);
    a->answered = true;
    a->fixture->answers++;
    assert_int_equal(r->answer.body[r->answer.body_len], '\0');
    (void)snprintf(a->body, sizeof(a->body), "%s", r->answer.body);
}

/* A post on a connection of its own. */
static void ask(struct fixture *f, struct asked *a)
{
    static const char body[] = "{\"message\":\"Meldung\"}";
    *a = (struct asked){.fixture = f};
    a->request = (struct http_call){.method = "POST",
                                    .url = f->url,
                                    .bearer = "secret",
                                    .body = body,
                                    .body_len = sizeof(body) - 1,
                                    .content_type = "application/json",
                                    .deadline_ms = in_ms(5000),
                                    .fresh = true,
                                    .done = asked_done,
                                    .data = a};
}

static bool asked_is_answered(void *data)
{
    const struct asked *a = data;
    return a->answered;
}

static void send_and_wait(struct fixture *f, struct asked *a)
{
    http_client_send(f->http, &a->request);
    assert_false(a->answered);
    assert_true(wire_run_until(&f->loop, asked_is_answered, a));
}

static void fail_feed(struct fixture *f, enum gateway_fault_kind kind)
{
    gateway_fail(f->gateway,
                 &(struct gateway_fault){.call = GATEWAY_FEED, .kind = kind});
}

static void an_answer_comes_with_status_type_and_body(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    ask(f, &a);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_ANSWERED);
    assert_int_equal(a.request.answer.status, 200);
    assert_true(a.request.answer.request_sent);
    assert_string_equal(a.request.answer.content_type, "application/json");
    assert_string_equal(a.body, "{\"id\":\"100_1\"}");
    const struct gateway_request *r = gateway_request(f->gateway, 0);
    assert_string_equal(r->bearer, "secret");
    assert_string_equal(r->body, "{\"message\":\"Meldung\"}");
}

/* libcurl sends a POST again by itself when a kept connection closes without
 * an answer; the first assertion shows that the trap is there. */
static void a_fresh_post_is_sent_once_when_the_peer_closes(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    for (int fresh = 0; fresh < 2; fresh++) {
        size_t before = gateway_n_posts(f->gateway);
        ask(f, &a);
        a.request.fresh = false;
        send_and_wait(f, &a); /* leaves a connection to be used again */
        fail_feed(f, GATEWAY_FAULT_CLOSE_AFTER);
        ask(f, &a);
        a.request.fresh = fresh == 1;
        send_and_wait(f, &a);
        size_t sent = gateway_n_posts(f->gateway) - before - 1;
        assert_int_equal(sent, fresh == 1 ? 1 : 2);
    }
    assert_int_equal(a.request.answer.end, HTTP_BROKEN);
    assert_true(a.request.answer.request_sent);
}

static void a_deadline_ends_a_hanging_request(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    fail_feed(f, GATEWAY_FAULT_HANG);
    ask(f, &a);
    a.request.deadline_ms = in_ms(300);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_TIMED_OUT);
    assert_true(a.request.answer.request_sent);
    assert_string_not_equal(a.request.answer.reason, "");
}

static void a_deadline_that_has_passed_sends_nothing(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    ask(f, &a);
    a.request.deadline_ms = in_ms(-1);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_TIMED_OUT);
    assert_false(a.request.answer.request_sent);
    assert_int_equal(gateway_n_requests(f->gateway), 0);
}

static void an_answer_over_its_limit_is_refused(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    fail_feed(f, GATEWAY_FAULT_HUGE);
    ask(f, &a);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_TOO_LARGE);
    ask(f, &a);
    a.request.answer_max = 14; /* {"id":"100_2"} */
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_ANSWERED);
    ask(f, &a);
    a.request.answer_max = 13;
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_TOO_LARGE);
}

static void a_redirect_is_an_answer_and_not_followed(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    gateway_fail(f->gateway,
                 &(struct gateway_fault){.call = GATEWAY_FEED,
                                         .kind = GATEWAY_FAULT_REDIRECT,
                                         .body = f->url});
    ask(f, &a);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_ANSWERED);
    assert_int_equal(a.request.answer.status, 302);
    assert_int_equal(gateway_n_requests(f->gateway), 1);
}

static void a_proxy_in_the_environment_is_ignored(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    ask(f, &a);
    send_and_wait(f, &a);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_int_equal(unsetenv("ALL_PROXY"), 0);
    assert_int_equal(a.request.answer.status, 200);
}

static void what_never_connected_was_not_sent(void **state)
{
    struct fixture *f = *state;
    /* A label of 64 letters: no resolver is asked about it. */
    static const char no_name[] = "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa/";
    static const char *const urls[] = {
        "http://127.0.0.1:1/",
        no_name,
        "https://127.0.0.1:1/",
        "ftp://127.0.0.1/",
        "nonsense://",
        "file:///etc/passwd",
        "",
    };
    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct asked a;
        ask(f, &a);
        a.request.url = urls[i];
        a.request.fresh = i % 2 == 0;
        send_and_wait(f, &a);
        assert_int_not_equal(a.request.answer.end, HTTP_ANSWERED);
        assert_int_equal(a.request.answer.status, 0);
        if (a.request.answer.end == HTTP_NOT_CONNECTED) {
            assert_false(a.request.answer.request_sent);
        }
    }
}

/* TLS against a peer that speaks plain HTTP: our hello is no request. */
static void a_failed_handshake_sends_nothing(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    char url[64];
    (void)snprintf(url, sizeof(url), "https://127.0.0.1:%d/",
                   gateway_port(f->gateway));
    ask(f, &a);
    a.request.url = url;
    a.request.deadline_ms = in_ms(500); /* the peer waits for more */
    send_and_wait(f, &a);
    assert_int_not_equal(a.request.answer.end, HTTP_ANSWERED);
    assert_false(a.request.answer.request_sent);
}

static void a_line_end_in_a_header_is_not_sent(void **state)
{
    struct fixture *f = *state;
    const struct http_header header = {"X-Test", "a\r\nX-Other: b"};
    struct asked a;
    ask(f, &a);
    a.request.headers = &header;
    a.request.n_headers = 1;
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_NOT_CONNECTED);
    ask(f, &a);
    a.request.bearer = "a\nb";
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_NOT_CONNECTED);
    assert_int_equal(gateway_n_requests(f->gateway), 0);
}

static void a_cut_body_is_broken(void **state)
{
    struct fixture *f = *state;
    struct asked a;
    fail_feed(f, GATEWAY_FAULT_CUT);
    ask(f, &a);
    send_and_wait(f, &a);
    assert_int_equal(a.request.answer.end, HTTP_BROKEN);
    assert_int_equal(a.request.answer.status, 200);
}

static bool fixture_has_a_request(void *data)
{
    const struct fixture *f = data;
    return gateway_n_requests(f->gateway) > 0;
}

static void a_cancelled_request_answers_once(void **state)
{
    struct fixture *f = *state;
    struct asked running;
    struct asked starting;
    fail_feed(f, GATEWAY_FAULT_HANG);
    ask(f, &running);
    http_client_send(f->http, &running.request);
    assert_true(wire_run_until(&f->loop, fixture_has_a_request, f));
    ask(f, &starting);
    http_client_send(f->http, &starting.request);
    http_client_cancel(f->http, &running.request);
    http_client_cancel(f->http, &starting.request);
    assert_int_equal(f->answers, 0);
    assert_true(wire_run_until(&f->loop, asked_is_answered, &starting));
    assert_int_equal(f->answers, 2);
    assert_int_equal(running.request.answer.end, HTTP_CANCELLED);
    assert_true(running.request.answer.request_sent);
    assert_int_equal(starting.request.answer.end, HTTP_CANCELLED);
    assert_false(starting.request.answer.request_sent);
    assert_int_equal(gateway_n_requests(f->gateway), 1);
}

static bool fixture_client_is_closed(void *data)
{
    const struct fixture *f = data;
    return f->closed == 1;
}

static void closing_answers_everything_first(void **state)
{
    struct fixture *f = *state;
    struct asked a[3];
    gateway_fail(f->gateway, &(struct gateway_fault){.call = GATEWAY_FEED,
                                                     .kind = GATEWAY_FAULT_HANG,
                                                     .times = -1});
    for (int i = 0; i < 3; i++) {
        ask(f, &a[i]);
        http_client_send(f->http, &a[i].request);
    }
    assert_true(wire_run_until(&f->loop, fixture_has_a_request, f));
    http_client_close(f->http, fixture_closed, f);
    f->http = NULL;
    assert_true(wire_run_until(&f->loop, fixture_client_is_closed, f));
    assert_int_equal(f->answers, 3);
    f->closed = 0;
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_answer_comes_with_status_type_and_body),
        TEST(a_fresh_post_is_sent_once_when_the_peer_closes),
        TEST(a_deadline_ends_a_hanging_request),
        TEST(a_deadline_that_has_passed_sends_nothing),
        TEST(an_answer_over_its_limit_is_refused),
        TEST(a_redirect_is_an_answer_and_not_followed),
        TEST(a_proxy_in_the_environment_is_ignored),
        TEST(what_never_connected_was_not_sent),
        TEST(a_failed_handshake_sends_nothing),
        TEST(a_line_end_in_a_header_is_not_sent),
        TEST(a_cut_body_is_broken),
        TEST(a_cancelled_request_answers_once),
        TEST(closing_answers_everything_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
