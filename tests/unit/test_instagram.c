#include <stdlib.h>
#include <string.h>

#include "channels/instagram/instagram.h"
#include "service/base/mem.h"
#include "tests/support/channel_contract.h"
#include "tests/support/cmocka_all.h"

static struct channel *instagram_for_test(uv_loop_t *loop,
                                          const struct clock *clock,
                                          struct http_client *http,
                                          const char *graph_url,
                                          int64_t call_timeout_ms)
{
    const struct instagram_config config = {.graph_url = graph_url,
                                            .user_id = "178",
                                            .token = "profile-token",
                                            .app_secret = "app-secret",
                                            .call_timeout_ms = call_timeout_ms,
                                            .poll_ms = 1};
    return instagram_open(loop, clock, http, &config);
}

static const struct channel_contract instagram_contract = {
    .name = "instagram keeps the contract",
    .open = instagram_for_test,
    .commit = GATEWAY_MEDIA_PUBLISH,
    .list = GATEWAY_MEDIA_LIST,
    .n_public = gateway_n_media,
};

static void instagram_scene(struct scene *s, int polls, int quota_used)
{
    const struct gateway_config config = {.token = "profile-token",
                                          .app_secret = "app-secret",
                                          .polls = polls,
                                          .quota_used = quota_used};
    scene_open(s, &instagram_contract, &config);
}

/* Nothing to wait for, hasty deadlines. */
static void instagram_scene_hasty(struct scene *s)
{
    const struct gateway_config config = {.token = "profile-token",
                                          .app_secret = "app-secret"};
    scene_open_hasty(s, &instagram_contract, &config);
}

/* What the step hook saw. */
struct seen_step {
    int n;
    char container_id[REMOTE_ID_MAX];
    size_t published; /* calls to media_publish by then */
};

static void note_step(struct channel_request *r, const char *container_id)
{
    struct scene *s = scene_of(r);
    struct seen_step *seen = s->note;
    seen->n++;
    MEM_SET_TEXT(seen->container_id, container_id);
    seen->published = gateway_count(s->gateway, GATEWAY_MEDIA_PUBLISH);
}

static void the_container_is_told_before_anything_is_public(void **state)
{
    (void)state;
    struct scene s;
    struct seen_step seen = {0};
    instagram_scene(&s, 4, 0);
    s.note = &seen;
    struct channel_request ask = scene_alert(&s);
    ask.step = note_step;
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(sent.outcome, OUTCOME_DONE);
    assert_int_equal(seen.n, 1);
    assert_string_equal(seen.container_id, "88000001");
    assert_int_equal(seen.published, 0);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_CONTAINER), 5);
    assert_string_equal(gateway_media(s.gateway, 0)->text, ask.text);
    assert_string_equal(s.channel->target, "instagram:178");
    scene_close(&s);
}

static void without_the_picture_no_container_is_made(void **state)
{
    (void)state;
    static const struct {
        enum gateway_fault_kind kind;
        int status;
    } rows[] = {
        {GATEWAY_FAULT_ANSWER, 404}, {GATEWAY_FAULT_ANSWER, 200},
        {GATEWAY_FAULT_REDIRECT, 0}, {GATEWAY_FAULT_HANG, 0},
        {GATEWAY_FAULT_RESET, 0},
    };
    struct scene s;
    instagram_scene_hasty(&s);
    struct channel_request ask = scene_alert(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        /* A 200 of the type application/json is no picture either. */
        gateway_fail(s.gateway,
                     &(struct gateway_fault){.call = GATEWAY_CARD,
                                             .kind = rows[i].kind,
                                             .status = rows[i].status,
                                             .body = "/x"});
        struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
        assert_int_equal(r.outcome, OUTCOME_NOT_SENT);
        assert_non_null(strstr(r.detail, "Bild nicht erreichbar"));
    }
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_CREATE), 0);
    assert_string_equal(gateway_last(s.gateway, GATEWAY_CARD)->bearer, "");
    scene_close(&s);
}

static void a_failed_creation_is_never_in_doubt(void **state)
{
    (void)state;
    static const struct {
        enum gateway_fault_kind kind;
        int status;
        const char *body;
        enum outcome outcome;
    } rows[] = {
        {GATEWAY_FAULT_ANSWER, 400, "{\"error\":{\"code\":190}}",
         OUTCOME_REFUSED},
        {GATEWAY_FAULT_ANSWER, 400,
         "{\"error\":{\"code\":9004,\"error_subcode\":2207052}}",
         OUTCOME_NOT_SENT},
        {GATEWAY_FAULT_ANSWER, 500, "{\"error\":{\"code\":2}}",
         OUTCOME_NOT_SENT},
        {GATEWAY_FAULT_CLOSE_AFTER, 0, NULL, OUTCOME_NOT_SENT},
        {GATEWAY_FAULT_HANG_AFTER, 0, NULL, OUTCOME_NOT_SENT},
    };
    struct scene s;
    instagram_scene_hasty(&s);
    struct channel_request ask = scene_alert(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gateway_fail(s.gateway,
                     &(struct gateway_fault){.call = GATEWAY_MEDIA_CREATE,
                                             .kind = rows[i].kind,
                                             .status = rows[i].status,
                                             .body = rows[i].body});
        struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
        assert_int_equal(r.outcome, rows[i].outcome);
        assert_false(r.container_gone);
    }
    assert_int_equal(gateway_n_media(s.gateway), 0);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 0);
    scene_close(&s);
}

