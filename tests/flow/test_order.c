/* What goes out in which order, what is overtaken, pre-empted or too late, and
 * that no row is left that nobody looks at again. */
#include <string.h>

#include "service/base/mem.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "tests/flow/world.h"
#include "tests/support/cmocka_all.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)

static const struct world_wish flood = {.kind = KIND_ALERT};
static const struct world_wish exercise = {.kind = KIND_ALERT,
                                           .status = STATUS_EXERCISE};

static struct fake_channel *live(struct world *w, enum channel_id id)
{
    return &w->channels[REALM_LIVE][id];
}

/* Releases a follow-up to the incident of `id`; its own id goes to `next`. */
static void follow(struct world *w, enum alert_kind kind, const char *id,
                   const char *channels, const char *key, char next[ID_MAX])
{
    char marker[ID_MAX];
    world_marker(id, marker);
    world_release(w,
                  &(struct world_wish){
                      .kind = kind, .marker = marker, .channels = channels},
                  key, next);
}

static void the_life_of_an_alert_ends_on_all_channels(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char second[ID_MAX];
    char end[ID_MAX];
    world_release(w, &flood, "k1", first);
    world_run_for(w, 3 * SECOND);
    follow(w, KIND_UPDATE, first, NULL, "k2", second);
    world_run_for(w, 3 * SECOND);
    assert_int_equal(world_alert_state(w, first), ALERT_SUPERSEDED);
    follow(w, KIND_ALL_CLEAR, first, NULL, "k3", end);
    world_run_for(w, 3 * SECOND);
    assert_int_equal(world_alert_state(w, second), ALERT_ALL_CLEAR);
    world_advance(w, 2 * HOUR);
    assert_int_equal(world_alert_state(w, end), ALERT_EXPIRED);
    const char *const ids[] = {first, second, end};
    for (size_t i = 0; i < 3; i++) {
        world_expect(w, ids[i], DELIVERY_VISIBLE, DELIVERY_VISIBLE,
                     DELIVERY_VISIBLE, DELIVERY_ACCEPTED);
        assert_string_equal(w->outside->effects[2 * i].alert_id, ids[i]);
    }
    assert_int_equal(w->outside->n_effects, 6);
    world_advance(w, 24 * HOUR);
    assert_null(w->broadcast->lanes); /* nothing is carried along for ever */
}

static void an_unknown_one_delays_the_all_clear_thirty_seconds(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char end[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_DROPS;
    live(w, CHANNEL_FACEBOOK)->is_blind = true;
    world_release(w, &flood, "k1", first);
    world_run_for(w, 2 * SECOND);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    follow(w, KIND_ALL_CLEAR, first, NULL, "k2", end);
    world_run_for(w, 29 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, end), 0);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, end), 1);
    live(w, CHANNEL_FACEBOOK)->is_blind = false;
    world_run_for(w, 5 * MINUTE);
    assert_int_equal(world_delivery(w, first, CHANNEL_FACEBOOK).state,
                     DELIVERY_SUPERSEDED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, first), 0);
}

static void an_unknown_one_delays_an_update_two_minutes(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char next[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_DROPS;
    live(w, CHANNEL_FACEBOOK)->is_blind = true;
    world_release(w, &flood, "k1", first);
    world_run_for(w, 2 * SECOND);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    follow(w, KIND_UPDATE, first, NULL, "k2", next);
    world_run_for(w, 119 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, next), 0);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, next), 1);
}

static void what_never_appeared_is_cancelled_with_its_all_clear(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char next[ID_MAX];
    char end[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", first);
    world_run_for(w, SECOND);
    follow(w, KIND_UPDATE, first, NULL, "k2", next);
    world_run_for(w, SECOND);
    follow(w, KIND_ALL_CLEAR, first, NULL, "k3", end);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    world_run_for(w, 2 * MINUTE);
    assert_int_equal(world_delivery(w, first, CHANNEL_FACEBOOK).state,
                     DELIVERY_SUPERSEDED);
    assert_int_equal(world_delivery(w, next, CHANNEL_FACEBOOK).state,
                     DELIVERY_CANCELLED);
    assert_int_equal(world_delivery(w, end, CHANNEL_FACEBOOK).state,
                     DELIVERY_CANCELLED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, end), 0);
}

