/* One call of the Graph API: its parameters from wherever they came, its one
 * answer in Meta's envelopes. For this folder. */
#ifndef DRILLS_SHADOW_CALL_H
#define DRILLS_SHADOW_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drills/shadow/parts.h"
#include "service/http/request.h"

enum { CALL_PARAMS = 32, CALL_NAME_MAX = SHADOW_EDGE_MAX, CALL_TRACE_MAX = 24 };

struct call_param {
    char *name;
    char *value;
};

struct call {
    struct shadow *shadow;
    struct http_request *request; /* NULL once answered */
    char method[8];               /* after "method=" was looked at */
    char node[CALL_NAME_MAX];     /* "1000…", "me", "debug_token" */
    char edge[CALL_NAME_MAX];     /* "feed", or "" */
    struct call_param params[CALL_PARAMS];
    size_t n_params;
    /* Whose token it is, when node is that page or profile or one of its
     * objects; the object, when node is one. */
    const struct shadow_target *target;
    bool is_instagram;
    bool is_rehearsal;
    struct shadow_object *object;
    bool is_hanging; /* training: has its effect, gets no answer */
    bool is_failing; /* training: has its effect, answers 500 */
};

/* An error of Meta's. All are HTTP 400 here; callers decide on the codes. */
struct call_error {
    int code;
    int subcode; /* 0 for none */
    const char *type;
    const char *message;
};

/* Reads query, form or JSON; false when an error has been answered. */
bool call_read_params(struct call *c);

const char *call_param(const struct call *c, const char *name);
bool call_flag(const struct call *c, const char *name, bool without);

/* Unknown or repeated parameters are refused, by Meta's code 100: true when
 * all are in `allowed` (words, one blank between), or of every call. */
bool call_check_params(struct call *c, const char *allowed);

/* The answers; each ends the call, which is freed. */
void call_fail(struct call *c, const struct call_error *error);
/* code 100, "(#100) Missing or invalid parameter <name>" */
void call_fail_param(struct call *c, const char *name);
void call_answer(struct call *c, const char *json, size_t len);
void call_answer_id(struct call *c, const char *id);
void call_answer_success(struct call *c);

void call_free(struct call *c);

/* The call waits for nothing any more; it is answered with the others that
 * hang, when there are too many of them or at the close. */
void call_hang(struct call *c);
void call_drop_hanging(struct shadow *s);

/* Wall time, Unix milliseconds. */
int64_t call_now_ms(const struct call *c);

/* The rights of a token, over the call's node; false: answered. */
bool call_authorize(struct call *c);

/* The rooms of the house: each ends the call, now or later. */
void facebook_call(struct call *c);
void instagram_call(struct call *c);
void token_call(struct call *c); /* /debug_token */

#endif
