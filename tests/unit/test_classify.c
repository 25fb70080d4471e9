#include <stdio.h>
#include <string.h>

#include "channels/graph/classify.h"
#include "channels/transport/http_client.h"
#include "tests/support/cmocka_all.h"

static struct http_answer answer_of(int status, const char *body)
{
    return (struct http_answer){.end = HTTP_ANSWERED,
                                .request_sent = true,
                                .status = status,
                                .body = body,
                                .body_len = strlen(body)};
}

static struct graph_verdict judge(enum graph_kind kind, int status,
                                  const char *body)
{
    struct http_answer a = answer_of(status, body);
    struct graph_verdict v;
    graph_classify(GRAPH_FACEBOOK, kind, &a, &v);
    return v;
}

static struct graph_verdict judge_code(int status, int code, int subcode)
{
    char body[200];
    (void)snprintf(body, sizeof(body),
                   "{\"error\":{\"message\":\"m\",\"type\":\"OAuthException\","
                   "\"code\":%d,\"error_subcode\":%d,\"fbtrace_id\":\"T\"}}",
                   code, subcode);
    return judge(GRAPH_COMMIT, status, body);
}

/* graph-api.md, section 5, and Instagram's codes of section 4. */
static void every_listed_code_has_its_class(void **state)
{
    (void)state;
    static const struct {
        int code;
        int subcode;
        enum graph_class class;
    } rows[] = {
        {100, 0, GRAPH_REFUSED},         {100, 33, GRAPH_UNKNOWN},
        {190, 0, GRAPH_REFUSED},         {190, 458, GRAPH_REFUSED},
        {190, 459, GRAPH_REFUSED},       {190, 460, GRAPH_REFUSED},
        {190, 463, GRAPH_REFUSED},       {190, 464, GRAPH_REFUSED},
        {190, 467, GRAPH_REFUSED},       {190, 492, GRAPH_REFUSED},
        {102, 0, GRAPH_REFUSED},         {104, 0, GRAPH_REFUSED},
        {10, 0, GRAPH_REFUSED},          {200, 0, GRAPH_REFUSED},
        {250, 0, GRAPH_REFUSED},         {299, 0, GRAPH_REFUSED},
        {3, 0, GRAPH_REFUSED},           {803, 0, GRAPH_REFUSED},
        {1609005, 0, GRAPH_REFUSED},     {1609008, 0, GRAPH_REFUSED},
        {2635, 0, GRAPH_REFUSED},        {324, 0, GRAPH_REFUSED},
        {1366046, 0, GRAPH_REFUSED},     {352, 0, GRAPH_REFUSED},
        {352, 2207026, GRAPH_REFUSED},   {36000, 2207004, GRAPH_REFUSED},
        {36001, 2207005, GRAPH_REFUSED}, {36003, 2207009, GRAPH_REFUSED},
        {36004, 2207010, GRAPH_REFUSED}, {9, 2207042, GRAPH_REFUSED},
        {25, 2207050, GRAPH_REFUSED},    {100, 2207023, GRAPH_REFUSED},
        {100, 2207028, GRAPH_REFUSED},   {100, 2207040, GRAPH_REFUSED},

        {4, 0, GRAPH_THROTTLED},         {17, 0, GRAPH_THROTTLED},
        {32, 0, GRAPH_THROTTLED},        {341, 0, GRAPH_THROTTLED},
        {613, 0, GRAPH_THROTTLED},       {80001, 0, GRAPH_THROTTLED},
        {80002, 0, GRAPH_THROTTLED},     {368, 0, GRAPH_THROTTLED},
        {368, 1390008, GRAPH_THROTTLED},

        {-2, 2207003, GRAPH_NOT_SENT},   {9004, 2207052, GRAPH_NOT_SENT},
        {9007, 2207027, GRAPH_NOT_SENT},

        {1, 0, GRAPH_UNKNOWN},           {2, 0, GRAPH_UNKNOWN},
        {-1, 0, GRAPH_UNKNOWN},          {-1, 2207001, GRAPH_UNKNOWN},
        {-1, 2207032, GRAPH_UNKNOWN},    {-1, 2207053, GRAPH_UNKNOWN},
        {-2, 2207020, GRAPH_UNKNOWN},    {4, 2207051, GRAPH_UNKNOWN},
        {24, 2207006, GRAPH_UNKNOWN},    {24, 2207008, GRAPH_UNKNOWN},
        {9, 0, GRAPH_UNKNOWN},           {0, 0, GRAPH_UNKNOWN},
        {4711, 0, GRAPH_UNKNOWN},        {300, 0, GRAPH_UNKNOWN},
    };
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct graph_verdict v = judge_code(400, rows[i].code, rows[i].subcode);
        assert_int_equal(v.class, rows[i].class);
        assert_int_equal(v.code, rows[i].code);
        assert_int_equal(v.subcode, rows[i].subcode);
        assert_string_equal(v.trace, "T");
        assert_true(strstr(v.detail, "Facebook") != NULL);
    }
}

/* The text bears the alert's own number, so the twin is an attempt of ours. */
static void a_duplicate_is_looked_for_and_not_given_up(void **state)
{
    (void)state;
    assert_int_equal(judge_code(400, 506, 0).class, GRAPH_UNKNOWN);
    assert_int_equal(judge_code(400, 1366051, 0).class, GRAPH_UNKNOWN);
}

static void the_code_decides_and_not_the_status(void **state)
{
    (void)state;
    static const int statuses[] = {400, 401, 403, 404, 429};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        assert_int_equal(judge_code(statuses[i], 190, 0).class, GRAPH_REFUSED);
        assert_int_equal(judge_code(statuses[i], 4, 0).class, GRAPH_THROTTLED);
    }
}

