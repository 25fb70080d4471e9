/* Who may let an alert go, when, and what a decision that comes too late
 * changes: nothing. */
#include <string.h>

#include "service/base/mem.h"
#include "service/store/alert.h"
#include "tests/flow/world.h"
#include "tests/support/cmocka_all.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

static const struct world_wish flood = {.kind = KIND_ALERT};

static void follow_up(struct world_wish *wish, enum alert_kind kind,
                      const char *id, char marker[ID_MAX])
{
    world_marker(id, marker);
    *wish = (struct world_wish){.kind = kind, .marker = marker};
}

static enum err_code approve(struct world *w, const char *name, const char *id)
{
    struct actor who = world_person(name);
    const char *problem = NULL;
    struct err e;
    return broadcast_approve(w->broadcast, &who, id, &problem, &e);
}

/* Previews and submits as anna. */
static enum err_code submit(struct world *w, const struct world_wish *wish,
                            const char *key, struct broadcast_answer *answer)
{
    struct actor anna = world_person("anna");
    assert_int_equal(world_preview(w, wish), ERR_OK);
    return world_submit(w, wish, &anna, key, answer);
}

static void the_submitter_approves_in_two_tabs_and_nothing_is_sent(void **state)
{
    struct world *w = *state;
    struct broadcast_answer a;
    assert_int_equal(submit(w, &flood, "k1", &a), ERR_OK);
    assert_int_equal(approve(w, "anna", a.id), ERR_DENIED);
    assert_int_equal(approve(w, "anna", a.id), ERR_DENIED);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(w->outside->n_effects, 0);
    assert_int_equal(approve(w, "bert", a.id), ERR_OK);
    assert_int_equal(approve(w, "carla", a.id), ERR_CONFLICT);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(w->outside->n_effects, 2);
}

static void
an_alert_lapses_after_ten_minutes_even_if_no_tick_has_said_so(void **state)
{
    struct world *w = *state;
    struct broadcast_answer a;
    assert_int_equal(submit(w, &flood, "k1", &a), ERR_OK);
    fake_clock_advance(&w->clock, 10 * MINUTE);
    assert_int_equal(approve(w, "bert", a.id), ERR_CONFLICT);
    world_advance(w, SECOND);
    assert_int_equal(world_alert_state(w, a.id), ALERT_LAPSED);
    assert_int_equal(w->outside->n_effects, 0);
}

/* The update waited while the danger passed: approving it now would put it
 * after the all-clear. */
static void
an_approval_that_was_overtaken_by_the_all_clear_is_late(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    char end[ID_MAX];
    char marker[ID_MAX];
    struct world_wish wish;
    struct broadcast_answer update;
    world_release(w, &flood, "k1", id);
    follow_up(&wish, KIND_UPDATE, id, marker);
    assert_int_equal(submit(w, &wish, "k2", &update), ERR_OK);
    follow_up(&wish, KIND_ALL_CLEAR, id, marker);
    world_release(w, &wish, "k3", end);
    assert_int_equal(approve(w, "bert", update.id), ERR_CONFLICT);
    world_run_for(w, 5 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, update.id), 0);
    assert_int_equal(world_alert_state(w, end), ALERT_RELEASED);
}

static void after_the_all_clear_only_it_can_be_taken_back(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    char marker[ID_MAX];
    struct world_wish wish;
    world_release(w, &flood, "k1", id);
    follow_up(&wish, KIND_ALL_CLEAR, id, marker);
    world_release(w, &wish, "k2", id);
    assert_int_equal(world_preview(w, &wish), ERR_CONFLICT);
    assert_string_equal(w->preview_problem, "incident-closed");
    follow_up(&wish, KIND_UPDATE, id, marker);
    assert_int_equal(world_preview(w, &wish), ERR_CONFLICT);
    follow_up(&wish, KIND_RETRACTION, id, marker);
    assert_int_equal(world_preview(w, &wish), ERR_OK);
}

static void
an_incident_that_closed_after_the_preview_takes_nothing(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    char marker[ID_MAX];
    struct world_wish wish;
    struct broadcast_answer answer;
    struct actor anna = world_person("anna");
    world_advance(w, MINUTE);
    world_release(w, &flood, "k1", id);
    world_advance(w, 720 * MINUTE - MINUTE / 2);
    follow_up(&wish, KIND_UPDATE, id, marker);
    assert_int_equal(world_preview(w, &wish), ERR_OK);
    world_advance(w, MINUTE);
    assert_int_equal(world_alert_state(w, id), ALERT_EXPIRED);
    assert_int_equal(world_submit(w, &wish, &anna, "k2", &answer),
                     ERR_CONFLICT);
    assert_string_equal(answer.problem, "incident-closed");
}

static void a_key_is_one_persons_and_one_bodys(void **state)
{
    struct world *w = *state;
    struct broadcast_answer first;
    struct broadcast_answer again;
    struct actor anna = world_person("anna");
    struct actor bert = world_person("bert");
    assert_int_equal(submit(w, &flood, "k1", &first), ERR_OK);
    assert_int_equal(world_submit(w, &flood, &anna, "k1", &again), ERR_OK);
    assert_true(again.replayed);
    assert_string_equal(again.id, first.id);
    assert_int_equal(world_submit(w, &flood, &bert, "k1", &again),
                     ERR_CONFLICT);
    assert_string_equal(again.problem, "key-reused");
    assert_int_equal(world_submit(w, &flood, &anna, "k2", &again),
                     ERR_CONFLICT);
    assert_string_equal(again.problem, "preview-stale");
}

static void a_stranger_learns_nothing_but_that_he_is_one(void **state)
{
    struct world *w = *state;
    struct broadcast_answer answer;
    struct actor stranger = world_person("otto");
    stranger.roles = ROLE_AUDITOR;
    MEM_SET_TEXT(w->digest, "sha256:00");
    assert_int_equal(world_submit(w, &flood, &stranger, "k1", &answer),
                     ERR_DENIED);
}

static void outside_office_hours_it_goes_out_at_once(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    struct alert a;
    /* Sunday 29 November 2026, 03:00. */
    world_advance(w, INT64_C(1795917600000) - w->clock.wall_ms);
    world_release(w, &flood, "k1", id);
    world_run_for(w, 2 * SECOND);
    world_expect(w, id, DELIVERY_VISIBLE, DELIVERY_VISIBLE, DELIVERY_VISIBLE,
                 DELIVERY_ACCEPTED);
    assert_true(alert_load(w->store, id, &a));
    assert_false(a.office_hours);
    assert_non_null(strstr(a.content.facebook, "zurzeit nicht betreut"));
    alert_fini(&a);
    assert_true(world_count_leaves(w, "\"office_hours\":false") >= 1);
}

#define FLOW_TEST(name) \
    cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(the_submitter_approves_in_two_tabs_and_nothing_is_sent),
        FLOW_TEST(
            an_alert_lapses_after_ten_minutes_even_if_no_tick_has_said_so),
        FLOW_TEST(an_approval_that_was_overtaken_by_the_all_clear_is_late),
        FLOW_TEST(after_the_all_clear_only_it_can_be_taken_back),
        FLOW_TEST(an_incident_that_closed_after_the_preview_takes_nothing),
        FLOW_TEST(a_key_is_one_persons_and_one_bodys),
        FLOW_TEST(a_stranger_learns_nothing_but_that_he_is_one),
        FLOW_TEST(outside_office_hours_it_goes_out_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
