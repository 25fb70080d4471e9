#include "service/app.h"

#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>
#include <unistd.h>

#include "channels/transport/http_client.h"
#include "drills/drills.h"
#include "drills/shadow/configured.h"
#include "drills/shadow/shadow.h"
#include "service/api/drills.h"
#include "service/api/events.h"
#include "service/api/session.h"
#include "service/app_parts.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/http/public.h"
#include "service/http/server.h"
#include "service/lock.h"
#include "service/store/log.h"
#include "service/store/store.h"
#include "templates/places.h"

/* sysexits.h, as contract 2 uses them. */
enum { APP_ERROR = 1, APP_RUNNING = 75, APP_CONFIG = 78 };

/* ---- stop: strictly the reverse of the start, one part after the other ----
 */

static void app_stop_next(struct app *a);

static void app_on_closed(void *data)
{
    app_stop_next(data);
}

static void app_on_handle_closed(uv_handle_t *handle)
{
    app_stop_next(handle->data);
}

static bool app_stop_doors(struct app *a)
{
    struct http_server **doors[] = {&a->socket, &a->console};
    for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++) {
        struct http_server *server = *doors[i];
        if (server != NULL) {
            *doors[i] = NULL;
            http_server_close(server, app_on_closed, a);
            return true;
        }
    }
    if (a->sessions != NULL) {
        struct session_manager *sessions = a->sessions;
        a->sessions = NULL;
        session_manager_close(sessions, app_on_closed, a);
        return true;
    }
    return false;
}

static bool app_stop_flow(struct app *a)
{
    if (a->drills != NULL) {
        struct drills *drills = a->drills;
        a->drills = NULL;
        drills_close(drills, app_on_closed, a);
        return true;
    }
    if (a->broadcast != NULL && a->step == 0) {
        broadcast_stop(a->broadcast);
    }
    if (app_channels_close(a, (size_t)a->step, app_on_closed)) {
        a->step++;
        return true;
    }
    if (a->broadcast != NULL) {
        struct broadcast *broadcast = a->broadcast;
        a->broadcast = NULL;
        broadcast_close(broadcast, app_on_closed, a);
        return true;
    }
    return false;
}

static bool app_stop_ground(struct app *a)
{
    if (a->shadow != NULL) {
        struct shadow *shadow = a->shadow;
        a->shadow = NULL;
        shadow_close(shadow, app_on_closed, a);
        return true;
    }
    if (a->client != NULL) {
        struct http_client *client = a->client;
        a->client = NULL;
        http_client_close(client, app_on_closed, a);
        return true;
    }
    for (size_t i = 0; i < 2; i++) {
        uv_handle_t *handle = (uv_handle_t *)&a->signals[i];
        if (uv_is_active(handle) && !uv_is_closing(handle)) {
            uv_close(handle, app_on_handle_closed);
            return true;
        }
    }
    return false;
}

static void app_stop_next(struct app *a)
{
    (void)(app_stop_doors(a) || app_stop_flow(a) || app_stop_ground(a));
}

static void app_stop(struct app *a)
{
    if (!a->stopping) {
        a->stopping = true;
        (void)sd_notify(0, "STOPPING=1");
        log_info("service stopping");
        app_stop_next(a);
    }
}

static void app_on_signal(uv_signal_t *signal, int number)
{
    (void)number;
    app_stop(signal->data);
}

/* ---- start ---- */

static void app_on_event(const struct broadcast_event *event, void *data)
{
    struct app *a = data;
    events_send(a->events, event);
}

/* The disk knows what is true; a restart reads it. */
static void app_on_fatal(const struct err *e, void *data)
{
    (void)data;
    log_error("stopping at once: %s", e->msg);
    _exit(APP_ERROR);
}

static void app_on_session_ended(const char *key, void *data)
{
    struct app *a = data;
    events_end_session(a->events, key);
}

static enum err_code app_open_store(struct app *a, struct err *e)
{
    char path[CONFIG_PATH_MAX + 32];
    struct log_damage damage;
    (void)snprintf(path, sizeof(path), "%s/tuermer.db", a->config->state_dir);
    enum err_code code = store_open(path, a->clock, &a->store, e);
    if (code != ERR_OK) {
        return code;
    }
    (void)snprintf(path, sizeof(path), "%s/keys", a->config->state_dir);
    code = keyring_load(path, &a->keys, e);
    if (code != ERR_OK) {
        return code;
    }
    log_open(a->store, &a->keys.keys[KEYRING_AUDIT].open, &damage);
    if (damage.index >= 0) {
        log_error("audit log damaged: %s", damage.why);
        (void)snprintf(a->log_damage, sizeof(a->log_damage), "%s", damage.why);
    }
    return app_keys_compose(a, e);
}

