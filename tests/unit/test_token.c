#include <stdio.h>
#include <string.h>

#include "channels/channel.h"
#include "channels/graph/token.h"
#include "tests/support/cmocka_all.h"

static const int64_t now_ms = INT64_C(1795500000000);
static const int64_t day_s = 86400;

static struct channel_result judge(const char *body)
{
    static const char *const scopes[] = {"a", "b"};
    struct channel_result result = {0};
    token_judge(body, strlen(body), scopes, 2, now_ms, &result);
    return result;
}

static struct channel_result judge_ends(int64_t token_s, int64_t data_s)
{
    char body[256];
    (void)snprintf(body, sizeof(body),
                   "{\"data\":{\"is_valid\":true,\"scopes\":[\"a\",\"b\"],"
                   "\"expires_at\":%lld,\"data_access_expires_at\":%lld}}",
                   (long long)token_s, (long long)data_s);
    return judge(body);
}

static void a_token_without_end_is_ready(void **state)
{
    (void)state;
    struct channel_result r = judge_ends(0, 0);
    assert_int_equal(r.readiness, READINESS_READY);
    assert_int_equal(r.expires_at_ms, 0);
}

static void the_last_fourteen_days_are_degraded(void **state)
{
    (void)state;
    const int64_t now_s = now_ms / 1000;
    assert_int_equal(judge_ends(now_s + 15 * day_s, 0).readiness,
                     READINESS_READY);
    struct channel_result soon = judge_ends(now_s + 13 * day_s, 0);
    assert_int_equal(soon.readiness, READINESS_DEGRADED);
    assert_int_equal(soon.expires_at_ms, now_ms + 13 * day_s * 1000);
    assert_true(strstr(soon.detail, "läuft am") != NULL);
    assert_int_equal(judge_ends(0, now_s + day_s).readiness,
                     READINESS_DEGRADED);
    assert_int_equal(judge_ends(now_s - 1, now_s + 90 * day_s).readiness,
                     READINESS_DOWN);
}

static void an_invalid_token_or_a_missing_right_is_down(void **state)
{
    (void)state;
    assert_int_equal(
        judge("{\"data\":{\"is_valid\":false,\"scopes\":[]}}").readiness,
        READINESS_DOWN);
    struct channel_result r =
        judge("{\"data\":{\"is_valid\":true,\"scopes\":[\"a\"]}}");
    assert_int_equal(r.readiness, READINESS_DOWN);
    assert_true(strstr(r.detail, "Recht b") != NULL);
}

static void an_answer_without_data_is_degraded(void **state)
{
    (void)state;
    assert_int_equal(judge("").readiness, READINESS_DEGRADED);
    assert_int_equal(judge("{\"data\":[]}").readiness, READINESS_DEGRADED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_without_end_is_ready),
        cmocka_unit_test(the_last_fourteen_days_are_degraded),
        cmocka_unit_test(an_invalid_token_or_a_missing_right_is_down),
        cmocka_unit_test(an_answer_without_data_is_degraded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
