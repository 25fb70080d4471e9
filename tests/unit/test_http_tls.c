/* Whom the HTTP client believes: openssl's test server with a certificate for
 * 127.0.0.1 that nobody but itself has signed. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <uv.h>

#include "channels/transport/http_client.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

extern char **environ;

enum { ARGUMENTS_MAX = 32 };

struct fixture {
    char folder[64];
    char certificate[96];
    char key[96];
    pid_t server;
    int port;
};

/* Starts a command, words apart by one blank, with stdout in `out`; -1: to
 * nowhere. */
static pid_t start(char *command, int out)
{
    posix_spawn_file_actions_t actions;
    char *argv[ARGUMENTS_MAX] = {NULL};
    pid_t pid = 0;
    for (size_t n = 0; command != NULL; n++) {
        check(n + 1 < ARGUMENTS_MAX);
        argv[n] = command;
        command = strchr(command, ' ');
        if (command != NULL) {
            *command++ = '\0';
        }
    }
    check(posix_spawn_file_actions_init(&actions) == 0);
    check(posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR,
                                           0) == 0);
    check(posix_spawn_file_actions_adddup2(&actions, out >= 0 ? out : 0, 1) ==
          0);
    check(posix_spawn_file_actions_adddup2(&actions, 0, 2) == 0);
    check(posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ) == 0);
    check(posix_spawn_file_actions_destroy(&actions) == 0);
    return pid;
}

static void make_certificate(struct fixture *f)
{
    char command[512];
    int status = -1;
    (void)snprintf(command, sizeof(command),
                   "openssl req -x509 -newkey ec -pkeyopt "
                   "ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=t "
                   "-addext subjectAltName=IP:127.0.0.1 -keyout %s -out %s",
                   f->key, f->certificate);
    pid_t pid = start(command, -1);
    check(waitpid(pid, &status, 0) == pid && status == 0);
}

/* s_server says "ACCEPT 127.0.0.1:PORT" when it listens. */
static void start_server(struct fixture *f)
{
    char command[512];
    int ends[2];
    char line[256];
    (void)snprintf(command, sizeof(command),
                   "openssl s_server -accept 127.0.0.1:0 -cert %s -key %s -www",
                   f->certificate, f->key);
    check(pipe(ends) == 0);
    f->server = start(command, ends[1]);
    (void)close(ends[1]);
    FILE *out = fdopen(ends[0], "r");
    check(out != NULL);
    while (f->port == 0 && fgets(line, sizeof(line), out) != NULL) {
        const char *colon = strrchr(line, ':');
        if (strncmp(line, "ACCEPT", 6) == 0 && colon != NULL) {
            f->port = (int)strtol(colon + 1, NULL, 10);
        }
    }
    check(f->port != 0);
    (void)fclose(out);
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    MEM_SET_TEXT(f->folder, "/tmp/tuermer-test-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    (void)snprintf(f->certificate, sizeof(f->certificate), "%s/cert.pem",
                   f->folder);
    (void)snprintf(f->key, sizeof(f->key), "%s/key.pem", f->folder);
    make_certificate(f);
    start_server(f);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    check(kill(f->server, SIGTERM) == 0);
    check(waitpid(f->server, NULL, 0) == f->server);
    (void)unlink(f->certificate);
    (void)unlink(f->key);
    (void)rmdir(f->folder);
    free(f);
    return 0;
}

static void answered(struct http_call *r)
{
    bool *is_answered = r->data;
    *is_answered = true;
}

static bool is_true(void *data)
{
    return *(const bool *)data;
}

static void closed(void *data)
{
    *(bool *)data = true;
}

/* The end of one GET https://host:port/ with these roots. */
static struct http_answer get(const struct fixture *f, const char *host,
                              const char *ca_file)
{
    uv_loop_t loop;
    char url[96];
    bool is_answered = false;
    bool is_closed = false;
    check(uv_loop_init(&loop) == 0);
    struct http_client *http = http_client_open(&loop, clock_real(), ca_file);
    (void)snprintf(url, sizeof(url), "https://%s:%d/", host, f->port);
    struct http_call r = {.method = "GET",
                          .url = url,
                          .bearer = "secret",
                          .fresh = true,
                          .deadline_ms = clock_mono_ms(clock_real()) + 5000,
                          .done = answered,
                          .data = &is_answered};
    http_client_send(http, &r);
    assert_true(wire_run_until(&loop, is_true, &is_answered));
    http_client_close(http, closed, &is_closed);
    assert_true(wire_run_until(&loop, is_true, &is_closed));
    (void)uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return r.answer;
}

static void a_certificate_signed_by_our_roots_is_believed(void **state)
{
    const struct fixture *f = *state;
    struct http_answer a = get(f, "127.0.0.1", f->certificate);
    assert_int_equal(a.end, HTTP_ANSWERED);
    assert_int_equal(a.status, 200);
}

static void a_stranger_gets_not_one_byte(void **state)
{
    const struct fixture *f = *state;
    struct http_answer a = get(f, "127.0.0.1", NULL);
    assert_int_equal(a.end, HTTP_NOT_CONNECTED);
    assert_false(a.request_sent);
}

static void the_right_certificate_for_another_name_is_a_stranger(void **state)
{
    const struct fixture *f = *state;
    struct http_answer a = get(f, "localhost", f->certificate);
    assert_int_equal(a.end, HTTP_NOT_CONNECTED);
    assert_false(a.request_sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_signed_by_our_roots_is_believed),
        cmocka_unit_test(a_stranger_gets_not_one_byte),
        cmocka_unit_test(the_right_certificate_for_another_name_is_a_stranger),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
