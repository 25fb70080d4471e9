/* What instagram.c and publish.c share. Internal to this folder. */
#ifndef CHANNELS_INSTAGRAM_INSTAGRAM_TASK_H
#define CHANNELS_INSTAGRAM_INSTAGRAM_TASK_H

#include "channels/channel.h"
#include "channels/graph/graph.h"
#include "channels/graph/search.h"
#include "channels/instagram/container.h"

struct instagram {
    struct channel channel;
    struct graph *graph;
    char user_id[REMOTE_ID_MAX];
    int64_t poll_ms;
    channel_close_cb closed;
    void *closed_data;
};

enum instagram_step {
    INSTAGRAM_START,
    INSTAGRAM_CARD,      /* is our own picture there? */
    INSTAGRAM_CREATE,    /* the container */
    INSTAGRAM_PAUSE,     /* before the next poll */
    INSTAGRAM_CONTAINER, /* its state is being read */
    INSTAGRAM_PUBLISH,
    INSTAGRAM_SEARCH,
    INSTAGRAM_READ,
    INSTAGRAM_COMMENTS,
    INSTAGRAM_TOKEN,
    INSTAGRAM_ANSWER,
};

struct instagram_task {
    struct graph_task task;
    struct instagram *instagram;
    enum instagram_step step;
    char path[REMOTE_ID_MAX + 32];
    char container_id[REMOTE_ID_MAX];
    enum container_state container;
    char reason[CONTAINER_REASON_MAX];
    size_t polls;
    int64_t waited; /* in units of poll_ms */
    struct graph_search search;
};

struct instagram_task *instagram_task_of(struct graph_task *t);

/* GET {container}?fields=id,status_code,status; step INSTAGRAM_CONTAINER. */
void instagram_read_container(struct instagram_task *i);

/* Looks for the alert among the profile's media; step INSTAGRAM_SEARCH. */
void instagram_search(struct instagram_task *i);

/* No such object, or no right to it: says nothing by itself. */
bool instagram_missing(const struct graph_verdict *v);

/* The tick of publish, in publish.c. */
void instagram_publish_tick(struct graph_task *t);

#endif
