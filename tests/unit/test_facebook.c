#include <string.h>

#include "channels/facebook/facebook.h"
#include "tests/support/channel_contract.h"
#include "tests/support/cmocka_all.h"

static struct channel *facebook_for_test(uv_loop_t *loop,
                                         const struct clock *clock,
                                         struct http_client *http,
                                         const char *graph_url,
                                         int64_t call_timeout_ms)
{
    const struct facebook_config config = {.graph_url = graph_url,
                                           .page_id = "100",
                                           .token = "page-token",
                                           .app_id = "700",
                                           .app_secret = "app-secret",
                                           .call_timeout_ms = call_timeout_ms};
    return facebook_open(loop, clock, http, &config);
}

static const struct channel_contract facebook_contract = {
    .name = "facebook keeps the contract",
    .open = facebook_for_test,
    .commit = GATEWAY_FEED,
    .list = GATEWAY_PUBLISHED_POSTS,
    .n_public = gateway_n_posts,
};

/* A gateway that asks for token and proof. */
static void facebook_scene(struct scene *s)
{
    const struct gateway_config config = {.token = "page-token",
                                          .app_secret = "app-secret"};
    scene_open(s, &facebook_contract, &config);
}

/* The same with hasty deadlines. */
static void facebook_scene_hasty(struct scene *s)
{
    const struct gateway_config config = {.token = "page-token",
                                          .app_secret = "app-secret"};
    scene_open_hasty(s, &facebook_contract, &config);
}

static void token_and_proof_are_sent_but_never_in_an_address(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    assert_string_equal(s.channel->target, "facebook:100");
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(sent.outcome, OUTCOME_DONE);
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_FOUND);
    assert_int_equal(scene_run(&s, s.channel->type->probe, &ask).readiness,
                     READINESS_READY);
    ask.remote_id = sent.remote_id;
    ask.text = "ÜBERHOLT";
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_DONE);
    for (size_t i = 0; i < gateway_n_requests(s.gateway); i++) {
        const struct gateway_request *r = gateway_request(s.gateway, i);
        assert_null(strstr(r->target, "token=page-token"));
        assert_null(strstr(r->target, "app-secret"));
    }
    assert_string_equal(gateway_last(s.gateway, GATEWAY_DEBUG_TOKEN)->bearer,
                        "700|app-secret");
    scene_close(&s);
}

static void the_post_is_sent_byte_for_byte(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    ask.text = "PROBE – Übung „am Rhein“ 😀\nMeldung LOE-7K3Q9F-1\n\n\\ \" \t";
    assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                     OUTCOME_DONE);
    assert_string_equal(gateway_post(s.gateway, 0)->text, ask.text);
    assert_string_equal(gateway_post(s.gateway, 0)->link, ask.link);
    scene_close(&s);
}

static void every_post_has_a_connection_of_its_own(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    (void)scene_run(&s, s.channel->type->confirm, &ask);
    (void)scene_run(&s, s.channel->type->confirm, &ask);
    int kept = gateway_request(s.gateway, 0)->connection;
    assert_int_equal(gateway_request(s.gateway, 1)->connection, kept);
    (void)scene_run(&s, s.channel->type->publish, &ask);
    int first = gateway_last(s.gateway, GATEWAY_FEED)->connection;
    (void)scene_run(&s, s.channel->type->publish, &ask);
    int second = gateway_last(s.gateway, GATEWAY_FEED)->connection;
    assert_true(first != kept && second != kept && first != second);
    scene_close(&s);
}

static void only_the_whole_line_is_the_alert(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    const int64_t now = INT64_C(1795500000000);
    gateway_add_post(s.gateway, "100", "x\nMeldung LOE-7K3Q9F-11", now);
    gateway_add_post(s.gateway, "100", "siehe Meldung LOE-7K3Q9F-1", now);
    gateway_add_post(s.gateway, "100", "Meldung LOE-7K3Q9F-1 neu", now);
    gateway_add_post(s.gateway, "200", "Meldung LOE-7K3Q9F-1", now);
    struct channel_request ask = scene_alert(&s);
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_ABSENT);
    gateway_add_post(s.gateway, "100", "x\r\n Meldung LOE-7K3Q9F-1 \r\ny", now);
    struct channel_result read = scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(read.finding, CHANNEL_FOUND);
    assert_string_equal(read.remote_id, "100_5");
    scene_close(&s);
}

static void reading_back_goes_through_all_pages(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    const int64_t now = INT64_C(1795500000000);
    gateway_add_post(s.gateway, "100", "Meldung LOE-7K3Q9F-1", now);
    for (int i = 0; i < 120; i++) {
        gateway_add_post(s.gateway, "100", "anderes", now);
    }
    struct channel_request ask = scene_alert(&s);
    ask.since_ms = now;
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_FOUND);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_PUBLISHED_POSTS), 3);
    assert_non_null(
        strstr(gateway_last(s.gateway, GATEWAY_PUBLISHED_POSTS)->target,
               "since=1795499880"));
    /* A page of the chain that fails leaves everything open. */
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_PUBLISHED_POSTS,
                                         .kind = GATEWAY_FAULT_ANSWER,
                                         .skip = 2,
                                         .status = 500,
                                         .body = "{}"});
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_UNREADABLE);
    scene_close(&s);
}

