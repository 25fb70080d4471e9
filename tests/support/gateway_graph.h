/* What the test gateway holds and how the Graph API would answer: posts,
 * containers, media, comments. Internal to tests/support. */
#ifndef TESTS_SUPPORT_GATEWAY_GRAPH_H
#define TESTS_SUPPORT_GATEWAY_GRAPH_H

#include "tests/support/gateway.h"

enum { GATEWAY_ITEMS_MAX = 4096 };

struct gateway_list {
    size_t n;
    struct gateway_post *items[GATEWAY_ITEMS_MAX];
};

struct gateway_container {
    char id[64];
    char owner[64];
    char *caption;
    char status_code[16]; /* IN_PROGRESS, FINISHED, … */
    int polls_left;
};

struct gateway_graph {
    struct gateway_list posts;
    struct gateway_list media;
    struct gateway_list comments; /* owner is the media */
    size_t n_containers;
    struct gateway_container *containers[GATEWAY_ITEMS_MAX];
    int polls;
    int quota_used;
    int64_t late_ms; /* what is made now can be read so much later */
    char *token_info;
    int log_fd; /* -1: none */
};

/* A request taken apart. */
struct gateway_ask {
    enum gateway_call call;
    char id[64]; /* the first part of the path behind the version */
    char edge[32];
    const char *query; /* "" without */
    const char *body;
};

struct gateway_reply {
    int status;
    char *body; /* the caller's to free() */
};

void gateway_graph_init(struct gateway_graph *g);
void gateway_graph_fini(struct gateway_graph *g);

/* Carries the request out. */
struct gateway_reply gateway_graph_do(struct gateway_graph *g,
                                      const struct gateway_ask *ask);

/* Meta's error envelope. */
struct gateway_reply gateway_graph_error(int status, int code, int subcode,
                                         const char *message);

/* A parameter from the body (JSON or form) or the query; NULL when it is not
 * there; the caller's to free(). */
char *gateway_graph_param(const struct gateway_ask *ask, const char *name);

struct gateway_post *gateway_graph_add(struct gateway_list *list,
                                       const char *id, const char *owner,
                                       const char *text, int64_t at_ms);
bool gateway_graph_is_container(const struct gateway_graph *g, const char *id);
int64_t gateway_graph_now_ms(void);

#endif
