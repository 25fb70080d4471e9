/* The flow with a real database, a fake clock and channels that take
 * everything and count it: for test_drills.c. */
#ifndef TESTS_UNIT_DRILL_WORLD_H
#define TESTS_UNIT_DRILL_WORLD_H

#include <uv.h>

#include "drills/drills.h"
#include "service/config/config.h"
#include "service/seal/key.h"
#include "tests/support/fake_clock.h"
#include "tests/unit/taking_channel.h"

struct world {
    uv_loop_t loop;
    struct fake_clock clock;
    char folder[64];
    char path[96];
    struct config config;
    struct store *store;
    struct places *places;
    struct key_pair keys[5];
    struct taking_channel channels[N_REALMS][2]; /* facebook, website */
    struct broadcast *broadcast;
    struct drills *drills;
    bool is_over; /* of a close */
    int n_changes;

    /* Of the last plan. */
    bool is_planned;
    enum err_code status;
    struct fields fields;
    char id[ID_MAX];
};

int world_set_up(void **state);
int world_tear_down(void **state);

/* The service ends and starts again on the same database. */
void world_restart(struct world *w);

/* Plans hw-rhein (or probealarm when public) and waits for the answer, which
 * is in w->status, w->fields and w->id. at_ms 0: now. */
void world_plan(struct world *w, bool is_public, int64_t at_ms,
                int64_t duration_s);
/* The same with these parameters. */
void world_plan_with(struct world *w, const char *template_id,
                     const char *parameters, bool is_public, int64_t at_ms);

/* Runs the loop until the drill w->id is in that state; fails when it does
 * not get there. */
void world_wait(struct world *w, enum drill_state state);
enum drill_state world_state(struct world *w);

/* Lets the loop run for some turns of the drills' tick. */
void world_idle(struct world *w);

/* An actual alert is released. */
void world_release_actual(struct world *w);

/* How many leaves of this type the log has. */
int world_count_leaves(struct world *w, const char *type);

struct actor world_actor(const char *name, unsigned roles);

#endif
