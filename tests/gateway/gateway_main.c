/* The test gateway by itself:
 *
 *   gateway [--port N] [--token T] [--app-secret S] [--log FILE] [--polls N]
 *
 * prints "port N", serves until SIGTERM or SIGINT, and appends every effect to
 * FILE as one line of JSON {effect,id,owner,text,at}. Faults are told by
 * POST /_gateway/fault {call,kind,skip,times,status,body,delay_ms}, forgotten
 * by POST /_gateway/heal. Page, user and app ids are free; without --token any
 * token will do. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <uv.h>

#include "service/base/check.h"
#include "tests/support/gateway.h"

struct gateway_main {
    uv_loop_t loop;
    uv_signal_t terminate;
    uv_signal_t interrupt;
    struct gateway *gateway;
};

static bool gateway_main_option(struct gateway_config *config, const char *name,
                                const char *value)
{
    if (strcmp(name, "--port") == 0) {
        config->port = (int)strtol(value, NULL, 10);
    } else if (strcmp(name, "--token") == 0) {
        config->token = value;
    } else if (strcmp(name, "--app-secret") == 0) {
        config->app_secret = value;
    } else if (strcmp(name, "--log") == 0) {
        config->log_path = value;
    } else if (strcmp(name, "--polls") == 0) {
        config->polls = (int)strtol(value, NULL, 10);
    } else {
        return false;
    }
    return true;
}

static void gateway_main_stop(uv_signal_t *handle, int number)
{
    (void)number;
    struct gateway_main *m = handle->data;
    uv_close((uv_handle_t *)&m->terminate, NULL);
    uv_close((uv_handle_t *)&m->interrupt, NULL);
    gateway_close(m->gateway, NULL, NULL);
}

int main(int argc, char **argv)
{
    struct gateway_config config = {0};
    struct gateway_main m;
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 >= argc ||
            !gateway_main_option(&config, argv[i], argv[i + 1])) {
            (void)fprintf(stderr, "gateway: unknown option %s\n", argv[i]);
            return 2;
        }
    }
    check(uv_loop_init(&m.loop) == 0);
    check(uv_signal_init(&m.loop, &m.terminate) == 0);
    check(uv_signal_init(&m.loop, &m.interrupt) == 0);
    m.terminate.data = &m;
    m.interrupt.data = &m;
    check(uv_signal_start(&m.terminate, gateway_main_stop, SIGTERM) == 0);
    check(uv_signal_start(&m.interrupt, gateway_main_stop, SIGINT) == 0);
    m.gateway = gateway_open(&m.loop, &config);
    (void)printf("port %d\n", gateway_port(m.gateway));
    (void)fflush(stdout);
    check(uv_run(&m.loop, UV_RUN_DEFAULT) == 0);
    check(uv_loop_close(&m.loop) == 0);
    return 0;
}
