/* A shadow with a desk in front of it: for test_shadow.c and
 * test_shadow_pages.c. */
#ifndef TESTS_UNIT_SHADOW_DESK_H
#define TESTS_UNIT_SHADOW_DESK_H

#include <uv.h>

#include "drills/shadow/shadow.h"
#include "service/base/buf.h"
#include "tests/support/fake_clock.h"

struct http_server;
struct wire;

enum { DESK_REQUEST = 8192, DESK_ID = 128 };

struct desk {
    uv_loop_t loop;
    struct fake_clock clock;
    char folder[64];
    char site[80];
    struct shadow *shadow;
    struct http_server *cards; /* where Instagram's pictures come from */
    struct buf jpeg;
    int n_closed;
    struct wire *wire;
    char id[DESK_ID]; /* of the last answer */
};

int desk_set_up(void **state);
int desk_tear_down(void **state);
void desk_open_shadow(struct desk *f);
void desk_close_shadow(struct desk *f);

/* Sends one request; the whole answer, until the next one. Its "id" is in
 * f->id. */
const char *desk_ask(struct desk *f, const char *method, const char *path,
                     const char *token, const char *body);

/* Fails when the answer lacks the part. */
void desk_expect(const char *answer, const char *part);

/* Posts on the live page. */
const char *desk_post(struct desk *f, const char *message);

#endif
