/* Looks for an alert in a listing of the page's posts or the profile's media,
 * through all its pages. Only a walk that reached the end proves absence. */
#ifndef CHANNELS_GRAPH_SEARCH_H
#define CHANNELS_GRAPH_SEARCH_H

#include <stdint.h>

#include "channels/graph/answer.h"
#include "channels/graph/graph.h"

enum graph_search_step {
    GRAPH_SEARCH_MORE,   /* the next page is being read: tick again */
    GRAPH_SEARCH_DONE,   /* hits holds all there are */
    GRAPH_SEARCH_FAILED, /* unreadable; t->verdict.detail says why */
};

struct graph_search {
    /* The caller's. */
    char path[REMOTE_ID_MAX + 32]; /* "/{page}/published_posts" */
    const char *fields;
    const char *alert_id;
    int64_t since_ms; /* 0: everything */

    struct graph_hits hits; /* the caller's to graph_hits_fini() */

    /* search's */
    int pages;
    char after[GRAPH_CURSOR_MAX];
};

/* Asks for the first page. */
void graph_search_start(struct graph_task *t, struct graph_search *s);

/* To be called by the tick that follows. */
enum graph_search_step graph_search_tick(struct graph_task *t,
                                         struct graph_search *s);

/* The read-back's answer, from the hits of a walk that is DONE or FAILED. */
void graph_search_answer(const struct graph_task *t,
                         const struct graph_search *s,
                         enum graph_search_step end,
                         struct channel_result *result);

#endif
