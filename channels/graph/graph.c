#include "channels/graph/graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <sodium.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum {
    GRAPH_PROOF_MAX = 2 * crypto_auth_hmacsha256_BYTES + 1,
    GRAPH_URL_BYTES = 16 * 1024,
};

static const int64_t graph_read_timeout_ms = 10000;
static const int64_t graph_write_timeout_ms = 20000;

struct graph {
    enum graph_platform platform;
    const struct clock *clock;
    struct http_client *http;
    uv_loop_t *loop;
    char *url;
    char *token;
    char *app_token; /* "<app id>|<secret>", or NULL */
    char *app_secret;
    int64_t call_timeout_ms;
    struct graph_task *tasks;
    uv_timer_t handle; /* never started: its close callback ends the graph */
    bool closing;
    bool ending;
    channel_close_cb closed;
    void *closed_data;
};

static void graph_maybe_closed(struct graph *g);

const struct clock *graph_clock(const struct graph *g)
{
    return g->clock;
}

enum graph_platform graph_platform(const struct graph *g)
{
    return g->platform;
}

/* ---- open and close ----------------------------------------------------- */

static bool graph_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static void graph_forget(char *secret)
{
    if (secret != NULL) {
        sodium_memzero(secret, strlen(secret));
    }
    free(secret);
}

struct graph *graph_open(uv_loop_t *loop, const struct clock *clock,
                         struct http_client *http,
                         const struct graph_config *config)
{
    struct graph *g = mem_zalloc(sizeof(*g));
    g->platform = config->platform;
    g->loop = loop;
    g->clock = clock;
    g->http = http;
    g->url = mem_strdup(config->graph_url);
    g->token = mem_strdup(config->token);
    g->call_timeout_ms = config->call_timeout_ms;
    if (graph_given(config->app_secret)) {
        g->app_secret = mem_strdup(config->app_secret);
    }
    if (graph_given(config->app_id) && g->app_secret != NULL) {
        size_t size = strlen(config->app_id) + strlen(g->app_secret) + 2;
        g->app_token = mem_zalloc(size);
        (void)snprintf(g->app_token, size, "%s|%s", config->app_id,
                       g->app_secret);
    }
    check(uv_timer_init(loop, &g->handle) == 0);
    return g;
}

static void graph_handle_closed(uv_handle_t *handle)
{
    struct graph *g = container_of((uv_timer_t *)handle, struct graph, handle);
    channel_close_cb cb = g->closed;
    void *data = g->closed_data;
    graph_forget(g->token);
    graph_forget(g->app_token);
    graph_forget(g->app_secret);
    free(g->url);
    free(g);
    cb(data);
}

static void graph_maybe_closed(struct graph *g)
{
    if (g->closing && !g->ending && g->tasks == NULL) {
        g->ending = true;
        uv_close((uv_handle_t *)&g->handle, graph_handle_closed);
    }
}

static void graph_task_timer(uv_timer_t *timer);

static void graph_task_soon(struct graph_task *t)
{
    check(uv_timer_start(&t->timer, graph_task_timer, 0, 0) == 0);
}

void graph_close(struct graph *g, channel_close_cb cb, void *data)
{
    check(!g->closing);
    g->closing = true;
    g->closed = cb;
    g->closed_data = data;
    for (struct graph_task *t = g->tasks; t != NULL; t = t->next) {
        if (t->calling) {
            http_client_cancel(g->http, &t->http);
        } else if (!uv_is_closing((uv_handle_t *)&t->timer)) {
            graph_task_soon(t);
        }
    }
    graph_maybe_closed(g);
}

/* ---- a task ------------------------------------------------------------- */

static void graph_task_interrupted(struct graph_task *t)
{
    struct channel_result *result = &t->request->result;
    result->outcome = OUTCOME_UNKNOWN;
    result->finding = CHANNEL_UNREADABLE;
    result->readiness = READINESS_DOWN;
    graph_say(result->detail, "Beim Beenden des Dienstes abgebrochen; nach dem "
                              "Start wird nachgelesen.");
    graph_task_end(t);
}

