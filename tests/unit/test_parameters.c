#include "templates/parameters.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/timestamp.h"
#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"

struct fixture {
    struct family *rhine;
    struct family *drill;
    struct family *power;
    struct places *places;
    int64_t now_ms; /* 24.11.2026, 14:30 in Lörrach */
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    f->rhine = catalogue_family("hw-rhein");
    f->drill = catalogue_family("probealarm");
    f->power = catalogue_family("stromausfall");
    f->places = places_builtin();
    f->now_ms = timestamp_from_local(2026, 11, 24, 14, 30);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    family_free(f->rhine);
    family_free(f->drill);
    family_free(f->power);
    places_free(f->places);
    free(f);
    return 0;
}

static struct parameters_input
input(const struct fixture *f, const struct family *family, const char *json)
{
    return (struct parameters_input){
        .family = family,
        .kind = KIND_ALERT,
        .places = f->places,
        .json = json,
        .phones = "07621 410-0, 07621 410-8888",
        .url_hosts = "loerrach-landkreis.de, bbk.bund.de",
        .now_ms = f->now_ms,
    };
}

/* A good filling-in of hw-rhein and probealarm, by name. */
struct pair {
    const char *name;
    const char *value;
};

static const struct pair rhine[] = {
    {"gemeinden", "[\"08336091\",\"08336050\"]"},
    {"gebiet", "\"Rheinufer\""},
    {"gebiet_kurz", "\"Weil am Rhein\""},
    {"pegel", "\"Basel-Rheinhalle\""},
    {"pegel_cm", "812"},
    {"tendenz", "\"steigt\""},
    {"telefon", "\"07621 410-0\""},
    {"naechste_info", "\"2026-11-24T17:00:00+01:00\""},
    {NULL, NULL},
};

static const struct pair drill[] = {
    {"uebung_name", "\"Bundesweiter Warntag\""},
    {"beginn", "\"2026-11-24T15:00:00+01:00\""},
    {"ende", "\"2026-11-24T16:00:00+01:00\""},
    {"rueckmeldung_url", "\"https://www.loerrach-landkreis.de/warntag\""},
    {NULL, NULL},
};

/* The object with one member replaced, added, or (NULL) taken out. */
static char *object_with(const struct pair *base, const char *name,
                         const char *value)
{
    struct buf out;
    bool replaced = false;
    buf_init(&out, 65536);
    buf_add_char(&out, '{');
    for (size_t i = 0; base[i].name != NULL; i++) {
        bool same = strcmp(base[i].name, name) == 0;
        const char *use = same ? value : base[i].value;
        replaced = replaced || same;
        if (use != NULL) {
            buf_printf(&out, "%s\"%s\":%s", out.len > 1 ? "," : "",
                       base[i].name, use);
        }
    }
    if (!replaced && value != NULL) {
        buf_printf(&out, ",\"%s\":%s", name, value);
    }
    buf_add_char(&out, '}');
    assert_true(buf_ok(&out));
    return buf_take(&out);
}

static void expect_bad(const struct parameters_input *in, const char *name,
                       const char *field)
{
    struct parameters out;
    struct fields fields = {0};
    if (parameters_read(in, &out, &fields)) {
        fail_msg("taken: %s %s", name, in->json);
    }
    if (fields.n != 1 || strcmp(fields.items[0].field, field) != 0) {
        fail_msg("%s: %zu complaints, first about %s, not %s (%s)", in->json,
                 fields.n, fields.items[0].field, field,
                 fields.items[0].message);
    }
    assert_true(strlen(fields.items[0].message) > 10);
    assert_int_equal(out.n, 0);
    assert_null(out.json);
}

