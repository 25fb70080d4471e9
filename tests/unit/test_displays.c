#include "channels/displays/displays.h"

#include <string.h>

#include "tests/unit/displays_scene.h"

static void a_state_is_done_when_the_broker_has_it(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){
                                 .acl = scene_acl, .accounts = scene_accounts});
    f->channel = open_as(f, "tuermer", "secret-1", "t");
    RUN_UNTIL(f, f->connected == 1);
    assert_true(displays_connected(f->channel));
    publish(f, TOPICS, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
    check_readiness(f, READINESS_READY);
    publish(f, 0, 2);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
}

static void without_a_broker_nothing_is_sent_and_nothing_is_kept(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    broker_kill(&f->broker);
    f->channel = open_as(f, "", "", "t");
    publish(f, TOPICS, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_NOT_SENT);
    assert_false(displays_tell(f->channel, "heartbeat", "x", 1, true));
    RUN_UNTIL(f, f->disconnected == 1);
    check_readiness(f, READINESS_DOWN);
    assert_non_null(strstr(f->detail, "nicht erreichbar"));
    broker_restart(&f->broker);
    RUN_UNTIL(f, f->connected == 1);
    stranger_open(f);
    publish(f, 1, 2);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
    RUN_UNTIL(f, f->stranger_messages > 0);
    assert_int_equal(f->stranger_messages, 1); /* state 1 is not there */
    assert_string_equal(f->stranger_bytes[0], "state 2");
}

static void what_the_acl_denies_is_refused_not_done(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){
                                 .acl = scene_acl, .accounts = scene_accounts});
    f->channel = open_as(f, "reader", "secret-3", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, 2, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_REFUSED);
    assert_non_null(strstr(f->detail, "135"));
}

static void a_wrong_password_is_told(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){
                                 .acl = scene_acl, .accounts = scene_accounts});
    f->channel = open_as(f, "tuermer", "wrong", "t");
    RUN_UNTIL(f, f->disconnected == 1);
    check_readiness(f, READINESS_DOWN);
    assert_non_null(strstr(f->detail, "Anmeldung"));
}

static void a_foreign_publish_is_noticed_ours_is_not(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){
                                 .acl = scene_acl, .accounts = scene_accounts});
    f->channel = open_as(f, "tuermer", "secret-1", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, 2, 1);
    RUN_UNTIL(f, !f->busy);
    stranger_open(f);
    RUN_UNTIL(f, f->stranger_messages == 2);
    assert_int_equal(f->foreign, 0);
    stranger_writes(f, "t/actual/08336001", "evil");
    RUN_UNTIL(f, f->foreign == 1);
    assert_string_equal(f->foreign_topic, "actual/08336001");
    check_readiness(f, READINESS_DEGRADED);
    /* The flow publishes its own again; a storm is told once a second. */
    publish(f, 2, 2);
    RUN_UNTIL(f, !f->busy);
    for (int i = 0; i < 20; i++) {
        stranger_writes(f, "t/actual/08336001", "evil again");
    }
    RUN_UNTIL(f, f->foreign == 2);
}

static void what_displays_say_is_handed_on(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    stranger_open(f);
    stranger_writes(f, "t/display/rathaus/shown", "{}");
    RUN_UNTIL(f, f->messages == 1);
    assert_string_equal(f->message_topic, "display/rathaus/shown");
    assert_string_equal(f->message_bytes, "{}");
    assert_int_equal(f->foreign, 0);
}

/* Our own retained message is recognised after a restart of the process when
 * the flow names the stored bytes; another one there is foreign. */
static void after_a_restart_a_replaced_state_is_noticed(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    stranger_open(f);
    stranger_writes(f, "t/actual/08336000", "ours");
    stranger_writes(f, "t/actual/08336001", "evil");
    f->channel = open_as(f, "", "", "t");
    displays_expect(f->channel, "actual/08336000", "ours", 4);
    displays_expect(f->channel, "actual/08336001", "ours", 4);
    RUN_UNTIL(f, f->foreign == 1);
    assert_string_equal(f->foreign_topic, "actual/08336001");
}

static void
a_request_in_flight_is_answered_when_the_channel_closes(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, TOPICS, 1);
    close_channel(f, f->channel);
    f->channel = NULL;
    assert_int_equal(f->answers, 1);
    assert_false(f->busy);
    assert_int_equal(f->outcome, OUTCOME_UNKNOWN);
}

static void addresses_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",          "broker",          "http://x",        "mqtt://",
        "mqtt://:1", "mqtt://x:0",      "mqtt://x:65536",  "mqtt://x:1y",
        "mqtts://",  "mqtt://x:1/path", "mqtt://[::1:1883"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct channel *c = NULL;
        struct err e;
        struct displays_config config = {.broker = wrong[i],
                                         .prefix = "t",
                                         .events = &scene_events,
                                         .data = f};
        assert_int_equal(displays_open(&f->loop, clock_real(), &config, &c, &e),
                         ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_state_is_done_when_the_broker_has_it),
        TEST(without_a_broker_nothing_is_sent_and_nothing_is_kept),
        TEST(what_the_acl_denies_is_refused_not_done),
        TEST(a_wrong_password_is_told),
        TEST(a_foreign_publish_is_noticed_ours_is_not),
        TEST(what_displays_say_is_handed_on),
        TEST(after_a_restart_a_replaced_state_is_noticed),
        TEST(a_request_in_flight_is_answered_when_the_channel_closes),
        TEST(addresses_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
