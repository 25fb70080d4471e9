/* One-time codes: the known answers of RFC 6238, appendix B. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"

#include "service/access/totp.h"
#include "service/base/check.h"

/* The RFC's key, ASCII "12345678901234567890", in base 32. */
static const char key[] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

static const struct known {
    int64_t at_s;
    const char *code; /* the RFC prints eight digits; the last six count */
} known[] = {
    {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
};

static void the_rfc_s_answers_are_ours(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        char code[TOTP_CODE_LEN + 1];
        struct err e;
        assert_int_equal(totp_code(key, known[i].at_s * 1000, code, &e),
                         ERR_OK);
        assert_string_equal(code, known[i].code);
        assert_int_equal(totp_step(key, code, known[i].at_s * 1000),
                         known[i].at_s / 30);
    }
}

static void one_step_early_or_late_is_taken_and_no_more(void **state)
{
    (void)state;
    const int64_t now = INT64_C(1111111111) * 1000;
    const int64_t step = 1111111111 / 30;
    char code[TOTP_CODE_LEN + 1];
    struct err e;
    for (int64_t off = -3; off <= 3; off++) {
        assert_int_equal(totp_code(key, now + off * 30000, code, &e), ERR_OK);
        int64_t want = off < -1 || off > 1 ? -1 : step + off;
        assert_int_equal(totp_step(key, code, now), want);
    }
}

static void anything_that_is_no_code_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"",         "05047",   "0504711", "05047x",
                               "94287082", "050 471", "000000"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(totp_step(key, bad[i], INT64_C(1111111111000)), -1);
    }
    assert_int_equal(totp_step("not base 32!", "050471", 1111111111000), -1);
}

static void secrets_are_random_and_160_bits(void **state)
{
    (void)state;
    char one[TOTP_SECRET_MAX];
    char other[TOTP_SECRET_MAX];
    totp_random(one);
    totp_random(other);
    assert_int_equal(strlen(one), 32);
    assert_string_not_equal(one, other);
}

static void the_address_for_the_app_is_escaped(void **state)
{
    (void)state;
    char uri[TOTP_URI_MAX];
    totp_uri(key, "Landratsamt Lörrach", "erika", uri);
    assert_string_equal(
        uri, "otpauth://totp/Landratsamt%20L%C3%B6rrach:erika?secret="
             "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Landratsamt%20L%C3%B6"
             "rrach&algorithm=SHA1&digits=6&period=30");
}

static void a_secret_lies_in_a_file_for_its_owner_only(void **state)
{
    (void)state;
    char folder[] = "/tmp/tuermer-totp-XXXXXX";
    char path[128];
    char secret[TOTP_SECRET_MAX];
    struct err e;
    struct stat info;
    check(mkdtemp(folder) != NULL);
    assert_int_equal(totp_load(folder, "erika", secret, &e), ERR_NOT_FOUND);
    assert_int_equal(totp_save(folder, "erika", key, &e), ERR_OK);
    assert_int_equal(totp_load(folder, "erika", secret, &e), ERR_OK);
    assert_string_equal(secret, key);
    (void)snprintf(path, sizeof(path), "%s/secrets/totp-erika", folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(totp_load(folder, "erika", secret, &e), ERR_DENIED);
    assert_int_equal(unlink(path), 0);
    (void)snprintf(path, sizeof(path), "%s/secrets", folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_rfc_s_answers_are_ours),
        cmocka_unit_test(one_step_early_or_late_is_taken_and_no_more),
        cmocka_unit_test(anything_that_is_no_code_is_refused),
        cmocka_unit_test(secrets_are_random_and_160_bits),
        cmocka_unit_test(the_address_for_the_app_is_escaped),
        cmocka_unit_test(a_secret_lies_in_a_file_for_its_owner_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
