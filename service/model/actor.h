/* Who acts, as the doors found out; the flow decides what they may. */
#ifndef SERVICE_MODEL_ACTOR_H
#define SERVICE_MODEL_ACTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "service/model/alert.h"

enum role {
    ROLE_AUTHOR = 1,
    ROLE_APPROVER = 2,
    ROLE_RELEASER = 4,
    ROLE_DRILL_LEAD = 8,
    ROLE_OPERATOR = 16,
    ROLE_AUDITOR = 32,
};

/* How they came in. */
enum actor_via {
    ACTOR_SESSION, /* password and, for releasers, a one-time code */
    ACTOR_LOCAL,   /* the UNIX socket: local:<unix user>, an operator */
    ACTOR_TOKEN,   /* an API token: previews and submits only */
    ACTOR_DRILL,   /* a planned drill: only exercises */
};

struct actor {
    char name[ACTOR_NAME_MAX];
    enum actor_via via;
    unsigned roles; /* bits of enum role */
    bool enrolled;  /* has a second factor */
    int64_t step_up_until_ms;
};

bool actor_has(const struct actor *a, enum role role);

/* "releaser,approver" to bits; false when a word is no role. */
bool role_parse_list(const char *text, unsigned *roles);

/* The name of one role. */
const char *role_name(enum role role);

#endif
