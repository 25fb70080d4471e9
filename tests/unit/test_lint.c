#include "templates/lint.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/limits.h"
#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"

static int set_up(void **state)
{
    (void)state;
    return setenv("TZ", "Europe/Berlin", 1);
}

static const struct lint_finding *find(const struct lint_report *report,
                                       enum lint_severity severity,
                                       const char *field, const char *message)
{
    for (size_t i = 0; i < report->n; i++) {
        if (report->items[i].severity == severity &&
            strcmp(report->items[i].field, field) == 0 &&
            strstr(report->items[i].message, message) != NULL) {
            return &report->items[i];
        }
    }
    return NULL;
}

static void expect_no_error(const struct lint_report *report)
{
    const struct lint_finding *f = report->items;
    for (size_t i = 0; i < report->n && f->severity != LINT_ERROR; i++) {
        f++;
    }
    if (report->errors > 0) {
        fail_msg("%s: %s", f->field, f->message);
    }
}

static void the_catalogue_fits_its_channels_at_its_longest(void **state)
{
    static const char *const ids[] = {"hw-rhein", "gefahrstoff", "stromausfall",
                                      "probealarm"};
    struct places *places = places_builtin();
    struct lint_report *report = calloc(1, sizeof(*report));
    (void)state;
    assert_non_null(report);
    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        struct family *f = catalogue_family(ids[i]);
        lint_family(f, places, report);
        expect_no_error(report);
        assert_non_null(
            find(report, LINT_NOTE, "alert.de.facebook", "von 1800 Zeichen"));
        assert_non_null(find(report, LINT_NOTE, "retraction.de.display",
                             "von 120 Zeichen"));
        family_free(f);
    }
    free(report);
    places_free(places);
}

/* hw-rhein with a change, and what the linter must say about it. */
static const struct rule {
    const char *from;
    const char *to;
    enum lint_severity severity;
    const char *field;
    const char *message;
} rules[] = {
    {"\"max_len\":28", "\"max_len\":60", LINT_ERROR, "alert.de.display",
     "erlaubt sind 120"},
    {"\"card_headline\":\"Hochwasser am Rhein\"",
     "\"card_headline\":\"Hochwasser am Rhein und an Nebenflüssen\"",
     LINT_ERROR, "alert.de.card_headline", "erlaubt sind 44"},
    {"\"card_headline\":\"Hochwasser am Rhein\"",
     "\"card_headline\":\"Hochwasserwarnungsverbreitungsamt\"", LINT_ERROR,
     "alert.de.card", "nicht lesbar"},
    {"\"max_len\":140", "\"max_len\":700", LINT_ERROR, "alert.de.facebook",
     "erlaubt sind 1800"},
    {"Gehen Sie nicht in Keller", "Gehen Sie NICHT in die Keller und KELLER",
     LINT_ERROR, "alert.de.facebook", "NICHT"},
    {"\"facebook\":\"Warnung vor", "\"facebook\":\"PROBE – Warnung vor",
     LINT_ERROR, "alert.de.facebook", "Kennzeichnung"},
    {"Absender: Landratsamt Lörrach", "Ihr Landratsamt", LINT_ERROR,
     "alert.de.facebook", "Absender"},
    {"Nächste Information: {naechste_info}", "Bald mehr.", LINT_ERROR,
     "alert.de.facebook", "{naechste_info} fehlt"},
    {"Abstand zum Ufer halten!", "Abstand! Schnell!", LINT_ERROR,
     "alert.de.display", "Ausrufezeichen"},
    {"Der Rhein führt Hochwasser.", "Siehe https://kreis.example", LINT_ERROR,
     "alert.de.facebook", "Adressen"},
    {"Der Rhein führt Hochwasser.", "Das gilt bis auf Weiteres.", LINT_WARNING,
     "alert.de.facebook", "genaue Zeit"},
    {"Der Rhein führt Hochwasser.", "Anwohner*innen aufgepasst.", LINT_WARNING,
     "alert.de.facebook", "Sonderzeichen"},
    {"Der Rhein führt Hochwasser.",
     "Der Rhein führt nach den sehr langen und starken Regenfällen der letzten "
     "Tage und der schnellen Schneeschmelze in den Bergen nun auch bei uns ein "
     "sehr großes Hochwasser.",
     LINT_WARNING, "alert.de.facebook", "Wörter"},
};

