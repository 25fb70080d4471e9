#include "templates/family.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"

static const char *const ids[] = {"hw-rhein", "gefahrstoff", "stromausfall",
                                  "probealarm"};
enum { N_IDS = sizeof(ids) / sizeof(ids[0]) };

static void the_catalogue_has_all_kinds_in_german(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_IDS; i++) {
        struct family *f = catalogue_family(ids[i]);
        assert_string_equal(f->id, ids[i]);
        for (int k = 0; k < N_KINDS; k++) {
            const struct family_kind *kind =
                family_find_kind(f, (enum alert_kind)k);
            assert_non_null(kind);
            assert_true(kind->texts[LANGUAGE_DE].present);
        }
        assert_int_equal(f->kinds[KIND_RETRACTION].approvals, 0);
        assert_int_equal(f->kinds[KIND_ALL_CLEAR].approvals, 1);
        assert_false(f->kinds[KIND_ALL_CLEAR].break_glass);
        assert_true(f->kinds[KIND_ALERT].n_preconditions > 0);
        family_free(f);
    }
}

static void the_catalogue_has_its_own_rules(void **state)
{
    struct family *gas = catalogue_family("gefahrstoff");
    struct family *drill = catalogue_family("probealarm");
    struct family *power = catalogue_family("stromausfall");
    (void)state;
    assert_int_equal(gas->level, 1);
    assert_true(gas->kinds[KIND_ALERT].break_glass);
    for (int l = 0; l < N_LANGUAGES; l++) {
        assert_true(gas->kinds[KIND_ALERT].texts[l].present);
    }
    assert_true(drill->public_drill);
    assert_int_equal(drill->expires_h, 0);
    assert_false(gas->public_drill);
    assert_false(power->kinds[KIND_ALERT].break_glass);
    assert_string_equal(family_find_parameter(power, "stufe")->default_value,
                        "3");
    family_free(gas);
    family_free(drill);
    family_free(power);
}

static void the_hash_pins_follow_ups_and_frame(void **state)
{
    size_t len = 0;
    char *bytes = catalogue_bytes("hw-rhein", &len);
    struct family *f = NULL;
    struct family *g = NULL;
    struct err e;
    (void)state;
    assert_non_null(strstr(bytes, "Kommentare werden zurzeit nicht betreut"));
    assert_non_null(strstr(bytes, "Fehlalarm: Es besteht keine Gefahr"));
    assert_null(strstr(bytes, "follow_up"));
    assert_int_equal(family_parse(bytes, len, &f, &e), ERR_OK);
    strstr(bytes, "nicht betreut")[0] = 'N';
    assert_int_equal(family_parse(bytes, len, &g, &e), ERR_OK);
    assert_string_not_equal(f->hash, g->hash);
    assert_memory_equal(f->hash, "sha256:", 7);
    family_free(f);
    family_free(g);
    free(bytes);
}

static void inlining_twice_changes_nothing(void **state)
{
    size_t len = 0;
    size_t again = 0;
    char *bytes = catalogue_bytes("gefahrstoff", &len);
    char *second = NULL;
    struct err e;
    (void)state;
    assert_int_equal(inline_family(bytes, len, NULL, &second, &again, &e),
                     ERR_OK);
    assert_int_equal(len, again);
    assert_memory_equal(bytes, second, len);
    free(bytes);
    free(second);
}

/* Replaces the first `from` in hw-rhein by `to`; "" in `from` appends. */
static char *changed(const char *from, const char *to)
{
    size_t len = 0;
    char *bytes = catalogue_bytes("hw-rhein", &len);
    char *at = strstr(bytes, from);
    if (at == NULL) {
        fail_msg("not in hw-rhein: %s", from);
    }
    size_t size = len + strlen(to) + 1;
    char *out = calloc(size, 1);
    assert_non_null(out);
    (void)snprintf(out, size, "%.*s%s%s", (int)(at - bytes), bytes, to,
                   at + strlen(from));
    free(bytes);
    return out;
}

