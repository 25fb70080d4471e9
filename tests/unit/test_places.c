#include "templates/places.h"

#include <string.h>

#include "service/base/buf.h"
#include "tests/support/cmocka_all.h"

static const struct places_words words = {
    .county = "ganzer Kreis", .others = "und weitere", .except = "außer"};

static void expect(const struct places *p, const struct areas *areas,
                   size_t most, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    places_write(p, areas, most, &words, &out);
    assert_string_equal(buf_text(&out), wanted);
    buf_fini(&out);
}

static void all_thirty_five_are_the_county(void **state)
{
    struct places *p = places_builtin();
    struct areas areas = {0};
    (void)state;
    assert_int_equal(p->n, 35);
    for (size_t i = 0; i < p->n; i++) {
        assert_true(areas_add(&areas, p->items[i].ags));
    }
    places_collapse(p, &areas);
    assert_int_equal(areas.n, 1);
    assert_string_equal(areas.ags[0], "08336");
    expect(p, &areas, 0, "ganzer Kreis");
    expect(p, &areas, 3, "ganzer Kreis");
    places_free(p);
}

static void names_are_alphabetic_and_short_texts_stop_at_three(void **state)
{
    struct places *p = places_builtin();
    struct areas areas = {0};
    (void)state;
    assert_true(areas_add(&areas, "08336091")); /* Weil am Rhein */
    assert_true(areas_add(&areas, "08336050")); /* Lörrach */
    assert_true(areas_add(&areas, "08336010")); /* Böllen */
    expect(p, &areas, 3, "Böllen, Lörrach, Weil am Rhein");
    assert_true(areas_add(&areas, "08336004")); /* Aitern */
    expect(p, &areas, 3, "Aitern, Böllen, Lörrach und weitere");
    expect(p, &areas, 0, "Aitern, Böllen, Lörrach, Weil am Rhein");
    places_free(p);
}

static void a_long_list_names_what_is_missing(void **state)
{
    struct places *p = places_builtin();
    struct areas areas = {0};
    (void)state;
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->items[i].name, "Aitern") != 0 &&
            strcmp(p->items[i].name, "Zell im Wiesental") != 0) {
            assert_true(areas_add(&areas, p->items[i].ags));
        }
    }
    expect(p, &areas, 0, "ganzer Kreis außer Aitern, Zell im Wiesental");
    places_free(p);
}

static void places_are_found_by_key_and_by_name(void **state)
{
    struct places *p = places_builtin();
    (void)state;
    assert_string_equal(places_find(p, "08336050")->name, "Lörrach");
    assert_string_equal(places_find(p, "08336")->name, "Landkreis Lörrach");
    assert_null(places_find(p, "08336999"));
    assert_string_equal(places_find_name(p, "lörrach")->ags, "08336050");
    assert_null(places_find_name(p, "Freiburg"));
    assert_true(places_find(p, "08336004")->ars_published);
    places_free(p);
}

static void a_broken_list_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "ags;ars;name;region;ars_source\n",
        "ags;ars;name;region;ars_source\n08336;083360000000;Kreis;;published\n",
        "ags\n08336;083360000000;Kreis;;published\n0833600;1;Ort;;published\n",
        "ags\n08336;083360000000;Kreis;;published\n08336001;1;Ort\n",
        "ags\n08336;083360000000;Kreis;;published\n08336001;1;;x;published\n",
    };
    struct places *p = NULL;
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_not_equal(places_parse(bad[i], strlen(bad[i]), &p, &e),
                             ERR_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_thirty_five_are_the_county),
        cmocka_unit_test(names_are_alphabetic_and_short_texts_stop_at_three),
        cmocka_unit_test(a_long_list_names_what_is_missing),
        cmocka_unit_test(places_are_found_by_key_and_by_name),
        cmocka_unit_test(a_broken_list_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
