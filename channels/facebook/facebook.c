/* Four operations, each a row of ticks over a graph_task.
 *
 *   publish  START -> ANSWER -> end
 *   confirm  START -> READ -> end
 *              |        | the id says nothing
 *              +--------+-> SEARCH (page after page) -> end
 *   mark     START -> READ -> ANSWER -> end
 *   check    START -> TOKEN -> READ -> end                                  */
#include "channels/facebook/facebook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/channel.h"
#include "channels/graph/answer.h"
#include "channels/graph/graph.h"
#include "channels/graph/marker.h"
#include "channels/graph/search.h"
#include "channels/graph/token.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"

static const char facebook_fields[] = "id,message,created_time,permalink_url";

/* What a token must be allowed to do. */
static const char *const facebook_scopes[] = {"pages_manage_posts",
                                              "pages_read_engagement"};

enum { N_FACEBOOK_SCOPES = 2 };

struct facebook {
    struct channel channel;
    struct graph *graph;
    char page_id[REMOTE_ID_MAX];
    channel_close_cb closed;
    void *closed_data;
};

enum facebook_step {
    FACEBOOK_START,
    FACEBOOK_TOKEN,
    FACEBOOK_READ,
    FACEBOOK_SEARCH,
    FACEBOOK_ANSWER,
};

struct facebook_task {
    struct graph_task task;
    struct facebook *facebook;
    enum facebook_step step;
    char path[REMOTE_ID_MAX + 32];
    struct graph_search search;
};

static struct facebook_task *facebook_task_of(struct graph_task *t)
{
    return container_of(t, struct facebook_task, task);
}

static void facebook_task_free(struct graph_task *t)
{
    struct facebook_task *f = facebook_task_of(t);
    graph_hits_fini(&f->search.hits);
    free(f);
}

static void facebook_begin(struct channel *c, struct channel_request *r,
                           graph_task_cb tick)
{
    struct facebook *fb = container_of(c, struct facebook, channel);
    struct facebook_task *f = mem_zalloc(sizeof(*f));
    f->facebook = fb;
    f->task.request = r;
    f->task.tick = tick;
    f->task.free = facebook_task_free;
    graph_task_begin(fb->graph, &f->task);
}

/* GET /{id}?fields=… */
static void facebook_read(struct facebook_task *f, const char *id,
                          const char *fields)
{
    (void)snprintf(f->path, sizeof(f->path), "/%s", id);
    const struct graph_param params[] = {{"fields", fields}};
    const struct graph_call call = {
        .kind = GRAPH_READ, .path = f->path, .params = params, .n_params = 1};
    f->step = FACEBOOK_READ;
    graph_task_call(&f->task, &call);
}

/* Not there, or not for us: nothing can be concluded from it alone. */
static bool facebook_missing(const struct graph_verdict *v)
{
    return v->code == GRAPH_CODE_OBJECT && v->subcode == GRAPH_SUBCODE_MISSING;
}

/* ---- publish ------------------------------------------------------------ */

static void facebook_publish_tick(struct graph_task *t)
{
    struct facebook_task *f = facebook_task_of(t);
    struct channel_request *r = t->request;
    if (f->step == FACEBOOK_START) {
        (void)snprintf(f->path, sizeof(f->path), "/%s/feed",
                       f->facebook->page_id);
        const struct graph_param params[] = {{"message", r->text},
                                             {"link", r->link}};
        const struct graph_call call = {.kind = GRAPH_COMMIT,
                                        .path = f->path,
                                        .params = params,
                                        .n_params = 2};
        f->step = FACEBOOK_ANSWER;
        graph_task_call(t, &call);
        return;
    }
    graph_task_take_verdict(t);
    MEM_SET_TEXT(r->result.remote_id, t->verdict.id);
    graph_task_end(t);
}

static void facebook_publish(struct channel *c, struct channel_request *r)
{
    facebook_begin(c, r, facebook_publish_tick);
}

/* ---- confirm ------------------------------------------------------------ */

