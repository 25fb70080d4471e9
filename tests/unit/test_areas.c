#include "service/model/areas.h"
#include "tests/support/cmocka_all.h"

static void keys_are_sorted_and_unique(void **state)
{
    (void)state;
    struct areas a = {0};
    char text[LIMIT_AREAS * AGS_MAX + 1];
    assert_true(areas_add(&a, "08336081"));
    assert_true(areas_add(&a, "08336050"));
    assert_true(areas_add(&a, "08336081"));
    areas_format(&a, text, sizeof(text));
    assert_string_equal(text, "08336050,08336081");
    struct areas back;
    assert_true(areas_parse(text, &back));
    assert_int_equal(back.n, 2);
    assert_true(areas_contain(&back, "08336050"));
    assert_false(areas_contain(&back, "08336"));
}

static void no_key_is_refused(void **state)
{
    (void)state;
    struct areas a = {0};
    assert_false(areas_add(&a, ""));
    assert_false(areas_add(&a, "0833605"));
    assert_false(areas_add(&a, "0833605x"));
    assert_false(areas_parse("08336050,,08336081", &a));
    assert_false(areas_parse("083360500000", &a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_are_sorted_and_unique),
        cmocka_unit_test(no_key_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