static void app_strip_slash(char *url)
{
    size_t len = strlen(url);
    if (len > 0 && url[len - 1] == '/') {
        url[len - 1] = '\0';
    }
}

static enum err_code app_open_public(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    struct public_config config = {.listen = c->website_listen,
                                   .public_url = c->website_public_url};
    (void)snprintf(a->public_url[REALM_LIVE], APP_URL_MAX, "%s",
                   c->website_on ? c->website_public_url
                                 : c->console_public_url);
    app_strip_slash(a->public_url[REALM_LIVE]);
    if (!c->website_on) {
        return ERR_OK;
    }
    enum err_code code = public_open(&config, &a->public, e);
    if (code == ERR_OK) {
        (void)snprintf(a->local_url, sizeof(a->local_url),
                       "http://127.0.0.1:%u", public_port(a->public));
    }
    return code;
}

static enum err_code app_open_shadow(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    char directory[CONFIG_PATH_MAX + 32];
    struct shadow_config config = {.loop = &a->loop,
                                   .clock = a->clock,
                                   .listen = c->shadow_listen,
                                   .directory = directory,
                                   .rehearsal_site = a->rehearsal_site,
                                   .authority = c->authority};
    enum err_code code = shadow_configured(c, &config.accounts.live, e);
    (void)snprintf(directory, sizeof(directory), "%s/shadow", c->state_dir);
    (void)snprintf(a->rehearsal_site, sizeof(a->rehearsal_site),
                   "%s/rehearsal-site", c->state_dir);
    if (code == ERR_OK) {
        code = shadow_open(&config, &a->shadow, e);
    }
    sodium_memzero(&config.accounts, sizeof(config.accounts));
    if (code == ERR_OK) {
        (void)snprintf(a->public_url[REALM_REHEARSAL], APP_URL_MAX,
                       "http://127.0.0.1:%u/rehearsal", shadow_port(a->shadow));
    }
    return code;
}

static void app_open_broadcast(struct app *a)
{
    config_public_host(a->config, a->host);
    struct broadcast_options options = {
        .loop = &a->loop,
        .clock = a->clock,
        .store = a->store,
        .config = a->config,
        .places = a->places,
        .public_url = {a->public_url[REALM_LIVE],
                       a->public_url[REALM_REHEARSAL]},
        .host = a->host,
        .stream_keys = {&a->keys.keys[KEYRING_ACTUAL],
                        &a->keys.keys[KEYRING_EXERCISE],
                        &a->keys.keys[KEYRING_REHEARSAL]},
        .heartbeat_key = &a->keys.keys[KEYRING_HEARTBEAT],
        .audit_key = &a->keys.keys[KEYRING_AUDIT],
        .key_list = a->key_list,
        .key_texts = a->key_texts,
        .event = app_on_event,
        .fatal = app_on_fatal,
        .data = a};
    memcpy(options.channels, a->channels, sizeof(options.channels));
    a->broadcast = broadcast_open(&options);
    events_set_broadcast(a->events, a->broadcast);
}

static void app_on_drill(const struct drill *d, int64_t leaf, void *data)
{
    struct app *a = data;
    api_drills_changed(d, leaf, a->events);
}

static void app_open_drills(struct app *a)
{
    const struct drills_options options = {.loop = &a->loop,
                                           .clock = a->clock,
                                           .store = a->store,
                                           .broadcast = a->broadcast,
                                           .changed = app_on_drill,
                                           .fatal = app_on_fatal,
                                           .data = a};
    a->drills = drills_open(&options);
}

