/* The gateway of tests/support as a program of its own, for tests that drive
 * the service from outside and kill it:
 *
 *     gateway_main --port PORT [--log FILE] [--polls N]
 *                  [--fault CALL:KIND[:STATUS]]...
 *
 * A container is IN_PROGRESS for N readings (1), as with Meta.
 * A fault lasts until the program ends. SIGTERM ends it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "service/base/check.h"
#include "tests/support/gateway.h"

struct gateway_main {
    uv_loop_t loop;
    uv_signal_t stop;
    struct gateway *gateway;
};

static void gateway_main_stop(uv_signal_t *stop, int number)
{
    struct gateway_main *m = stop->data;
    (void)number;
    uv_close((uv_handle_t *)&m->stop, NULL);
    gateway_close(m->gateway, NULL, NULL);
}

static bool gateway_main_fault(struct gateway *g, char *text)
{
    struct gateway_fault fault = {.times = -1, .status = 400};
    char *kind = strchr(text, ':');
    if (kind == NULL) {
        return false;
    }
    *kind++ = '\0';
    char *status = strchr(kind, ':');
    if (status != NULL) {
        *status++ = '\0';
        fault.status = (int)strtol(status, NULL, 10);
    }
    fault.body = "{\"error\":{\"message\":\"no\",\"type\":\"OAuthException\","
                 "\"code\":200}}";
    if (!gateway_call_parse(text, &fault.call) ||
        !gateway_fault_parse(kind, &fault.kind)) {
        return false;
    }
    gateway_fail(g, &fault);
    return true;
}

static int gateway_main_usage(void)
{
    (void)fputs("usage: see the head of tests/system/gateway_main.c\n", stderr);
    return 2;
}

int main(int argc, char **argv)
{
    struct gateway_main m = {.gateway = NULL};
    struct gateway_config config = {.polls = 1};
    bool ok = argc % 2 == 1;
    for (int i = 1; ok && i < argc; i += 2) {
        if (strcmp(argv[i], "--port") == 0) {
            config.port = (int)strtol(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--log") == 0) {
            config.log_path = argv[i + 1];
        } else if (strcmp(argv[i], "--polls") == 0) {
            config.polls = (int)strtol(argv[i + 1], NULL, 10);
        } else if (strcmp(argv[i], "--fault") != 0) {
            ok = false;
        }
    }
    if (!ok) {
        return gateway_main_usage();
    }
    check(uv_loop_init(&m.loop) == 0);
    check(uv_signal_init(&m.loop, &m.stop) == 0);
    m.stop.data = &m;
    check(uv_signal_start(&m.stop, gateway_main_stop, SIGTERM) == 0);
    m.gateway = gateway_open(&m.loop, &config);
    for (int i = 1; ok && i < argc; i += 2) {
        if (strcmp(argv[i], "--fault") == 0) {
            ok = gateway_main_fault(m.gateway, argv[i + 1]);
        }
    }
    if (!ok) {
        return gateway_main_usage();
    }
    check(uv_run(&m.loop, UV_RUN_DEFAULT) == 0);
    check(uv_loop_close(&m.loop) == 0);
    return 0;
}
