/* The n-th commit goes wrong, for every n until none does; a new process goes
 * on from the disk, people repeat what they asked. Whatever n is: nothing that
 * was answered is lost, nothing appears twice, everything arrives. */
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/store.h"
#include "tests/flow/world.h"
#include "tests/support/cmocka_all.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

enum { CRASH_COMMITS_MAX = 120 };

/* The id of the alert that was accepted under this key, released; asks again
 * where it was not. */
static void crash_ask(struct world *w, const struct world_wish *wish,
                      const char *key, char id[ID_MAX])
{
    struct alert_key found;
    struct actor bert = world_person("bert");
    const char *problem = NULL;
    struct err e;
    if (!alert_key_find(w->store, key, &found)) {
        world_release(w, wish, key, id);
        return;
    }
    mem_copy_text(id, ID_MAX, found.alert_id);
    if (world_alert_state(w, id) == ALERT_AWAITING_APPROVAL) {
        assert_int_equal(
            broadcast_approve(w->broadcast, &bert, id, &problem, &e), ERR_OK);
    }
}

static void crash_scenario(struct world *w, char first[ID_MAX],
                           char end[ID_MAX])
{
    char marker[ID_MAX];
    crash_ask(w, &(struct world_wish){.kind = KIND_ALERT}, "k1", first);
    world_run_for(w, 3 * SECOND);
    world_marker(first, marker);
    crash_ask(w, &(struct world_wish){.kind = KIND_ALL_CLEAR, .marker = marker},
              "k2", end);
    world_run_for(w, 3 * SECOND);
}

/* In a child, which has its own connection to the database. True when the
 * fault came. */
static bool crash_child(struct world *w, enum world_fault fault, int n)
{
    pid_t child = fork();
    check(child >= 0);
    if (child == 0) {
        char first[ID_MAX];
        char end[ID_MAX];
        w->is_child = true;
        check(uv_loop_fork(&w->loop) == 0);
        world_open(w);
        world_settle(w);
        world_fail_commit(fault, n);
        crash_scenario(w, first, end);
        _exit(1); /* no fault came */
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == 0;
}

static void crash_check(struct world *w)
{
    char first[ID_MAX];
    char end[ID_MAX];
    struct alert_key found;
    for (size_t i = 0; i < w->outside->n_accepted; i++) {
        assert_true(alert_key_find(w->store, w->outside->accepted[i], &found));
    }
    world_run_for(w, 2 * MINUTE); /* what was in doubt is read back first */
    crash_scenario(w, first, end);
    world_run_for(w, 2 * MINUTE);
    const char *const ids[] = {first, end};
    for (size_t i = 0; i < 2; i++) {
        world_expect(w, ids[i], DELIVERY_VISIBLE, DELIVERY_VISIBLE,
                     DELIVERY_VISIBLE, DELIVERY_ACCEPTED);
        assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, ids[i]),
                         1);
        assert_int_equal(outside_count(w->outside, CHANNEL_INSTAGRAM, ids[i]),
                         1);
    }
    assert_int_equal(w->outside->n_effects, 4);
}

static void crash_at_every_commit(enum world_fault fault)
{
    bool came = true;
    for (int n = 0; came; n++) {
        void *state = NULL;
        assert_in_range(n, 0, CRASH_COMMITS_MAX);
        assert_int_equal(world_set_up(&state), 0);
        struct world *w = state;
        world_close(w);
        came = crash_child(w, fault, n);
        world_open(w);
        world_settle(w);
        if (came) {
            crash_check(w);
        }
        assert_int_equal(world_tear_down(&state), 0);
    }
}

static void a_commit_that_is_lost_loses_nothing(void **state)
{
    (void)state;
    crash_at_every_commit(WORLD_FAULT_LOST);
}

static void a_commit_that_was_kept_after_all_doubles_nothing(void **state)
{
    (void)state;
    crash_at_every_commit(WORLD_FAULT_KEPT);
}

static void a_process_killed_after_a_commit_is_continued(void **state)
{
    (void)state;
    crash_at_every_commit(WORLD_FAULT_KILLED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_that_is_lost_loses_nothing),
        cmocka_unit_test(a_commit_that_was_kept_after_all_doubles_nothing),
        cmocka_unit_test(a_process_killed_after_a_commit_is_continued),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
