#include <stdlib.h>

#include "service/base/buf.h"
#include "service/base/markup.h"
#include "tests/support/cmocka_all.h"

static void grows_and_ends_in_a_nul(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 100000);
    for (int i = 0; i < 10000; i++) {
        buf_printf(&b, "%d,", i % 10);
    }
    assert_true(buf_ok(&b));
    assert_int_equal(b.len, 20000);
    assert_int_equal(buf_text(&b)[20000], '\0');
    buf_fini(&b);
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 5);
    buf_add_text(&b, "abc");
    buf_add_text(&b, "def");
    buf_add_text(&b, "g");
    assert_false(buf_ok(&b));
    assert_string_equal(buf_text(&b), "abc");
    buf_reset(&b);
    buf_add_text(&b, "12345");
    assert_true(buf_ok(&b));
    buf_fini(&b);
}

static void taking_hands_the_text_over(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 50);
    char *empty = buf_take(&b);
    assert_string_equal(empty, "");
    free(empty);
    buf_add_text(&b, "x");
    char *text = buf_take(&b);
    assert_string_equal(text, "x");
    assert_string_equal(buf_text(&b), "");
    free(text);
}

static void markup_escapes_all_five(void **state)
{
    (void)state;
    struct buf b;
    buf_init(&b, 200);
    markup_element(&b, "p", "<a & \"b\" 'c'>");
    markup_attribute(&b, "href", "\"><script>");
    assert_string_equal(buf_text(&b),
                        "<p>&lt;a &amp; &quot;b&quot; &#39;c&#39;&gt;</p>\n"
                        " href=\"&quot;&gt;&lt;script&gt;\"");
    buf_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_and_ends_in_a_nul),
        cmocka_unit_test(what_does_not_fit_is_left_out_whole),
        cmocka_unit_test(taking_hands_the_text_over),
        cmocka_unit_test(markup_escapes_all_five),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