static void graph_task_timer(uv_timer_t *timer)
{
    struct graph_task *t = container_of(timer, struct graph_task, timer);
    if (t->graph->closing) {
        graph_task_interrupted(t);
    } else {
        t->tick(t);
    }
}

void graph_task_begin(struct graph *g, struct graph_task *t)
{
    check(!g->closing);
    memset(&t->request->result, 0, sizeof(t->request->result));
    t->request->work = t;
    t->graph = g;
    t->next = g->tasks;
    t->link = &g->tasks;
    if (t->next != NULL) {
        t->next->link = &t->next;
    }
    g->tasks = t;
    check(uv_timer_init(g->loop, &t->timer) == 0);
    graph_task_soon(t);
}

void graph_task_wait(struct graph_task *t, int64_t after_ms)
{
    /* Not 0: re-armed with 0 from its own callback a uv timer spins. */
    uint64_t wait_ms = after_ms > 1 ? (uint64_t)after_ms : 1;
    check(uv_timer_start(&t->timer, graph_task_timer,
                         t->graph->closing ? 1 : wait_ms, 0) == 0);
}

static void graph_task_closed(uv_handle_t *handle)
{
    struct graph_task *t =
        container_of((uv_timer_t *)handle, struct graph_task, timer);
    struct graph *g = t->graph;
    struct channel_request *r = t->request;
    *t->link = t->next;
    if (t->next != NULL) {
        t->next->link = t->link;
    }
    free(t->url);
    graph_forget(t->body); /* debug_token's holds the token */
    t->free(t);
    r->work = NULL;
    r->done(r); /* may free r, begin another task, or close the channel */
    graph_maybe_closed(g);
}

void graph_task_end(struct graph_task *t)
{
    uv_close((uv_handle_t *)&t->timer, graph_task_closed);
}

void graph_task_take_verdict(struct graph_task *t)
{
    struct channel_result *result = &t->request->result;
    result->outcome = graph_outcome(t->verdict.class);
    result->retry_after_ms = t->verdict.retry_after_ms;
    MEM_SET_TEXT(result->detail, t->verdict.detail);
}

/* ---- a call ------------------------------------------------------------- */

static void graph_task_log(const struct graph_task *t)
{
    const struct http_answer *a = &t->http.answer;
    const struct graph_verdict *v = &t->verdict;
    const char *alert_id = t->request->alert_id;
    log_warn("alert=%s channel=%s sent=%d status=%d code=%d subcode=%d "
             "trace=%s reason=\"%s\"",
             alert_id != NULL ? alert_id : "-",
             t->graph->platform == GRAPH_FACEBOOK ? "facebook" : "instagram",
             a->request_sent ? 1 : 0, a->status, v->code, v->subcode, v->trace,
             a->reason);
}

static void graph_task_answered(struct http_call *r)
{
    struct graph_task *t = container_of(r, struct graph_task, http);
    t->calling = false;
    if (t->graph->closing && r->answer.end == HTTP_CANCELLED) {
        graph_task_interrupted(t);
        return;
    }
    if (t->judged) {
        graph_classify(t->graph->platform, t->kind, &r->answer, &t->verdict);
        if (t->verdict.class != GRAPH_OK) {
            graph_task_log(t);
        }
    }
    t->tick(t);
}

/* The request in t->http is ready. While the graph is closing nothing new is
 * sent: the timer ends the task. */
static void graph_task_send(struct graph_task *t)
{
    struct graph *g = t->graph;
    if (g->closing) {
        graph_task_wait(t, 1);
        return;
    }
    int64_t timeout_ms = g->call_timeout_ms;
    if (timeout_ms == 0) {
        timeout_ms = t->kind == GRAPH_READ ? graph_read_timeout_ms
                                           : graph_write_timeout_ms;
    }
    t->http.deadline_ms = clock_mono_ms(g->clock) + timeout_ms;
    t->http.done = graph_task_answered;
    t->calling = true;
    http_client_send(g->http, &t->http);
}

/* appsecret_proof: HMAC-SHA256 of the token under the app secret, lowercase
 * hexadecimal (Meta, "Secure Graph API calls"). False without a secret. */
