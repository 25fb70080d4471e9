/* The whole flow in one process: a real database, the shipped templates, a
 * clock that stands still until it is moved, channels that do what the test
 * says. Nothing here waits for time to pass. */
#ifndef TESTS_FLOW_WORLD_H
#define TESTS_FLOW_WORLD_H

#include <uv.h>

#include "service/config/config.h"
#include "service/flow/parts.h"
#include "service/seal/key.h"
#include "tests/flow/fake_channel.h"
#include "tests/support/fake_clock.h"

struct world {
    uv_loop_t loop;
    struct fake_clock clock;
    char folder[64];
    char path[96];
    struct config config;
    struct store *store;
    struct places *places;
    struct key_pair keys[5];
    struct outside *outside; /* shared with forked children */
    unsigned off;            /* channels that the next opening leaves out */
    struct fake_channel channels[N_REALMS][N_CHANNELS];
    struct broadcast *broadcast;
    bool is_over;
    bool is_child; /* a failing commit ends it as production does */

    /* Events since the test began. */
    size_t n_events;
    struct world_event {
        enum broadcast_event_kind kind;
        int64_t leaf;
        char id[ID_MAX];
    } events[1024];

    /* Of the last preview. */
    bool is_previewed;
    enum err_code preview_status;
    const char *preview_problem;
    struct fields fields;
    char digest[DIGEST_NAMED_MAX];
    char preview_id[ID_MAX];
};

int world_set_up(void **state);
int world_tear_down(void **state);

void world_open(struct world *w);
void world_close(struct world *w);
/* Ends and starts again on the same database. */
void world_restart(struct world *w);

/* Runs the loop until nothing is under way but what a channel holds. */
void world_settle(struct world *w);
/* Moves the clock, ticks, and settles. */
void world_advance(struct world *w, int64_t by_ms);
/* The same in steps of a second. */
void world_run_for(struct world *w, int64_t by_ms);

/* What is asked for; "" for a new incident's marker. */
struct world_wish {
    enum alert_kind kind;
    const char *marker;
    enum alert_status status;
    const char *parameters; /* NULL: hw-rhein's flood, or none */
    const char *channels;   /* JSON list, NULL: all */
    const char *break_glass;
    const char *template_id; /* NULL: hw-rhein */
    bool is_public;
};

struct actor world_person(const char *name);

/* Previews as `anna`; the digest is in w->digest. */
enum err_code world_preview(struct world *w, const struct world_wish *wish);
/* Submits what was previewed. */
enum err_code world_submit(struct world *w, const struct world_wish *wish,
                           const struct actor *actor, const char *key,
                           struct broadcast_answer *answer);
/* Previews, submits as anna with this key, approves as bert where that is
 * needed; the id goes to `id`. Fails the test when anything is refused. */
void world_release(struct world *w, const struct world_wish *wish,
                   const char *key, char id[ID_MAX]);

/* The marker of an alert's id. */
void world_marker(const char *id, char marker[ID_MAX]);

enum alert_state world_alert_state(struct world *w, const char *id);
/* The alert's delivery on that channel. */
struct delivery world_delivery(struct world *w, const char *id,
                               enum channel_id channel);
/* Fails unless the four deliveries stand so. */
void world_expect(struct world *w, const char *id, enum delivery_state facebook,
                  enum delivery_state instagram, enum delivery_state website,
                  enum delivery_state displays);
int world_count_leaves(struct world *w, const char *needle);

/* The n-th commit from now on (0: the next) goes wrong; see commits.c. */
enum world_fault {
    WORLD_FAULT_NONE,
    WORLD_FAULT_LOST,   /* fails, nothing is on disk */
    WORLD_FAULT_KEPT,   /* fails, and yet it is on disk */
    WORLD_FAULT_KILLED, /* succeeds, and the process is dead */
};
void world_fail_commit(enum world_fault fault, int n);
/* Commits since then. */
int world_commits(void);

#endif
