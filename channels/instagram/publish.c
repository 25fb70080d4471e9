/* Publishing a picture.
 *
 *   START --no container--> CARD -> CREATE -> step() -> CONTAINER
 *     |                                                   ^ |  ^
 *     +--container known----------------------------------+ |  |
 *                                                           |  |
 *   CONTAINER: in progress -> PAUSE ------------------------+--+ (poll)
 *              finished    -> go()? -> PUBLISH -> end  (too early: PAUSE)
 *              published   -> SEARCH -> end, done
 *              error, expired, no answer about it -> SEARCH -> end
 *
 * Only PUBLISH makes something public. Before it every failure is not_sent or
 * refused; the caller has the container's id by then (D4) and comes back with
 * it, so that there is never a second container while the first could still
 * be published. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "channels/instagram/instagram_task.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    PUBLISH_WAIT_MAX = 300,               /* units: five minutes */
    PUBLISH_CARD_BYTES = 8 * 1024 * 1024, /* Instagram's limit for pictures */
};

/* Pictures are mostly ready in seconds: at once, then 1, 1, 2, 3, 5, 5 … */
static const int64_t publish_pauses[] = {1, 1, 2, 3, 5};

static void publish_end(struct instagram_task *i, enum outcome outcome)
{
    i->task.request->result.outcome = outcome;
    graph_task_end(&i->task);
}

/* The call before anything is public failed. */
static void publish_end_early(struct instagram_task *i)
{
    struct channel_result *result = &i->task.request->result;
    graph_task_take_verdict(&i->task);
    publish_end(i, result->outcome == OUTCOME_REFUSED ? OUTCOME_REFUSED
                                                      : OUTCOME_NOT_SENT);
}

/* ---- card and container ------------------------------------------------- */

static bool publish_card_is_good(const struct http_answer *a)
{
    static const char jpeg[] = "image/jpeg";
    size_t len = sizeof(jpeg) - 1;
    return a->end == HTTP_ANSWERED && a->status == 200 &&
           strncasecmp(a->content_type, jpeg, len) == 0 &&
           (a->content_type[len] == '\0' || a->content_type[len] == ';' ||
            a->content_type[len] == ' ');
}

static void publish_create(struct instagram_task *i)
{
    const struct channel_request *r = i->task.request;
    const struct graph_param params[] = {{"image_url", r->image_url},
                                         {"caption", r->text},
                                         {"alt_text", r->alt_text}};
    (void)snprintf(i->path, sizeof(i->path), "/%s/media",
                   i->instagram->user_id);
    const struct graph_call call = {
        .kind = GRAPH_CREATE, .path = i->path, .params = params, .n_params = 3};
    i->step = INSTAGRAM_CREATE;
    graph_task_call(&i->task, &call);
}

static void publish_card(struct instagram_task *i)
{
    const struct http_answer *a = &i->task.http.answer;
    struct channel_result *result = &i->task.request->result;
    if (publish_card_is_good(a)) {
        publish_create(i);
        return;
    }
    if (a->end == HTTP_ANSWERED) {
        graph_say(result->detail,
                  "Bild nicht erreichbar (HTTP %d, %s): Instagram wartet, "
                  "bitte die Webseite prüfen.",
                  a->status,
                  a->content_type[0] != '\0' ? a->content_type : "ohne Typ");
    } else {
        graph_say(result->detail, "Bild nicht erreichbar: Instagram wartet, "
                                  "bitte die Webseite prüfen.");
    }
    publish_end(i, OUTCOME_NOT_SENT);
}

static void publish_created(struct instagram_task *i)
{
    struct channel_request *r = i->task.request;
    if (i->task.verdict.class != GRAPH_OK) {
        publish_end_early(i);
        return;
    }
    MEM_SET_TEXT(i->container_id, i->task.verdict.id);
    if (r->step != NULL) {
        r->step(r, i->container_id); /* durable when it returns (D4) */
    }
    instagram_read_container(i);
}

/* ---- polling ------------------------------------------------------------ */

static void publish_pause(struct instagram_task *i)
{
    size_t n = sizeof(publish_pauses) / sizeof(publish_pauses[0]);
    int64_t pause = publish_pauses[i->polls < n ? i->polls : n - 1];
    if (i->waited + pause > PUBLISH_WAIT_MAX) {
        graph_say(i->task.request->result.detail,
                  "Instagram bereitet das Bild seit fünf Minuten vor. Nichts "
                  "erschienen, wird fortgesetzt.");
        publish_end(i, OUTCOME_NOT_SENT);
        return;
    }
    i->polls++;
    i->waited += pause;
    i->step = INSTAGRAM_PAUSE;
    graph_task_wait(&i->task, pause * i->instagram->poll_ms);
}

