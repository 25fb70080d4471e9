#include "templates/text.h"

#include <stdlib.h>

#include "tests/support/cmocka_all.h"

static void lengths_are_counted_after_nfc(void **state)
{
    (void)state;
    assert_int_equal(text_code_points("Lörrach"), 7);
    assert_int_equal(text_code_points("Lo\xCC\x88rrach"), 7);
    assert_int_equal(text_utf16_units("a\xF0\x9F\x9A\x92"), 3);
    assert_int_equal(text_code_points("a\xF0\x9F\x9A\x92"), 2);
}

static void expect_flaw(const char *text, enum text_flaw wanted)
{
    enum text_flaw flaw = text_find_flaw(text, false);
    if (flaw != wanted) {
        fail_msg("%s: %d", text, (int)flaw);
    }
}

static void characters_that_may_not_stand_in_a_text_are_found(void **state)
{
    static const struct {
        const char *text;
        enum text_flaw flaw;
    } cases[] = {
        {"Weil am Rhein – „Altweil“, 20 €", TEXT_FINE},
        {"a\xC2\xA0"
         "b",
         TEXT_FINE},
        {"a\tb", TEXT_CONTROL},
        {"a\nb", TEXT_CONTROL},
        {"a\x7F", TEXT_CONTROL},
        {"a\xE2\x80\x8B"
         "b",
         TEXT_CONTROL}, /* zero-width blank */
        {"a\xEF\xBB\xBF"
         "b",
         TEXT_CONTROL}, /* byte order mark */
        {"a\xE2\x80\xA8"
         "b",
         TEXT_CONTROL}, /* line separator */
        {"a\xEE\x80\x80"
         "b",
         TEXT_CONTROL}, /* private use */
        {"a\xE2\x80\xAE"
         "b",
         TEXT_DIRECTION}, /* right-to-left override */
        {"a\xE2\x81\xA6"
         "b",
         TEXT_DIRECTION},                  /* isolate */
        {"a\xE2\x80\x8F", TEXT_DIRECTION}, /* right-to-left mark */
        {"a<b", TEXT_ANGLE},
        {"a>b", TEXT_ANGLE},
        {"a\xFF", TEXT_NOT_UTF8},
        {"a\xC3", TEXT_NOT_UTF8},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_flaw(cases[i].text, cases[i].flaw);
    }
    assert_int_equal(text_find_flaw("a\nb", true), TEXT_FINE);
}

static void shouting_is_found_and_known_words_are_not(void **state)
{
    char word[32];
    (void)state;
    assert_true(text_find_capitals("Bitte SOFORT gehen", word, sizeof(word)));
    assert_string_equal(word, "SOFORT");
    assert_true(text_find_capitals("ÜBUNG", word, sizeof(word)));
    assert_false(
        text_find_capitals("NINA, MoWaS, THW und DWD", word, sizeof(word)));
    assert_false(text_find_capitals("A 98 und B 317, LKW", word, sizeof(word)));
}

static void addresses_and_numbers_are_found(void **state)
{
    (void)state;
    assert_true(text_has_address("siehe www.beispiel.de"));
    assert_true(text_has_address("HTTPS://x.example"));
    assert_true(text_has_address("loerrach-landkreis.de"));
    assert_true(text_has_address("a@b.example"));
    assert_false(text_has_address("Ufer. Der Weg ist frei, z. B. dort."));
    assert_true(text_has_phone("Tel. 07621 410-0"));
    assert_true(text_has_phone("+49 7621 4100"));
    assert_false(text_has_phone("110 und 112, A 98, 79539 Ort, 24.11.2026"));
}

static void polish(const char *text, enum language l, const char *wanted)
{
    char *out = text_polish(text, l);
    assert_string_equal(out, wanted);
    free(out);
}

static void polishing_takes_blanks_and_sets_non_breaking_ones(void **state)
{
    (void)state;
    polish("  a  b \n\n\n\n c \n", LANGUAGE_DE, "a b\n\nc");
    polish("um 14:30 Uhr, 500 m, 5 mal", LANGUAGE_DE,
           "um 14:30\xC2\xA0Uhr, 500\xC2\xA0m, 5 mal");
    polish("Danger ! à 14 h 30 : oui ?", LANGUAGE_FR,
           "Danger\xC2\xA0! à 14\xC2\xA0h\xC2\xA0"
           "30\xC2\xA0: oui\xC2\xA0?");
    polish("Achtung : ja", LANGUAGE_DE, "Achtung : ja");
}

static void sentences_end_with_a_stop_whatever_closes_them(void **state)
{
    (void)state;
    assert_true(text_ends_sentence("Ende."));
    assert_true(text_ends_sentence("Er sagt: „Ende.“ "));
    assert_true(text_ends_sentence("Ende …"));
    assert_false(text_ends_sentence("Ende"));
    assert_false(text_ends_sentence(""));
}

static void trimming_knows_every_blank(void **state)
{
    char text[] = " \t\xC2\xA0 a b \xE2\x80\x89\n";
    (void)state;
    text_trim(text);
    assert_string_equal(text, "a b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_counted_after_nfc),
        cmocka_unit_test(characters_that_may_not_stand_in_a_text_are_found),
        cmocka_unit_test(shouting_is_found_and_known_words_are_not),
        cmocka_unit_test(addresses_and_numbers_are_found),
        cmocka_unit_test(polishing_takes_blanks_and_sets_non_breaking_ones),
        cmocka_unit_test(sentences_end_with_a_stop_whatever_closes_them),
        cmocka_unit_test(trimming_knows_every_blank),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
