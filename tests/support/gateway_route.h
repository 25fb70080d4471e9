/* Which call a request is, and whether the gateway lets it in. Internal to
 * tests/support. */
#ifndef TESTS_SUPPORT_GATEWAY_ROUTE_H
#define TESTS_SUPPORT_GATEWAY_ROUTE_H

#include "tests/support/gateway_graph.h"
#include "tests/support/gateway_http.h"

/* Who is let in; NULL: everybody. */
struct gateway_door {
    char *token;
    char *app_secret;
};

/* Takes "/v26.0/{id}/{edge}?query" apart; ask borrows from m. */
void gateway_take_apart(const struct gateway_graph *g,
                        const struct gateway_message *m,
                        struct gateway_ask *ask);

/* A reply with status 0 means: let in. */
struct gateway_reply gateway_admit(const struct gateway_door *door,
                                   const struct gateway_ask *ask,
                                   const struct gateway_message *m);

#endif