static void facebook_search(struct facebook_task *f)
{
    struct graph_search *s = &f->search;
    (void)snprintf(s->path, sizeof(s->path), "/%s/published_posts",
                   f->facebook->page_id);
    s->fields = facebook_fields;
    s->alert_id = f->task.request->alert_id;
    s->since_ms = f->task.request->since_ms;
    f->step = FACEBOOK_SEARCH;
    graph_search_start(&f->task, s);
}

/* The known post was read. */
static void facebook_confirm_read(struct facebook_task *f)
{
    struct graph_task *t = &f->task;
    struct channel_result *result = &t->request->result;
    struct graph_post post;
    struct err e;
    if (facebook_missing(&t->verdict)) {
        facebook_search(f);
        return;
    }
    if (t->verdict.class == GRAPH_OK &&
        graph_post_parse(t->http.answer.body, t->http.answer.body_len, &post,
                         &e) == ERR_OK) {
        result->finding = CHANNEL_FOUND;
        MEM_SET_TEXT(result->remote_id, post.id);
        MEM_SET_TEXT(result->permalink, post.permalink);
        graph_post_fini(&post);
    } else {
        result->finding = CHANNEL_UNREADABLE;
        MEM_SET_TEXT(result->detail, t->verdict.detail);
    }
    graph_task_end(t);
}

static void facebook_confirm_tick(struct graph_task *t)
{
    struct facebook_task *f = facebook_task_of(t);
    const char *id = t->request->remote_id;
    if (f->step == FACEBOOK_START && id != NULL && id[0] != '\0') {
        facebook_read(f, id, facebook_fields);
        return;
    }
    if (f->step == FACEBOOK_START) {
        facebook_search(f);
        return;
    }
    if (f->step == FACEBOOK_READ) {
        facebook_confirm_read(f);
        return;
    }
    enum graph_search_step end = graph_search_tick(t, &f->search);
    if (end != GRAPH_SEARCH_MORE) {
        graph_search_answer(t, &f->search, end, &t->request->result);
        graph_task_end(t);
    }
}

static void facebook_confirm(struct channel *c, struct channel_request *r)
{
    facebook_begin(c, r, facebook_confirm_tick);
}

/* ---- mark --------------------------------------------------------------- */

/* The new first line above what stands there. */
static void facebook_edit(struct facebook_task *f, const char *old)
{
    const char *line = f->task.request->text;
    size_t size = strlen(line) + strlen(old) + sizeof("\n\n");
    char *message = mem_zalloc(size);
    (void)snprintf(message, size, "%s\n\n%s", line, old);
    const struct graph_param params[] = {{"message", message}};
    const struct graph_call call = {
        .kind = GRAPH_EDIT, .path = f->path, .params = params, .n_params = 1};
    f->step = FACEBOOK_ANSWER;
    graph_task_call(&f->task, &call);
    free(message);
}

/* Reading failed: nothing was changed, so there is no doubt to report. */
static void facebook_mark_unread(struct graph_task *t)
{
    graph_task_take_verdict(t);
    if (facebook_missing(&t->verdict)) {
        t->request->result.outcome = OUTCOME_REFUSED;
    } else if (t->verdict.class == GRAPH_UNKNOWN) {
        t->request->result.outcome = OUTCOME_NOT_SENT;
    }
    graph_task_end(t);
}

static void facebook_mark_read(struct facebook_task *f)
{
    struct graph_task *t = &f->task;
    struct channel_result *result = &t->request->result;
    struct graph_post post;
    struct err e;
    if (t->verdict.class != GRAPH_OK ||
        graph_post_parse(t->http.answer.body, t->http.answer.body_len, &post,
                         &e) != ERR_OK) {
        facebook_mark_unread(t);
        return;
    }
    if (post.text[0] == '\0') {
        /* Writing now would put the mark in the place of the text. */
        result->outcome = OUTCOME_REFUSED;
        graph_say(result->detail, "Der Text des Beitrags ist nicht lesbar: "
                                  "bitte von Hand kennzeichnen.");
        graph_task_end(t);
    } else if (marker_has_line_above(post.text, t->request->text)) {
        result->outcome = OUTCOME_DONE;
        graph_task_end(t);
    } else {
        facebook_edit(f, post.text);
    }
    graph_post_fini(&post);
}

