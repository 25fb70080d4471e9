/* Drills through the real flow: once, in time, marked, and never in the way
 * of an actual alert. */
#include <string.h>

#include "drills/report.h"
#include "service/store/alert.h"
#include "tests/support/cmocka_all.h"
#include "tests/unit/drill_world.h"

static const int64_t hour_ms = 3600000;

static void a_drill_for_now_fires_once_and_ends_by_itself(void **state)
{
    struct world *w = *state;
    struct drill d;
    struct alert a;
    world_plan(w, false, 0, 60);
    world_wait(w, DRILL_RUNNING);
    assert_true(drill_load(w->store, w->id, &d));
    assert_true(alert_load(w->store, d.alert_id, &a));
    assert_int_equal(a.stream, STREAM_REHEARSAL);
    assert_string_equal(a.drill_id, w->id);
    assert_string_equal(a.submitted_by, "lead");
    assert_non_null(strstr(a.content.card_headline, "ÜBUNG – "));
    alert_fini(&a);
    drill_fini(&d);
    world_idle(w);
    assert_int_equal(world_state(w), DRILL_RUNNING);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_PASSED);
    world_idle(w);
    assert_int_equal(world_count_leaves(w, "drill.started"), 1);
    assert_int_equal(world_count_leaves(w, "drill.ended"), 1);
    assert_int_equal(world_count_leaves(w, "alert.released"), 2);
    assert_int_equal(w->channels[REALM_LIVE][0].n_published, 0);
    assert_true(w->channels[REALM_REHEARSAL][0].n_published >= 2);
}

static void the_report_names_the_times_of_every_channel(void **state)
{
    struct world *w = *state;
    struct drill d;
    struct report report;
    world_plan(w, false, 0, 60);
    world_wait(w, DRILL_RUNNING);
    world_idle(w);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_PASSED);
    assert_true(drill_load(w->store, w->id, &d));
    report_load(w->store, &d, &report);
    drill_fini(&d);
    assert_int_equal(report.n_channels, 2);
    for (size_t i = 0; i < report.n_channels; i++) {
        const struct report_channel *c = &report.channels[i];
        assert_true(c->queued_at_ms > 0);
        assert_true(c->accepted_at_ms >= c->queued_at_ms);
        assert_true(c->visible_at_ms >= c->accepted_at_ms);
        assert_true(c->ended_at_ms >= c->visible_at_ms + 60000);
    }
    assert_int_equal(report.n_steps, 4);
    assert_string_equal(report.steps[2].name, "all_clear");
}

static void a_drill_waits_for_its_slot(void **state)
{
    struct world *w = *state;
    world_plan(w, false, w->clock.wall_ms + hour_ms, 60);
    world_idle(w);
    assert_int_equal(world_state(w), DRILL_PLANNED);
    fake_clock_advance(&w->clock, hour_ms + 1000);
    world_wait(w, DRILL_RUNNING);
}

static void a_missed_slot_is_skipped_and_never_late(void **state)
{
    struct world *w = *state;
    world_plan(w, false, w->clock.wall_ms + hour_ms, 60);
    fake_clock_advance(&w->clock, hour_ms + 20000);
    world_wait(w, DRILL_MISSED);
    world_idle(w);
    assert_int_equal(world_count_leaves(w, "drill.skipped_late"), 1);
    assert_int_equal(world_count_leaves(w, "alert.released"), 0);
}

static void a_jumping_clock_starts_no_drill(void **state)
{
    struct world *w = *state;
    world_plan(w, false, w->clock.wall_ms + hour_ms, 60);
    world_idle(w);
    w->clock.wall_ms += hour_ms + 1000; /* the wall alone */
    world_idle(w);
    assert_int_equal(world_state(w), DRILL_PLANNED);
    assert_int_equal(world_count_leaves(w, "clock.jumped"), 1);
    fake_clock_advance(&w->clock, 121000);
    world_wait(w, DRILL_MISSED);
}

static void an_actual_alert_preempts(void **state)
{
    struct world *w = *state;
    world_plan(w, false, 0, 600);
    world_wait(w, DRILL_RUNNING);
    world_idle(w);
    world_release_actual(w);
    world_wait(w, DRILL_PREEMPTED);
    assert_int_equal(world_count_leaves(w, "drill.preempted"), 1);
    struct err e;
    struct drill d;
    assert_int_equal(drills_run(w->drills, w->id, &d, &e), ERR_CONFLICT);
    world_plan_with(w, "hw-rhein", "{}", false, 0);
    assert_int_equal(w->status, ERR_CONFLICT);
}

static void what_a_preview_refuses_is_not_planned(void **state)
{
    struct world *w = *state;
    world_plan_with(w, "hw-rhein", "{\"pegel_cm\":\"x\"}", false, 0);
    assert_int_equal(w->status, ERR_INVALID);
    assert_true(w->fields.n > 1);
    world_plan_with(w, "unknown", "{}", false, 0);
    assert_int_equal(w->status, ERR_INVALID);
    assert_string_equal(w->fields.items[0].field, "template");
    world_plan_with(w, "hw-rhein", "{}", true, 0);
    assert_int_equal(w->status, ERR_INVALID);
    assert_string_equal(w->fields.items[0].field, "template");
    assert_int_equal(world_count_leaves(w, "drill.planned"), 0);
}

