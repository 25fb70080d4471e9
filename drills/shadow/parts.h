/* The shadow's inside, for the files of this folder. */
#ifndef DRILLS_SHADOW_PARTS_H
#define DRILLS_SHADOW_PARTS_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "drills/shadow/account.h"
#include "drills/shadow/object.h"
#include "service/base/clock.h"

struct call;
struct http_server;
struct pictures;

enum { SHADOW_URL_MAX = 96, SHADOW_HANGING_MAX = 64, SHADOW_EDGE_MAX = 96 };

/* What training makes go wrong, for the next calls. */
#define SHADOW_FAULTS(X)                                   \
    X(HANG, "hang")             /* no effect, no answer */ \
    X(HANG_AFTER, "hang_after") /* an effect, no answer */ \
    X(FAIL, "500")              /* no effect, HTTP 500 */  \
    X(FAIL_AFTER, "500_after")  /* an effect, HTTP 500 */  \
    X(THROTTLE, "throttle")     /* code 4, nothing done */ \
    X(TOKEN, "token")           /* code 190, nothing done */

enum shadow_fault {
#define SHADOW_FAULT_ENUM(name, text) SHADOW_##name,
    SHADOW_FAULTS(SHADOW_FAULT_ENUM)
#undef SHADOW_FAULT_ENUM
};

struct shadow {
    uv_loop_t *loop;
    const struct clock *clock;
    struct shadow_accounts accounts; /* complete */
    char *directory;
    char *rehearsal_site; /* NULL: none */
    char *authority;
    char base_url[SHADOW_URL_MAX]; /* without a slash at the end */
    int64_t container_ms;          /* until a container is FINISHED */
    struct shadow_objects objects;
    struct http_server *server;
    struct pictures *pictures;

    enum shadow_fault fault;
    int n_faults;                     /* of the next calls; 0: none */
    char fault_edge[SHADOW_EDGE_MAX]; /* only calls of this edge; "": all */
    struct call *hanging[SHADOW_HANGING_MAX];
    size_t n_hanging;

    void (*close_cb)(void *data);
    void *close_data;
};

#endif
