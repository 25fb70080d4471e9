/* What happens next to a delivery on a message channel: the drawing in
 * architecture.md ("A delivery on a message channel") as pure functions of
 * the row, its neighbours in the lane and the time.
 *
 *   lane: the deliveries of one incident on one channel, in order. k+1 starts
 *   when k has ended; what is not on the wire is overtaken at once; a doubt
 *   about k delays an all-clear at most 30 s, an update at most 120 s. */
#ifndef SERVICE_FLOW_RESOLVE_H
#define SERVICE_FLOW_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>

#include "channels/channel.h"
#include "service/model/delivery.h"

enum resolve_step {
    RESOLVE_WAIT,    /* look again at at_ms (0: something else will wake us) */
    RESOLVE_SEND,    /* an attempt, now */
    RESOLVE_CONFIRM, /* read back, now */
    RESOLVE_MOVE,    /* to another state, without touching the outside */
};

struct resolve_verdict {
    enum resolve_step step;
    int64_t at_ms;          /* WAIT: wall time */
    enum delivery_state to; /* MOVE */
    const char *why;        /* MOVE: German, for `detail` */
};

/* What the decision needs beside the delivery itself. */
struct resolve_lane {
    const struct delivery_list *lane; /* this delivery's, oldest first */
    /* Facebook waits for the page its preview fetches: true when the page has
     * been renamed into place, or there is none to wait for. */
    bool page_is_ready;
    bool has_ended;    /* a follow-up or an all-clear took the alert's place */
    bool is_preempted; /* an exercise that an actual alert ended */
    bool is_off;       /* the channel is not configured any more */
    int64_t now_ms;
};

/* The next step of an open delivery that has nothing in flight. */
struct resolve_verdict resolve_next(const struct delivery *d,
                                    const struct resolve_lane *in);

/* After a finished attempt: the delivery's new state, detail and plan are
 * written into *d. `random` is 0 to 999, for jitter. */
void resolve_attempt(struct delivery *d, const struct channel_result *result,
                     int64_t now_ms, unsigned random);

/* After a read-back: the same. `overtaken`: a later alert of the lane has been
 * released. Returns true when absence was proven by this reading (leaf
 * delivery.absence_proven). */
bool resolve_reading(struct delivery *d, const struct channel_result *result,
                     bool overtaken, int64_t now_ms);

/* The wall clock jumped by shift_ms: moves what was planned and what plans are
 * made from, so that waiting takes as long as it would have. */
void resolve_shift(struct delivery *d, int64_t shift_ms);

/* Start-up: an attempt that was under way when the process died: in doubt, but
 * for Instagram without a container, where nothing can have been published. */
void resolve_interrupted(struct delivery *d, int64_t now_ms);

#endif
