#include "tests/support/gateway.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "tests/support/gateway_graph.h"
#include "tests/support/gateway_http.h"
#include "tests/support/gateway_route.h"
#include "tests/support/jpeg_sample.h"

enum { GATEWAY_FAULTS_MAX = 64, GATEWAY_HUGE = 4 * 1024 * 1024 };

struct gateway {
    struct gateway_http *http;
    struct gateway_graph graph;
    char url[64];
    char root[64];
    struct gateway_door door;
    size_t n_faults;
    struct gateway_fault faults[GATEWAY_FAULTS_MAX];
    char *fault_bodies[GATEWAY_FAULTS_MAX]; /* what their body points to */
    size_t n_requests;
    struct gateway_request *requests[GATEWAY_ITEMS_MAX];
    void (*closed)(void *data);
    void *closed_data;
};

static const char *const gateway_calls[] = {
#define GATEWAY_CALL_NAME(name, text) [GATEWAY_##name] = (text),
    GATEWAY_CALLS(GATEWAY_CALL_NAME)
#undef GATEWAY_CALL_NAME
};

static const char *const gateway_faults[] = {
#define GATEWAY_FAULT_NAME(name, text) [GATEWAY_FAULT_##name] = (text),
    GATEWAY_FAULTS(GATEWAY_FAULT_NAME)
#undef GATEWAY_FAULT_NAME
};

const char *gateway_call_name(enum gateway_call call)
{
    return gateway_calls[call];
}

bool gateway_call_parse(const char *name, enum gateway_call *call)
{
    for (size_t i = 0; i < sizeof(gateway_calls) / sizeof(char *); i++) {
        if (strcmp(gateway_calls[i], name) == 0) {
            *call = (enum gateway_call)i;
            return true;
        }
    }
    return false;
}

bool gateway_fault_parse(const char *name, enum gateway_fault_kind *kind)
{
    for (size_t i = 0; i < sizeof(gateway_faults) / sizeof(char *); i++) {
        if (strcmp(gateway_faults[i], name) == 0) {
            *kind = (enum gateway_fault_kind)i;
            return true;
        }
    }
    return false;
}

/* ---- faults ------------------------------------------------------------- */

static const struct gateway_fault *gateway_fault_for(struct gateway *g,
                                                     enum gateway_call call)
{
    for (size_t i = 0; i < g->n_faults; i++) {
        struct gateway_fault *f = &g->faults[i];
        if (f->call != call || f->times == 0) {
            continue;
        }
        if (f->skip > 0) {
            f->skip--;
            continue;
        }
        f->times -= f->times > 0 ? 1 : 0;
        return f;
    }
    return NULL;
}

/* Faults without effect. False when f is another one. */
static bool gateway_fail_before(struct gateway_exchange *x,
                                const struct gateway_fault *f)
{
    char location[512];
    const char *body = f->body != NULL ? f->body : "";
    switch (f->kind) {
    case GATEWAY_FAULT_ANSWER:
        gateway_http_reply(x, f->status, "", body);
        return true;
    case GATEWAY_FAULT_REDIRECT:
        (void)snprintf(location, sizeof(location), "Location: %s\r\n", body);
        gateway_http_reply(x, 302, location, "");
        return true;
    case GATEWAY_FAULT_HANG: return true;
    case GATEWAY_FAULT_CLOSE: gateway_http_drop(x); return true;
    case GATEWAY_FAULT_RESET: gateway_http_reset(x); return true;
    case GATEWAY_FAULT_ANSWER_AFTER:
    case GATEWAY_FAULT_HANG_AFTER:
    case GATEWAY_FAULT_CLOSE_AFTER:
    case GATEWAY_FAULT_RESET_AFTER:
    case GATEWAY_FAULT_CUT:
    case GATEWAY_FAULT_GARBAGE:
    case GATEWAY_FAULT_SLOW:
    case GATEWAY_FAULT_LATE:
    case GATEWAY_FAULT_HUGE: break;
    }
    return false;
}

static void gateway_reply_huge(struct gateway_exchange *x)
{
    char *body = mem_zalloc(GATEWAY_HUGE + 1);
    memset(body, ' ', GATEWAY_HUGE);
    body[0] = '{';
    body[GATEWAY_HUGE - 1] = '}';
    gateway_http_reply(x, 200, "", body);
    free(body);
}

