/* Addresses, and what a listener refuses to listen on. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/http/listen.h"
#include "service/http/server.h"
#include "tests/support/cmocka_all.h"

static const struct {
    const char *text;
    bool is_good;
    bool is_loopback;
} listen_rows[] = {
    {"127.0.0.1:8080", true, true},
    {"127.9.9.9:1", true, true},
    {"localhost:0", true, true},
    {"[::1]:8443", true, true},
    {"0.0.0.0:80", true, false},
    {"*:80", true, false},
    {"[::]:80", true, false},
    {"192.0.2.1:65535", true, false},
    {"127.0.0.1", false, false},
    {"127.0.0.1:", false, false},
    {"127.0.0.1:x", false, false},
    {"127.0.0.1:65536", false, false},
    {"127.0.0.1:-1", false, false},
    {"127.0.0.1:80x", false, false},
    {":80", false, false},
    {"[::1:80", false, false},
    {"::1:80", false, false},
    {"example.org:80", false, false},
    {"", false, false},
    {"[]:80", false, false},
};

static void addresses_are_numeric(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof listen_rows / sizeof listen_rows[0]; i++) {
        struct listen_address a;
        struct err e;
        bool is_good = listen_parse(listen_rows[i].text, &a, &e) == ERR_OK;
        if (is_good != listen_rows[i].is_good ||
            (is_good && a.is_loopback != listen_rows[i].is_loopback)) {
            fail_msg("%s", listen_rows[i].text);
        }
    }
}

static void on_request(struct http_request *r, void *data)
{
    (void)data;
    http_reply(r, 200, NULL, 0, NULL, 0);
}

static void expect_refused(const char *listen, enum err_code expected)
{
    uv_loop_t loop;
    struct err e;
    struct http_server *none = NULL;
    check(uv_loop_init(&loop) == 0);
    struct http_server_config config = {.loop = &loop,
                                        .clock = clock_real(),
                                        .listen = listen,
                                        .handler = on_request};
    assert_int_equal(http_server_open(&config, &none, &e), expected);
    assert_null(none);
    assert_int_equal(uv_loop_close(&loop), 0);
}

static void a_plain_listener_stays_on_loopback(void **state)
{
    (void)state;
    expect_refused("0.0.0.0:0", ERR_DENIED);
    expect_refused("nonsense", ERR_INVALID);
}

static void an_address_in_use_is_a_conflict(void **state)
{
    (void)state;
    struct listen_address a;
    struct err e;
    int fd = -1;
    unsigned port = 0;
    char taken[32];
    assert_int_equal(listen_parse("127.0.0.1:0", &a, &e), ERR_OK);
    assert_int_equal(listen_tcp(&a, &fd, &port, &e), ERR_OK);
    assert_true(port > 0);
    assert_true(snprintf(taken, sizeof taken, "127.0.0.1:%u", port) > 0);
    expect_refused(taken, ERR_CONFLICT);
    assert_int_equal(close(fd), 0);
}

static void a_file_that_is_no_socket_stays(void **state)
{
    (void)state;
    char path[] = "/tmp/tuermer-test-XXXXXX";
    struct err e;
    int fd = mkstemp(path);
    int none = -1;
    assert_true(fd >= 0);
    assert_int_equal(listen_unix(path, &none, &e), ERR_CONFLICT);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(unlink(path), 0);
}

static void a_left_socket_is_replaced(void **state)
{
    (void)state;
    char folder[] = "/tmp/tuermer-test-XXXXXX";
    char path[64];
    struct err e;
    int first = -1;
    int second = -1;
    assert_non_null(mkdtemp(folder));
    assert_true(snprintf(path, sizeof path, "%s/s", folder) > 0);
    assert_int_equal(listen_unix(path, &first, &e), ERR_OK);
    assert_int_equal(listen_unix(path, &second, &e), ERR_CONFLICT);
    assert_int_equal(close(first), 0); /* as after a kill */
    assert_int_equal(listen_unix(path, &second, &e), ERR_OK);
    assert_int_equal(close(second), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_numeric),
        cmocka_unit_test(a_plain_listener_stays_on_loopback),
        cmocka_unit_test(an_address_in_use_is_a_conflict),
        cmocka_unit_test(a_file_that_is_no_socket_stays),
        cmocka_unit_test(a_left_socket_is_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
