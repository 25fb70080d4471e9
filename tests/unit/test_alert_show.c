/* What deliveries mean for the exit code (contract 2). */
#include <stdio.h>
#include <string.h>

#include "tests/support/cmocka_all.h"

#include "service/cli/alert_show.h"

static void deliveries_give_the_exit_code(void **state)
{
    (void)state;
    const struct row {
        const char *alert_state;
        const char *deliveries[4];
        int code;
    } rows[] = {
        {"released", {"visible", "visible", "visible", "visible"}, CLI_DONE},
        {"released",
         {"accepted", "visible", "hand_posted", "accepted"},
         CLI_DONE},
        {"released", {"failed", "visible", "visible", "visible"}, CLI_PARTLY},
        {"released",
         {"needs_operator", "visible", "expired", "failed"},
         CLI_PARTLY},
        {"released",
         {"failed", "failed", "cancelled", "abandoned"},
         CLI_NOWHERE},
        {"released",
         {"unknown", "visible", "visible", "visible"},
         CLI_WAIT_RAN_OUT},
        {"released",
         {"queued", "failed", "failed", "failed"},
         CLI_WAIT_RAN_OUT},
        {"awaiting_approval", {NULL}, CLI_NOT_ALLOWED},
        {"rejected", {NULL}, CLI_NOT_ALLOWED},
        {"lapsed", {NULL}, CLI_NOT_ALLOWED},
    };
    for (size_t i = 0; i < CLI_N(rows); i++) {
        char json[512];
        struct alert_progress p;
        int len =
            snprintf(json, sizeof(json), "{\"state\":\"%s\",\"deliveries\":[",
                     rows[i].alert_state);
        for (size_t d = 0; d < 4 && rows[i].deliveries[d] != NULL; d++) {
            len += snprintf(json + len, sizeof(json) - (size_t)len,
                            "%s{\"state\":\"%s\"}", d == 0 ? "" : ",",
                            rows[i].deliveries[d]);
        }
        (void)snprintf(json + len, sizeof(json) - (size_t)len, "]}");
        assert_true(alert_show_progress(json, &p));
        assert_int_equal(alert_show_judge(&p), rows[i].code);
    }
}

static void an_answer_that_is_no_alert_is_none(void **state)
{
    (void)state;
    struct alert_progress p;
    assert_false(alert_show_progress("{}", &p));
    assert_false(alert_show_progress("kein JSON", &p));
    assert_false(alert_show_progress("{\"state\":1}", &p));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deliveries_give_the_exit_code),
        cmocka_unit_test(an_answer_that_is_no_alert_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