static const struct {
    const char *from;
    const char *to;
    const char *where; /* in the message */
} broken[] = {
    {"\"id\":\"hw-rhein\"", "\"id\":\"HW\"", "id"},
    {"\"id\":\"hw-rhein\"", "\"id\":\"\"", "id"},
    {"\"title\":\"Hochwasser am Rhein\"", "\"title\":5", "title"},
    {"\"title\":\"Hochwasser am Rhein\"",
     "\"title\":\"1234567890123456789012345678901234567890123456789012345678901"
     "\"",
     "title"},
    {"\"level\":2", "\"level\":0", "level"},
    {"\"level\":2", "\"level\":4", "level"},
    {"\"level\":2", "\"level\":2,\"level\":2", "JSON"},
    {"\"level\":2", "\"level\":2,\"colour\":1", "colour"},
    {"\"expires_h\":12", "\"expires_h\":12,\"expires_at\":\"ende\"", "expires"},
    {"\"expires_h\":12", "\"expires_at\":\"ende\"", "ende"},
    {"\"expires_h\":12", "\"expires_h\":-1", "expires_h"},
    {"\"review_until\":\"2027-06-30\"", "\"review_until\":\"30.06.2027\"",
     "review_until"},
    {"\"retraction\":0", "\"retraction\":1", "release"},
    {"\"alert\":1", "\"alert\":2", "release"},
    {"\"break_glass\":false", "\"break_glass\":\"no\"", "break_glass"},
    {"{pegel_cm}", "{pegel_m}", "alert.de"},
    {"{pegel_cm}", "{netiquette}", "alert.de"},
    {"{pegel_cm}", "{ursprung_titel}", "alert.de"},
    {"{pegel_cm}", "{pegel_cm", "alert.de"},
    {"{pegel_cm}", "}", "alert.de"},
    {"{pegel_cm}", "{Pegel}", "alert.de"},
    {"{pegel_cm}", "<b>", "kinds"},
    {"{pegel_cm}", "\\u202e", "kinds"},
    {"{pegel_cm}", "\\t", "kinds"},
    {"Immer aktuell: {link}", "Immer aktuell", "frame"},
    {"Immer aktuell: {link}", "{link} {link}", "frame"},
    {"Immer aktuell: {link}", "{telefon}", "frame"},
    {"\"cap\":\"instruction\"", "\"cap\":\"advice\"", "cap"},
    {"\"hashtags\":[\"#Hochwasser\"", "\"hashtags\":[\"Hochwasser\"",
     "hashtags"},
    {"\"hashtags\":[\"#Hochwasser\"",
     "\"hashtags\":[\"#A\",\"#B\",\"#C\",\"#Hochwasser\"", "hashtags"},
    {"\"type\":\"int\"", "\"type\":\"float\"", "type"},
    {"\"max\":1500", "\"max\":-1", "min"},
    {"\"default\":\"Basel-Rheinhalle\"", "\"default\":\"Maxau\"", "pegel"},
    {"\"name\":\"pegel_cm\"", "\"name\":\"stand\"", "name"},
    {"\"name\":\"pegel_cm\"", "\"name\":\"pegel\"", "name"},
    {"\"name\":\"pegel_cm\"", "\"name\":\"Pegel-cm\"", "name"},
    {"\"municipalities\":true", "\"municipalities\":false", "municipalities"},
    {"\"pattern\":\"^(", "\"pattern\":\"^((", "pattern"},
    {"\"nachsorge\":{\"de\"", "\"nachsorge\":{\"it\"", "nachsorge"},
    {"\"facebook\":\"", "\"facebook\":\"\",\"twitter\":\"", "twitter"},
    {"\"frame\":{", "\"rahmen\":{", "rahmen"},
    {"{\"bbk\"", "[{\"bbk\"", "JSON"},
};