/* Bad values of hw-rhein: each gives one complaint, about its own field. */
static const struct pair bad_rhine[] = {
    /* text */
    {"gebiet", "5"},
    {"gebiet", "[\"Rheinufer\"]"},
    {"gebiet", "{\"de\":\"Rheinufer\"}"},
    {"gebiet", "true"},
    {"gebiet", "\"a\\nb\""},
    {"gebiet", "\"a\\tb\""},
    {"gebiet", "\"a\\u0007b\""},
    {"gebiet", "\"a\\u007fb\""},
    {"gebiet", "\"a\\u200bb\""},
    {"gebiet", "\"a\\u202eb\""},
    {"gebiet", "\"a\\u2066b\""},
    {"gebiet", "\"a\\u200fb\""},
    {"gebiet", "\"a\\u2028b\""},
    {"gebiet", "\"a\\ufeffb\""},
    {"gebiet", "\"a <b>\""},
    {"gebiet", "\"siehe www.beispiel.de\""},
    {"gebiet", "\"https://loerrach-landkreis.de\""},
    {"gebiet", "\"frag@beispiel.de\""},
    {"gebiet", "\"Fragen an 07621 410-0\""},
    {"gebiet", "\"Achtung! Schnell!\""},
    {"gebiet", "\"Bitte SOFORT gehen\""},
    {"gebiet", "\"PROBE – Rheinufer\""},
    {"gebiet", "\"ÜBUNG – Rheinufer\""},
    {"gebiet", "\"Probe: Rheinufer\""},
    {"gebiet", "\"  Übung - Rheinufer\""},
    {"gebiet",
     "\"1234567890 234567890 234567890 234567890 234567890 234567890 "
     "234567890 234567890 234567890 234567890 234567890 234567890 234567890 "
     "23456789012\""},
    {"gebiet_kurz", "\"Weil am Rhein und Umgebung im\""},
    {"gebiet_kurz", "\"\""},
    {"gebiet_kurz", "\"   \""},
    {"gebiet_kurz", "\"\\u00a0\""},
    {"gebiet_kurz", NULL},
    {"gebiet_kurz", "null"},
    /* enum */
    {"pegel", "\"Maxau\""},
    {"pegel", "\"basel-rheinhalle\""},
    {"pegel", "0"},
    {"tendenz", "\"Das Wasser steigt weiter.\""},
    {"tendenz", "\"\""},
    {"tendenz", NULL},
    /* int */
    {"pegel_cm", "-1"},
    {"pegel_cm", "1501"},
    {"pegel_cm", "812.5"},
    {"pegel_cm", "\"812\""},
    {"pegel_cm", "1e3"},
    {"pegel_cm", "true"},
    {"pegel_cm", "99999999999999"},
    {"pegel_cm", NULL},
    /* phone */
    {"telefon", "\"112\""},
    {"telefon", "\"110\""},
    {"telefon", "\"07621 999999\""},
    {"telefon", "\"07621 410-0 oder 1\""},
    {"telefon", "\"+41 61 123456\""},
    {"telefon", "7621410"},
    /* datetime */
    {"naechste_info", NULL},
    {"naechste_info", "\"2026-11-24T14:30:00+01:00\""},
    {"naechste_info", "\"2026-11-24T14:29:59+01:00\""},
    {"naechste_info", "\"2026-11-25T02:30:01+01:00\""},
    {"naechste_info", "\"2026-11-31T16:00:00+01:00\""},
    {"naechste_info", "\"24.11.2026 16:00\""},
    {"naechste_info", "\"16:00\""},
    {"naechste_info", "\"+90min\""},
    {"naechste_info", "1795536000"},
    /* areas */
    {"gemeinden", "[]"},
    {"gemeinden", NULL},
    {"gemeinden", "\"08336050\""},
    {"gemeinden", "[\"08336999\"]"},
    {"gemeinden", "[\"08315\"]"},
    {"gemeinden", "[\"Lörrach\"]"},
    {"gemeinden", "[8336050]"},
    {"gemeinden", "[[\"08336050\"]]"},
    {"gemeinden", "[null]"},
    /* names */
    {"stand", "\"24.11.2026, 14:30 Uhr\""},
    {"link", "\"https://loerrach-landkreis.de\""},
    {"url", "\"https://loerrach-landkreis.de\""},
    {"auto_stand", "\"x\""},
    {"farbe", "\"rot\""},
    {"neu", "\"Das ist neu.\""},
    {"Gebiet", "\"Rheinufer\""},
};