static void facebook_mark_tick(struct graph_task *t)
{
    struct facebook_task *f = facebook_task_of(t);
    if (f->step == FACEBOOK_START) {
        facebook_read(f, t->request->remote_id, "id,message");
        return;
    }
    if (f->step == FACEBOOK_READ) {
        facebook_mark_read(f);
        return;
    }
    graph_task_take_verdict(t);
    graph_task_end(t);
}

static void facebook_mark(struct channel *c, struct channel_request *r)
{
    check(r->remote_id != NULL && r->remote_id[0] != '\0');
    facebook_begin(c, r, facebook_mark_tick);
}

/* ---- check -------------------------------------------------------------- */

/* False when the token is no good and nothing else needs to be asked. */
static bool facebook_check_token(struct graph_task *t)
{
    struct channel_result *result = &t->request->result;
    if (t->verdict.class != GRAPH_OK) {
        result->readiness = READINESS_DEGRADED;
        MEM_SET_TEXT(result->detail, t->verdict.detail);
        return true;
    }
    token_judge(t->http.answer.body, t->http.answer.body_len, facebook_scopes,
                N_FACEBOOK_SCOPES, clock_wall_ms(graph_clock(t->graph)),
                result);
    return result->readiness != READINESS_DOWN;
}

static void facebook_check_tick(struct graph_task *t)
{
    struct facebook_task *f = facebook_task_of(t);
    if (f->step == FACEBOOK_START) {
        f->step = FACEBOOK_TOKEN;
        graph_task_ask_token(t);
        return;
    }
    if (f->step == FACEBOOK_TOKEN && facebook_check_token(t)) {
        facebook_read(f, f->facebook->page_id, "id,name");
        return;
    }
    if (f->step == FACEBOOK_READ && t->verdict.class != GRAPH_OK) {
        t->request->result.readiness = READINESS_DOWN;
        MEM_SET_TEXT(t->request->result.detail, t->verdict.detail);
    }
    graph_task_end(t);
}

static void facebook_probe(struct channel *c, struct channel_request *r)
{
    facebook_begin(c, r, facebook_check_tick);
}

/* ---- open and close ----------------------------------------------------- */

static void facebook_graph_closed(void *data)
{
    struct facebook *fb = data;
    channel_close_cb cb = fb->closed;
    void *closed_data = fb->closed_data;
    free(fb);
    cb(closed_data);
}

static void facebook_close(struct channel *c, channel_close_cb cb, void *data)
{
    struct facebook *fb = container_of(c, struct facebook, channel);
    fb->closed = cb;
    fb->closed_data = data;
    graph_close(fb->graph, facebook_graph_closed, fb);
}

static const struct channel_type facebook_type = {
    .name = "facebook",
    .id = CHANNEL_FACEBOOK,
    .publish = facebook_publish,
    .confirm = facebook_confirm,
    .mark = facebook_mark,
    .probe = facebook_probe,
    .close = facebook_close,
};

struct channel *facebook_open(struct uv_loop_s *loop, const struct clock *clock,
                              struct http_client *http,
                              const struct facebook_config *config)
{
    struct facebook *fb = mem_zalloc(sizeof(*fb));
    const struct graph_config graph = {
        .platform = GRAPH_FACEBOOK,
        .graph_url = config->graph_url,
        .token = config->token,
        .app_id = config->app_id,
        .app_secret = config->app_secret,
        .call_timeout_ms = config->call_timeout_ms,
    };
    fb->channel.type = &facebook_type;
    (void)snprintf(fb->channel.target, sizeof(fb->channel.target),
                   "%sfacebook:%s", config->rehearsal ? "rehearsal:" : "",
                   config->page_id);
    MEM_SET_TEXT(fb->page_id, config->page_id);
    fb->graph = graph_open(loop, clock, http, &graph);
    return &fb->channel;
}