static bool graph_proof(const struct graph *g, const char *token,
                        char proof[GRAPH_PROOF_MAX])
{
    if (g->app_secret == NULL) {
        return false;
    }
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)g->app_secret,
                                strlen(g->app_secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)token,
                                  strlen(token));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(proof, GRAPH_PROOF_MAX, mac, sizeof(mac));
    return true;
}

/* Percent-encoding of everything but RFC 3986's unreserved characters. */
static void graph_add_encoded(struct buf *b, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "abcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (const char *p = text; *p != '\0'; p++) {
        if (strchr(plain, *p) != NULL) {
            buf_add_char(b, *p);
        } else {
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)*p);
        }
    }
}

static char *graph_make_url(const struct graph *g,
                            const struct graph_call *call, const char *proof)
{
    struct buf b;
    buf_init(&b, GRAPH_URL_BYTES);
    buf_add_text(&b, g->url);
    buf_add_text(&b, call->path);
    char join = '?';
    for (size_t i = 0; call->kind == GRAPH_READ && i < call->n_params; i++) {
        if (call->params[i].value != NULL) {
            buf_printf(&b, "%c%s=", join, call->params[i].name);
            graph_add_encoded(&b, call->params[i].value);
            join = '&';
        }
    }
    if (call->kind == GRAPH_READ && proof != NULL) {
        buf_printf(&b, "%cappsecret_proof=%s", join, proof);
    }
    check(buf_ok(&b));
    return buf_take(&b);
}

/* Text that is not UTF-8 is our error: it was checked before it was approved.
 */
static char *graph_make_body(const struct graph_call *call, const char *proof)
{
    json_t *root = json_object();
    check(root != NULL);
    for (size_t i = 0; i < call->n_params; i++) {
        const struct graph_param *param = &call->params[i];
        check(param->value == NULL ||
              json_object_set_new(root, param->name,
                                  json_string(param->value)) == 0);
    }
    check(proof == NULL || json_object_set_new(root, "appsecret_proof",
                                               json_string(proof)) == 0);
    char *body = json_dumps(root, JSON_COMPACT);
    check(body != NULL);
    json_decref(root);
    return body;
}

static void graph_task_call_as(struct graph_task *t,
                               const struct graph_call *call, const char *token)
{
    char proof[GRAPH_PROOF_MAX];
    const char *proved = graph_proof(t->graph, token, proof) ? proof : NULL;
    free(t->url);
    graph_forget(t->body);
    t->url = graph_make_url(t->graph, call, proved);
    t->body = call->kind == GRAPH_READ ? NULL : graph_make_body(call, proved);
    t->kind = call->kind;
    t->judged = true;
    t->http = (struct http_call){
        .method = t->body == NULL ? "GET" : "POST",
        .url = t->url,
        .bearer = token,
        .body = t->body,
        .body_len = t->body != NULL ? strlen(t->body) : 0,
        .content_type = t->body != NULL ? "application/json" : NULL,
        .fresh = call->kind != GRAPH_READ,
    };
    graph_task_send(t);
}

void graph_task_call(struct graph_task *t, const struct graph_call *call)
{
    graph_task_call_as(t, call, t->graph->token);
}

void graph_task_ask_token(struct graph_task *t)
{
    const struct graph *g = t->graph;
    const struct graph_param params[] = {{"method", "get"},
                                         {"input_token", g->token}};
    /* Sent as a POST, so that the token stands in no address; whatever object
     * comes back is good. */
    const struct graph_call call = {.kind = GRAPH_EDIT,
                                    .path = "/debug_token",
                                    .params = params,
                                    .n_params = 2};
    graph_task_call_as(t, &call,
                       g->app_token != NULL ? g->app_token : g->token);
    t->kind = GRAPH_READ;
}

void graph_task_get(struct graph_task *t, const char *url, size_t answer_max)
{
    free(t->url);
    t->url = mem_strdup(url);
    t->kind = GRAPH_READ;
    t->judged = false;
    t->http = (struct http_call){
        .method = "GET", .url = t->url, .answer_max = answer_max};
    graph_task_send(t);
}