/* Facebook is down; the all-clear went to the website alone. The alert must
 * not appear afterwards. */
static void an_alert_whose_incident_ended_elsewhere_is_not_sent(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char end[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", first);
    world_run_for(w, SECOND);
    follow(w, KIND_ALL_CLEAR, first, "[\"website\"]", "k2", end);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    world_run_for(w, 2 * MINUTE);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, first), 0);
    assert_int_equal(world_delivery(w, first, CHANNEL_FACEBOOK).state,
                     DELIVERY_SUPERSEDED);
}

/* ---- operators ---- */

static enum err_code decide(struct world *w, const char *id,
                            enum broadcast_decision decision)
{
    struct actor op = world_person("bert");
    struct delivery d = world_delivery(w, id, CHANNEL_FACEBOOK);
    struct err e;
    op.roles = ROLE_OPERATOR;
    return broadcast_decide(w->broadcast, &op, d.id, decision, "", &e);
}

static void nobody_retries_what_may_be_public(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_LOSES;
    live(w, CHANNEL_FACEBOOK)->is_blind = true;
    world_release(w, &flood, "k1", id);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_UNKNOWN);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    assert_int_equal(decide(w, id, BROADCAST_RETRY), ERR_CONFLICT);
    world_run_for(w, 5 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 1);
    assert_int_equal(decide(w, id, BROADCAST_MARK_VISIBLE), ERR_OK);
}

static void a_refused_one_is_tried_again_when_a_person_says_so(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_REFUSES;
    world_release(w, &flood, "k1", id);
    world_run_for(w, MINUTE);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_FAILED);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).attempts, 1);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    assert_int_equal(decide(w, id, BROADCAST_RETRY), ERR_OK);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 1);
}

/* ---- expiry ---- */

static void after_expiry_nothing_leaves_and_facts_stay(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    live(w, CHANNEL_INSTAGRAM)->is_blind = true; /* accepted, never seen */
    live(w, CHANNEL_WEBSITE)->is_blind = true;
    world_release(w, &flood, "k1", id);
    world_run_for(w, 3 * SECOND);
    world_advance(w, 12 * HOUR);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    world_run_for(w, 2 * MINUTE);
    world_expect(w, id, DELIVERY_EXPIRED, DELIVERY_ACCEPTED, DELIVERY_ACCEPTED,
                 DELIVERY_ACCEPTED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 0);
    assert_null(w->broadcast->lanes);
    world_restart(w);
    assert_null(w->broadcast->lanes);
}

/* Superseded while the website could not be written, and so was its end: it
 * is not queued for ever. */
static void a_superseded_one_that_never_got_there_expires_too(void **state)
{
    struct world *w = *state;
    char first[ID_MAX];
    char end[ID_MAX];
    live(w, CHANNEL_WEBSITE)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", first);
    world_run_for(w, SECOND);
    follow(w, KIND_ALL_CLEAR, first, NULL, "k2", end);
    world_advance(w, 13 * HOUR);
    assert_int_equal(world_delivery(w, first, CHANNEL_WEBSITE).state,
                     DELIVERY_EXPIRED);
    assert_int_equal(world_delivery(w, end, CHANNEL_WEBSITE).state,
                     DELIVERY_EXPIRED);
}

static void a_doubt_is_resolved_after_expiry_but_never_sent(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_LOSES;
    live(w, CHANNEL_FACEBOOK)->is_blind = true;
    world_release(w, &flood, "k1", id);
    world_run_for(w, 2 * SECOND);
    world_advance(w, 12 * HOUR);
    world_advance(w, MINUTE);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_UNKNOWN);
    live(w, CHANNEL_FACEBOOK)->is_blind = false;
    world_run_for(w, 2 * MINUTE);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_VISIBLE);
}

/* ---- exercises ---- */