static void publish_now(struct instagram_task *i)
{
    struct channel_request *r = i->task.request;
    if (r->go != NULL && !r->go(r)) {
        graph_say(r->result.detail, "Vor dem Veröffentlichen angehalten. "
                                    "Nichts erschienen.");
        publish_end(i, OUTCOME_NOT_SENT);
        return;
    }
    const struct graph_param params[] = {{"creation_id", i->container_id}};
    (void)snprintf(i->path, sizeof(i->path), "/%s/media_publish",
                   i->instagram->user_id);
    const struct graph_call call = {
        .kind = GRAPH_COMMIT, .path = i->path, .params = params, .n_params = 1};
    i->step = INSTAGRAM_PUBLISH;
    graph_task_call(&i->task, &call);
}

static void publish_container(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    if (instagram_missing(&t->verdict)) {
        /* A known fault of Meta's: only the profile can tell. */
        i->container = CONTAINER_UNCLEAR;
        instagram_search(i);
        return;
    }
    if (t->verdict.class != GRAPH_OK) {
        publish_end_early(i);
        return;
    }
    i->container = container_parse(t->http.answer.body, t->http.answer.body_len,
                                   i->reason);
    switch (i->container) {
    case CONTAINER_UNCLEAR:
    case CONTAINER_IN_PROGRESS: publish_pause(i); break;
    case CONTAINER_FINISHED: publish_now(i); break;
    case CONTAINER_PUBLISHED:
    case CONTAINER_ERROR:
    case CONTAINER_EXPIRED: instagram_search(i); break;
    }
}

/* ---- the ends ----------------------------------------------------------- */

static void publish_answered(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    if (t->verdict.class == GRAPH_NOT_SENT &&
        t->verdict.subcode == GRAPH_SUBCODE_EARLY) {
        publish_pause(i);
        return;
    }
    graph_task_take_verdict(t);
    MEM_SET_TEXT(t->request->result.remote_id, t->verdict.id);
    graph_task_end(t);
}

/* The profile does not hold the alert, as far as it was read. */
static void publish_not_found(struct instagram_task *i, bool whole)
{
    struct channel_result *result = &i->task.request->result;
    if (i->container == CONTAINER_PUBLISHED) {
        publish_end(i, OUTCOME_DONE);
        return;
    }
    bool dead =
        i->container == CONTAINER_ERROR || i->container == CONTAINER_EXPIRED;
    if (!dead || !whole) {
        graph_say(result->detail,
                  "Instagram sagt nichts über den "
                  "vorbereiteten Beitrag; es wird nachgelesen.");
        publish_end(i, OUTCOME_UNKNOWN);
        return;
    }
    result->container_gone = true;
    graph_say(result->detail,
              "Instagram hat den vorbereiteten Beitrag verworfen (%s). Nichts "
              "erschienen, wird neu vorbereitet.",
              i->reason);
    publish_end(i, OUTCOME_NOT_SENT);
}

static void publish_searched(struct instagram_task *i)
{
    struct graph_task *t = &i->task;
    struct channel_result *result = &t->request->result;
    enum graph_search_step end = graph_search_tick(t, &i->search);
    if (end == GRAPH_SEARCH_MORE) {
        return;
    }
    graph_search_answer(t, &i->search, end, result);
    if (result->finding == CHANNEL_FOUND) {
        publish_end(i, OUTCOME_DONE);
        return;
    }
    publish_not_found(i, end == GRAPH_SEARCH_DONE);
}

static void publish_start(struct instagram_task *i)
{
    const struct channel_request *r = i->task.request;
    if (r->container_id != NULL && r->container_id[0] != '\0') {
        MEM_SET_TEXT(i->container_id, r->container_id);
        instagram_read_container(i);
        return;
    }
    i->step = INSTAGRAM_CARD;
    graph_task_get(&i->task, r->image_url, PUBLISH_CARD_BYTES);
}

void instagram_publish_tick(struct graph_task *t)
{
    struct instagram_task *i = instagram_task_of(t);
    switch (i->step) {
    case INSTAGRAM_START: publish_start(i); break;
    case INSTAGRAM_CARD: publish_card(i); break;
    case INSTAGRAM_CREATE: publish_created(i); break;
    case INSTAGRAM_PAUSE: instagram_read_container(i); break;
    case INSTAGRAM_CONTAINER: publish_container(i); break;
    case INSTAGRAM_PUBLISH: publish_answered(i); break;
    case INSTAGRAM_SEARCH: publish_searched(i); break;
    case INSTAGRAM_READ:
    case INSTAGRAM_COMMENTS:
    case INSTAGRAM_TOKEN:
    case INSTAGRAM_ANSWER: check(false); break;
    }
}
