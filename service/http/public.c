/* See public.h. What the pool's two threads and the loop share – the snapshot
 * and the table of connections – is under one mutex, `lock`. */
#include "service/http/public.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/http/listen.h"
#include "service/http/snapshot.h"

enum {
    PUBLIC_THREADS = 2,
    PUBLIC_CONNECTIONS = 2048,
    PUBLIC_HEAD_BYTES = 16 * 1024,
    PUBLIC_IDLE_S = 20,
    PUBLIC_LIFE_S = 180, /* of a connection in all */
};

/* A connection, in a list by age: the oldest is cut when all are taken, and
 * none lives longer than PUBLIC_LIFE_S, so a slow client cannot stay. */
struct public_conn {
    int fd;
    bool is_cut;
    time_t since; /* monotonic seconds */
    struct public_conn *prev;
    struct public_conn *next;
};

struct public
{
    struct MHD_Daemon *daemon;
    unsigned port;
    bool is_https;
    struct MHD_Response *not_found;
    struct MHD_Response *bad_method;

    pthread_mutex_t lock;
    struct snapshot now;
    struct public_conn *first;
    struct public_conn *last;
    unsigned n_conns;
};

static void public_lock(struct public *p)
{
    check(pthread_mutex_lock(&p->lock) == 0);
}

static void public_unlock(struct public *p)
{
    check(pthread_mutex_unlock(&p->lock) == 0);
}

static time_t public_now(void)
{
    struct timespec now = {.tv_sec = 0};
    check(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return now.tv_sec;
}

/* Under the lock. */
static void public_cut_old(struct public *p, time_t now)
{
    for (struct public_conn *c = p->first; c != NULL; c = c->next) {
        bool is_old = now - c->since >= PUBLIC_LIFE_S;
        bool is_too_many = p->n_conns > PUBLIC_CONNECTIONS && c == p->first;
        if (!is_old && !is_too_many) {
            return;
        }
        if (!c->is_cut) {
            c->is_cut = true;
            (void)shutdown(c->fd, SHUT_RDWR); /* may have ended already */
        }
    }
}

static void public_add(struct public *p, struct MHD_Connection *mhd,
                       void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct public_conn *c = mem_zalloc(sizeof *c);
    check(info != NULL);
    c->fd = info->connect_fd;
    c->since = public_now();
    c->prev = p->last;
    *(p->last == NULL ? &p->first : &p->last->next) = c;
    p->last = c;
    p->n_conns++;
    *context = c;
    public_cut_old(p, c->since);
}

static void public_remove(struct public *p, struct public_conn *c)
{
    *(c->prev == NULL ? &p->first : &c->prev->next) = c->next;
    *(c->next == NULL ? &p->last : &c->next->prev) = c->prev;
    p->n_conns--;
    free(c);
}

static void public_on_connection(void *data, struct MHD_Connection *mhd,
                                 void **context,
                                 enum MHD_ConnectionNotificationCode what)
{
    struct public *p = data;
    public_lock(p);
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        public_add(p, mhd, context);
    } else if (*context != NULL) {
        public_remove(p, *context);
        *context = NULL;
    }
    public_unlock(p);
}

/* "/en" is meant as "/en/". */
static enum MHD_Result public_redirect(const struct public *p,
                                       struct MHD_Connection *mhd,
                                       const char *path)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    check(response != NULL);
    prepared_secure(response, p->is_https);
    check(MHD_add_response_header(response, "Location", path) == MHD_YES);
    enum MHD_Result result =
        MHD_queue_response(mhd, MHD_HTTP_PERMANENT_REDIRECT, response);
    MHD_destroy_response(response);
    return result;
}

/* Under the lock until the answer is queued: then the library holds its own
 * reference, and a swap may free ours. */
static enum MHD_Result
public_answer(struct public *p, struct MHD_Connection *mhd, const char *path)
{
    char folder[256];
    const struct prepared *file = snapshot_find(&p->now, path);
    size_t len = strlen(path);
    if (file != NULL) {
        return prepared_queue(file, mhd);
    }
    if (len + 2 <= sizeof folder) {
        memcpy(folder, path, len);
        folder[len] = '/';
        folder[len + 1] = '\0';
        if (snapshot_find(&p->now, folder) != NULL) {
            return public_redirect(p, mhd, folder);
        }
    }
    return MHD_queue_response(mhd, MHD_HTTP_NOT_FOUND, p->not_found);
}