static void sixty_bad_values_are_told_by_their_field(void **state)
{
    const struct fixture *f = *state;
    char field[64];
    for (size_t i = 0; i < sizeof(bad_rhine) / sizeof(bad_rhine[0]); i++) {
        const struct pair *bad = &bad_rhine[i];
        /* telefon and pegel have defaults, so they never lack */
        char *json = object_with(rhine, bad->name, bad->value);
        struct parameters_input in = input(f, f->rhine, json);
        (void)snprintf(field, sizeof(field), "parameters.%s", bad->name);
        expect_bad(&in, bad->name, field);
        free(json);
    }
}

static const struct pair bad_drill[] = {
    {"beginn", "\"2026-11-27T14:30:01+01:00\""},
    {"ende", "\"2026-11-24T15:00:00+01:00\""},
    {"ende", "\"2026-11-24T14:59:00+01:00\""},
    {"ende", "\"2026-12-08T15:00:01+01:00\""},
    {"ende", NULL},
    {"rueckmeldung_url", "\"http://www.loerrach-landkreis.de/\""},
    {"rueckmeldung_url", "\"https://beispiel.de/\""},
    {"rueckmeldung_url", "\"https://loerrach-landkreis.de.boese.de/\""},
    {"rueckmeldung_url", "\"https://boese.de@loerrach-landkreis.de/\""},
    {"rueckmeldung_url", "\"https://loerrach-landkreis.de:8443/\""},
    {"rueckmeldung_url", "\"https://loerrach-landkreis.de/ä\""},
    {"rueckmeldung_url", "\"https://loerrach-landkreis.de/a b\""},
    {"rueckmeldung_url", "\"https://loerrach-landkreis.de/"
                         "abcdefghijklmnopqrstuvwxyzabcdefghijkl\""},
    {"gemeinden", "[\"08336050\"]"},
};

static void times_and_addresses_keep_their_rules(void **state)
{
    const struct fixture *f = *state;
    char field[64];
    for (size_t i = 0; i < sizeof(bad_drill) / sizeof(bad_drill[0]); i++) {
        const struct pair *bad = &bad_drill[i];
        char *json = object_with(drill, bad->name, bad->value);
        struct parameters_input in = input(f, f->drill, json);
        (void)snprintf(field, sizeof(field), "parameters.%s", bad->name);
        expect_bad(&in, bad->name, field);
        free(json);
    }
}

static void what_is_no_object_is_told_as_a_whole(void **state)
{
    static const char *const bad[] = {
        "",  "[]",        "null", "\"x\"", "{\"gebiet\":\"a\",\"gebiet\":1}",
        "{", "{\"a\":1,}"};
    const struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct parameters_input in = input(f, f->rhine, bad[i]);
        expect_bad(&in, "object", "parameters");
    }
}

static void everything_wrong_is_told_at_once(void **state)
{
    const struct fixture *f = *state;
    struct parameters out;
    struct fields fields = {0};
    struct parameters_input in =
        input(f, f->rhine, "{\"pegel_cm\":-1,\"gebiet\":\"<\",\"x\":1}");
    assert_false(parameters_read(&in, &out, &fields));
    /* x, gemeinden, gebiet, gebiet_kurz, pegel_cm, tendenz, naechste_info */
    assert_int_equal(fields.n, 7);
}