static void nothing_around_a_5xx_or_a_2xx_is_believed(void **state)
{
    (void)state;
    static const int statuses[] = {200, 201, 302, 500, 502, 503, 504};
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
        assert_int_equal(judge_code(statuses[i], 190, 0).class, GRAPH_UNKNOWN);
        assert_int_equal(judge_code(statuses[i], 4, 0).class, GRAPH_UNKNOWN);
    }
}

static void only_a_well_formed_id_is_a_proof(void **state)
{
    (void)state;
    static const char *const odd[] = {
        "",
        "{",
        "{}",
        "[]",
        "null",
        "<html></html>",
        "{\"id\":\"\"}",
        "{\"id\":17}",
        "{\"id\":null}",
        "{\"id\":[\"1\"]}",
        "{\"id\":\"../1\"}",
        "{\"id\":\"1 2\"}",
        "{\"id\":\"1\"",
        "{\"id\":\"1\",\"id\":\"2\"}",
        "{\"success\":true}",
    };
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        assert_int_equal(judge(GRAPH_COMMIT, 200, odd[i]).class, GRAPH_UNKNOWN);
    }
    struct graph_verdict v = judge(GRAPH_COMMIT, 200, "{\"id\":\"100_17\"}");
    assert_int_equal(v.class, GRAPH_OK);
    assert_string_equal(v.id, "100_17");
    assert_string_equal(v.detail, "");
    assert_int_equal(judge(GRAPH_COMMIT, 201, "{\"id\":\"1\"}").class,
                     GRAPH_UNKNOWN);
}

static void an_edit_succeeds_and_a_reading_is_any_object(void **state)
{
    (void)state;
    assert_int_equal(judge(GRAPH_EDIT, 200, "{\"success\":true}").class,
                     GRAPH_OK);
    assert_int_equal(judge(GRAPH_EDIT, 200, "{\"success\":false}").class,
                     GRAPH_UNKNOWN);
    assert_int_equal(judge(GRAPH_READ, 200, "{\"data\":[]}").class, GRAPH_OK);
    assert_int_equal(judge(GRAPH_READ, 200, "[]").class, GRAPH_UNKNOWN);
}

static void a_broken_exchange_depends_on_the_first_byte(void **state)
{
    (void)state;
    static const enum http_end ends[] = {HTTP_NOT_CONNECTED, HTTP_TIMED_OUT,
                                         HTTP_BROKEN, HTTP_TOO_LARGE,
                                         HTTP_CANCELLED};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct http_answer a = answer_of(200, "{\"id\":\"1\"}");
        struct graph_verdict v;
        a.end = ends[i];
        graph_classify(GRAPH_INSTAGRAM, GRAPH_COMMIT, &a, &v);
        assert_int_equal(v.class, GRAPH_UNKNOWN);
        a.request_sent = false;
        graph_classify(GRAPH_INSTAGRAM, GRAPH_COMMIT, &a, &v);
        assert_int_equal(v.class, GRAPH_NOT_SENT);
        assert_true(strstr(v.detail, "Instagram") != NULL);
    }
}

static void a_brake_says_how_long(void **state)
{
    (void)state;
    struct http_answer a = answer_of(400, "{\"error\":{\"code\":80001}}");
    struct graph_verdict v;
    (void)snprintf(a.business_usage, sizeof(a.business_usage),
                   "{\"17\":[{\"type\":\"pages\",\"call_count\":100,"
                   "\"estimated_time_to_regain_access\":7},"
                   "{\"estimated_time_to_regain_access\":3}]}");
    graph_classify(GRAPH_FACEBOOK, GRAPH_COMMIT, &a, &v);
    assert_int_equal(v.retry_after_ms, 7 * 60000);
    a.retry_after_ms = 3600000;
    graph_classify(GRAPH_FACEBOOK, GRAPH_COMMIT, &a, &v);
    assert_int_equal(v.retry_after_ms, 3600000);
    (void)snprintf(a.business_usage, sizeof(a.business_usage), "[{\"x\":1");
    a.retry_after_ms = 0;
    graph_classify(GRAPH_FACEBOOK, GRAPH_COMMIT, &a, &v);
    assert_int_equal(v.class, GRAPH_THROTTLED);
    assert_int_equal(v.retry_after_ms, 0);
}

static void the_detail_says_what_to_do_and_is_never_cut(void **state)
{
    (void)state;
    struct graph_verdict v = judge_code(400, 190, 463);
    assert_string_equal(v.detail,
                        "Zugang zu Facebook ungültig (Code 190/463). Nichts "
                        "erschienen: von Hand posten; Token erneuern.");
    v = judge_code(500, 2, 0);
    assert_true(strstr(v.detail, "es wird nachgelesen") != NULL);
    for (int code = -2; code < 400; code++) {
        v = judge_code(400, code, 2147483);
        assert_int_equal(v.detail[strlen(v.detail) - 1], '.');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_listed_code_has_its_class),
        cmocka_unit_test(a_duplicate_is_looked_for_and_not_given_up),
        cmocka_unit_test(the_code_decides_and_not_the_status),
        cmocka_unit_test(nothing_around_a_5xx_or_a_2xx_is_believed),
        cmocka_unit_test(only_a_well_formed_id_is_a_proof),
        cmocka_unit_test(an_edit_succeeds_and_a_reading_is_any_object),
        cmocka_unit_test(a_broken_exchange_depends_on_the_first_byte),
        cmocka_unit_test(a_brake_says_how_long),
        cmocka_unit_test(the_detail_says_what_to_do_and_is_never_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
