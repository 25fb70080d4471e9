/* The channel and its smaller operations; publish.c has the large one.
 *
 *   confirm  START -> READ -> end
 *              |        | the id says nothing
 *              +--------+-> SEARCH -> CONTAINER -> end
 *   mark     START -> COMMENTS -> ANSWER -> end
 *   check    START -> TOKEN -> ANSWER (quota) -> end                         */
#include "channels/instagram/instagram.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/graph/answer.h"
#include "channels/graph/token.h"
#include "channels/instagram/instagram_task.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"

static const char instagram_fields[] = "id,caption,permalink,timestamp";

/* What a token must be allowed to do. */
static const char *const instagram_scopes[] = {"instagram_basic",
                                               "instagram_content_publish"};

enum { N_INSTAGRAM_SCOPES = 2, INSTAGRAM_QUOTA_LOW = 5 };

struct instagram_task *instagram_task_of(struct graph_task *t)
{
    return container_of(t, struct instagram_task, task);
}

static void instagram_task_free(struct graph_task *t)
{
    struct instagram_task *i = instagram_task_of(t);
    graph_hits_fini(&i->search.hits);
    free(i);
}

static void instagram_begin(struct channel *c, struct channel_request *r,
                            graph_task_cb tick)
{
    struct instagram *ig = container_of(c, struct instagram, channel);
    struct instagram_task *i = mem_zalloc(sizeof(*i));
    i->instagram = ig;
    i->task.request = r;
    i->task.tick = tick;
    i->task.free = instagram_task_free;
    graph_task_begin(ig->graph, &i->task);
}

/* GET /{id}{edge}?fields=… */
static void instagram_get(struct instagram_task *i, const char *id,
                          const char *edge, const char *fields)
{
    (void)snprintf(i->path, sizeof(i->path), "/%s%s", id, edge);
    const struct graph_param params[] = {{"fields", fields}};
    const struct graph_call call = {
        .kind = GRAPH_READ, .path = i->path, .params = params, .n_params = 1};
    graph_task_call(&i->task, &call);
}

void instagram_read_container(struct instagram_task *i)
{
    i->step = INSTAGRAM_CONTAINER;
    instagram_get(i, i->container_id, "", "id,status_code,status");
}

void instagram_search(struct instagram_task *i)
{
    struct graph_search *s = &i->search;
    (void)snprintf(s->path, sizeof(s->path), "/%s/media",
                   i->instagram->user_id);
    s->fields = instagram_fields;
    s->alert_id = i->task.request->alert_id;
    s->since_ms = i->task.request->since_ms;
    i->step = INSTAGRAM_SEARCH;
    graph_search_start(&i->task, s);
}

bool instagram_missing(const struct graph_verdict *v)
{
    return v->code == GRAPH_CODE_OBJECT && v->subcode == GRAPH_SUBCODE_MISSING;
}

static void instagram_publish(struct channel *c, struct channel_request *r)
{
    instagram_begin(c, r, instagram_publish_tick);
}

/* ---- confirm ------------------------------------------------------------ */

static void instagram_unreadable(struct instagram_task *i)
{
    struct channel_result *result = &i->task.request->result;
    result->finding = CHANNEL_UNREADABLE;
    MEM_SET_TEXT(result->detail, i->task.verdict.detail);
    graph_task_end(&i->task);
}

/* The known media was read. */
static void instagram_confirm_read(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    struct channel_result *result = &t->request->result;
    struct graph_post post;
    struct err e;
    if (instagram_missing(&t->verdict)) {
        instagram_search(i);
        return;
    }
    if (t->verdict.class != GRAPH_OK ||
        graph_post_parse(t->http.answer.body, t->http.answer.body_len, &post,
                         &e) != ERR_OK) {
        instagram_unreadable(i);
        return;
    }
    result->finding = CHANNEL_FOUND;
    MEM_SET_TEXT(result->remote_id, post.id);
    MEM_SET_TEXT(result->permalink, post.permalink);
    graph_post_fini(&post);
    graph_task_end(t);
}

