/* Opening, the library's callbacks, closing. The order of things at the close
 * is the library's: see server_stop(). */
#include "service/http/server.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/http/internal.h"
#include "service/http/listen.h"

enum { SERVER_PEM_MAX = 256 * 1024, SERVER_SLACK = 64 };

static void server_maybe_stop(struct http_server *s);

static void server_on_poll(uv_poll_t *poll, int status, int events)
{
    (void)status; /* whatever it is, MHD_run looks itself */
    (void)events;
    http_turn_run(container_of(poll, struct http_server, poll));
}

/* Cuts what is past its deadline, looks after streams. */
static void server_sweep(struct http_server *s)
{
    int64_t now_ms = clock_mono_ms(s->clock);
    for (struct http_conn *c = s->first; c != NULL; c = c->next) {
        if (c->stream != NULL) {
            http_stream_sweep(c->stream, now_ms);
        } else if (now_ms >= c->deadline_ms) {
            http_conn_cut(c);
        }
    }
}

static void server_on_sweep(uv_timer_t *timer)
{
    struct http_server *s = container_of(timer, struct http_server, sweep);
    server_sweep(s);
    http_turn_run(s);
    if (s->is_closing) {
        server_maybe_stop(s);
    }
}

/* The library's callbacks. */

static void *server_on_target(void *data, const char *target,
                              struct MHD_Connection *mhd)
{
    const struct http_server *s = data;
    http_conn_expect(http_conn_of(mhd), HTTP_RECEIVE_MS);
    return http_request_new(s->loop, target);
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result server_on_request(void *data, struct MHD_Connection *mhd,
                                         const char *url, const char *method,
                                         const char *version, const char *bytes,
                                         size_t *len, void **context)
{
    (void)data;
    (void)version;
    return http_request_step(*context, mhd, url, method, bytes, len);
}

static void server_on_completed(void *data, struct MHD_Connection *mhd,
                                void **context,
                                enum MHD_RequestTerminationCode why)
{
    (void)data;
    (void)why;
    struct http_request *r = *context;
    struct http_conn *c = http_conn_of(mhd);
    *context = NULL;
    http_conn_expect(c, HTTP_IDLE_MS);
    if (r == NULL) {
        return;
    }
    bool is_owed = r->phase == HTTP_DELIVERED;
    http_request_detach(r);
    if (c->stream != NULL) {
        http_stream_end(c->stream);
    }
    if (!is_owed) {
        http_request_free(r);
    }
}

static void server_on_connection(void *data, struct MHD_Connection *mhd,
                                 void **context,
                                 enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        http_conn_start(data, mhd, context);
    } else if (*context != NULL) {
        http_conn_end(*context);
        *context = NULL;
    }
}

/* Opening. */

static enum err_code server_listen(struct http_server *s,
                                   const struct http_server_config *config,
                                   int *fd, struct err *e)
{
    if (config->socket_path != NULL) {
        enum err_code code = listen_unix(config->socket_path, fd, e);
        if (code == ERR_OK) {
            s->socket_path = mem_strdup(config->socket_path);
        }
        return code;
    }
    struct listen_address address;
    enum err_code code = listen_parse(config->listen, &address, e);
    if (code != ERR_OK) {
        return code;
    }
    if (!address.is_loopback && config->tls_cert == NULL) {
        return err_set(e, ERR_DENIED,
                       "%s ist von außen erreichbar: nur mit tls_cert und "
                       "tls_key",
                       config->listen);
    }
    code = listen_tcp(&address, fd, &s->port, e);
    return code == ERR_OK ? code : err_wrap(e, "%s", config->listen);
}

/* Reads certificate and key; leaves both NULL when there are none. */
static enum err_code server_load_tls(const struct http_server_config *config,
                                     char **cert, char **key, struct err *e)
{
    size_t len = 0;
    if (config->tls_cert == NULL) {
        return ERR_OK;
    }
    enum err_code code =
        file_read(config->tls_cert, SERVER_PEM_MAX, cert, &len, e);
    if (code == ERR_OK) {
        code = file_read_secret(config->tls_key, SERVER_PEM_MAX, key, &len, e);
    }
    return code;
}

static struct MHD_Daemon *server_start(struct http_server *s, int fd,
                                       char *cert, char *key)
{
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, NULL},
        {MHD_OPTION_END, 0, NULL},
    };
    /* The option item wants a pointer to char that it never writes to. */
    char priorities[] = "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    tls[2].ptr_value = priorities;
    if (cert == NULL) {
        tls[0].option = MHD_OPTION_END;
    }
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME |
                     (cert == NULL ? 0U : (unsigned)MHD_USE_TLS);
    return MHD_start_daemon(
        flags, 0, NULL, NULL, server_on_request, s, MHD_OPTION_LISTEN_SOCKET,
        fd, MHD_OPTION_CONNECTION_LIMIT, s->connections_max + SERVER_SLACK,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)LIMIT_HTTP_HEAD_BYTES,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        server_on_target, s, MHD_OPTION_NOTIFY_COMPLETED, server_on_completed,
        s, MHD_OPTION_NOTIFY_CONNECTION, server_on_connection, s,
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
}