/* Publishes with the answer of media_publish lost; the container's id. */
static void lose_the_answer(struct scene *s, enum gateway_fault_kind kind)
{
    gateway_fail(s->gateway, &(struct gateway_fault){
                                 .call = GATEWAY_MEDIA_PUBLISH, .kind = kind});
    struct channel_request ask = scene_alert(s);
    assert_int_equal(scene_run(s, s->channel->type->publish, &ask).outcome,
                     OUTCOME_UNKNOWN);
}

static void a_published_container_is_not_published_again(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    lose_the_answer(&s, GATEWAY_FAULT_CLOSE_AFTER);
    struct channel_request ask = scene_alert(&s);
    ask.container_id = "88000001";
    struct channel_result again = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(again.outcome, OUTCOME_DONE);
    assert_string_equal(again.remote_id, "77000001");
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 1);
    assert_int_equal(gateway_n_media(s.gateway), 1);
    scene_close(&s);
}

static void a_finished_container_goes_on_without_a_second_one(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    lose_the_answer(&s, GATEWAY_FAULT_CLOSE);
    struct channel_request ask = scene_alert(&s);
    ask.container_id = "88000001";
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_ABSENT);
    assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                     OUTCOME_DONE);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_CREATE), 1);
    assert_int_equal(gateway_n_media(s.gateway), 1);
    scene_close(&s);
}

static void
a_dead_container_is_given_up_when_the_profile_is_without(void **state)
{
    (void)state;
    static const char *const ends[] = {"ERROR", "EXPIRED"};
    for (size_t i = 0; i < 2; i++) {
        struct scene s;
        instagram_scene_hasty(&s);
        lose_the_answer(&s, GATEWAY_FAULT_CLOSE);
        gateway_set_container(s.gateway, NULL, ends[i]);
        struct channel_request ask = scene_alert(&s);
        ask.container_id = "88000001";
        /* As long as the profile cannot be read it stays in doubt. */
        gateway_fail(s.gateway,
                     &(struct gateway_fault){.call = GATEWAY_MEDIA_LIST,
                                             .kind = GATEWAY_FAULT_HANG});
        struct channel_result doubt =
            scene_run(&s, s.channel->type->publish, &ask);
        assert_int_equal(doubt.outcome, OUTCOME_UNKNOWN);
        assert_false(doubt.container_gone);
        struct channel_result gone =
            scene_run(&s, s.channel->type->publish, &ask);
        assert_int_equal(gone.outcome, OUTCOME_NOT_SENT);
        assert_true(gone.container_gone);
        ask.container_id = "";
        assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                         OUTCOME_DONE);
        assert_int_equal(gateway_n_media(s.gateway), 1);
        scene_close(&s);
    }
}

static void an_expired_container_whose_picture_is_there_is_done(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    lose_the_answer(&s, GATEWAY_FAULT_RESET_AFTER);
    gateway_set_container(s.gateway, NULL, "EXPIRED");
    struct channel_request ask = scene_alert(&s);
    ask.container_id = "88000001";
    struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(r.outcome, OUTCOME_DONE);
    assert_string_equal(r.remote_id, "77000001");
    scene_close(&s);
}

static void a_container_nobody_knows_says_nothing(void **state)
{
    (void)state;
    static const char missing[] =
        "{\"error\":{\"code\":100,\"error_subcode\":33}}";
    struct scene s;
    instagram_scene(&s, 0, 0);
    lose_the_answer(&s, GATEWAY_FAULT_CLOSE);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_CONTAINER,
                                         .kind = GATEWAY_FAULT_ANSWER,
                                         .times = 2,
                                         .status = 400,
                                         .body = missing});
    struct channel_request ask = scene_alert(&s);
    ask.container_id = "88000001";
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_UNREADABLE);
    struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(r.outcome, OUTCOME_UNKNOWN);
    assert_false(r.container_gone);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_CREATE), 1);
    scene_close(&s);
}

static void published_but_not_listed_yet_is_not_absent(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_MEDIA_PUBLISH,
                                         .kind = GATEWAY_FAULT_LATE,
                                         .delay_ms = 60000});
    struct channel_request ask = scene_alert(&s);
    assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                     OUTCOME_DONE);
    ask.container_id = "88000001";
    assert_int_equal(scene_run(&s, s.channel->type->confirm, &ask).finding,
                     CHANNEL_UNREADABLE);
    struct channel_result again = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(again.outcome, OUTCOME_DONE);
    assert_string_equal(again.remote_id, "");
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 1);
    scene_close(&s);
}

