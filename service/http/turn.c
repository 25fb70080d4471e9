/* libmicrohttpd in an external loop: its epoll descriptor in a uv_poll, and
 * after every MHD_run and every resume the question MHD_get_timeout. A time-
 * out of 0 is work the descriptor will not tell of (a resumed connection,
 * bytes already read): it is done in the next turn, by an idle handle, never
 * by a timer of 0 ms, which would starve the loop. */
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/http/internal.h"

static void turn_on_again(uv_idle_t *again)
{
    check(uv_idle_stop(again) == 0);
    http_turn_run(container_of(again, struct http_server, again));
}

static void turn_on_timer(uv_timer_t *timer)
{
    http_turn_run(container_of(timer, struct http_server, timer));
}

void http_turn_wake(struct http_server *s)
{
    if (s->daemon != NULL) {
        check(uv_idle_start(&s->again, turn_on_again) == 0);
    }
}

void http_turn_run(struct http_server *s)
{
    check(MHD_run(s->daemon) == MHD_YES);
    MHD_UNSIGNED_LONG_LONG timeout_ms = 0;
    if (MHD_get_timeout(s->daemon, &timeout_ms) != MHD_YES) {
        check(uv_timer_stop(&s->timer) == 0);
    } else if (timeout_ms == 0) {
        http_turn_wake(s);
    } else {
        check(uv_timer_start(&s->timer, turn_on_timer, timeout_ms, 0) == 0);
    }
}
