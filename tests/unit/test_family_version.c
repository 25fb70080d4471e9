#include "service/store/family.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/sql.h"
#include "service/store/store.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

static const int64_t start_ms = 1795534200000;

struct fixture {
    char folder[64];
    char path[96];
    struct fake_clock clock;
    struct store *store;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err e;
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-fam-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/db", f->folder);
    fake_clock_init(&f->clock, start_ms);
    assert_int_equal(store_create(f->path, &e), ERR_OK);
    assert_int_equal(store_open(f->path, &f->clock.clock, &f->store, &e),
                     ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
    char path[128];
    store_close(f->store);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
        (void)unlink(path);
    }
    int rv = rmdir(f->folder);
    free(f);
    return rv;
}

static struct family_version import(struct fixture *f, const char *author,
                                    const char *bytes)
{
    struct family_version v = {0};
    struct err e;
    MEM_SET_TEXT(v.id, "hw-rhein");
    MEM_SET_TEXT(v.title, "Hochwasser am Rhein");
    MEM_SET_TEXT(v.author, author);
    store_begin(f->store);
    family_version_import(f->store, &v, bytes, strlen(bytes));
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
    return v;
}

static enum err_code approve(struct fixture *f, int version,
                             const char *approver, struct family_version *v)
{
    struct err e;
    *v = (struct family_version){.version = version};
    MEM_SET_TEXT(v->id, "hw-rhein");
    store_begin(f->store);
    enum err_code code = family_version_approve(f->store, v, approver, &e);
    if (code != ERR_OK) {
        store_rollback(f->store);
    } else {
        assert_int_equal(store_commit(f->store, &e), ERR_OK);
    }
    return code;
}

static void approve_both(struct fixture *f, int version)
{
    struct family_version v;
    assert_int_equal(approve(f, version, "berta", &v), ERR_OK);
    assert_int_equal(approve(f, version, "carl", &v), ERR_OK);
    assert_int_equal(v.state, FAMILY_APPROVED);
}

static void two_others_approve_and_only_then_it_is_in_force(void **state)
{
    struct fixture *f = *state;
    struct family_version v = import(f, "anna", "{\"v\":1}");
    struct family_version found;
    assert_int_equal(v.version, 1);
    assert_int_equal(v.state, FAMILY_DRAFT);
    assert_false(family_version_in_force(f->store, "hw-rhein", &found));
    assert_int_equal(approve(f, 1, "berta", &v), ERR_OK);
    assert_int_equal(v.state, FAMILY_IN_REVIEW);
    assert_int_equal(v.approvals, 1);
    assert_false(family_version_in_force(f->store, "hw-rhein", &found));
    assert_int_equal(approve(f, 1, "carl", &v), ERR_OK);
    assert_int_equal(v.state, FAMILY_APPROVED);
    assert_int_equal(v.approved_at_ms, start_ms);
    assert_true(family_version_in_force(f->store, "hw-rhein", &found));
    assert_string_equal(found.hash, v.hash);
    assert_int_equal(log_size(f->store), 3);
}

static void the_author_does_not_approve(void **state)
{
    struct fixture *f = *state;
    struct family_version v = import(f, "anna", "{\"v\":1}");
    assert_int_equal(approve(f, 1, "anna", &v), ERR_DENIED);
    assert_int_equal(log_size(f->store), 1);
}

static void approval_by_the_same_person_is_refused(void **state)
{
    struct fixture *f = *state;
    struct family_version v = import(f, "anna", "{\"v\":1}");
    assert_int_equal(approve(f, 1, "berta", &v), ERR_OK);
    assert_int_equal(approve(f, 1, "berta", &v), ERR_DENIED);
    assert_true(family_version_newest(f->store, "hw-rhein", &v));
    assert_int_equal(v.approvals, 1);
}

static void what_is_approved_needs_no_third(void **state)
{
    struct fixture *f = *state;
    struct family_version v = import(f, "anna", "{\"v\":1}");
    approve_both(f, 1);
    assert_int_equal(approve(f, 1, "dora", &v), ERR_CONFLICT);
    assert_int_equal(approve(f, 2, "dora", &v), ERR_NOT_FOUND);
}

static void a_new_version_waits_while_the_old_one_works(void **state)
{
    struct fixture *f = *state;
    struct family_version v = import(f, "anna", "{\"v\":1}");
    approve_both(f, 1);
    v = import(f, "anna", "{\"v\":2}");
    assert_int_equal(v.version, 2);
    assert_int_equal(v.state, FAMILY_DRAFT);
    assert_true(family_version_in_force(f->store, "hw-rhein", &v));
    assert_int_equal(v.version, 1);
    approve_both(f, 2);
    assert_true(family_version_in_force(f->store, "hw-rhein", &v));
    assert_int_equal(v.version, 2);
}

