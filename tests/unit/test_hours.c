#include "templates/hours.h"

#include <string.h>

#include "tests/support/cmocka_all.h"

/* wday: Sunday is 0. */
static struct tm at(int wday, int hour, int minute)
{
    struct tm t;
    memset(&t, 0, sizeof(t));
    t.tm_wday = wday;
    t.tm_hour = hour;
    t.tm_min = minute;
    return t;
}

static bool inside(const char *hours, int wday, int hour, int minute)
{
    struct tm t = at(wday, hour, minute);
    return hours_contain(hours, &t);
}

static void the_first_minute_is_inside_and_the_last_is_not(void **state)
{
    static const char hours[] = "Mo-Fr 08:30-17:00";
    (void)state;
    assert_false(inside(hours, 1, 8, 29));
    assert_true(inside(hours, 1, 8, 30));
    assert_true(inside(hours, 5, 16, 59));
    assert_false(inside(hours, 5, 17, 0));
}

static void sunday_at_three_is_outside(void **state)
{
    (void)state;
    assert_false(inside("Mo-Fr 08:30-17:00", 0, 3, 0));
    assert_false(inside("Mo-Fr 08:30-17:00", 6, 12, 0));
}

static void several_spans_and_single_days_are_understood(void **state)
{
    static const char hours[] = "Mo-Mi 08:00-12:00, Do 14:00-18:00,Sa-Mo "
                                "22:00-24:00";
    (void)state;
    assert_true(hours_valid(hours));
    assert_true(inside(hours, 4, 14, 0));
    assert_false(inside(hours, 5, 14, 0));
    assert_true(inside(hours, 0, 23, 59));
    assert_true(inside(hours, 1, 22, 30));
    assert_false(inside(hours, 2, 22, 30));
}

static void expect_bad(const char *hours)
{
    if (hours_valid(hours)) {
        fail_msg("valid: %s", hours);
    }
}

static void nonsense_is_not_valid_and_never_inside(void **state)
{
    static const char *const bad[] = {
        "",
        "Mo",
        "Mo-Fr",
        "Mo-Fr 8:30-17:00",
        "Mo-Fr 08:30",
        "Mo-Fr 17:00-08:30",
        "Mo-Fr 08:30-08:30",
        "Mo-Fr 08:30-24:01",
        "Mo-Xx 08:30-17:00",
        "Mo-Fr 08:30-17:00;",
        "Mo-Fr 08:60-17:00",
        "Montag 08:30-17:00",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        expect_bad(bad[i]);
        assert_false(inside(bad[i], 1, 10, 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_minute_is_inside_and_the_last_is_not),
        cmocka_unit_test(sunday_at_three_is_outside),
        cmocka_unit_test(several_spans_and_single_days_are_understood),
        cmocka_unit_test(nonsense_is_not_valid_and_never_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
