#include "service/api/audit_text.h"

#include <stdlib.h>

#include "service/store/log.h"
#include "tests/support/cmocka_all.h"

static void assert_sentence(const char *entry, const char *sentence)
{
    struct log_row row = {.entry = entry,
                          .actor = "anna",
                          .subject = "",
                          .reason = "Lage unklar"};
    char *text = audit_text(&row);
    assert_string_equal(text, sentence);
    free(text);
}

static void a_sentence_says_who_what_and_where(void **state)
{
    (void)state;
    assert_sentence(
        "{\"v\":1,\"type\":\"delivery.state\",\"alert\":\"LOE-7K3Q9F-1\","
        "\"status\":\"actual\",\"channel\":\"facebook\",\"from\":\"sending\","
        "\"to\":\"accepted\",\"outcome\":\"done\",\"remote_id\":\"1_2\"}",
        "Meldung LOE-7K3Q9F-1 (echt) auf Facebook: von „wird gesendet“ zu "
        "„angenommen“, Ergebnis: erledigt, Kennung dort: 1_2.");
    assert_sentence(
        "{\"type\":\"alert.submitted\",\"actor\":\"h:1\",\"office_hours\":"
        "false,\"alert\":\"LOE-7K3Q9F-1\",\"kind\":\"all_clear\","
        "\"status\":\"exercise\",\"template\":\"hw-rhein\"}",
        "anna hat die Meldung LOE-7K3Q9F-1 eingereicht (Entwarnung, Übung, "
        "Vorlage hw-rhein, außerhalb der Dienstzeit).");
}

static void what_does_not_apply_leaves_no_trace(void **state)
{
    (void)state;
    assert_sentence("{\"type\":\"delivery.state\",\"alert\":\"A-1\","
                    "\"channel\":\"website\",\"from\":\"queued\","
                    "\"to\":\"sending\"}",
                    "Meldung A-1 auf Website: von „wartet“ zu „wird "
                    "gesendet“.");
    assert_sentence("{\"type\":\"alert.rejected\",\"alert\":\"A-1\","
                    "\"reason\":\"h:1\"}",
                    "anna hat die Meldung A-1 abgelehnt: Lage unklar.");
}

static void a_forgotten_name_is_said_to_be_gone(void **state)
{
    (void)state;
    assert_sentence("{\"type\":\"user.disabled\",\"subject\":\"h:2\"}",
                    "anna hat das Konto (gelöscht) gesperrt.");
}

static void whatever_an_entry_holds_there_is_a_sentence(void **state)
{
    (void)state;
    assert_sentence("{\"type\":\"new.type\"}", "Ereignis new.type.");
    assert_sentence("{\"type\":", "Dieser Eintrag ist nicht lesbar.");
    assert_sentence("[]", "Dieser Eintrag ist nicht lesbar.");
    assert_sentence("{\"type\":\"clock.jumped\",\"seconds\":-300}",
                    "Die Uhr ist um -300 Sekunden gesprungen.");
    assert_sentence("{\"type\":\"clock.jumped\"}",
                    "Die Uhr ist um ? Sekunden gesprungen.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sentence_says_who_what_and_where),
        cmocka_unit_test(what_does_not_apply_leaves_no_trace),
        cmocka_unit_test(a_forgotten_name_is_said_to_be_gone),
        cmocka_unit_test(whatever_an_entry_holds_there_is_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
