/* -p NAME=VALUE becomes the JSON that the family asks for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/cmocka_all.h"

#include "service/base/timestamp.h"
#include "service/cli/alert_values.h"

static const char family[] =
    "{\"kinds\":{\"alert\":{\"parameters\":["
    "{\"name\":\"pegel_cm\",\"type\":\"int\"},"
    "{\"name\":\"gemeinden\",\"type\":\"enum_multi\"},"
    "{\"name\":\"wege\",\"type\":\"enum_multi\",\"values\":["
    "{\"value\":\"a5\",\"label\":\"Autobahn 5\"},"
    "{\"value\":\"b3\",\"label\":\"Bundesstraße 3\"}]},"
    "{\"name\":\"tendenz\",\"type\":\"enum\",\"values\":["
    "{\"value\":\"steigt\",\"label\":\"steigend\"}]},"
    "{\"name\":\"ende\",\"type\":\"datetime\"},"
    "{\"name\":\"um\",\"type\":\"time\"},"
    "{\"name\":\"orte\",\"type\":\"list\"},"
    "{\"name\":\"gebiet\",\"type\":\"text\"}]}}}";

/* 2026-11-24 14:30:20 in Lörrach. */
static const int64_t now_ms = INT64_C(1795527020000);

static int set_up(void **state)
{
    (void)state;
    (void)setenv("TZ", "Europe/Berlin", 1);
    tzset();
    return 0;
}

static void each_type_is_written_as_the_api_wants_it(void **state)
{
    (void)state;
    struct cli cli = {.out = stdout, .err = stderr};
    const struct row {
        const char *given;
        const char *json;
    } rows[] = {
        {"pegel_cm=820", "{\"pegel_cm\":820}"},
        {"pegel_cm=-3", "{\"pegel_cm\":-3}"},
        {"pegel_cm=82x", "{\"pegel_cm\":\"82x\"}"},
        {"gemeinden=08336050,weil am rhein , Lörrach",
         "{\"gemeinden\":[\"08336050\",\"08336091\",\"08336050\"]}"},
        {"wege=a5,bundesstraße 3", "{\"wege\":[\"a5\",\"b3\"]}"},
        {"tendenz=steigend", "{\"tendenz\":\"steigt\"}"},
        {"tendenz=fällt", "{\"tendenz\":\"fällt\"}"},
        {"ende=+90min", "{\"ende\":\"2026-11-24T16:01:00.000+01:00\"}"},
        {"ende=+2h", "{\"ende\":\"2026-11-24T16:31:00.000+01:00\"}"},
        {"ende=16:00", "{\"ende\":\"2026-11-24T16:00:00.000+01:00\"}"},
        {"ende=14:30", "{\"ende\":\"2026-11-25T14:30:00.000+01:00\"}"},
        {"ende=2026-11-24T18:00:00+01:00",
         "{\"ende\":\"2026-11-24T18:00:00.000+01:00\"}"},
        {"ende=bald", "{\"ende\":\"bald\"}"},
        {"ende=+5", "{\"ende\":\"+5\"}"},
        {"um=16:00", "{\"um\":\"16:00\"}"},
        {"um=+30min", "{\"um\":\"15:01\"}"},
        {"orte=[{\"name\":\"Halle\"}]", "{\"orte\":[{\"name\":\"Halle\"}]}"},
        {"gebiet=a=b, c", "{\"gebiet\":\"a=b, c\"}"},
        {"unbekannt=1", "{\"unbekannt\":\"1\"}"},
    };
    for (size_t i = 0; i < CLI_N(rows); i++) {
        struct cli_list given = {.n = 1, .items = {rows[i].given}};
        char *json = alert_values_read(&cli, family, "alert", &given, now_ms);
        assert_non_null(json);
        assert_string_equal(json, rows[i].json);
        free(json);
    }
}

static void what_is_no_pair_is_refused(void **state)
{
    (void)state;
    struct cli cli = {.out = stdout, .err = stderr};
    const struct cli_list bad[] = {
        {.n = 1, .items = {"pegel_cm"}},
        {.n = 1, .items = {"=820"}},
        {.n = 2, .items = {"pegel_cm=1", "pegel_cm=2"}},
        {.n = 1, .items = {"gebiet=\xc3"}},
    };
    for (size_t i = 0; i < CLI_N(bad); i++) {
        assert_null(alert_values_read(&cli, family, "alert", &bad[i], now_ms));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_is_written_as_the_api_wants_it),
        cmocka_unit_test(what_is_no_pair_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
