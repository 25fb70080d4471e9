#include "service/seal/entry.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/limits.h"
#include "tests/support/cmocka_all.h"

static void keys_stand_in_their_order_and_only_those_that_apply(void **state)
{
    struct err e;
    char *text = NULL;
    struct entry entry = {.salt = {1, 2, 0xAB},
                          .at_ms = 1795534200000,
                          .type = "delivery.state",
                          .actor = "h:00",
                          .incident = "LOE-7K3Q9F",
                          .alert = "LOE-7K3Q9F-1",
                          .status = "actual",
                          .delivery = "d1",
                          .channel = "facebook",
                          .from = "queued",
                          .to = "sending"};
    (void)state;
    assert_int_equal(entry_format(&entry, &text, &e), ERR_OK);
    assert_string_equal(
        text,
        "{\"v\":1,\"salt\":\"0102ab00000000000000000000000000\","
        "\"at\":\"2026-11-24T16:30:00.000+01:00\",\"type\":\"delivery.state\","
        "\"actor\":\"h:00\",\"incident\":\"LOE-7K3Q9F\","
        "\"alert\":\"LOE-7K3Q9F-1\",\"status\":\"actual\","
        "\"delivery\":\"d1\",\"channel\":\"facebook\",\"from\":\"queued\","
        "\"to\":\"sending\"}");
    free(text);
}

static void every_key_has_its_place(void **state)
{
    struct err e;
    char *text = NULL;
    struct entry entry = {.type = "t",
                          .actor = "a",
                          .subject = "b",
                          .roles = "c",
                          .reason = "d",
                          .office_hours = ENTRY_HOURS_OUTSIDE,
                          .incident = "e",
                          .alert = "f",
                          .kind = "g",
                          .status = "h",
                          .drill = "i",
                          .delivery = "j",
                          .channel = "k",
                          .stream = "l",
                          .epoch = 1,
                          .seq = 2,
                          .from = "m",
                          .to = "n",
                          .outcome = "o",
                          .remote_id = "p",
                          .template_id = "q",
                          .version = 3,
                          .seconds = -4,
                          .sha256 = "r"};
    (void)state;
    assert_int_equal(entry_format(&entry, &text, &e), ERR_OK);
    const char *tail = strstr(text, "\"type\"");
    assert_non_null(tail);
    assert_string_equal(
        tail,
        "\"type\":\"t\",\"actor\":\"a\",\"subject\":\"b\",\"roles\":\"c\","
        "\"reason\":\"d\",\"office_hours\":false,\"incident\":\"e\","
        "\"alert\":\"f\",\"kind\":\"g\",\"status\":\"h\",\"drill\":\"i\","
        "\"delivery\":\"j\",\"channel\":\"k\",\"stream\":\"l\",\"epoch\":1,"
        "\"seq\":2,\"from\":\"m\",\"to\":\"n\",\"outcome\":\"o\","
        "\"remote_id\":\"p\",\"template\":\"q\",\"version\":3,"
        "\"seconds\":-4,\"sha256\":\"r\"}");
    free(text);
}

static void text_is_escaped_and_always_utf8(void **state)
{
    struct err e;
    char *text = NULL;
    struct entry entry = {.type = "t", .remote_id = "\"\\\n\x7Fü\xFF/"};
    (void)state;
    assert_int_equal(entry_format(&entry, &text, &e), ERR_OK);
    assert_non_null(strstr(text, "\"remote_id\":\"\\\"\\\\\\u000a\\u007fü"
                                 "\xEF\xBF\xBD/\"}"));
    free(text);
}

static void a_name_is_hidden_behind_its_salt(void **state)
{
    uint8_t salt[ENTRY_SALT_SIZE] = {0};
    char one[ENTRY_HASH_MAX];
    char two[ENTRY_HASH_MAX];
    (void)state;
    entry_hash(salt, "anna", one);

    assert_string_equal(one, "h:0c9c6975bf74d0db5164c3f4324ec03f"
                             "d80fe39684e84a04bc8f76a1c319a88a");
    salt[15] = 1;
    entry_hash(salt, "anna", two);
    assert_string_not_equal(one, two);
}

static void an_entry_above_the_limit_is_refused(void **state)
{
    struct err e;
    char *text = NULL;
    char *many = calloc(1, LIMIT_ENTRY_BYTES + 1);
    struct entry entry = {.type = "t", .remote_id = many};
    (void)state;
    assert_non_null(many);
    memset(many, 'x', LIMIT_ENTRY_BYTES);
    assert_int_equal(entry_format(&entry, &text, &e), ERR_LIMIT);
    assert_null(text);
    many[LIMIT_ENTRY_BYTES - 200] = '\0';
    assert_int_equal(entry_format(&entry, &text, &e), ERR_OK);
    free(text);
    free(many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_stand_in_their_order_and_only_those_that_apply),
        cmocka_unit_test(every_key_has_its_place),
        cmocka_unit_test(text_is_escaped_and_always_utf8),
        cmocka_unit_test(a_name_is_hidden_behind_its_salt),
        cmocka_unit_test(an_entry_above_the_limit_is_refused),
    };
    (void)setenv("TZ", "Europe/Berlin", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
