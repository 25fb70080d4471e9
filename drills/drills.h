/* Drills: exercises that begin at their time, by the same door as everybody
 * else, and end by themselves. A drill is planned – its parameters checked by
 * a real preview – then waits for its slot, fires once (D7), gives the
 * all-clear after its duration, and is judged by what the channels confirmed.
 *
 *   planned -> running -> passed | failed | cancelled | preempted
 *      |  +--> cancelled | preempted (an actual alert is open) | failed
 *      +-----> missed: its slot had passed; it is never late
 *
 * Files: drills.c (what people ask), calendar.c (what time brings), run.c (one
 * drill that fires or runs). One per process, on the loop. */
#ifndef DRILLS_DRILLS_H
#define DRILLS_DRILLS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "service/base/clock.h"
#include "service/flow/broadcast.h"
#include "service/store/drill.h"

struct drills;

/* A drill changed, with its leaf in the log (-1: none); borrowed. After the
 * commit. */
typedef void (*drills_changed_cb)(const struct drill *d, int64_t leaf,
                                  void *data);
typedef void (*drills_close_cb)(void *data);

struct drills_options {
    uv_loop_t *loop;
    const struct clock *clock;
    struct store *store;
    struct broadcast *broadcast;
    drills_changed_cb changed;
    /* As in broadcast_options: does not return in production. */
    void (*fatal)(const struct err *e, void *data);
    void *data; /* for both */
};

/* Everything in options is borrowed until the close callback. Never NULL. */
struct drills *drills_open(const struct drills_options *options);

/* After broadcast_start(): goes on with what was running, skips slots that
 * have passed. Once. */
void drills_start(struct drills *d);

/* Ends it; running drills stay as they are in the store and go on at the next
 * start. To be called before broadcast_close(), after the doors are closed:
 * previews under way answer first. cb runs last, from the loop. */
void drills_close(struct drills *d, drills_close_cb cb, void *data);

struct drills_plan;
typedef void (*drills_plan_cb)(struct drills_plan *p);

/* One plan. The caller owns it until the callback. */
struct drills_plan {
    struct actor actor; /* the planner */
    /* name, is_public, template_id, parameters (taken), channels, duration_s;
     * next_at_ms: its slot, 0 for now. The answer fills in the rest; the
     * caller's to drill_fini(). */
    struct drill drill;
    drills_plan_cb done;
    void *data;

    /* The answer: OK; INVALID with fields; CONFLICT with problem
     * "drill-refused"; DENIED; others with a German message. */
    enum err_code status;
    struct err err;
    const char *problem;
    struct fields fields;

    /* The callee's until the callback. */
    struct drills *drills;
    bool is_refused; /* status, err and fields are the answer already */
    struct broadcast_preview preview;
};

/* Checks the plan by a preview and keeps it. An internal drill for now begins
 * in the same turn; a public one when another releaser has approved it. One
 * callback, from the loop, never before the call returned. */
void drills_plan(struct drills *d, struct drills_plan *p);

/* Runs it now instead of at its slot; a finished one runs once more. The role
 * is the door's business. ERR_NOT_FOUND; ERR_CONFLICT with a German message.
 * On ERR_OK *out is the caller's to drill_fini(); the same for the others. */
enum err_code drills_run(struct drills *d, const char *id, struct drill *out,
                         struct err *e);

/* A planned one does not take place; a running one gives its all-clear now
 * and ends as cancelled. */
enum err_code drills_cancel(struct drills *d, const struct actor *actor,
                            const char *id, struct drill *out, struct err *e);

/* Another releaser agrees to a public drill, once. ERR_DENIED for the planner
 * and for who is no releaser. */
enum err_code drills_approve(struct drills *d, const struct actor *actor,
                             const char *id, struct drill *out, struct err *e);

#endif
