#include "service/seal/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/seal/checkpoint.h"
#include "tests/support/cmocka_all.h"

/* Key and note from the documentation of golang.org/x/mod/sumdb/note. */
static const char peter_private[] =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+"
    "AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz\n";
static const char peter_public[] =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
static const char peter_body[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
static const char peter_note[] =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "\xE2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
    "pRZb6KE6RyyBwJnAM=\n";

struct fixture {
    struct key_pair one;
    struct key_pair two;
    struct key_public known[2];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err e;
    assert_non_null(f);
    assert_int_equal(key_generate("a.example/actual/k1", &f->one, &e), ERR_OK);
    assert_int_equal(key_generate("a.example/keys/k1", &f->two, &e), ERR_OK);
    f->known[0] = f->one.open;
    f->known[1] = f->two.open;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static void read_peter(struct key_pair *pair)
{
    char path[] = "/tmp/tuermer-note-XXXXXX";
    struct err e;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, peter_private, sizeof(peter_private) - 1),
                     sizeof(peter_private) - 1);
    (void)close(fd);
    assert_int_equal(key_load(path, pair, &e), ERR_OK);
    (void)unlink(path);
}

static void the_known_note_is_made_byte_for_byte(void **state)
{
    struct key_pair peter;
    const struct key_pair *keys[] = {&peter};
    struct key_public known;
    struct note found;
    struct err e;
    char *note = NULL;
    (void)state;
    read_peter(&peter);
    assert_int_equal(note_sign(peter_body, keys, 1, &note, &e), ERR_OK);
    assert_string_equal(note, peter_note);
    assert_int_equal(key_parse(peter_public, &known, &e), ERR_OK);
    assert_int_equal(note_verify(note, strlen(note), &known, 1, &found, &e),
                     ERR_OK);
    assert_int_equal(found.body_len, sizeof(peter_body) - 1);
    free(note);
}

static void every_flipped_bit_of_a_note_is_refused(void **state)
{
    struct key_public known;
    struct note found;
    struct err e;
    char note[sizeof(peter_note)];
    (void)state;
    assert_int_equal(key_parse(peter_public, &known, &e), ERR_OK);
    for (size_t i = 0; i < 8 * (sizeof(note) - 1); i++) {
        memcpy(note, peter_note, sizeof(note));
        note[i / 8] = (char)(note[i / 8] ^ (1 << i % 8));
        assert_int_not_equal(
            note_verify(note, sizeof(note) - 1, &known, 1, &found, &e), ERR_OK);
    }
    for (size_t len = 0; len < sizeof(note) - 1; len++) {
        assert_int_not_equal(
            note_verify(peter_note, len, &known, 1, &found, &e), ERR_OK);
    }
}

static void two_keys_sign_and_either_is_enough(void **state)
{
    struct fixture *f = *state;
    const struct key_pair *keys[] = {&f->one, &f->two};
    struct note found;
    struct err e;
    char *note = NULL;
    assert_int_equal(note_sign("{\"v\":1}\n", keys, 2, &note, &e), ERR_OK);
    size_t len = strlen(note);
    assert_int_equal(note_verify(note, len, f->known, 2, &found, &e), ERR_OK);
    assert_int_equal(found.n_signed, 2);
    assert_int_equal(note_verify(note, len, &f->known[1], 1, &found, &e),
                     ERR_OK);
    assert_int_equal(found.n_signed, 1);
    assert_int_equal(found.signed_by[0], 0);
    assert_int_equal(note_verify(note, len, NULL, 0, &found, &e), ERR_DENIED);
    free(note);
}

static void a_known_key_that_fails_spoils_the_others(void **state)
{
    struct fixture *f = *state;
    const struct key_pair *keys[] = {&f->one, &f->two};
    struct note found;
    struct err e;
    char *good = NULL;
    char *other = NULL;
    char mixed[2048];
    assert_int_equal(note_sign("a\n", keys, 1, &good, &e), ERR_OK);
    assert_int_equal(note_sign("b\n", keys + 1, 1, &other, &e), ERR_OK);
    (void)snprintf(mixed, sizeof(mixed), "%s%s", good,
                   strstr(other, "\n\n") + 2);
    assert_int_equal(note_verify(mixed, strlen(mixed), f->known, 1, &found, &e),
                     ERR_OK);
    assert_int_equal(note_verify(mixed, strlen(mixed), f->known, 2, &found, &e),
                     ERR_DENIED);
    free(good);
    free(other);
}