/* NOLINTNEXTLINE(readability-function-size): the library's signature */
static enum MHD_Result public_on_request(void *data, struct MHD_Connection *mhd,
                                         const char *url, const char *method,
                                         const char *version, const char *bytes,
                                         size_t *len, void **context)
{
    struct public *p = data;
    (void)version;
    (void)bytes;
    if (*context == NULL) {
        *context = p; /* headers only; the body, if any, comes next */
        return MHD_YES;
    }
    if (*len != 0) {
        return MHD_NO; /* nothing here takes a body */
    }
    if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
        return MHD_queue_response(mhd, MHD_HTTP_METHOD_NOT_ALLOWED,
                                  p->bad_method);
    }
    public_lock(p);
    enum MHD_Result result = public_answer(p, mhd, url);
    public_unlock(p);
    return result;
}

static struct MHD_Response *public_notice(const struct public *p, char *text,
                                          const char *type)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(
        strlen(text), text, MHD_RESPMEM_MUST_COPY);
    check(response != NULL);
    prepared_secure(response, p->is_https);
    check(MHD_add_response_header(response, "Content-Security-Policy",
                                  "default-src 'none'") == MHD_YES);
    check(MHD_add_response_header(response, "Content-Type", type) == MHD_YES);
    return response;
}

static void public_make_notices(struct public *p)
{
    char missing[] =
        "<!DOCTYPE html>\n<html lang=\"de\">\n<head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width\">"
        "<title>Seite nicht gefunden</title></head>\n<body><main>"
        "<h1>Diese Seite gibt es nicht</h1>\n"
        "<p>Die aktuellen Warnungen stehen auf der <a href=\"/\">Startseite"
        "</a>.</p></main></body>\n</html>\n";
    char method[] = "Diese Website kann nur gelesen werden.\n";
    p->not_found = public_notice(p, missing, "text/html; charset=utf-8");
    p->bad_method = public_notice(p, method, "text/plain; charset=utf-8");
    check(MHD_add_response_header(p->bad_method, "Allow", "GET, HEAD") ==
          MHD_YES);
}

static void public_free(struct public *p)
{
    snapshot_fini(&p->now);
    MHD_destroy_response(p->not_found);
    MHD_destroy_response(p->bad_method);
    check(pthread_mutex_destroy(&p->lock) == 0);
    free(p);
}

enum err_code public_open(const struct public_config *config, struct public **p,
                          struct err *e)
{
    struct listen_address address;
    int fd = -1;
    unsigned port = 0;
    *p = NULL;
    enum err_code code = listen_parse(config->listen, &address, e);
    if (code == ERR_OK) {
        code = listen_tcp(&address, &fd, &port, e);
    }
    if (code != ERR_OK) {
        return err_wrap(e, "Website %s", config->listen);
    }
    struct public *site = mem_zalloc(sizeof *site);
    check(pthread_mutex_init(&site->lock, NULL) == 0);
    site->port = port;
    site->is_https = strncmp(config->public_url, "https:", 6) == 0;
    public_make_notices(site);
    site->daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, public_on_request, site,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_THREAD_POOL_SIZE,
        (unsigned)PUBLIC_THREADS, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)PUBLIC_CONNECTIONS * 2, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)PUBLIC_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)PUBLIC_HEAD_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_CONNECTION, public_on_connection, site,
        MHD_OPTION_END);
    if (site->daemon == NULL) {
        (void)close(fd); /* nobody has connected */
        public_free(site);
        return err_set(e, ERR_IO, "Website: HTTP-Dienst startet nicht");
    }
    *p = site;
    return ERR_OK;
}

unsigned public_port(const struct public *p)
{
    return p->port;
}

enum err_code public_load(struct public *p, const char *directory,
                          struct err *e)
{
    struct snapshot next;
    /* Only this thread changes `now`, so it may read it without the lock. */
    enum err_code code =
        snapshot_load(directory, p->is_https, &p->now, &next, e);
    if (code != ERR_OK) {
        return err_wrap(e, "Website");
    }
    struct snapshot old = p->now;
    snapshot_take_over(&next, &old);
    public_lock(p);
    p->now = next;
    public_unlock(p);
    snapshot_fini(&old);
    return ERR_OK;
}

void public_close(struct public *p)
{
    MHD_stop_daemon(p->daemon);
    check(p->n_conns == 0);
    public_free(p);
}
