#include "channels/graph/search.h"

#include <inttypes.h>
#include <stdio.h>

#include "service/base/mem.h"

enum {
    SEARCH_PAGES_MAX = 20, /* 1000 posts since the first attempt */
    SEARCH_SLACK_S = 120,  /* clocks differ: look a little further back */
};

static void graph_search_ask(struct graph_task *t, const struct graph_search *s)
{
    char since[24];
    int64_t since_s = s->since_ms / 1000 - SEARCH_SLACK_S;
    (void)snprintf(since, sizeof(since), "%" PRId64, since_s);
    const struct graph_param params[] = {
        {"fields", s->fields},
        {"limit", "50"},
        {"since", s->since_ms > 0 && since_s > 0 ? since : NULL},
        {"after", s->after[0] != '\0' ? s->after : NULL},
    };
    const struct graph_call call = {
        .kind = GRAPH_READ, .path = s->path, .params = params, .n_params = 4};
    graph_task_call(t, &call);
}

void graph_search_start(struct graph_task *t, struct graph_search *s)
{
    graph_hits_fini(&s->hits);
    s->pages = 0;
    s->after[0] = '\0';
    graph_search_ask(t, s);
}

enum graph_search_step graph_search_tick(struct graph_task *t,
                                         struct graph_search *s)
{
    struct err e;
    if (t->verdict.class != GRAPH_OK) {
        return GRAPH_SEARCH_FAILED;
    }
    if (graph_list_parse(t->http.answer.body, t->http.answer.body_len,
                         s->alert_id, &s->hits, s->after, &e) != ERR_OK) {
        graph_say(t->verdict.detail, "Liste der Beiträge unvollständig.");
        return GRAPH_SEARCH_FAILED;
    }
    s->pages++;
    if (s->after[0] == '\0') {
        return GRAPH_SEARCH_DONE;
    }
    if (s->pages == SEARCH_PAGES_MAX) {
        graph_say(t->verdict.detail, "Liste der Beiträge zu lang.");
        return GRAPH_SEARCH_FAILED;
    }
    graph_search_ask(t, s);
    return GRAPH_SEARCH_MORE;
}

/* A hit is a proof even when the rest could not be read. */
void graph_search_answer(const struct graph_task *t,
                         const struct graph_search *s,
                         enum graph_search_step end,
                         struct channel_result *result)
{
    if (s->hits.n > 0) {
        result->finding = CHANNEL_FOUND;
        MEM_SET_TEXT(result->remote_id, s->hits.oldest.id);
        MEM_SET_TEXT(result->permalink, s->hits.oldest.permalink);
        if (s->hits.n > 1) {
            graph_say(result->detail,
                      "%d Beiträge mit dieser Meldung, der jüngste ist %s: "
                      "bitte ansehen und den doppelten löschen.",
                      s->hits.n, s->hits.youngest);
        }
        return;
    }
    if (end == GRAPH_SEARCH_DONE) {
        result->finding = CHANNEL_ABSENT;
        return;
    }
    result->finding = CHANNEL_UNREADABLE;
    MEM_SET_TEXT(result->detail, t->verdict.detail);
}