static void good_values_become_canonical(void **state)
{
    const struct fixture *f = *state;
    struct parameters out;
    struct fields fields = {0};
    char *json = object_with(rhine, "gebiet", "\"  Rheinu\\u0308fer  \"");
    struct parameters_input in = input(f, f->rhine, json);
    assert_true(parameters_read(&in, &out, &fields));
    assert_string_equal(
        out.json,
        "{\"gebiet\":\"Rheinüfer\",\"gebiet_kurz\":\"Weil am Rhein\","
        "\"gemeinden\":[\"08336050\",\"08336091\"],\"naechste_info\":"
        "\"2026-11-24T17:00:00.000+01:00\",\"pegel\":\"Basel-Rheinhalle\","
        "\"pegel_cm\":812,\"telefon\":\"07621 410-0\",\"tendenz\":\"steigt\"}");
    assert_int_equal(out.areas.n, 2);
    assert_int_equal(out.level, 2);
    assert_int_equal(out.expires_at_ms, f->now_ms + 12 * 3600000LL);
    parameters_fini(&out);
    free(json);
}

static void expect_good(const struct fixture *f, const char *name,
                        const char *value)
{
    struct parameters out;
    struct fields fields = {0};
    char *json = object_with(rhine, name, value);
    struct parameters_input in = input(f, f->rhine, json);
    if (!parameters_read(&in, &out, &fields)) {
        fail_msg("%s: %s", json, fields.items[0].message);
    }
    parameters_fini(&out);
    free(json);
}

static void local_times_and_the_limits_themselves_are_taken(void **state)
{
    static const struct pair good[] = {
        {"naechste_info", "\"2026-11-24T16:00\""},
        {"naechste_info", "\"2026-11-25T02:30:00+01:00\""},
        {"naechste_info", "\"2026-11-24T14:31:00+01:00\""},
        {"naechste_info", "\"2026-11-24T16:00:00Z\""},
        {"pegel_cm", "0"},
        {"pegel_cm", "1500"},
        {"telefon", "\"+49 7621 410-0\""},
        {"telefon", NULL},
        {"pegel", NULL},
        {"gebiet", NULL},
        {"gebiet", "\"Zwischen Wiesebrücke und Übungsplatz, A 98!\""},
        {"gebiet_kurz", "\"Weil am Rhein, Altweil, Otte\""},
        {"gemeinden", "[\"08336\"]"},
    };
    const struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        expect_good(f, good[i].name, good[i].value);
    }
}

static void all_municipalities_are_the_county(void **state)
{
    const struct fixture *f = *state;
    struct parameters out;
    struct fields fields = {0};
    struct buf list;
    buf_init(&list, 4096);
    for (size_t i = 0; i < f->places->n; i++) {
        buf_printf(&list, "%s\"%s\"", i > 0 ? "," : "[",
                   f->places->items[i].ags);
    }
    buf_add_char(&list, ']');
    char *json = object_with(rhine, "gemeinden", buf_text(&list));
    struct parameters_input in = input(f, f->rhine, json);
    assert_true(parameters_read(&in, &out, &fields));
    assert_int_equal(out.areas.n, 1);
    assert_string_equal(out.areas.ags[0], "08336");
    parameters_fini(&out);
    free(json);
    buf_fini(&list);
}

static void a_family_without_areas_is_for_the_county(void **state)
{
    const struct fixture *f = *state;
    struct parameters out;
    struct fields fields = {0};
    char *json = object_with(drill, "x", NULL);
    struct parameters_input in = input(f, f->drill, json);
    assert_true(parameters_read(&in, &out, &fields));
    assert_string_equal(out.areas.ags[0], "08336");
    assert_int_equal(out.level, 3);
    assert_int_equal(out.expires_at_ms,
                     timestamp_from_local(2026, 11, 24, 16, 0));
    parameters_fini(&out);
    free(json);
}

