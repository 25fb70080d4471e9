#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/store/setting.h"
#include "service/store/store.h"
#include "tests/support/cmocka_all.h"

struct fixture {
    char folder[64];
    char path[96];
    struct store *store;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err e;
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-store-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/db", f->folder);
    assert_int_equal(store_create(f->path, &e), ERR_OK);
    assert_int_equal(store_open(f->path, clock_real(), &f->store, &e), ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char path[128];
    store_close(f->store);
    static const char *const ends[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
        (void)unlink(path);
    }
    int rv = rmdir(f->folder);
    free(f);
    return rv;
}

static void what_is_committed_is_there_after_opening_again(void **state)
{
    struct fixture *f = *state;
    struct err e;
    char value[SETTING_VALUE_MAX];
    store_begin(f->store);
    setting_save(f->store, "origin", "a/audit");
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
    store_begin(f->store);
    setting_save(f->store, "origin", "b/audit");
    store_rollback(f->store);
    store_close(f->store);
    assert_int_equal(store_open(f->path, clock_real(), &f->store, &e), ERR_OK);
    assert_true(setting_load(f->store, "origin", value));
    assert_string_equal(value, "a/audit");
    assert_false(setting_load(f->store, "nothing", value));
    assert_true(access(f->path, F_OK) == 0);
}

static void an_existing_database_is_not_made_again(void **state)
{
    struct fixture *f = *state;
    struct err e;
    assert_int_equal(store_create(f->path, &e), ERR_CONFLICT);
}

static void a_file_that_is_no_database_is_damage(void **state)
{
    struct fixture *f = *state;
    struct err e;
    char path[128];
    struct store *other = NULL;
    (void)snprintf(path, sizeof(path), "%s/rubbish", f->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    for (int i = 0; i < 500; i++) {
        (void)fputs("rubbish!", file);
    }
    (void)fclose(file);
    assert_int_equal(store_open(path, clock_real(), &other, &e), ERR_CORRUPT);
    (void)unlink(path);
    assert_int_equal(store_open(path, clock_real(), &other, &e), ERR_NOT_FOUND);
    assert_non_null(strstr(e.msg, "tuermer init"));
}

/* The lock goes away between BEGIN and the next statement, which would then
 * commit by itself. */
static void after_a_failed_begin_nothing_is_written(void **state)
{
    struct fixture *f = *state;
    struct err e;
    char value[SETTING_VALUE_MAX];
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL),
                     SQLITE_OK);
    store_begin(f->store);
    assert_int_equal(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(other), SQLITE_OK);
    setting_save(f->store, "origin", "half/audit");
    assert_int_equal(store_commit(f->store, &e), ERR_IO);
    assert_false(setting_load(f->store, "origin", value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(after_a_failed_begin_nothing_is_written,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            what_is_committed_is_there_after_opening_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_existing_database_is_not_made_again,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_database_is_damage,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
