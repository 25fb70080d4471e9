#include <stdlib.h>

#include "service/base/mem.h"
#include "service/model/content.h"
#include "tests/support/cmocka_all.h"

static void fill(struct content *c)
{
    content_init(c);
    c->n_languages = 2;
    MEM_SET_TEXT(c->languages[0].language, "de");
    MEM_SET_TEXT(c->languages[1].language, "de-simple");
    content_set(&c->languages[0].headline, "Gefahr „Rhein“");
    c->languages[0].n_pages = 2;
    content_set(&c->languages[0].pages[1], "Seite 2");
    c->languages[0].n_sections = 1;
    content_set(&c->languages[0].sections[0].text, "Gehen Sie ins Haus.");
    c->languages[0].sections[0].role = SECTION_INSTRUCTION;
    content_set(&c->facebook, "erste Zeile\nMeldung LOE-7K3Q9F-1");
    MEM_SET_TEXT(c->image_name, "abc");
}

static void what_is_encoded_comes_back_byte_for_byte(void **state)
{
    (void)state;
    struct content c;
    struct content back;
    struct err e;
    fill(&c);
    content_init(&back);
    char *first = content_encode(&c);
    assert_int_equal(content_decode(first, &back, &e), ERR_OK);
    char *second = content_encode(&back);
    assert_string_equal(first, second);
    assert_int_equal(back.languages[0].sections[0].role, SECTION_INSTRUCTION);
    assert_non_null(content_find(&back, "de-simple"));
    assert_null(content_find(&back, "fr"));
    free(first);
    free(second);
    content_fini(&c);
    content_fini(&back);
}

static void damaged_bytes_are_told(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "[]", "{}", "{\"facebook\":1}"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct content c;
        struct err e;
        content_init(&c);
        assert_int_equal(content_decode(bad[i], &c, &e), ERR_CORRUPT);
        content_fini(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_encoded_comes_back_byte_for_byte),
        cmocka_unit_test(damaged_bytes_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