static void instagram_confirm_searched(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    struct channel_result *result = &t->request->result;
    enum graph_search_step end = graph_search_tick(t, &i->search);
    if (end == GRAPH_SEARCH_MORE) {
        return;
    }
    graph_search_answer(t, &i->search, end, result);
    const char *container_id = t->request->container_id;
    if (result->finding == CHANNEL_ABSENT && container_id != NULL &&
        container_id[0] != '\0') {
        MEM_SET_TEXT(i->container_id, container_id);
        instagram_read_container(i);
        return;
    }
    graph_task_end(t);
}

/* The profile does not hold it; what does the container say? */
static void instagram_confirm_container(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    struct channel_result *result = &t->request->result;
    if (t->verdict.class != GRAPH_OK) {
        instagram_unreadable(i);
        return;
    }
    i->container = container_parse(t->http.answer.body, t->http.answer.body_len,
                                   i->reason);
    if (i->container == CONTAINER_PUBLISHED ||
        i->container == CONTAINER_UNCLEAR) {
        result->finding = CHANNEL_UNREADABLE;
        graph_say(result->detail, "Laut Instagram erschienen, aber noch nicht "
                                  "in der Liste der Beiträge.");
    }
    graph_task_end(t);
}

static void instagram_confirm_tick(struct graph_task *t)
{
    struct instagram_task *i = instagram_task_of(t);
    const char *id = t->request->remote_id;
    if (i->step == INSTAGRAM_START && id != NULL && id[0] != '\0') {
        i->step = INSTAGRAM_READ;
        instagram_get(i, id, "", instagram_fields);
    } else if (i->step == INSTAGRAM_START) {
        instagram_search(i);
    } else if (i->step == INSTAGRAM_READ) {
        instagram_confirm_read(i);
    } else if (i->step == INSTAGRAM_SEARCH) {
        instagram_confirm_searched(i);
    } else {
        instagram_confirm_container(i);
    }
}

static void instagram_confirm(struct channel *c, struct channel_request *r)
{
    instagram_begin(c, r, instagram_confirm_tick);
}

/* ---- mark --------------------------------------------------------------- */

static void instagram_comment(struct instagram_task *i)
{
    const struct graph_param params[] = {{"message", i->task.request->text}};
    const struct graph_call call = {
        .kind = GRAPH_EDIT, .path = i->path, .params = params, .n_params = 1};
    i->step = INSTAGRAM_ANSWER;
    graph_task_call(&i->task, &call);
}

/* Reading comments needs a right that posting does not: a refusal is no
 * reason to leave the mark out. */
static void instagram_mark_read(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    struct channel_result *result = &t->request->result;
    enum graph_class class = t->verdict.class;
    if (class == GRAPH_OK &&
        graph_list_says(t->http.answer.body, t->http.answer.body_len, "text",
                        t->request->text)) {
        result->outcome = OUTCOME_DONE;
        graph_task_end(t);
        return;
    }
    if (class == GRAPH_OK || class == GRAPH_REFUSED) {
        instagram_comment(i);
        return;
    }
    graph_task_take_verdict(t);
    result->outcome =
        instagram_missing(&t->verdict) ? OUTCOME_REFUSED : OUTCOME_NOT_SENT;
    graph_task_end(t);
}

static void instagram_mark_tick(struct graph_task *t)
{
    struct instagram_task *i = instagram_task_of(t);
    if (i->step == INSTAGRAM_START) {
        i->step = INSTAGRAM_COMMENTS;
        instagram_get(i, t->request->remote_id, "/comments", "id,text");
    } else if (i->step == INSTAGRAM_COMMENTS) {
        instagram_mark_read(i);
    } else {
        graph_task_take_verdict(t);
        graph_task_end(t);
    }
}

static void instagram_mark(struct channel *c, struct channel_request *r)
{
    check(r->remote_id != NULL && r->remote_id[0] != '\0');
    instagram_begin(c, r, instagram_mark_tick);
}

/* ---- check -------------------------------------------------------------- */

