/* The client of Meta's Graph API that facebook and instagram share, and the
 * task both are built from: one channel_request on its way, a small machine
 * whose tick runs when its call was answered or its wait is over.
 *
 *   begin --> tick --> call --> tick --> … --> end --> request->done
 *              |                 ^
 *              +----> wait ------+
 *
 * What Meta is asked, all of it (JSON bodies, token in Authorization: Bearer,
 * appsecret_proof with each call when there is an app secret):
 *   POST {page}/feed {message,link} · GET {page}/published_posts?fields=
 *   id,message,created_time,permalink_url&limit=50[&since][&after] ·
 *   GET {post}?fields=… · POST {post} {message} · POST {ig}/media
 *   {image_url,caption,alt_text} · GET {container}?fields=id,status_code,status
 *   · POST {ig}/media_publish {creation_id} · GET {ig}/media?fields=
 *   id,caption,permalink,timestamp&limit=50[&since][&after] · GET
 * {media}?fields= · GET, POST {media}/comments {message} · GET
 * {ig}/content_publishing_limit ?fields=quota_usage,config · POST debug_token
 * {method:"get",input_token}, because a GET would put the token into an
 * address. */
#ifndef CHANNELS_GRAPH_GRAPH_H
#define CHANNELS_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "channels/channel.h"
#include "channels/graph/classify.h"
#include "channels/transport/http_client.h"

struct clock;
struct graph;
struct graph_task;

/* Copied; the copies of token and secret are overwritten at close. */
struct graph_config {
    enum graph_platform platform;
    const char *graph_url; /* with version, no slash at the end */
    const char *token;
    const char *app_id;      /* NULL or "": none */
    const char *app_secret;  /* NULL or "": none */
    int64_t call_timeout_ms; /* 0: 10 s to read, 20 s to write */
};

struct graph_param {
    const char *name;
    const char *value; /* NULL: left out */
};

struct graph_call {
    /* GRAPH_READ is a GET and may use a kept connection; the others are POSTs
     * on a connection of their own, because curl repeats a POST by itself
     * when a kept connection closes without an answer. */
    enum graph_kind kind;
    const char *path; /* "/{page}/feed" */
    const struct graph_param *params;
    size_t n_params;
};

typedef void (*graph_task_cb)(struct graph_task *t);

struct graph_task {
    /* The channel's. */
    struct channel_request *request;
    graph_task_cb tick;
    graph_task_cb free; /* frees the struct that holds the task */

    /* For the tick after a call. The answer's body is gone when it returns. */
    struct graph_verdict verdict;
    struct http_call http;

    /* graph's */
    struct graph *graph;
    enum graph_kind kind;
    bool judged; /* by graph_classify(), not a plain GET */
    bool calling;
    uv_timer_t timer;
    char *url;
    char *body;
    struct graph_task *next;
    struct graph_task **link;
};

struct graph *graph_open(uv_loop_t *loop, const struct clock *clock,
                         struct http_client *http,
                         const struct graph_config *config);

/* Interrupts all tasks: they answer unknown, unreadable, down. Then the graph
 * is freed and cb runs, last, from a uv close callback. */
void graph_close(struct graph *g, channel_close_cb cb, void *data);

const struct clock *graph_clock(const struct graph *g);
enum graph_platform graph_platform(const struct graph *g);

/* Starts a task whose upper fields are set: the first tick comes from the
 * loop. */
void graph_task_begin(struct graph *g, struct graph_task *t);

/* Calls Meta; the next tick finds verdict and http.answer. Everything is
 * copied. */
void graph_task_call(struct graph_task *t, const struct graph_call *call);

/* Asks Meta about the task's own token: see graph/token.h. */
void graph_task_ask_token(struct graph_task *t);

/* A plain GET without our token; the next tick finds http.answer. */
void graph_task_get(struct graph_task *t, const char *url, size_t answer_max);

/* The next tick comes in after_ms, at least one. */
void graph_task_wait(struct graph_task *t, int64_t after_ms);

/* The result is complete: frees the task, then answers the request, from the
 * loop. */
void graph_task_end(struct graph_task *t);

/* Copies outcome, wish and detail of the verdict into the result. */
void graph_task_take_verdict(struct graph_task *t);

#endif
