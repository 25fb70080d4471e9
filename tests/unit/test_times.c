#include <stdlib.h>
#include <time.h>

#include "templates/times.h"
#include "tests/support/cmocka_all.h"

static void a_stand_is_read_as_it_was_written(void **state)
{
    (void)state;
    char text[TIMES_MAX];
    for (int64_t at = INT64_C(1795527000000); at < INT64_C(1830000000000);
         at += INT64_C(7654321) * 60) {
        int64_t minute = at / 60000 * 60000;
        int64_t back = 0;
        times_stand(minute, LANGUAGE_DE, text);
        assert_true(times_read_stand(text, &back));
        /* The second of a repeated hour reads as the first. */
        assert_true(back == minute || back == minute - INT64_C(3600000));
    }
}

static void what_is_no_stand_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "24.11.2026", "24.11.2026 um 14:30",
                                      "4.11.2026, 14:30", "heute, 14:30 Uhr"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t at = 7;
        assert_false(times_read_stand(bad[i], &at));
        assert_int_equal(at, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stand_is_read_as_it_was_written),
        cmocka_unit_test(what_is_no_stand_is_refused),
    };
    (void)setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
