/* What the files of this folder share, from the ground up: parts.c, run.c,
 * calendar.c, drills.c. */
#ifndef DRILLS_PARTS_H
#define DRILLS_PARTS_H

#include "drills/drills.h"

enum {
    DRILLS_TICK_MS = 250,
    DRILLS_LATE_MS = 15 * 1000,   /* after it a slot is skipped */
    DRILLS_JUMP_MS = 120 * 1000,  /* contract 6: a clock jump beyond it … */
    DRILLS_PAUSE_MS = 120 * 1000, /* … pauses drills for so long */
};

struct drills {
    struct drills_options o;
    uv_timer_t tick;
    bool is_started;
    bool is_closing;
    bool is_tick_closed;
    size_t n_plans; /* previews of plans under way */
    struct drill_run *runs;
    int64_t next_due_ms;     /* wall; 0: look; INT64_MAX: nothing planned */
    int64_t offset_ms;       /* wall minus monotonic, at the last tick */
    int64_t paused_until_ms; /* monotonic; 0: not paused */
    drills_close_cb close_cb;
    void *close_data;
};

/* parts.c */
int64_t drills_now_ms(const struct drills *d);
int64_t drills_mono_ms(const struct drills *d);
/* Ends a transaction; what cannot be known to be on disk is fatal. */
void drills_commit(struct drills *d);
/* The leaf of a drill; inside a transaction. outcome may be NULL. */
int64_t drills_leaf(struct drills *d, const struct drill *drill,
                    const char *type, const char *actor, const char *outcome);
void drills_tell(struct drills *d, const struct drill *drill, int64_t leaf);
/* Ends it once no plan and no run is left. */
void drills_maybe_closed(struct drills *d);
/* A preview's trigger: the drill's alert, or its all-clear with `marker`;
 * confirm NULL asks for the preview. The caller's to trigger_fini(). */
enum err_code drills_trigger(const struct drill *drill, const char *marker,
                             const char *confirm, struct trigger *t,
                             struct fields *fields, struct err *e);
struct actor drills_actor(const struct drill *drill);

/* calendar.c */
void calendar_start(struct drills *d);
/* The plans have changed: looks again when the next one is due. */
void calendar_look(struct drills *d);

/* run.c */
/* Begins a run of the drill (taken) at its slot. */
void run_start(struct drills *d, struct drill *drill, int64_t slot_ms);
/* Goes on with one that was running when the service ended. */
void run_resume(struct drills *d, struct drill *drill);
void run_tick_all(struct drills *d);
/* The run of this drill is under way. */
bool run_is_on(const struct drills *d, const char *id);
/* Ends it early. */
void run_cancel(struct drills *d, const char *id, const char *by);
/* Frees those that wait for nothing. */
void run_free_all(struct drills *d);

#endif