static void a_public_drill_needs_another_releaser(void **state)
{
    struct world *w = *state;
    struct err e;
    struct drill d;
    struct actor lead = world_actor("lead", ROLE_RELEASER);
    struct actor reader = world_actor("reader", ROLE_AUDITOR);
    struct actor other = world_actor("other", ROLE_RELEASER);
    world_plan(w, true, 0, 60);
    world_idle(w);
    assert_int_equal(world_state(w), DRILL_PLANNED);
    assert_int_equal(drills_run(w->drills, w->id, &d, &e), ERR_CONFLICT);
    assert_int_equal(drills_approve(w->drills, &lead, w->id, &d, &e),
                     ERR_DENIED);
    assert_int_equal(drills_approve(w->drills, &reader, w->id, &d, &e),
                     ERR_DENIED);
    assert_int_equal(drills_approve(w->drills, &other, w->id, &d, &e), ERR_OK);
    drill_fini(&d);
    assert_int_equal(drills_approve(w->drills, &other, w->id, &d, &e),
                     ERR_CONFLICT);
    world_wait(w, DRILL_RUNNING);
    world_idle(w);
    assert_true(w->channels[REALM_LIVE][0].n_published >= 1);
    assert_int_equal(w->channels[REALM_REHEARSAL][0].n_published, 0);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_PASSED);
}

static void a_running_drill_goes_on_after_a_restart(void **state)
{
    struct world *w = *state;
    world_plan(w, false, 0, 60);
    world_wait(w, DRILL_RUNNING);
    world_restart(w);
    assert_int_equal(world_state(w), DRILL_RUNNING);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_PASSED);
    assert_int_equal(world_count_leaves(w, "drill.started"), 1);
}

static void a_planned_drill_survives_a_restart(void **state)
{
    struct world *w = *state;
    world_plan(w, false, w->clock.wall_ms + hour_ms, 60);
    world_restart(w);
    fake_clock_advance(&w->clock, hour_ms + 1000);
    world_wait(w, DRILL_RUNNING);
}

static void cancelling_ends_what_is_planned_and_what_runs(void **state)
{
    struct world *w = *state;
    struct actor lead = world_actor("lead", ROLE_DRILL_LEAD);
    struct err e;
    struct drill d;
    world_plan(w, false, w->clock.wall_ms + hour_ms, 60);
    assert_int_equal(drills_cancel(w->drills, &lead, w->id, &d, &e), ERR_OK);
    drill_fini(&d);
    assert_int_equal(world_state(w), DRILL_CANCELLED);
    assert_int_equal(drills_cancel(w->drills, &lead, w->id, &d, &e),
                     ERR_CONFLICT);
    world_plan(w, false, 0, 600);
    world_wait(w, DRILL_RUNNING);
    assert_int_equal(drills_cancel(w->drills, &lead, w->id, &d, &e), ERR_OK);
    drill_fini(&d);
    world_wait(w, DRILL_CANCELLED);
    assert_int_equal(world_count_leaves(w, "alert.released"), 2);
    assert_int_equal(drills_cancel(w->drills, &lead, "none", &d, &e),
                     ERR_NOT_FOUND);
}

static void a_channel_that_refuses_fails_the_drill(void **state)
{
    struct world *w = *state;
    struct drill d;
    w->channels[REALM_REHEARSAL][0].is_refusing = true;
    world_plan(w, false, 0, 60);
    world_wait(w, DRILL_RUNNING);
    world_idle(w);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_FAILED);
    assert_true(drill_load(w->store, w->id, &d));
    assert_string_equal(d.reason, "Nicht angekommen: facebook.");
    drill_fini(&d);
}

static void a_finished_drill_may_run_again(void **state)
{
    struct world *w = *state;
    struct err e;
    struct drill d;
    world_plan(w, false, 0, 60);
    world_wait(w, DRILL_RUNNING);
    assert_int_equal(drills_run(w->drills, w->id, &d, &e), ERR_CONFLICT);
    world_idle(w);
    fake_clock_advance(&w->clock, 61000);
    world_wait(w, DRILL_PASSED);
    assert_int_equal(drills_run(w->drills, w->id, &d, &e), ERR_OK);
    drill_fini(&d);
    world_wait(w, DRILL_RUNNING);
    assert_int_equal(world_count_leaves(w, "drill.started"), 2);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_drill_for_now_fires_once_and_ends_by_itself),
        TEST(the_report_names_the_times_of_every_channel),
        TEST(a_drill_waits_for_its_slot),
        TEST(a_missed_slot_is_skipped_and_never_late),
        TEST(a_jumping_clock_starts_no_drill),
        TEST(an_actual_alert_preempts),
        TEST(what_a_preview_refuses_is_not_planned),
        TEST(a_public_drill_needs_another_releaser),
        TEST(a_running_drill_goes_on_after_a_restart),
        TEST(a_planned_drill_survives_a_restart),
        TEST(cancelling_ends_what_is_planned_and_what_runs),
        TEST(a_channel_that_refuses_fails_the_drill),
        TEST(a_finished_drill_may_run_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