static void too_early_is_polled_on(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    gateway_fail(s.gateway, &(struct gateway_fault){
                                .call = GATEWAY_MEDIA_PUBLISH,
                                .kind = GATEWAY_FAULT_ANSWER,
                                .times = 2,
                                .status = 400,
                                .body = "{\"error\":{\"code\":9007,"
                                        "\"error_subcode\":2207027}}"});
    struct channel_request ask = scene_alert(&s);
    assert_int_equal(scene_run(&s, s.channel->type->publish, &ask).outcome,
                     OUTCOME_DONE);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 3);
    assert_int_equal(gateway_n_media(s.gateway), 1);
    scene_close(&s);
}

static void polling_ends_after_its_time_without_doubt(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 1000, 0);
    struct channel_request ask = scene_alert(&s);
    struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(r.outcome, OUTCOME_NOT_SENT);
    assert_false(r.container_gone);
    /* 0, 1, 1, 2, 3, then every 5 until 300. */
    assert_int_equal(gateway_count(s.gateway, GATEWAY_CONTAINER), 63);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 0);
    scene_close(&s);
}

static bool refuse_to_go(struct channel_request *r)
{
    const struct scene *s = scene_of(r);
    assert_int_equal(gateway_count(s->gateway, GATEWAY_CONTAINER), 3);
    return false;
}

/* An exercise that was pre-empted while its container was prepared. */
static void what_may_no_longer_go_is_not_published(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 2, 0);
    struct channel_request ask = scene_alert(&s);
    ask.go = refuse_to_go;
    struct channel_result r = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(r.outcome, OUTCOME_NOT_SENT);
    assert_int_equal(gateway_count(s.gateway, GATEWAY_MEDIA_PUBLISH), 0);
    scene_close(&s);
}

static void a_mark_is_commented_once(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    struct channel_request ask = scene_alert(&s);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    ask.remote_id = sent.remote_id;
    ask.text = "AUFGEHOBEN 16:10 Uhr – aktuell: https://w.example/";
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = GATEWAY_COMMENT,
                                         .kind = GATEWAY_FAULT_CLOSE_AFTER});
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_UNKNOWN);
    assert_int_equal(scene_run(&s, s.channel->type->mark, &ask).outcome,
                     OUTCOME_DONE);
    assert_int_equal(gateway_n_comments(s.gateway), 1);
    scene_close(&s);
}

static void the_quota_is_part_of_readiness(void **state)
{
    (void)state;
    static const struct {
        int used;
        enum readiness readiness;
    } rows[] = {{0, READINESS_READY},
                {44, READINESS_READY},
                {46, READINESS_DEGRADED},
                {50, READINESS_DOWN}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct scene s;
        instagram_scene(&s, 0, rows[i].used);
        struct channel_request ask = scene_alert(&s);
        assert_int_equal(scene_run(&s, s.channel->type->probe, &ask).readiness,
                         rows[i].readiness);
        scene_close(&s);
    }
}

static void no_token_stands_in_an_address(void **state)
{
    (void)state;
    struct scene s;
    instagram_scene(&s, 0, 0);
    struct channel_request ask = scene_alert(&s);
    (void)scene_run(&s, s.channel->type->publish, &ask);
    (void)scene_run(&s, s.channel->type->confirm, &ask);
    (void)scene_run(&s, s.channel->type->probe, &ask);
    for (size_t i = 0; i < gateway_n_requests(s.gateway); i++) {
        const char *target = gateway_request(s.gateway, i)->target;
        assert_null(strstr(target, "profile-token"));
        assert_null(strstr(target, "app-secret"));
    }
    scene_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_container_is_told_before_anything_is_public),
        cmocka_unit_test(without_the_picture_no_container_is_made),
        cmocka_unit_test(a_failed_creation_is_never_in_doubt),
        cmocka_unit_test(a_published_container_is_not_published_again),
        cmocka_unit_test(a_finished_container_goes_on_without_a_second_one),
        cmocka_unit_test(
            a_dead_container_is_given_up_when_the_profile_is_without),
        cmocka_unit_test(an_expired_container_whose_picture_is_there_is_done),
        cmocka_unit_test(a_container_nobody_knows_says_nothing),
        cmocka_unit_test(published_but_not_listed_yet_is_not_absent),
        cmocka_unit_test(too_early_is_polled_on),
        cmocka_unit_test(polling_ends_after_its_time_without_doubt),
        cmocka_unit_test(what_may_no_longer_go_is_not_published),
        cmocka_unit_test(a_mark_is_commented_once),
        cmocka_unit_test(the_quota_is_part_of_readiness),
        cmocka_unit_test(no_token_stands_in_an_address),
    };
    int failed = channel_contract_run(&instagram_contract);
    return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
