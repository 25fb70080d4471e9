/* The stand-in for Meta's Graph API inside the program: internal drills (and
 * the demonstration) post to it what would go to Facebook and Instagram. It
 * is as strict as the real one – tokens, parameters, lengths, quota, error
 * codes of Graph API v26 – and shows what it received as
 * pages at "/", as a person would see them, and as GET /_shadow/posts.
 *
 * Two accounts: `live` stands for the real page and profile, `rehearsal` is
 * where internal drills go. Everything received is kept in a file of JSON
 * lines, so that a read-back after a restart finds it. */
#ifndef DRILLS_SHADOW_SHADOW_H
#define DRILLS_SHADOW_SHADOW_H

#include <stdint.h>
#include <uv.h>

#include "drills/shadow/account.h"
#include "service/base/clock.h"
#include "service/base/err.h"

struct shadow;

struct shadow_config {
    uv_loop_t *loop;
    const struct clock *clock;
    const char *listen;    /* [shadow] listen; loopback only; port 0 allowed */
    const char *directory; /* its own, for accounts and posts; made 0700 */
    /* The rehearsal site's files, served under /rehearsal/ (read-only); NULL
     * for none. It may come into being later. */
    const char *rehearsal_site;
    struct shadow_accounts accounts;
    const char *authority; /* the name people see; NULL: "Behörde" */
    int64_t container_ms;  /* until a container is FINISHED; 0: 700 */
};

typedef void (*shadow_close_cb)(void *data);

/* Opens the listener. Config is borrowed until the call returns, loop and
 * clock until the close. Errors as http_server_open(), and ERR_IO or
 * ERR_CORRUPT of the directory. */
enum err_code shadow_open(const struct shadow_config *config,
                          struct shadow **shadow, struct err *e);

/* The accounts with what was made up for them; the shadow's. graph_url for
 * the channels is "http://127.0.0.1:<port>/v26.0". */
const struct shadow_accounts *shadow_accounts(const struct shadow *s);

unsigned shadow_port(const struct shadow *s);

/* Ends it; cb runs last, from the loop, then everything is freed. */
void shadow_close(struct shadow *s, shadow_close_cb cb, void *data);

#endif