static void an_actual_alert_ends_every_exercise(void **state)
{
    struct world *w = *state;
    struct fake_channel *facebook =
        &w->channels[REALM_REHEARSAL][CHANNEL_FACEBOOK];
    struct fake_channel *instagram =
        &w->channels[REALM_REHEARSAL][CHANNEL_INSTAGRAM];
    char drill[ID_MAX];
    char id[ID_MAX];
    facebook->answer = FAKE_HOLDS;
    instagram->answer = FAKE_NOT_SENT;
    world_release(w, &exercise, "k1", drill);
    world_run_for(w, SECOND);
    world_release(w, &flood, "k2", id);
    assert_int_equal(world_alert_state(w, drill), ALERT_PREEMPTED);
    world_expect(w, drill, DELIVERY_SENDING, DELIVERY_CANCELLED,
                 DELIVERY_VISIBLE, DELIVERY_ACCEPTED);
    fake_channel_set(facebook, FAKE_TAKES); /* it was on the wire already */
    world_run_for(w, 2 * MINUTE);
    assert_int_equal(world_delivery(w, drill, CHANNEL_FACEBOOK).state,
                     DELIVERY_VISIBLE);
    assert_int_equal(outside_count(w->outside, CHANNEL_INSTAGRAM, drill), 0);
    assert_int_equal(world_count_leaves(w, "\"from\":\"sending\",\"to\":"
                                           "\"cancelled\""),
                     0);
}

static void a_not_sent_exercise_is_not_tried_after_preemption(void **state)
{
    struct world *w = *state;
    struct fake_channel *facebook =
        &w->channels[REALM_REHEARSAL][CHANNEL_FACEBOOK];
    char drill[ID_MAX];
    char id[ID_MAX];
    facebook->answer = FAKE_HOLDS;
    world_release(w, &exercise, "k1", drill);
    world_run_for(w, SECOND);
    world_release(w, &flood, "k2", id);
    fake_channel_set(facebook, FAKE_NOT_SENT);
    world_settle(w);
    facebook->answer = FAKE_TAKES;
    world_run_for(w, 2 * MINUTE);
    assert_int_equal(world_delivery(w, drill, CHANNEL_FACEBOOK).state,
                     DELIVERY_CANCELLED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, drill), 0);
}

static void a_follow_up_to_a_preempted_exercise_is_refused(void **state)
{
    struct world *w = *state;
    char drill[ID_MAX];
    char id[ID_MAX];
    char marker[ID_MAX];
    struct broadcast_answer answer;
    struct actor anna = world_person("anna");
    struct fields fields = {.n = 0};
    char digest[DIGEST_NAMED_MAX];
    world_release(w, &exercise, "k1", drill);
    world_run_for(w, 2 * SECOND);
    world_marker(drill, marker);
    struct world_wish wish = {.kind = KIND_UPDATE, .marker = marker};
    assert_int_equal(world_preview(w, &wish), ERR_OK);
    MEM_SET_TEXT(digest, w->digest);
    world_release(w, &flood, "k2", id);
    size_t before = w->outside->n_effects;
    MEM_SET_TEXT(w->digest, digest);
    (void)fields;
    assert_int_equal(world_submit(w, &wish, &anna, "k3", &answer),
                     ERR_CONFLICT);
    world_settle(w);
    for (size_t i = before; i < w->outside->n_effects; i++) {
        assert_false(w->outside->effects[i].is_rehearsal);
    }
}

static void an_exercise_goes_to_the_rehearsal_and_bears_its_mark(void **state)
{
    struct world *w = *state;
    char drill[ID_MAX];
    char next[ID_MAX];
    world_release(w, &exercise, "k1", drill);
    world_run_for(w, 2 * SECOND);
    follow(w, KIND_UPDATE, drill, NULL, "k2", next);
    world_run_for(w, 2 * SECOND);
    follow(w, KIND_ALL_CLEAR, drill, NULL, "k3", next);
    world_run_for(w, 2 * SECOND);
    assert_int_equal(w->outside->n_effects, 6);
    for (size_t i = 0; i < w->outside->n_effects; i++) {
        const struct effect *e = &w->outside->effects[i];
        assert_true(e->is_rehearsal);
        assert_int_equal(strncmp(e->text, "ÜBUNG – ", strlen("ÜBUNG – ")), 0);
    }
    struct delivery d = world_delivery(w, next, CHANNEL_FACEBOOK);
    assert_int_equal(strncmp(d.target, "rehearsal:", 10), 0);
}

/* ---- events, clock, configuration ---- */

