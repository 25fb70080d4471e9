#include <string.h>

#include "service/base/err.h"
#include "tests/support/cmocka_all.h"

static void context_comes_first(void **state)
{
    (void)state;
    struct err e;
    assert_int_equal(err_set(&e, ERR_IO, "disk %s", "full"), ERR_IO);
    assert_int_equal(err_wrap(&e, "alert %d", 7), ERR_IO);
    assert_string_equal(e.msg, "alert 7: disk full");
}

static void a_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    char text[400] = "";
    for (size_t i = 0; i + 3 < sizeof(text); i += 2) {
        memcpy(text + i, "ü", 3);
    }
    struct err e;
    (void)err_set(&e, ERR_INVALID, "x%s", text);
    assert_int_equal(strlen(e.msg) % 2, 1);
    (void)err_set(&e, ERR_INVALID, "%s", text);
    assert_int_equal(strlen(e.msg) % 2, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(context_comes_first),
        cmocka_unit_test(a_long_message_is_cut_at_a_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