/* hw-rhein with every `from` replaced by `to`. */
static struct family *changed(const char *from, const char *to)
{
    size_t len = 0;
    char *bytes = catalogue_bytes("hw-rhein", &len);
    struct family *f = NULL;
    struct err e;
    struct buf out;
    buf_init(&out, LIMIT_FAMILY_BYTES);
    assert_non_null(strstr(bytes, from));
    const char *at = bytes;
    for (const char *hit = strstr(at, from); hit != NULL;
         hit = strstr(at, from)) {
        buf_add(&out, at, (size_t)(hit - at));
        buf_add_text(&out, to);
        at = hit + strlen(from);
    }
    buf_add_text(&out, at);
    if (family_parse(buf_text(&out), out.len, &f, &e) != ERR_OK) {
        fail_msg("%s: %s", to, e.msg);
    }
    free(bytes);
    buf_fini(&out);
    return f;
}

static void expect_found(const struct lint_report *report, const struct rule *r)
{
    if (find(report, r->severity, r->field, r->message) == NULL) {
        fail_msg("not found: %s: %s (%s)", r->field, r->message, r->to);
    }
    assert_true(r->severity != LINT_ERROR || report->errors > 0);
}

static void each_rule_finds_what_it_is_for(void **state)
{
    struct places *places = places_builtin();
    struct lint_report *report = calloc(1, sizeof(*report));
    (void)state;
    assert_non_null(report);
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct family *f = changed(rules[i].from, rules[i].to);
        lint_family(f, places, report);
        expect_found(report, &rules[i]);
        family_free(f);
    }
    free(report);
    places_free(places);
}

/* Long lists in a text with many of them: measured, told, no harm. */
static void what_becomes_far_too_long_is_only_told(void **state)
{
    struct places *places = places_builtin();
    struct lint_report *report = calloc(1, sizeof(*report));
    struct buf many;
    (void)state;
    assert_non_null(report);
    buf_init(&many, 1024);
    for (int i = 0; i < 30; i++) {
        buf_add_text(&many, "{gebiet} ");
    }
    struct family *f = changed("{gebiet}", buf_text(&many));
    struct family_parameter *p = &f->parameters[1];
    assert_string_equal(p->name, "gebiet");
    p->max_len = 1000;
    lint_family(f, places, report);
    assert_non_null(
        find(report, LINT_ERROR, "alert.de.facebook", "erlaubt sind 1800"));
    assert_non_null(find(report, LINT_ERROR, "alert.website", "Absatz"));
    family_free(f);
    buf_fini(&many);
    free(report);
    places_free(places);
}

static void a_family_without_retraction_is_refused(void **state)
{
    struct places *places = places_builtin();
    struct lint_report *report = calloc(1, sizeof(*report));
    struct family *f = catalogue_family("hw-rhein");
    (void)state;
    assert_non_null(report);
    f->kinds[KIND_RETRACTION].present = false;
    lint_family(f, places, report);
    assert_non_null(find(report, LINT_ERROR, "retraction", "fehlt"));
    family_free(f);
    free(report);
    places_free(places);
}

static void an_untranslated_value_in_use_is_an_error(void **state)
{
    struct places *places = places_builtin();
    struct lint_report *report = calloc(1, sizeof(*report));
    struct family *f = catalogue_family("gefahrstoff");
    (void)state;
    assert_non_null(report);
    lint_family(f, places, report);
    assert_int_equal(report->errors, 0);
    free(f->kinds[KIND_ALERT].texts[LANGUAGE_EN].sections[0].text);
    f->kinds[KIND_ALERT].texts[LANGUAGE_EN].sections[0].text =
        strdup("After {ereignis}.");
    lint_family(f, places, report);
    assert_non_null(find(report, LINT_ERROR, "alert.en.website", "{ereignis}"));
    family_free(f);
    free(report);
    places_free(places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_fits_its_channels_at_its_longest),
        cmocka_unit_test(each_rule_finds_what_it_is_for),
        cmocka_unit_test(what_becomes_far_too_long_is_only_told),
        cmocka_unit_test(a_family_without_retraction_is_refused),
        cmocka_unit_test(an_untranslated_value_in_use_is_an_error),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