static void of_two_posts_the_oldest_is_found_and_the_other_named(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    const int64_t now = INT64_C(1795500000000);
    gateway_add_post(s.gateway, "100", "Meldung LOE-7K3Q9F-1", now);
    gateway_add_post(s.gateway, "100", "Meldung LOE-7K3Q9F-1", now + 1000);
    struct channel_request ask = scene_alert(&s);
    struct channel_result read = scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(read.finding, CHANNEL_FOUND);
    assert_string_equal(read.remote_id, "100_1");
    assert_non_null(strstr(read.detail, "100_2"));
    scene_close(&s);
}

static void a_known_post_that_is_gone_is_looked_for(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    ask.remote_id = "100_9";
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_ABSENT);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_PUBLISHED_POSTS), 1);
    scene_close(&s);
}

static void a_post_that_shows_late_is_absent_before(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    gateway_fail(s.gateway, &(struct gateway_fault){.call = GATEWAY_FEED,
                                                    .kind = GATEWAY_FAULT_LATE,
                                                    .delay_ms = 60000});
    struct channel_request ask = scene_alert(&s);
    assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                     OUTCOME_DONE);
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_ABSENT);
    scene_close(&s);
}

static void a_mark_stands_above_the_old_text_and_only_once(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    const char *text = ask.text;
    ask.remote_id = sent.remote_id;
    ask.text = "AUFGEHOBEN 16:10 Uhr – aktuell: https://w.example/w/LOE-7K3Q9F";
    for (int i = 0; i < 2; i++) {
        assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                         OUTCOME_DONE);
    }
    assert_int_equal(gateway_count(s.gateway, GATEWAY_EDIT), 1);
    const char *now = gateway_post(s.gateway, 0)->text;
    assert_ptr_equal(strstr(now, ask.text), now);
    assert_string_equal(now + strlen(ask.text), "\n\nHochwasser am Rhein\n"
                                                "Meldung LOE-7K3Q9F-1\nBitte "
                                                "meiden Sie das Ufer.");
    ask.text = text;
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_FOUND);
    scene_close(&s);
}

static void a_mark_whose_answer_was_lost_is_not_set_twice(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene(&s);
    struct channel_request ask = scene_alert(&s);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_EDIT,
                                         .kind = GATEWAY_FAULT_CLOSE_AFTER});
    ask.remote_id = sent.remote_id;
    ask.text = "ÜBERHOLT 16:10 Uhr";
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_UNKNOWN);
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_DONE);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_EDIT), 1);
    scene_close(&s);
}

static void a_mark_that_cannot_be_set_says_so(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene_hasty(&s);
    struct channel_request ask = scene_alert(&s);
    ask.remote_id = "100_9";
    struct channel_result gone = scene_run(&s, s.channel->type->mark, &ask);
    assert_int_equal(gone.outcome, OUTCOME_REFUSED);
    assert_string_not_equal(gone.detail, "");
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_READ,
                                         .kind = GATEWAY_FAULT_HANG});
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_NOT_SENT);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_EDIT), 0);
    scene_close(&s);
}

static void a_page_that_cannot_be_read_is_down(void **state)
{
    (void)state;
    struct scene s;
    facebook_scene_hasty(&s);
    struct channel_request ask = scene_alert(&s);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_DEBUG_TOKEN,
                                         .kind = GATEWAY_FAULT_HANG});
    assert_int_equal(scene_run(&s, s.channel->type->probe, &ask).readiness,
                     READINESS_DEGRADED);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_READ,
                                         .kind = GATEWAY_FAULT_ANSWER,
                                         .status = 400,
                                         .body = "{\"error\":{\"code\":10}}"});
    struct channel_result down = scene_run(&s, s.channel->type->probe, &ask);
    assert_int_equal(down.readiness, READINESS_DOWN);
    assert_non_null(strstr(down.detail, "Rechte"));
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(token_and_proof_are_sent_but_never_in_an_address),
        cmocka_unit_test(the_post_is_sent_byte_for_byte),
        cmocka_unit_test(every_post_has_a_connection_of_its_own),
        cmocka_unit_test(only_the_whole_line_is_the_alert),
        cmocka_unit_test(reading_back_goes_through_all_pages),
        cmocka_unit_test(of_two_posts_the_oldest_is_found_and_the_other_named),
        cmocka_unit_test(a_known_post_that_is_gone_is_looked_for),
        cmocka_unit_test(a_post_that_shows_late_is_absent_before),
        cmocka_unit_test(a_mark_stands_above_the_old_text_and_only_once),
        cmocka_unit_test(a_mark_whose_answer_was_lost_is_not_set_twice),
        cmocka_unit_test(a_mark_that_cannot_be_set_says_so),
        cmocka_unit_test(a_page_that_cannot_be_read_is_down),
    };
    int failed = channel_contract_run(&facebook_contract);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