static enum err_code app_open_doors(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    struct session_manager_options options = {.loop = &a->loop,
                                              .clock = a->clock,
                                              .config = c,
                                              .store = a->store,
                                              .fatal = app_on_fatal,
                                              .data = a};
    a->sessions = session_manager_open(&options);
    session_manager_watch(a->sessions, app_on_session_ended, a);
    a->api = (struct api){.loop = &a->loop,
                          .clock = a->clock,
                          .config = c,
                          .store = a->store,
                          .broadcast = a->broadcast,
                          .drills = a->drills,
                          .events = a->events,
                          .sessions = a->sessions,
                          .log_key = &a->keys.keys[KEYRING_AUDIT].open,
                          .keys = &a->keys,
                          .log_damage = a->log_damage};
    struct http_server_config console = {
        .loop = &a->loop,
        .clock = a->clock,
        .listen = c->console_listen,
        .tls_cert = c->console_tls_cert[0] == '\0' ? NULL : c->console_tls_cert,
        .tls_key = c->console_tls_key[0] == '\0' ? NULL : c->console_tls_key,
        .handler = api_handle,
        .data = &a->api};
    struct http_server_config socket = {.loop = &a->loop,
                                        .clock = a->clock,
                                        .socket_path = c->socket,
                                        .handler = api_handle,
                                        .data = &a->api};
    enum err_code code = http_server_open(&console, &a->console, e);
    return code == ERR_OK ? http_server_open(&socket, &a->socket, e) : code;
}

static void app_watch_signals(struct app *a)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    for (size_t i = 0; i < 2; i++) {
        check(uv_signal_init(&a->loop, &a->signals[i]) == 0);
        a->signals[i].data = a;
        check(uv_signal_start(&a->signals[i], app_on_signal, numbers[i]) == 0);
    }
    (void)signal(SIGPIPE, SIG_IGN);
}

static enum err_code app_start(struct app *a, struct err *e)
{
    a->places = places_builtin();
    enum err_code code = app_open_store(a, e);
    if (code == ERR_OK) {
        a->client = http_client_open(&a->loop, a->clock, NULL);
        a->events = events_new(a->store, a->clock);
        code = app_open_public(a, e);
    }
    if (code == ERR_OK) {
        code = app_open_shadow(a, e);
    }
    if (code == ERR_OK) {
        code = app_channels_open(a, e);
    }
    if (code == ERR_OK) {
        app_open_broadcast(a);
        app_open_drills(a);
        code = app_open_doors(a, e);
    }
    return code;
}

static void app_fini(struct app *a)
{
    if (a->public != NULL) {
        public_close(a->public);
    }
    if (a->events != NULL) {
        events_free(a->events);
    }
    if (a->store != NULL) {
        store_close(a->store);
    }
    places_free(a->places);
    keyring_forget(&a->keys);
    free(a->key_list);
    free(a->key_texts);
}

static int app_exit_code(enum err_code code)
{
    switch (code) {
    case ERR_DENIED:
    case ERR_INVALID: return APP_CONFIG;
    case ERR_CONFLICT: return APP_RUNNING;
    case ERR_OK:
    case ERR_LIMIT:
    case ERR_NOT_FOUND:
    case ERR_UNAVAILABLE:
    case ERR_TIMEOUT:
    case ERR_NOMEM:
    case ERR_IO:
    case ERR_CORRUPT:
    case ERR_UNCERTAIN: return APP_ERROR;
    }
    return APP_ERROR;
}

static void app_run(struct app *a)
{
    struct err e;
    check(uv_loop_init(&a->loop) == 0);
    app_watch_signals(a);
    enum err_code code = app_start(a, &e);
    if (code != ERR_OK) {
        log_error("not started: %s", e.msg);
        a->exit_code = app_exit_code(code);
        app_stop(a);
    } else {
        broadcast_start(a->broadcast);
        drills_start(a->drills);
        (void)sd_notify(0, "READY=1");
        log_info("service ready console_port=%u public_url=%s",
                 http_server_port(a->console), a->public_url[REALM_LIVE]);
    }
    (void)uv_run(&a->loop, UV_RUN_DEFAULT);
    app_fini(a);
    check(uv_loop_close(&a->loop) == 0);
    log_info("service stopped");
}

int app_serve(const struct config *config)
{
    struct app a = {.config = config, .clock = clock_real()};
    struct err e;
    check(sodium_init() >= 0);
    /* One heap for all threads: cards drawn in four workers would else leave
     * their peak in four arenas. */
    (void)mallopt(M_ARENA_MAX, 1);
    check(setenv("TZ", config->timezone, 1) == 0);
    tzset();
    enum err_code code = config_check_files(config, &e);
    if (code != ERR_OK) {
        log_error("configuration: %s", e.msg);
        return APP_CONFIG;
    }
    code = lock_take(config->state_dir, &a.lock_fd, &e);
    if (code != ERR_OK) {
        log_error("not started: %s", e.msg);
        return code == ERR_CONFLICT ? APP_RUNNING : APP_ERROR;
    }
    app_run(&a);
    (void)close(a.lock_fd);
    return a.exit_code;
}