static void expect_refused(const char *from, const char *to, const char *where)
{
    char *bytes = changed(from, to);
    struct family *f = NULL;
    struct err e;
    if (family_parse(bytes, strlen(bytes), &f, &e) != ERR_INVALID) {
        fail_msg("taken: %s -> %s", from, to);
    }
    if (strstr(e.msg, where) == NULL) {
        fail_msg("%s -> %s: %s", from, to, e.msg);
    }
    free(bytes);
}

static void a_broken_family_is_refused_with_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        expect_refused(broken[i].from, broken[i].to, broken[i].where);
    }
}

static void every_cut_of_a_family_is_refused_without_harm(void **state)
{
    size_t len = 0;
    char *bytes = catalogue_bytes("stromausfall", &len);
    (void)state;
    for (size_t cut = 0; cut < len; cut += 97) {
        struct family *f = NULL;
        struct err e;
        assert_int_not_equal(family_parse(bytes, cut, &f, &e), ERR_OK);
    }
    free(bytes);
}

static void a_family_that_is_too_large_is_refused(void **state)
{
    size_t len = LIMIT_FAMILY_BYTES + 1;
    char *bytes = calloc(len, 1);
    struct family *f = NULL;
    struct err e;
    (void)state;
    assert_non_null(bytes);
    memset(bytes, ' ', len);
    assert_int_equal(family_parse(bytes, len, &f, &e), ERR_LIMIT);
    free(bytes);
}

static void a_missing_follow_up_is_named(void **state)
{
    static const char json[] =
        "{\"follow_up\":{\"update\":\"../../etc/passwd\"},\"kinds\":{}}";
    char *out = NULL;
    size_t len = 0;
    struct err e;
    (void)state;
    assert_int_equal(
        inline_family(json, sizeof(json) - 1, NULL, &out, &len, &e),
        ERR_INVALID);
    assert_non_null(strstr(e.msg, "follow_up.update"));
}

static void the_description_is_the_contracts(void **state)
{
    struct family *f = catalogue_family("stromausfall");
    struct places *places = places_builtin();
    char *text = family_describe(f, 3, places, "07621 410-0");
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    json_t *alert;
    (void)state;
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "id")),
                        "stromausfall");
    assert_int_equal(json_integer_value(json_object_get(root, "version")), 3);
    assert_true(json_is_false(json_object_get(root, "public_drill")));
    alert = json_object_get(json_object_get(root, "kinds"), "alert");
    assert_int_equal(json_integer_value(json_object_get(alert, "approvals")),
                     1);
    assert_true(json_is_false(json_object_get(alert, "break_glass")));
    assert_int_equal(json_array_size(json_object_get(alert, "preconditions")),
                     2);
    json_t *level = json_array_get(json_object_get(alert, "parameters"), 3);
    assert_string_equal(json_string_value(json_object_get(level, "name")),
                        "stufe");
    assert_string_equal(json_string_value(json_object_get(level, "default")),
                        "3");
    assert_int_equal(json_array_size(json_object_get(level, "values")), 2);
    json_t *areas = json_array_get(json_object_get(alert, "parameters"), 0);
    assert_int_equal(json_array_size(json_object_get(areas, "values")), 36);
    json_decref(root);
    free(text);
    places_free(places);
    family_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_has_all_kinds_in_german),
        cmocka_unit_test(the_catalogue_has_its_own_rules),
        cmocka_unit_test(the_hash_pins_follow_ups_and_frame),
        cmocka_unit_test(inlining_twice_changes_nothing),
        cmocka_unit_test(a_broken_family_is_refused_with_its_place),
        cmocka_unit_test(every_cut_of_a_family_is_refused_without_harm),
        cmocka_unit_test(a_family_that_is_too_large_is_refused),
        cmocka_unit_test(a_missing_follow_up_is_named),
        cmocka_unit_test(the_description_is_the_contracts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