/* Faults after the effect; false when f is not one of them. */
static bool gateway_fail_after(struct gateway_exchange *x,
                               const struct gateway_fault *f,
                               const struct gateway_reply *reply)
{
    switch (f->kind) {
    case GATEWAY_FAULT_ANSWER_AFTER:
        gateway_http_reply(x, f->status, "", f->body != NULL ? f->body : "");
        return true;
    case GATEWAY_FAULT_HANG_AFTER: return true;
    case GATEWAY_FAULT_CLOSE_AFTER: gateway_http_drop(x); return true;
    case GATEWAY_FAULT_RESET_AFTER: gateway_http_reset(x); return true;
    case GATEWAY_FAULT_CUT:
        gateway_http_cut(x, reply->status, reply->body);
        return true;
    case GATEWAY_FAULT_GARBAGE:
        gateway_http_reply(x, 200, "", "<html>Sorry</html>");
        return true;
    case GATEWAY_FAULT_SLOW:
        gateway_http_reply_later(x, f->delay_ms, reply->status, reply->body);
        return true;
    case GATEWAY_FAULT_HUGE: gateway_reply_huge(x); return true;
    case GATEWAY_FAULT_LATE:
    case GATEWAY_FAULT_ANSWER:
    case GATEWAY_FAULT_REDIRECT:
    case GATEWAY_FAULT_HANG:
    case GATEWAY_FAULT_CLOSE:
    case GATEWAY_FAULT_RESET: break;
    }
    return false;
}

/* ---- a request ---------------------------------------------------------- */

static void gateway_record(struct gateway *g, const struct gateway_ask *ask,
                           const struct gateway_message *m)
{
    check(g->n_requests < GATEWAY_ITEMS_MAX);
    struct gateway_request *r = mem_zalloc(sizeof(*r));
    r->call = ask->call;
    r->at_ms = gateway_graph_now_ms();
    r->connection = m->connection;
    memcpy(r->method, m->method, sizeof(r->method));
    r->target = mem_strdup(m->target);
    r->bearer = mem_strdup(m->bearer);
    r->body = mem_strdup(m->body);
    g->requests[g->n_requests++] = r;
}

/* A picture of the size of our cards. */
static void gateway_reply_card(struct gateway_exchange *x)
{
    struct buf jpeg;
    jpeg_sample(&jpeg, 1080, 1350);
    gateway_http_reply_bytes(x, 200, "Content-Type: image/jpeg\r\n", jpeg.data,
                             jpeg.len);
    buf_fini(&jpeg);
}

static void gateway_serve(struct gateway *g, struct gateway_exchange *x,
                          const struct gateway_ask *ask,
                          const struct gateway_message *m)
{
    const struct gateway_fault *f = gateway_fault_for(g, ask->call);
    if (f != NULL && gateway_fail_before(x, f)) {
        return;
    }
    struct gateway_reply reply = gateway_admit(&g->door, ask, m);
    if (reply.status == 0) {
        bool late = f != NULL && f->kind == GATEWAY_FAULT_LATE;
        g->graph.late_ms = late ? f->delay_ms : 0;
        reply = gateway_graph_do(&g->graph, ask);
    }
    if (f != NULL && gateway_fail_after(x, f, &reply)) {
        /* answered, or not, as the fault wants */
    } else if (ask->call == GATEWAY_CARD) {
        gateway_reply_card(x);
    } else {
        gateway_http_reply(x, reply.status, "", reply.body);
    }
    free(reply.body);
}

/* POST /_gateway/fault {call,kind,skip,times,status,body,delay_ms}: for tests
 * that have the gateway as a program. */
static bool gateway_control_fault(struct gateway *g, const char *body)
{
    struct gateway_fault f = {0};
    const char *call = NULL;
    const char *kind = NULL;
    json_int_t delay_ms = 0;
    json_t *root = json_loads(body, JSON_REJECT_DUPLICATES, NULL);
    bool good =
        json_unpack(root, "{s:s, s:s, s?i, s?i, s?i, s?s, s?I}", "call", &call,
                    "kind", &kind, "skip", &f.skip, "times", &f.times, "status",
                    &f.status, "body", &f.body, "delay_ms", &delay_ms) == 0 &&
        gateway_call_parse(call, &f.call) && gateway_fault_parse(kind, &f.kind);
    if (good) {
        f.delay_ms = delay_ms;
        gateway_fail(g, &f);
    }
    json_decref(root);
    return good;
}

static void gateway_control(struct gateway *g, struct gateway_exchange *x,
                            const struct gateway_message *m)
{
    bool good = true;
    if (strcmp(m->target, "/_gateway/fault") == 0) {
        good = gateway_control_fault(g, m->body);
    } else if (strcmp(m->target, "/_gateway/heal") == 0) {
        gateway_heal(g);
    } else {
        good = false;
    }
    gateway_http_reply(x, good ? 200 : 400, "", "{}");
}

static void gateway_requested(void *data, struct gateway_exchange *x,
                              const struct gateway_message *m)
{
    struct gateway *g = data;
    struct gateway_ask ask;
    if (strncmp(m->target, "/_gateway/", 10) == 0) {
        gateway_control(g, x, m);
        return;
    }
    gateway_take_apart(&g->graph, m, &ask);
    gateway_record(g, &ask, m);
    gateway_serve(g, x, &ask, m);
}

/* ---- open and close ----------------------------------------------------- */