/* False when the token is no good and nothing else needs to be asked. */
static bool instagram_check_token(struct graph_task *t)
{
    struct channel_result *result = &t->request->result;
    if (t->verdict.class != GRAPH_OK) {
        result->readiness = READINESS_DEGRADED;
        MEM_SET_TEXT(result->detail, t->verdict.detail);
        return true;
    }
    token_judge(t->http.answer.body, t->http.answer.body_len, instagram_scopes,
                N_INSTAGRAM_SCOPES, clock_wall_ms(graph_clock(t->graph)),
                result);
    return result->readiness != READINESS_DOWN;
}

static void instagram_check_quota(struct graph_task *t)
{
    struct channel_result *result = &t->request->result;
    int used = 0;
    int total = 0;
    if (t->verdict.class != GRAPH_OK) {
        result->readiness = READINESS_DOWN;
        MEM_SET_TEXT(result->detail, t->verdict.detail);
        return;
    }
    if (!container_quota_parse(t->http.answer.body, t->http.answer.body_len,
                               &used, &total)) {
        result->readiness = READINESS_DEGRADED;
        graph_say(result->detail, "Das Tageskontingent ließ sich nicht lesen.");
    } else if (used >= total) {
        result->readiness = READINESS_DOWN;
        graph_say(result->detail,
                  "Tageskontingent erschöpft (%d von %d): bis morgen von Hand "
                  "posten.",
                  used, total);
    } else if (total - used <= INSTAGRAM_QUOTA_LOW) {
        result->readiness = READINESS_DEGRADED;
        graph_say(result->detail, "Tageskontingent fast erschöpft (%d von %d).",
                  used, total);
    }
}

static void instagram_check_tick(struct graph_task *t)
{
    struct instagram_task *i = instagram_task_of(t);
    if (i->step == INSTAGRAM_START) {
        i->step = INSTAGRAM_TOKEN;
        graph_task_ask_token(t);
        return;
    }
    if (i->step == INSTAGRAM_TOKEN && instagram_check_token(t)) {
        i->step = INSTAGRAM_ANSWER;
        instagram_get(i, i->instagram->user_id, "/content_publishing_limit",
                      "quota_usage,config");
        return;
    }
    if (i->step == INSTAGRAM_ANSWER) {
        instagram_check_quota(t);
    }
    graph_task_end(t);
}

static void instagram_probe(struct channel *c, struct channel_request *r)
{
    instagram_begin(c, r, instagram_check_tick);
}

/* ---- open and close ----------------------------------------------------- */

static void instagram_graph_closed(void *data)
{
    struct instagram *ig = data;
    channel_close_cb cb = ig->closed;
    void *closed_data = ig->closed_data;
    free(ig);
    cb(closed_data);
}

static void instagram_close(struct channel *c, channel_close_cb cb, void *data)
{
    struct instagram *ig = container_of(c, struct instagram, channel);
    ig->closed = cb;
    ig->closed_data = data;
    graph_close(ig->graph, instagram_graph_closed, ig);
}

static const struct channel_type instagram_type = {
    .name = "instagram",
    .id = CHANNEL_INSTAGRAM,
    .publish = instagram_publish,
    .confirm = instagram_confirm,
    .mark = instagram_mark,
    .probe = instagram_probe,
    .close = instagram_close,
};

struct channel *instagram_open(struct uv_loop_s *loop,
                               const struct clock *clock,
                               struct http_client *http,
                               const struct instagram_config *config)
{
    struct instagram *ig = mem_zalloc(sizeof(*ig));
    const struct graph_config graph = {
        .platform = GRAPH_INSTAGRAM,
        .graph_url = config->graph_url,
        .token = config->token,
        .app_id = config->app_id,
        .app_secret = config->app_secret,
        .call_timeout_ms = config->call_timeout_ms,
    };
    ig->channel.type = &instagram_type;
    (void)snprintf(ig->channel.target, sizeof(ig->channel.target),
                   "%sinstagram:%s", config->rehearsal ? "rehearsal:" : "",
                   config->user_id);
    MEM_SET_TEXT(ig->user_id, config->user_id);
    ig->poll_ms = config->poll_ms > 0 ? config->poll_ms : 1000;
    ig->graph = graph_open(loop, clock, http, &graph);
    return &ig->channel;
}