static void server_start_handles(struct http_server *s)
{
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    check(info != NULL);
    check(uv_poll_init(s->loop, &s->poll, info->epoll_fd) == 0);
    check(uv_idle_init(s->loop, &s->again) == 0);
    check(uv_timer_init(s->loop, &s->timer) == 0);
    check(uv_timer_init(s->loop, &s->sweep) == 0);
    s->n_handles = 4;
    check(uv_poll_start(&s->poll, UV_READABLE, server_on_poll) == 0);
    check(uv_timer_start(&s->sweep, server_on_sweep, HTTP_SWEEP_MS,
                         HTTP_SWEEP_MS) == 0);
    http_turn_wake(s);
}

static void server_free(struct http_server *s)
{
    free(s->socket_path);
    free(s);
}

static struct http_server *server_new(const struct http_server_config *config)
{
    check((config->listen == NULL) != (config->socket_path == NULL));
    check((config->tls_cert == NULL) == (config->tls_key == NULL));
    struct http_server *s = mem_zalloc(sizeof *s);
    s->loop = config->loop;
    s->clock = config->clock;
    s->handler = config->handler;
    s->data = config->data;
    s->is_tls = config->tls_cert != NULL;
    s->connections_max = config->connections_max == 0 ? LIMIT_HTTP_CONNECTIONS
                                                      : config->connections_max;
    s->per_address_max = config->per_address_max;
    return s;
}

enum err_code http_server_open(const struct http_server_config *config,
                               struct http_server **server, struct err *e)
{
    struct http_server *s = server_new(config);
    int fd = -1;
    char *cert = NULL;
    char *key = NULL;
    enum err_code code = server_load_tls(config, &cert, &key, e);
    if (code == ERR_OK) {
        code = server_listen(s, config, &fd, e);
    }
    if (code != ERR_OK) {
        goto out;
    }
    s->daemon = server_start(s, fd, cert, key);
    if (s->daemon == NULL) {
        (void)close(fd); /* nobody has connected */
        code = err_set(e, ERR_IO, "HTTP-Dienst startet nicht%s",
                       cert == NULL ? "" : ": passen tls_cert und tls_key?");
        goto out;
    }
    server_start_handles(s);
out:
    free(cert);
    if (key != NULL) {
        memset(key, 0, strlen(key));
        free(key);
    }
    if (code != ERR_OK) {
        server_free(s);
        s = NULL;
    }
    *server = s;
    return code;
}

unsigned http_server_port(const struct http_server *s)
{
    return s->port;
}

unsigned http_server_connections(const struct http_server *s)
{
    return s->n_conns;
}

/* Closing: see http_server_close() in the header. */

static void server_on_handle_closed(uv_handle_t *handle)
{
    struct http_server *s = handle->data;
    s->n_handles--;
    if (s->n_handles == 0) {
        http_server_close_cb cb = s->close_cb;
        void *data = s->close_data;
        server_free(s);
        cb(data);
    }
}

static void server_close_handle(struct http_server *s, uv_handle_t *handle)
{
    handle->data = s;
    uv_close(handle, server_on_handle_closed);
}

/* Cuts what is left. The library refuses to stop while a connection is
 * suspended, so each is resumed and told its end first. */
static void server_stop(struct http_server *s)
{
    struct http_conn *next = NULL;
    for (struct http_conn *c = s->first; c != NULL; c = next) {
        next = c->next;
        struct http_request *owed = c->owed;
        if (c->stream != NULL) {
            http_stream_cut(c->stream);
        }
        if (owed != NULL && owed->is_suspended) {
            owed->is_suspended = false;
            MHD_resume_connection(c->mhd);
        }
    }
    check(MHD_run(s->daemon) == MHD_YES);
    check(uv_poll_stop(&s->poll) == 0);
    MHD_stop_daemon(s->daemon);
    s->daemon = NULL;
    check(s->n_conns == 0 && s->n_requests == 0);
    server_close_handle(s, (uv_handle_t *)&s->poll);
    server_close_handle(s, (uv_handle_t *)&s->again);
    server_close_handle(s, (uv_handle_t *)&s->timer);
    server_close_handle(s, (uv_handle_t *)&s->sweep);
}

static void server_maybe_stop(struct http_server *s)
{
    if (s->n_requests == 0 ||
        uv_now(s->loop) - s->closing_since_ms >= HTTP_GRACE_MS) {
        server_stop(s);
    }
}

/* First turn after http_server_close(): no new connections. */
static void server_on_close(uv_timer_t *timer)
{
    struct http_server *s = container_of(timer, struct http_server, sweep);
    int fd = MHD_quiesce_daemon(s->daemon);
    if (fd >= 0) {
        (void)close(fd); /* only ever listened on */
    }
    if (s->socket_path != NULL) {
        (void)unlink(s->socket_path); /* a left one is replaced at the start */
    }
    for (struct http_conn *c = s->first; c != NULL; c = c->next) {
        if (c->stream != NULL) {
            http_stream_close(c->stream);
        }
    }
    http_turn_run(s);
    check(uv_timer_start(&s->sweep, server_on_sweep, 10, 10) == 0);
}

void http_server_close(struct http_server *s, http_server_close_cb cb,
                       void *data)
{
    check(!s->is_closing);
    s->is_closing = true;
    s->closing_since_ms = uv_now(s->loop);
    s->close_cb = cb;
    s->close_data = data;
    check(uv_timer_start(&s->sweep, server_on_close, 0, 0) == 0);
}