static void the_same_bytes_are_the_same_version(void **state)
{
    struct fixture *f = *state;
    (void)import(f, "anna", "{\"v\":1}");
    approve_both(f, 1);
    struct family_version v = import(f, "emil", "{\"v\":1}");
    assert_int_equal(v.version, 1);
    assert_int_equal(v.state, FAMILY_APPROVED);
    assert_string_equal(v.author, "anna");
    assert_int_equal(log_size(f->store), 3);
}

static bool run(struct fixture *f, const char *text)
{
    struct sql q = sql_of(f->store, text);
    return sql_run(&q);
}

/* Runs in a transaction of its own, which is rolled back. */
static bool try_sql(struct fixture *f, const char *text)
{
    store_begin(f->store);
    bool done = run(f, text);
    store_rollback(f->store);
    return done;
}

static void the_schema_refuses_what_the_code_would_never_do(void **state)
{
    struct fixture *f = *state;
    (void)import(f, "anna", "{\"v\":1}");
    assert_false(try_sql(f, "INSERT INTO template_approval VALUES "
                            "('hw-rhein', 1, 'anna', 1)"));
    assert_false(try_sql(f, "UPDATE template SET approved_at_ms = 1"));
    assert_false(try_sql(f, "UPDATE template SET bytes = x'00'"));
    assert_false(try_sql(f, "UPDATE template SET author = 'emil'"));
    assert_false(try_sql(f, "DELETE FROM template"));
    struct family_version v;
    assert_int_equal(approve(f, 1, "berta", &v), ERR_OK);
    assert_false(try_sql(f, "UPDATE template SET approved_at_ms = 1"));
    assert_false(try_sql(f, "INSERT INTO template_approval VALUES "
                            "('hw-rhein', 1, 'berta', 1)"));
    assert_false(try_sql(f, "UPDATE template_approval SET approver = 'x'"));
    assert_false(try_sql(f, "DELETE FROM template_approval"));
    assert_int_equal(approve(f, 1, "carl", &v), ERR_OK);
    assert_false(try_sql(f, "INSERT INTO template_approval VALUES "
                            "('hw-rhein', 1, 'dora', 1)"));
}

static void a_changed_byte_is_found_and_blocks_only_this_family(void **state)
{
    struct fixture *f = *state;
    struct family_version v;
    char *bytes = NULL;
    size_t len = 0;
    struct err e;
    (void)import(f, "anna", "{\"v\":1}");
    approve_both(f, 1);
    assert_int_equal(
        family_version_load(f->store, "hw-rhein", 1, &bytes, &len, &e), ERR_OK);
    assert_int_equal(len, 7);
    assert_memory_equal(bytes, "{\"v\":1}", 7);
    free(bytes);
    store_begin(f->store);
    assert_true(run(f, "DROP TRIGGER template_is_not_changed"));
    assert_true(
        run(f, "UPDATE template SET bytes = CAST('{\"v\":2}' AS BLOB)"));
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
    assert_int_equal(
        family_version_load(f->store, "hw-rhein", 1, &bytes, &len, &e),
        ERR_CORRUPT);
    int64_t before = log_size(f->store);
    for (int i = 0; i < 2; i++) {
        store_begin(f->store);
        family_version_block(f->store, "hw-rhein", 1);
        assert_int_equal(store_commit(f->store, &e), ERR_OK);
    }
    assert_int_equal(log_size(f->store), before + 1);
    assert_int_equal(
        family_version_load(f->store, "hw-rhein", 1, &bytes, &len, &e),
        ERR_DENIED);
    assert_true(family_version_in_force(f->store, "hw-rhein", &v));
    assert_int_equal(v.state, FAMILY_BLOCKED);
    /* the right bytes again are a new version, which people approve again */
    v = import(f, "anna", "{\"v\":1}");
    assert_int_equal(v.version, 2);
    approve_both(f, 2);
    assert_true(family_version_in_force(f->store, "hw-rhein", &v));
    assert_int_equal(v.state, FAMILY_APPROVED);
}

static void count(void *data, const struct family_version *v)
{
    size_t *n = data;
    *n += v->state == FAMILY_APPROVED ? 100 : 1;
}

static void the_list_has_the_newest_or_what_is_in_force(void **state)
{
    struct fixture *f = *state;
    size_t newest = 0;
    size_t in_force = 0;
    (void)import(f, "anna", "{\"v\":1}");
    approve_both(f, 1);
    (void)import(f, "anna", "{\"v\":2}");
    family_version_each(f->store, false, count, &newest);
    family_version_each(f->store, true, count, &in_force);
    assert_int_equal(newest, 1);
    assert_int_equal(in_force, 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_others_approve_and_only_then_it_is_in_force),
        TEST(the_author_does_not_approve),
        TEST(approval_by_the_same_person_is_refused),
        TEST(what_is_approved_needs_no_third),
        TEST(a_new_version_waits_while_the_old_one_works),
        TEST(the_same_bytes_are_the_same_version),
        TEST(the_schema_refuses_what_the_code_would_never_do),
        TEST(a_changed_byte_is_found_and_blocks_only_this_family),
        TEST(the_list_has_the_newest_or_what_is_in_force),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
