#include <stdlib.h>
#include <time.h>

#include "service/base/timestamp.h"
#include "tests/support/cmocka_all.h"

static void formats_with_the_offset_of_that_day(void **state)
{
    (void)state;
    char out[TIMESTAMP_MAX];
    timestamp_format(INT64_C(1795527000000), out);
    assert_string_equal(out, "2026-11-24T14:30:00.000+01:00");
    timestamp_format_cap(INT64_C(1785587400000), out);
    assert_string_equal(out, "2026-08-01T14:30:00+02:00");
}

static void reads_what_it_writes(void **state)
{
    (void)state;
    char out[TIMESTAMP_MAX];
    for (int64_t at = 1; at < INT64_C(4000000000000); at += 86399999999) {
        int64_t back = 0;
        timestamp_format(at, out);
        assert_true(timestamp_parse(out, &back));
        assert_int_equal(back, at);
    }
}

static void local_form_takes_the_first_of_a_repeated_hour(void **state)
{
    (void)state;
    int64_t at = 0;
    char out[TIMESTAMP_MAX];
    assert_true(timestamp_parse("2026-10-25T02:30", &at));
    timestamp_format(at, out);
    assert_string_equal(out, "2026-10-25T02:30:00.000+02:00");
    assert_true(timestamp_parse("2026-11-24T16:00", &at));
    timestamp_format(at, out);
    assert_string_equal(out, "2026-11-24T16:00:00.000+01:00");
}

static void nonsense_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "2026-11-24",
        "2026-13-01T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "2026-11-24T24:00:00Z",
        "2026-11-24T14:60:00Z",
        "2026-11-24T14:30:00+1:00",
        "2026-11-24T14:30:00Zx",
        "2026-11-24 14:30:00Z",
        "1969-12-31T00:00:00Z",
        "2026-11-24T14:30:00.Z",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t at = 7;
        assert_false(timestamp_parse(bad[i], &at));
        assert_int_equal(at, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_with_the_offset_of_that_day),
        cmocka_unit_test(reads_what_it_writes),
        cmocka_unit_test(local_form_takes_the_first_of_a_repeated_hour),
        cmocka_unit_test(nonsense_is_refused),
    };
    (void)setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
