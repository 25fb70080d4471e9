#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/seal/keyring.h"
#include "tests/support/cmocka_all.h"

static char folder[] = "/tmp/tuermer-keyring-XXXXXX";

static void made_keys_are_the_loaded_ones(void **state)
{
    (void)state;
    struct keyring made;
    struct keyring loaded;
    struct err e;
    assert_int_equal(keyring_create(folder, "host", "host/audit", &made, &e),
                     ERR_OK);
    assert_int_equal(keyring_load(folder, &loaded, &e), ERR_OK);
    assert_memory_equal(&made, &loaded, sizeof(made));
    assert_string_equal(loaded.keys[KEYRING_AUDIT].open.name, "host/audit");
    assert_string_equal(loaded.keys[KEYRING_ACTUAL].open.name,
                        "host/actual/k1");
    assert_int_equal(keyring_create(folder, "host", "host/audit", &made, &e),
                     ERR_CONFLICT);
    keyring_forget(&loaded);
}

static void a_missing_key_says_what_to_do(void **state)
{
    (void)state;
    char path[128];
    struct keyring ring;
    struct err e;
    (void)snprintf(path, sizeof(path), "%s/keys.key", folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(keyring_load(folder, &ring, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.msg, "tuermer init"));
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    for (int i = 0; i < KEYRING_SIZE; i++) {
        char path[128];
        (void)snprintf(path, sizeof(path), "%s/%s.key", folder,
                       keyring_use_name((enum keyring_use)i));
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_keys_are_the_loaded_ones),
        cmocka_unit_test(a_missing_key_says_what_to_do),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