static void the_last_empty_line_ends_the_body(void **state)
{
    struct fixture *f = *state;
    const struct key_pair *keys[] = {&f->one};
    struct note found;
    struct err e;
    char *note = NULL;
    assert_int_equal(note_sign("a\n\nb\n\nc\n", keys, 1, &note, &e), ERR_OK);
    assert_int_equal(note_verify(note, strlen(note), f->known, 2, &found, &e),
                     ERR_OK);
    assert_int_equal(found.body_len, strlen("a\n\nb\n\nc\n"));
    free(note);
}

static void a_body_must_be_text_that_ends_in_a_line_end(void **state)
{
    struct fixture *f = *state;
    const struct key_pair *keys[] = {&f->one};
    static const char *const bad[] = {"", "a", "a\r\n", "a\tb\n", "\xFF\n"};
    struct err e;
    char *note = NULL;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(note_sign(bad[i], keys, 1, &note, &e), ERR_INVALID);
        assert_null(note);
    }
}

static void a_checkpoint_comes_back_as_it_was_signed(void **state)
{
    struct fixture *f = *state;
    const struct key_pair *keys[] = {&f->one};
    struct checkpoint c = {.origin = "a.example/actual/k1", .size = 1234067};
    struct checkpoint read;
    struct err e;
    char body[CHECKPOINT_BODY_MAX];
    char *note = NULL;
    c.root = digest_of("x", 1);
    checkpoint_format(&c, body);
    assert_int_equal(note_sign(body, keys, 1, &note, &e), ERR_OK);
    assert_int_equal(
        checkpoint_verify(note, strlen(note), &f->known[0], &read, &e), ERR_OK);
    assert_memory_equal(&c, &read, sizeof(c));
    free(note);
    memcpy(c.origin, "b", 1);
    checkpoint_format(&c, body);
    assert_int_equal(note_sign(body, keys, 1, &note, &e), ERR_OK);
    assert_int_equal(
        checkpoint_verify(note, strlen(note), &f->known[0], &read, &e),
        ERR_DENIED);
    free(note);
}

static void a_checkpoint_with_a_crooked_line_is_refused(void **state)
{
#define ROOT "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    static const char *const bad[] = {
        "",
        "a\n",
        "a\n5\n",
        ("a\n05\n" ROOT "\n"),
        ("a\n-5\n" ROOT "\n"),
        ("a\n5x\n" ROOT "\n"),
        ("a\n9999999999999999999\n" ROOT "\n"),
        ("a b\n5\n" ROOT "\n"),
        "a\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
        "a\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuA==\n",
        ("a\n5\n" ROOT),
    };
    struct checkpoint c;
    struct err e;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(checkpoint_parse(bad[i], strlen(bad[i]), &c, &e),
                         ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_note_is_made_byte_for_byte),
        cmocka_unit_test(every_flipped_bit_of_a_note_is_refused),
        cmocka_unit_test(two_keys_sign_and_either_is_enough),
        cmocka_unit_test(a_known_key_that_fails_spoils_the_others),
        cmocka_unit_test(the_last_empty_line_ends_the_body),
        cmocka_unit_test(a_body_must_be_text_that_ends_in_a_line_end),
        cmocka_unit_test(a_checkpoint_comes_back_as_it_was_signed),
        cmocka_unit_test(a_checkpoint_with_a_crooked_line_is_refused),
    };
    struct CMUnitTest with_fixture[sizeof(tests) / sizeof(tests[0])];
    memcpy(with_fixture, tests, sizeof(tests));
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        with_fixture[i].setup_func = set_up;
        with_fixture[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(with_fixture, NULL, NULL);
}