static void a_follow_up_knows_what_the_incident_knows(void **state)
{
    const struct fixture *f = *state;
    struct parameters first;
    struct parameters next;
    struct fields fields = {0};
    char *json = object_with(rhine, "x", NULL);
    struct parameters_input in = input(f, f->rhine, json);
    assert_true(parameters_read(&in, &first, &fields));
    const char *known[] = {first.json};
    in.kind = KIND_UPDATE;
    in.known = known;
    in.n_known = 1;
    in.inherited = &first.areas;
    in.json = "{\"neu\":\"Das Wasser steht höher\"}";
    /* the next time is a new promise each time */
    expect_bad(&in, "naechste_info", "parameters.naechste_info");
    in.json = "{\"neu\":\"Das Wasser steht höher\",\"gemeinden\":"
              "[\"08336050\"],\"naechste_info\":\"2026-11-24T18:00\"}";
    assert_true(parameters_read(&in, &next, &fields));
    assert_int_equal(next.areas.n, 1);
    assert_string_equal(parameters_find(&next, "gebiet_kurz")->text,
                        "Weil am Rhein");
    assert_null(parameters_find(&next, "pegel_cm"));
    parameters_fini(&next);
    in.kind = KIND_ALL_CLEAR;
    in.json = "{}";
    assert_true(parameters_read(&in, &next, &fields));
    assert_int_equal(next.areas.n, 2);
    assert_int_equal(next.level, 0);
    assert_int_equal(next.expires_at_ms, f->now_ms + 6 * 3600000LL);
    parameters_fini(&next);
    parameters_fini(&first);
    free(json);
}

static void the_level_may_be_a_parameter(void **state)
{
    static const char base[] =
        "{\"gemeinden\":[\"08336\"],\"gebiet_kurz\":\"Lörrach\","
        "\"notfalltreff\":\"Rathaus\",\"naechste_info\":\"2026-11-24T16:00\"";
    static const struct {
        const char *extra;
        int level;
    } cases[] = {{"", 3}, {",\"stufe\":\"3\"", 3}, {",\"stufe\":\"2\"", 2}};
    const struct fixture *f = *state;
    for (size_t i = 0; i < 3; i++) {
        struct parameters out;
        struct fields fields = {0};
        struct buf text;
        buf_init(&text, 512);
        buf_add_text(&text, base);
        buf_add_text(&text, cases[i].extra);
        buf_add_char(&text, '}');
        struct parameters_input in = input(f, f->power, buf_text(&text));
        assert_true(parameters_read(&in, &out, &fields));
        assert_int_equal(out.level, cases[i].level);
        parameters_fini(&out);
        buf_fini(&text);
    }
}

static void plans_may_name_relative_times(void **state)
{
    static const struct {
        const char *value;
        int hour;
        int minute;
    } cases[] = {
        {"\"+90min\"", 16, 0}, {"\"+2h\"", 16, 30}, {"\"16:15\"", 16, 15}};
    const struct fixture *f = *state;
    for (size_t i = 0; i < 3; i++) {
        struct parameters out;
        struct fields fields = {0};
        char *json = object_with(rhine, "naechste_info", cases[i].value);
        struct parameters_input in = input(f, f->rhine, json);
        in.relative_times = true;
        assert_true(parameters_read(&in, &out, &fields));
        assert_int_equal(
            parameters_find(&out, "naechste_info")->number,
            timestamp_from_local(2026, 11, 24, cases[i].hour, cases[i].minute));
        parameters_fini(&out);
        free(json);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixty_bad_values_are_told_by_their_field),
        cmocka_unit_test(times_and_addresses_keep_their_rules),
        cmocka_unit_test(what_is_no_object_is_told_as_a_whole),
        cmocka_unit_test(everything_wrong_is_told_at_once),
        cmocka_unit_test(good_values_become_canonical),
        cmocka_unit_test(local_times_and_the_limits_themselves_are_taken),
        cmocka_unit_test(all_municipalities_are_the_county),
        cmocka_unit_test(a_family_without_areas_is_for_the_county),
        cmocka_unit_test(a_follow_up_knows_what_the_incident_knows),
        cmocka_unit_test(the_level_may_be_a_parameter),
        cmocka_unit_test(plans_may_name_relative_times),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
