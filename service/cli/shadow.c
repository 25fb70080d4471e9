/* `tuermer shadow --listen ADDRESS`: the stand-in for Meta's Graph API by
 * itself, in the foreground. It prints one JSON object with its pages, its
 * profiles and their tokens, then serves until SIGINT or SIGTERM.
 *
 * It leaves the state directory alone (`init` wants it empty, and a service
 * has a shadow of its own there): what it receives is kept in --store, or in
 * a folder that goes when it ends. */
#include "drills/shadow/shadow.h"

#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "drills/shadow/configured.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

enum { SHADOW_SIGNALS = 2 };

struct shadow_run {
    uv_loop_t loop;
    uv_signal_t signals[SHADOW_SIGNALS];
    struct shadow *shadow;
};

static json_t *shadow_account_json(const struct shadow_account *a)
{
    return json_pack("{s:{s:s,s:s},s:{s:s,s:s}}", "facebook", "page_id",
                     a->facebook.id, "token", a->facebook.token, "instagram",
                     "user_id", a->instagram.id, "token", a->instagram.token);
}

static void shadow_print(struct cli *cli, const struct shadow *s,
                         const char *host)
{
    const struct shadow_accounts *a = shadow_accounts(s);
    char url[CONFIG_TEXT_MAX + 32];
    char graph_url[CONFIG_TEXT_MAX + 48];
    (void)snprintf(url, sizeof url, "http://%s:%u", host, shadow_port(s));
    (void)snprintf(graph_url, sizeof graph_url, "%s/v26.0", url);
    json_t *out = json_pack("{s:s,s:s,s:o,s:o}", "url", url, "graph_url",
                            graph_url, "live", shadow_account_json(&a->live),
                            "rehearsal", shadow_account_json(&a->rehearsal));
    check(out != NULL);
    char *text = json_dumps(out, JSON_COMPACT);
    check(text != NULL);
    json_decref(out);
    cli_out(cli, "%s\n", text);
    (void)fflush(cli->out); /* who reads it waits for the line */
    sodium_memzero(text, strlen(text));
    free(text);
}

static void shadow_on_closed(void *data)
{
    struct shadow_run *run = data;
    run->shadow = NULL;
    for (size_t i = 0; i < SHADOW_SIGNALS; i++) {
        uv_close((uv_handle_t *)&run->signals[i], NULL);
    }
}

static void shadow_on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    struct shadow_run *run = signal->data;
    for (size_t i = 0; i < SHADOW_SIGNALS; i++) {
        check(uv_signal_stop(&run->signals[i]) == 0);
    }
    shadow_close(run->shadow, shadow_on_closed, run);
}

static void shadow_serve(struct shadow_run *run)
{
    static const int numbers[SHADOW_SIGNALS] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < SHADOW_SIGNALS; i++) {
        check(uv_signal_init(&run->loop, &run->signals[i]) == 0);
        run->signals[i].data = run;
        check(uv_signal_start(&run->signals[i], shadow_on_signal, numbers[i]) ==
              0);
    }
    (void)uv_run(&run->loop, UV_RUN_DEFAULT); /* until all is closed */
    check(uv_loop_close(&run->loop) == 0);
}

/* The temporary folder and the files in it. */
static void shadow_remove(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *item = NULL;
    while (dir != NULL && (item = readdir(dir)) != NULL) {
        if (item->d_name[0] != '.') {
            (void)unlinkat(dirfd(dir), item->d_name, 0); /* told below */
        }
    }
    if (dir != NULL) {
        (void)closedir(dir); /* it was only read */
    }
    (void)rmdir(folder); /* what is left lies in the temporary folder */
}

/* The host of "host:port", as it stands there. */
static void shadow_host(const char *listen, char out[CONFIG_TEXT_MAX])
{
    const char *colon = strrchr(listen, ':');
    size_t len = colon == NULL ? strlen(listen) : (size_t)(colon - listen);
    len = len < CONFIG_TEXT_MAX ? len : CONFIG_TEXT_MAX - 1;
    memcpy(out, listen, len);
    out[len] = '\0';
}

static int shadow_start(struct cli *cli, struct shadow_config *config)
{
    struct err e;
    char host[CONFIG_TEXT_MAX];
    struct shadow_run *run = mem_zalloc(sizeof *run);
    check(uv_loop_init(&run->loop) == 0);
    config->loop = &run->loop;
    config->clock = clock_real();
    shadow_host(config->listen, host);
    if (shadow_open(config, &run->shadow, &e) != ERR_OK) {
        check(uv_loop_close(&run->loop) == 0);
        free(run);
        return cli_fail(cli, &e);
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a client that has gone is no end */
    shadow_print(cli, run->shadow, host);
    shadow_serve(run);
    free(run);
    return CLI_DONE;
}

int cli_shadow(struct cli *cli)
{
    const char *listen = NULL;
    const char *store = NULL;
    const struct cli_option options[] = {
        {.name = "--listen", .value = &listen},
        {.name = "--store", .value = &store},
    };
    char folder[] = "/tmp/tuermer-shadow-XXXXXX";
    struct shadow_config config = {.listen = "127.0.0.1:8090"};
    struct err e;
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    /* Without a configuration everything is made up. */
    if (access(cli->config_path, F_OK) == 0) {
        const struct config *c = cli_config(cli);
        if (c == NULL) {
            return CLI_CONFIG;
        }
        if (shadow_configured(c, &config.accounts.live, &e) != ERR_OK) {
            cli_say(cli, "%s", e.msg);
            return CLI_CONFIG;
        }
        config.listen = c->shadow_listen;
        config.authority = c->authority;
    }
    config.listen = listen == NULL ? config.listen : listen;
    config.directory = store;
    if (store == NULL && (config.directory = mkdtemp(folder)) == NULL) {
        cli_say(cli, "%s: %s", folder, strerror(errno));
        return CLI_ERROR;
    }
    int code = shadow_start(cli, &config);
    sodium_memzero(&config.accounts, sizeof config.accounts);
    if (store == NULL) {
        shadow_remove(folder);
    }
    return code;
}
