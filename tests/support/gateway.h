/* A recording stand-in for the Graph API on a loopback port of its own: it
 * keeps posts, containers, media and comments, so that reading back works,
 * writes down every request, and fails as it is told. On the caller's uv loop;
 * tests/system/gateway_main.c makes a program of it.
 *
 * It takes any page or user id. Also under it: GET /karte/<any>.jpg, a JPEG
 * for Instagram's container. */
#ifndef TESTS_SUPPORT_GATEWAY_H
#define TESTS_SUPPORT_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gateway;
struct uv_loop_s;

/* What a request asks for. */
#define GATEWAY_CALLS(X)                                       \
    X(FEED, "feed")                                            \
    X(PUBLISHED_POSTS, "published_posts")                      \
    X(MEDIA_CREATE, "media_create")                            \
    X(MEDIA_PUBLISH, "media_publish")                          \
    X(MEDIA_LIST, "media_list")                                \
    X(QUOTA, "quota")                                          \
    X(DEBUG_TOKEN, "debug_token")                              \
    X(COMMENT, "comment")                                      \
    X(COMMENTS_LIST, "comments_list")                          \
    X(READ, "read")           /* GET of a page, post, media */ \
    X(CONTAINER, "container") /* GET of a container */         \
    X(EDIT, "edit")           /* POST to a post */             \
    X(DELETE, "delete")                                        \
    X(CARD, "card")                                            \
    X(OTHER, "other")

enum gateway_call {
#define GATEWAY_CALL_ENUM(name, text) GATEWAY_##name,
    GATEWAY_CALLS(GATEWAY_CALL_ENUM)
#undef GATEWAY_CALL_ENUM
};

/* What goes wrong. Those that say "applied" have their effect first. */
#define GATEWAY_FAULTS(X)                                                     \
    X(ANSWER, "answer")             /* status and body as given, no effect */ \
    X(ANSWER_AFTER, "answer_after") /* applied, then status and body */       \
    X(HANG, "hang")                 /* no effect, no answer */                \
    X(HANG_AFTER, "hang_after")     /* applied, no answer */                  \
    X(CLOSE, "close")               /* no effect, connection closed */        \
    X(CLOSE_AFTER, "close_after")   /* applied, connection closed */          \
    X(RESET, "reset")               /* no effect, RST */                      \
    X(RESET_AFTER, "reset_after")   /* applied, RST */                        \
    X(CUT, "cut")                   /* applied, half of the body */           \
    X(GARBAGE, "garbage")           /* applied, 200 and no JSON */            \
    X(SLOW, "slow")                 /* applied and answered after delay */    \
    X(LATE, "late")                 /* applied, readable only after delay */  \
    X(REDIRECT, "redirect")         /* no effect, 302 to `body` */            \
    X(HUGE, "huge")                 /* applied, 4 MiB of JSON text */

enum gateway_fault_kind {
#define GATEWAY_FAULT_ENUM(name, text) GATEWAY_FAULT_##name,
    GATEWAY_FAULTS(GATEWAY_FAULT_ENUM)
#undef GATEWAY_FAULT_ENUM
};

struct gateway_fault {
    enum gateway_call call;
    enum gateway_fault_kind kind;
    int skip;         /* so many calls of this kind go well before */
    int times;        /* then so many fail; 0 means 1, -1 for ever */
    int status;       /* ANSWER, ANSWER_AFTER */
    const char *body; /* ANSWER, ANSWER_AFTER, REDIRECT; copied */
    int64_t delay_ms; /* SLOW, LATE */
};

struct gateway_request {
    enum gateway_call call;
    int64_t at_ms;  /* CLOCK_REALTIME */
    int connection; /* 1, 2, … in order of accepting */
    char method[8];
    char *target; /* path and query as received */
    char *bearer; /* of Authorization, "" without */
    char *body;
};

struct gateway_post {
    char id[64];
    char owner[64]; /* page or user id */
    char *text;     /* message or caption, as it is now */
    char *link;
    int64_t created_ms; /* CLOCK_REALTIME */
    int64_t visible_at_ms;
    bool deleted;
};

struct gateway_config {
    int port;               /* 0: any free one */
    const char *token;      /* what Bearer must say; NULL: anything goes */
    const char *app_secret; /* then appsecret_proof must be right; or NULL */
    const char *log_path;   /* every effect is appended as one line of JSON
                               before its answer is sent; or NULL */
    int polls;      /* so many IN_PROGRESS before a container is FINISHED */
    int quota_used; /* of 50 */
};

/* Listens on 127.0.0.1. Strings of config are copied. Aborts when it cannot:
 * it is for tests. */
struct gateway *gateway_open(struct uv_loop_s *loop,
                             const struct gateway_config *config);

/* Ends every connection; frees the gateway, then cb (may be NULL). */
void gateway_close(struct gateway *g, void (*cb)(void *data), void *data);

int gateway_port(const struct gateway *g);

/* "http://127.0.0.1:<port>/v26.0" and without the version; the gateway's. */
const char *gateway_url(const struct gateway *g);
const char *gateway_root(const struct gateway *g);

/* Adds a fault; the first one that fits a call is used. */
void gateway_fail(struct gateway *g, const struct gateway_fault *fault);

/* Forgets all faults; ends hanging connections without an answer. */
void gateway_heal(struct gateway *g);

/* What came in. Pointers are good until the next request. */
size_t gateway_n_requests(const struct gateway *g);
const struct gateway_request *gateway_request(const struct gateway *g,
                                              size_t i);
size_t gateway_count(const struct gateway *g, enum gateway_call call);
const struct gateway_request *gateway_last(const struct gateway *g,
                                           enum gateway_call call);

/* What it holds: Facebook posts and Instagram media, deleted ones too. */
size_t gateway_n_posts(const struct gateway *g);
const struct gateway_post *gateway_post(const struct gateway *g, size_t i);
size_t gateway_n_media(const struct gateway *g);
const struct gateway_post *gateway_media(const struct gateway *g, size_t i);
size_t gateway_n_comments(const struct gateway *g);

/* Puts a post there as if somebody had published it; at_ms wall time. */
void gateway_add_post(struct gateway *g, const char *page, const char *text,
                      int64_t at_ms);
void gateway_add_media(struct gateway *g, const char *user, const char *text,
                       int64_t at_ms);

/* A container's status_code from now on: "ERROR", "EXPIRED", "FINISHED"; the
 * newest one when id is NULL. */
void gateway_set_container(struct gateway *g, const char *id,
                           const char *status_code);

/* debug_token answers this body from now on; NULL: a good token. */
void gateway_set_token_info(struct gateway *g, const char *body);

const char *gateway_call_name(enum gateway_call call);
/* False for an unknown name. */
bool gateway_call_parse(const char *name, enum gateway_call *call);
bool gateway_fault_parse(const char *name, enum gateway_fault_kind *kind);

#endif
