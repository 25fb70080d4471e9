/* Sessions without store and wire: life, tokens, cookies, origins. */
#include <string.h>

#include "tests/support/cmocka_all.h"

#include "service/access/session.h"

static void
a_session_sleeps_after_15_minutes_and_ends_after_12_hours(void **state)
{
    (void)state;
    const int64_t minute = 60000;
    const int64_t start = INT64_C(1795530000000);
    assert_int_equal(session_life(start, start, start), SESSION_AWAKE);
    assert_int_equal(session_life(start, start, start + 15 * minute - 1),
                     SESSION_AWAKE);
    assert_int_equal(session_life(start, start, start + 15 * minute),
                     SESSION_IDLE);
    int64_t late = start + 719 * minute;
    assert_int_equal(session_life(start, late, late), SESSION_AWAKE);
    assert_int_equal(session_life(start, late, start + 720 * minute),
                     SESSION_OVER);
}

static void tokens_are_random_and_only_their_form_is_hashed(void **state)
{
    (void)state;
    char one[SESSION_TOKEN_MAX];
    char other[SESSION_TOKEN_MAX];
    struct digest a;
    struct digest b;
    session_token_random(one);
    session_token_random(other);
    assert_int_equal(strlen(one), 43);
    assert_string_not_equal(one, other);
    assert_true(session_token_hash(one, &a));
    assert_true(session_token_hash(other, &b));
    assert_memory_not_equal(a.bytes, b.bytes, DIGEST_SIZE);
    assert_false(session_token_hash("", &a));
    assert_false(session_token_hash("kurz", &a));
    one[7] = ' ';
    assert_false(session_token_hash(one, &a));
}

static void the_csrf_token_belongs_to_one_session(void **state)
{
    (void)state;
    char token[SESSION_TOKEN_MAX];
    char other[SESSION_TOKEN_MAX];
    char csrf[SESSION_TOKEN_MAX];
    char csrf_other[SESSION_TOKEN_MAX];
    session_token_random(token);
    session_token_random(other);
    session_csrf(token, csrf);
    session_csrf(other, csrf_other);
    assert_string_not_equal(csrf, token);
    assert_true(session_csrf_fits(csrf, csrf));
    assert_false(session_csrf_fits(csrf, csrf_other));
    assert_false(session_csrf_fits(csrf, NULL));
    assert_false(session_csrf_fits(csrf, ""));
    assert_false(session_csrf_fits("", ""));
}

static void only_the_own_origin_fits(void **state)
{
    (void)state;
    const char *ours = "https://tuermer.example:8443";
    assert_true(session_origin_fits(NULL, ours));
    assert_true(session_origin_fits("https://tuermer.example:8443", ours));
    assert_true(session_origin_fits("https://t.de", "https://t.de:443"));
    assert_true(session_origin_fits("http://127.0.0.1", "http://127.0.0.1:80"));
    const char *const foreign[] = {
        "",
        "null",
        "http://tuermer.example:8443",
        "https://tuermer.example",
        "https://tuermer.example:84433",
        "https://tuermer.example:8443.evil.example",
        "https://evil.example",
        "https://tuermer.example:8443/",
        "https://tuermer.example:8443@evil.example",
        "tuermer.example:8443",
    };
    for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
        assert_false(session_origin_fits(foreign[i], ours));
    }
}

static void cookies_have_the_contract_s_names_and_marks(void **state)
{
    (void)state;
    char cookie[192];
    session_cookie_format(session_cookie_name(true), "abc", true, -1, cookie,
                          sizeof(cookie));
    assert_string_equal(cookie, "__Host-tuermer=abc; Path=/; Secure; HttpOnly; "
                                "SameSite=Strict");
    session_cookie_format(session_device_cookie_name(false), "abc", false,
                          90 * 86400L, cookie, sizeof(cookie));
    assert_string_equal(cookie, "tuermer-device=abc; Path=/; HttpOnly; "
                                "SameSite=Strict; Max-Age=7776000");
}

static void names_are_plain(void **state)
{
    (void)state;
    assert_true(session_user_valid("erika"));
    assert_true(session_user_valid("demo-ausloesung"));
    assert_true(session_user_valid("e.muster_2"));
    const char *const bad[] = {"",    "Erika",   "-x", "../x",       "a/b",
                               "a b", "erika\n", ".x", "local:root", "mü"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(session_user_valid(bad[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            a_session_sleeps_after_15_minutes_and_ends_after_12_hours),
        cmocka_unit_test(tokens_are_random_and_only_their_form_is_hashed),
        cmocka_unit_test(the_csrf_token_belongs_to_one_session),
        cmocka_unit_test(only_the_own_origin_fits),
        cmocka_unit_test(cookies_have_the_contract_s_names_and_marks),
        cmocka_unit_test(names_are_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
