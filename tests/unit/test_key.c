#include "service/seal/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"

/* The example of the signed-note specification. */
static const char known[] =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

struct fixture {
    char folder[64];
    char path[96];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-key-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/key", f->folder);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    (void)unlink(f->path);
    int rv = rmdir(f->folder);
    free(f);
    return rv;
}

static void a_verifier_key_is_read_and_written_the_same(void **state)
{
    struct key_public key;
    struct err e;
    char text[KEY_TEXT_MAX];
    (void)state;
    assert_int_equal(key_parse(known, &key, &e), ERR_OK);
    assert_string_equal(key.name, "example.com/foo");
    assert_int_equal(key.id, 0x530d903a);
    assert_int_equal(key_id(key.name, key.bytes), 0x530d903a);
    key_format(&key, text);
    assert_string_equal(text, known);
}

static void every_changed_letter_of_a_verifier_key_is_refused(void **state)
{
    struct key_public key;
    struct err e;
    char text[sizeof(known)];
    (void)state;
    for (size_t i = 0; i + 1 < sizeof(known); i++) {
        memcpy(text, known, sizeof(known));
        text[i] = text[i] == 'B' ? 'C' : 'B';
        if (i + 2 == sizeof(known)) {
            continue; /* the last letter has bits that mean nothing */
        }
        assert_int_equal(key_parse(text, &key, &e), ERR_INVALID);
        memcpy(text, known, sizeof(known));
        text[i] = '\0';
        assert_int_equal(key_parse(text, &key, &e), ERR_INVALID);
    }
}

static void a_name_has_no_space_and_no_plus(void **state)
{
    char name[KEY_NAME_MAX + 1];
    (void)state;
    assert_true(key_name_valid("tuermer.example:8443/actual/k1"));
    assert_true(key_name_valid("türmer.example/audit"));
    assert_false(key_name_valid(""));
    assert_false(key_name_valid("a b"));
    assert_false(key_name_valid("a+b"));
    assert_false(key_name_valid("a\nb"));
    assert_false(key_name_valid("a\xC2\xA0"
                                "b"));
    assert_false(key_name_valid("a\xFF"));
    memset(name, 'a', sizeof(name) - 1);
    name[KEY_NAME_MAX] = '\0';
    assert_false(key_name_valid(name));
    name[KEY_NAME_MAX - 1] = '\0';
    assert_true(key_name_valid(name));
}

static void a_saved_key_comes_back_and_only_its_owner_reads_it(void **state)
{
    struct fixture *f = *state;
    struct key_pair made;
    struct key_pair read;
    struct stat info;
    struct err e;
    assert_int_equal(key_generate("a.example/audit", &made, &e), ERR_OK);
    assert_int_equal(key_save(&made, f->path, &e), ERR_OK);
    assert_int_equal(stat(f->path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    assert_int_equal(key_load(f->path, &read, &e), ERR_OK);
    assert_memory_equal(&made, &read, sizeof(made));
    assert_int_equal(key_save(&made, f->path, &e), ERR_CONFLICT);
    assert_int_equal(chmod(f->path, 0640), 0);
    assert_int_equal(key_load(f->path, &read, &e), ERR_DENIED);
    key_forget(&made);
    static const struct key_pair nothing;
    assert_memory_equal(&made, &nothing, sizeof(made));
}

static void a_file_that_is_no_key_is_damage(void **state)
{
    struct fixture *f = *state;
    struct key_pair read;
    struct err e;
    assert_int_equal(key_load(f->path, &read, &e), ERR_NOT_FOUND);
    FILE *file = fopen(f->path, "w");
    assert_non_null(file);
    (void)fputs("PRIVATE+KEY+PeterNeumann+c74f20a4+"
                "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n",
                file);
    (void)fclose(file);
    assert_int_equal(chmod(f->path, 0600), 0);
    assert_int_equal(key_load(f->path, &read, &e), ERR_CORRUPT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_verifier_key_is_read_and_written_the_same),
        cmocka_unit_test(every_changed_letter_of_a_verifier_key_is_refused),
        cmocka_unit_test(a_name_has_no_space_and_no_plus),
        cmocka_unit_test_setup_teardown(
            a_saved_key_comes_back_and_only_its_owner_reads_it, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(a_file_that_is_no_key_is_damage, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