struct gateway *gateway_open(struct uv_loop_s *loop,
                             const struct gateway_config *config)
{
    struct gateway *g = mem_zalloc(sizeof(*g));
    gateway_graph_init(&g->graph);
    g->graph.polls = config->polls;
    g->graph.quota_used = config->quota_used;
    if (config->log_path != NULL) {
        g->graph.log_fd = open(config->log_path,
                               O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        check(g->graph.log_fd >= 0);
    }
    g->door.token = mem_strdup(config->token);
    g->door.app_secret = mem_strdup(config->app_secret);
    g->http = gateway_http_open(loop, config->port, gateway_requested, g);
    (void)snprintf(g->root, sizeof(g->root), "http://127.0.0.1:%d",
                   gateway_http_port(g->http));
    (void)snprintf(g->url, sizeof(g->url), "%.40s/v26.0", g->root);
    return g;
}

static void gateway_closed(void *data)
{
    struct gateway *g = data;
    void (*cb)(void *) = g->closed;
    void *closed_data = g->closed_data;
    for (size_t i = 0; i < g->n_requests; i++) {
        free(g->requests[i]->target);
        free(g->requests[i]->bearer);
        free(g->requests[i]->body);
        free(g->requests[i]);
    }
    for (size_t i = 0; i < g->n_faults; i++) {
        free(g->fault_bodies[i]);
    }
    gateway_graph_fini(&g->graph);
    free(g->door.token);
    free(g->door.app_secret);
    free(g);
    if (cb != NULL) {
        cb(closed_data);
    }
}

void gateway_close(struct gateway *g, void (*cb)(void *data), void *data)
{
    g->closed = cb;
    g->closed_data = data;
    gateway_http_close(g->http, gateway_closed, g);
}

int gateway_port(const struct gateway *g)
{
    return gateway_http_port(g->http);
}

const char *gateway_url(const struct gateway *g)
{
    return g->url;
}

const char *gateway_root(const struct gateway *g)
{
    return g->root;
}

void gateway_fail(struct gateway *g, const struct gateway_fault *fault)
{
    check(g->n_faults < GATEWAY_FAULTS_MAX);
    size_t i = g->n_faults++;
    struct gateway_fault *f = &g->faults[i];
    *f = *fault;
    f->times = f->times == 0 ? 1 : f->times;
    g->fault_bodies[i] = mem_strdup(fault->body);
    f->body = g->fault_bodies[i];
}

void gateway_heal(struct gateway *g)
{
    for (size_t i = 0; i < g->n_faults; i++) {
        g->faults[i].times = 0;
    }
    gateway_http_drop_all(g->http);
}

/* ---- looking ------------------------------------------------------------ */

size_t gateway_n_requests(const struct gateway *g)
{
    return g->n_requests;
}

const struct gateway_request *gateway_request(const struct gateway *g, size_t i)
{
    check(i < g->n_requests);
    return g->requests[i];
}

size_t gateway_count(const struct gateway *g, enum gateway_call call)
{
    size_t n = 0;
    for (size_t i = 0; i < g->n_requests; i++) {
        n += g->requests[i]->call == call ? 1 : 0;
    }
    return n;
}

const struct gateway_request *gateway_last(const struct gateway *g,
                                           enum gateway_call call)
{
    for (size_t i = g->n_requests; i > 0; i--) {
        if (g->requests[i - 1]->call == call) {
            return g->requests[i - 1];
        }
    }
    return NULL;
}

size_t gateway_n_posts(const struct gateway *g)
{
    return g->graph.posts.n;
}

const struct gateway_post *gateway_post(const struct gateway *g, size_t i)
{
    check(i < g->graph.posts.n);
    return g->graph.posts.items[i];
}

size_t gateway_n_media(const struct gateway *g)
{
    return g->graph.media.n;
}

const struct gateway_post *gateway_media(const struct gateway *g, size_t i)
{
    check(i < g->graph.media.n);
    return g->graph.media.items[i];
}

size_t gateway_n_comments(const struct gateway *g)
{
    return g->graph.comments.n;
}

void gateway_add_post(struct gateway *g, const char *page, const char *text,
                      int64_t at_ms)
{
    char id[64];
    (void)snprintf(id, sizeof(id), "%.40s_%zu", page, g->graph.posts.n + 1);
    (void)gateway_graph_add(&g->graph.posts, id, page, text, at_ms);
}

void gateway_add_media(struct gateway *g, const char *user, const char *text,
                       int64_t at_ms)
{
    char id[64];
    (void)snprintf(id, sizeof(id), "77%06zu", g->graph.media.n + 1);
    (void)gateway_graph_add(&g->graph.media, id, user, text, at_ms);
}

void gateway_set_container(struct gateway *g, const char *id,
                           const char *status_code)
{
    for (size_t i = g->graph.n_containers; i > 0; i--) {
        struct gateway_container *c = g->graph.containers[i - 1];
        if (id == NULL || strcmp(c->id, id) == 0) {
            MEM_SET_TEXT(c->status_code, status_code);
            return;
        }
    }
    check(false);
}

void gateway_set_token_info(struct gateway *g, const char *body)
{
    free(g->graph.token_info);
    g->graph.token_info = mem_strdup(body);
}
