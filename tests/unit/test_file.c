#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/file.h"
#include "tests/support/cmocka_all.h"

static char folder[] = "/tmp/tuermer-file-XXXXXX";

static void path_of(const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", folder, name);
}

static void writes_whole_and_reads_back(void **state)
{
    (void)state;
    char path[128];
    struct err e;
    char *bytes = NULL;
    size_t len = 0;
    path_of("a", path);
    assert_int_equal(file_write_durable(path, "one", 3, 0600, &e), ERR_OK);
    assert_int_equal(file_write_durable(path, "two!", 4, 0600, &e), ERR_OK);
    assert_int_equal(file_read(path, 10, &bytes, &len, &e), ERR_OK);
    assert_int_equal(len, 4);
    assert_string_equal(bytes, "two!");
    free(bytes);
    assert_int_equal(file_read(path, 3, &bytes, &len, &e), ERR_LIMIT);
    assert_int_equal(unlink(path), 0);
}

static void a_secret_that_others_can_read_is_refused(void **state)
{
    (void)state;
    char path[128];
    struct err e;
    char *bytes = NULL;
    size_t len = 0;
    path_of("secret", path);
    assert_int_equal(file_write_durable(path, "s", 1, 0600, &e), ERR_OK);
    assert_int_equal(file_read_secret(path, 10, &bytes, &len, &e), ERR_OK);
    free(bytes);
    assert_int_equal(chmod(path, 0640), 0);
    assert_int_equal(file_read_secret(path, 10, &bytes, &len, &e), ERR_DENIED);
    assert_non_null(strstr(e.msg, path));
    assert_int_equal(unlink(path), 0);
}

static void a_failed_write_leaves_nothing_behind(void **state)
{
    (void)state;
    char path[128];
    struct err e;
    path_of("no/such/folder", path);
    assert_int_equal(file_write_durable(path, "x", 1, 0600, &e), ERR_NOT_FOUND);
    path_of("deep/er", path);
    assert_int_equal(file_make_folders(path, 0700, &e), ERR_OK);
    assert_int_equal(rmdir(path), 0);
    path_of("deep", path);
    assert_int_equal(rmdir(path), 0);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_whole_and_reads_back),
        cmocka_unit_test(a_secret_that_others_can_read_is_refused),
        cmocka_unit_test(a_failed_write_leaves_nothing_behind),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
