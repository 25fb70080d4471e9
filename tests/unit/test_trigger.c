#include <string.h>

#include "service/flow/trigger.h"
#include "tests/support/cmocka_all.h"

static enum err_code parse(const char *body, enum trigger_use use,
                           struct trigger *t, struct fields *f)
{
    struct err e;
    *f = (struct fields){0};
    return trigger_parse(&(struct trigger_source){.body = body,
                                                  .len = strlen(body),
                                                  .use = use,
                                                  .kind = KIND_ALERT,
                                                  .marker = ""},
                         t, f, &e);
}

struct bad {
    const char *body;
    const char *field; /* NULL: no JSON object */
};

static const struct bad bad_previews[] = {
    {"", NULL},
    {"[]", NULL},
    {"{\"template\":\"a\"", NULL},
    {"{\"template\":\"a\",\"template\":\"b\"}", NULL},
    {"{\"template\":\"\xff\"}", NULL},
    {"{}", "template"},
    {"{\"template\":1,\"status\":\"actual\"}", "template"},
    {"{\"template\":\"a\"}", "status"},
    {"{\"template\":\"a\",\"status\":\"Actual\"}", "status"},
    {"{\"template\":\"a\",\"status\":true}", "status"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"x\":1}", "x"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"confirm\":\"\"}", "confirm"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"kind\":\"cancel\"}", "kind"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"kind\":\"update\"}",
     "incident"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"incident\":\"LOE-1\"}",
     "incident"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"channels\":[]}", "channels"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"channels\":[\"sms\"]}",
     "channels"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"channels\":\"website\"}",
     "channels"},
    {"{\"template\":\"a\",\"status\":\"actual\",\"parameters\":[]}",
     "parameters"},
};

static void every_fault_names_its_field(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(bad_previews) / sizeof(bad_previews[0]);
         i++) {
        struct trigger t;
        struct fields f;
        enum err_code code =
            parse(bad_previews[i].body, TRIGGER_PREVIEW, &t, &f);
        if (bad_previews[i].field == NULL) {
            assert_int_equal(code, ERR_CORRUPT);
            continue;
        }
        assert_int_equal(code, ERR_INVALID);
        bool named = false;
        for (size_t k = 0; k < f.n; k++) {
            named =
                named || strcmp(f.items[k].field, bad_previews[i].field) == 0;
        }
        if (!named) {
            fail_msg("%s does not name %s", bad_previews[i].body,
                     bad_previews[i].field);
        }
    }
}

static void
the_order_of_keys_and_null_change_nothing_that_was_asked(void **state)
{
    (void)state;
    struct trigger a;
    struct trigger b;
    struct fields f;
    char asked_a[DIGEST_NAMED_MAX];
    char asked_b[DIGEST_NAMED_MAX];
    assert_int_equal(parse("{\"template\":\"a\",\"status\":\"actual\","
                           "\"parameters\":{\"x\":1,\"y\":\"2\"}}",
                           TRIGGER_PREVIEW, &a, &f),
                     ERR_OK);
    assert_int_equal(parse("{\"parameters\":{\"y\":\"2\",\"x\":1},"
                           "\"status\":\"actual\",\"template\":\"a\","
                           "\"channels\":null,\"confirm\":\"sha256:0\","
                           "\"preconditions\":[\"p\"]}",
                           TRIGGER_SUBMIT, &b, &f),
                     ERR_OK);
    trigger_asked(&a, asked_a);
    trigger_asked(&b, asked_b);
    assert_string_equal(asked_a, asked_b);
    assert_string_not_equal(a.body_digest, b.body_digest);
    b.status = STATUS_EXERCISE;
    trigger_asked(&b, asked_b);
    assert_string_not_equal(asked_a, asked_b);
    trigger_fini(&a);
    trigger_fini(&b);
}

static void a_submission_needs_its_confirmation(void **state)
{
    (void)state;
    struct trigger t;
    struct fields f;
    assert_int_equal(parse("{\"template\":\"a\",\"status\":\"actual\"}",
                           TRIGGER_SUBMIT, &t, &f),
                     ERR_INVALID);
    assert_string_equal(f.items[0].field, "confirm");
    assert_int_equal(parse("{\"template\":\"a\",\"status\":\"actual\","
                           "\"confirm\":\"x\",\"break_glass\":{}}",
                           TRIGGER_SUBMIT, &t, &f),
                     ERR_INVALID);
    assert_string_equal(f.items[0].field, "break_glass");
}

static void a_preview_of_a_follow_up_names_kind_and_incident(void **state)
{
    (void)state;
    struct trigger t;
    struct fields f;
    assert_int_equal(parse("{\"template\":\"a\",\"status\":\"actual\","
                           "\"kind\":\"update\",\"incident\":\"LOE-1\"}",
                           TRIGGER_PREVIEW, &t, &f),
                     ERR_OK);
    assert_int_equal(t.kind, KIND_UPDATE);
    assert_string_equal(t.marker, "LOE-1");
    trigger_fini(&t);
}

static void keys_are_one_to_128_plain_characters(void **state)
{
    (void)state;
    char text[131];
    memset(text, 'a', sizeof(text));
    text[128] = '\0';
    assert_true(trigger_key_valid(text));
    text[128] = 'a';
    text[129] = '\0';
    assert_false(trigger_key_valid(text));
    assert_false(trigger_key_valid(""));
    assert_false(trigger_key_valid("a b"));
    assert_false(trigger_key_valid("ä"));
    assert_true(trigger_key_valid("A-z0.9_:-"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_names_its_field),
        cmocka_unit_test(
            the_order_of_keys_and_null_change_nothing_that_was_asked),
        cmocka_unit_test(a_submission_needs_its_confirmation),
        cmocka_unit_test(a_preview_of_a_follow_up_names_kind_and_incident),
        cmocka_unit_test(keys_are_one_to_128_plain_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
