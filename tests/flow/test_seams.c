/* The guard at every seam: what disagrees with itself does not leave, and
 * does not take anything else with it. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "tests/flow/world.h"
#include "tests/support/cmocka_all.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)

static const struct world_wish flood = {.kind = KIND_ALERT};

/* A stranger with a second connection to the file. */
static void tamper(struct world *w, const char *sql)
{
    sqlite3 *db = NULL;
    char *why = NULL;
    assert_int_equal(sqlite3_open(w->path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK) {
        fail_msg("%s", why);
    }
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void hold_facebook(struct world *w, enum fake_answer answer)
{
    w->channels[REALM_LIVE][CHANNEL_FACEBOOK].answer = answer;
}

/* The alert waits for Facebook when its family's bytes change: it fails, the
 * service lives, and other families are not affected. */
static void a_template_that_changed_stops_its_alert_alone(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    hold_facebook(w, FAKE_NOT_SENT);
    world_release(w, &flood, "k1", id);
    world_run_for(w, SECOND);
    hold_facebook(w, FAKE_TAKES);
    tamper(w, "DROP TRIGGER template_is_not_changed;"
              "UPDATE template SET bytes = CAST(bytes || ' ' AS BLOB) WHERE id "
              "= 'hw-rhein'");
    world_run_for(w, MINUTE);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_FAILED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 0);
    assert_int_equal(world_count_leaves(w, "\"type\":\"template.blocked\""), 1);
    assert_int_equal(world_preview(w, &flood), ERR_CONFLICT);
    assert_string_equal(w->preview_problem, "template-blocked");
}

/* A text that changed on disk: the mark in its first line decides. */
static void an_actual_alert_with_a_mark_leaves_nowhere(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    char other[ID_MAX];
    hold_facebook(w, FAKE_NOT_SENT);
    w->channels[REALM_LIVE][CHANNEL_WEBSITE].answer = FAKE_NOT_SENT;
    world_release(w, &flood, "k1", id);
    world_settle(w);
    world_close(w);
    tamper(w, "DROP TRIGGER alert_is_immutable;"
              "UPDATE alert SET content = replace(replace(content,"
              " '\"facebook\":\"', '\"facebook\":\"PROBE – '),"
              " '\"headline\":\"', '\"headline\":\"PROBE – ')");
    hold_facebook(w, FAKE_TAKES);
    w->channels[REALM_LIVE][CHANNEL_WEBSITE].answer = FAKE_TAKES;
    world_open(w);
    world_run_for(w, MINUTE);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_FAILED);
    assert_int_equal(world_delivery(w, id, CHANNEL_WEBSITE).state,
                     DELIVERY_QUEUED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 0);
    world_release(w, &flood, "k2", other);
    world_run_for(w, MINUTE);
    world_expect(w, other, DELIVERY_VISIBLE, DELIVERY_VISIBLE, DELIVERY_VISIBLE,
                 DELIVERY_ACCEPTED);
}

static void a_target_of_the_other_realm_gets_nothing(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    MEM_SET_TEXT(w->channels[REALM_LIVE][CHANNEL_FACEBOOK].channel.target,
                 "rehearsal:facebook:1");
    world_release(w, &flood, "k1", id);
    world_run_for(w, 5 * SECOND);
    assert_int_equal(world_delivery(w, id, CHANNEL_FACEBOOK).state,
                     DELIVERY_FAILED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 0);
}

#define FLOW_TEST(name) \
    cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLOW_TEST(a_template_that_changed_stops_its_alert_alone),
        FLOW_TEST(an_actual_alert_with_a_mark_leaves_nowhere),
        FLOW_TEST(a_target_of_the_other_realm_gets_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