static void the_leaves_of_events_rise(void **state)
{
    struct world *w = *state;
    char drill[ID_MAX];
    char id[ID_MAX];
    int64_t last = -1;
    world_release(w, &exercise, "k1", drill);
    world_run_for(w, SECOND);
    world_release(w, &flood, "k2", id);
    world_run_for(w, 2 * SECOND);
    follow(w, KIND_UPDATE, id, NULL, "k3", id);
    world_run_for(w, 2 * SECOND);
    assert_true(w->n_events > 10);
    for (size_t i = 0; i < w->n_events; i++) {
        if (w->events[i].leaf >= 0) {
            assert_true(w->events[i].leaf > last);
            last = w->events[i].leaf;
        }
    }
}

static void a_clock_that_is_set_back_delays_nothing(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", id);
    world_run_for(w, 2 * SECOND);
    w->clock.wall_ms -= HOUR;
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    world_run_for(w, 10 * SECOND);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 1);
}

static void a_clock_that_is_set_back_revives_nothing(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    world_release(w, &flood, "k1", id);
    world_advance(w, 12 * HOUR);
    assert_int_equal(world_alert_state(w, id), ALERT_EXPIRED);
    w->clock.wall_ms -= 6 * HOUR;
    world_advance(w, SECOND);
    struct site_part *site = &w->broadcast->sites[REALM_LIVE];
    sites_mark(w->broadcast, STREAM_ACTUAL);
    world_settle(w);
    assert_int_equal(site->n_versions, 1);
    assert_false(site->versions[0].current);
}

static void a_channel_that_was_turned_off_says_so(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    live(w, CHANNEL_INSTAGRAM)->answer = FAKE_DROPS;
    live(w, CHANNEL_WEBSITE)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", id);
    world_settle(w);
    world_close(w);
    w->off = 1U << CHANNEL_FACEBOOK | 1U << CHANNEL_INSTAGRAM |
             1U << CHANNEL_WEBSITE;
    world_open(w);
    world_run_for(w, 3 * MINUTE);
    world_expect(w, id, DELIVERY_FAILED, DELIVERY_NEEDS_OPERATOR,
                 DELIVERY_FAILED, DELIVERY_ACCEPTED);
    assert_non_null(
        strstr(world_delivery(w, id, CHANNEL_FACEBOOK).detail, "abgeschaltet"));
}

static void a_long_outage_and_one_crash_park_nothing(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", id);
    world_run_for(w, 2 * MINUTE);
    assert_true(world_delivery(w, id, CHANNEL_FACEBOOK).attempts > 4);
    live(w, CHANNEL_FACEBOOK)->answer = FAKE_TAKES;
    /* As a killed process leaves it. */
    struct delivery d = world_delivery(w, id, CHANNEL_FACEBOOK);
    struct lane *lane = lanes_get(w->broadcast, d.marker, CHANNEL_FACEBOOK);
    lane->deliveries.items[0].state = DELIVERY_SENDING;
    lanes_load(w->broadcast);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_UNKNOWN);
}

#define FLOW_TEST(name) \
    cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(the_life_of_an_alert_ends_on_all_channels),
        FLOW_TEST(an_unknown_one_delays_the_all_clear_thirty_seconds),
        FLOW_TEST(an_unknown_one_delays_an_update_two_minutes),
        FLOW_TEST(what_never_appeared_is_cancelled_with_its_all_clear),
        FLOW_TEST(an_alert_whose_incident_ended_elsewhere_is_not_sent),
        FLOW_TEST(nobody_retries_what_may_be_public),
        FLOW_TEST(a_refused_one_is_tried_again_when_a_person_says_so),
        FLOW_TEST(after_expiry_nothing_leaves_and_facts_stay),
        FLOW_TEST(a_superseded_one_that_never_got_there_expires_too),
        FLOW_TEST(a_doubt_is_resolved_after_expiry_but_never_sent),
        FLOW_TEST(an_actual_alert_ends_every_exercise),
        FLOW_TEST(a_not_sent_exercise_is_not_tried_after_preemption),
        FLOW_TEST(a_follow_up_to_a_preempted_exercise_is_refused),
        FLOW_TEST(an_exercise_goes_to_the_rehearsal_and_bears_its_mark),
        FLOW_TEST(the_leaves_of_events_rise),
        FLOW_TEST(a_clock_that_is_set_back_delays_nothing),
        FLOW_TEST(a_clock_that_is_set_back_revives_nothing),
        FLOW_TEST(a_channel_that_was_turned_off_says_so),
        FLOW_TEST(a_long_outage_and_one_crash_park_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
