/* What `audit export --tiles` writes, and what `audit verify --site` says to
 * it, whole and damaged. */
#include "service/cli/audit_export.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/file.h"
#include "service/cli/audit_site.h"
#include "service/seal/note.h"
#include "tests/support/cmocka_all.h"

enum { PATH_SIZE = 192 };

struct fixture {
    char folder[64];
    struct key_pair key;
    char key_text[KEY_TEXT_MAX];
};

static int remove_one(const char *path, const struct stat *info, int flag,
                      struct FTW *walk)
{
    (void)info;
    (void)flag;
    (void)walk;
    return remove(path);
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err e;
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-export-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(key_generate("a.example/audit", &f->key, &e), ERR_OK);
    key_format(&f->key.open, f->key_text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    (void)nftw(f->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    free(f);
    return 0;
}

static char *sign(const struct fixture *f, int64_t size,
                  const struct digest *root)
{
    const struct key_pair *keys[] = {&f->key};
    struct checkpoint c = {.size = size, .root = *root};
    char body[CHECKPOINT_BODY_MAX];
    struct err e;
    char *note = NULL;
    memcpy(c.origin, f->key.open.name, sizeof(c.origin));
    checkpoint_format(&c, body);
    assert_int_equal(note_sign(body, keys, 1, &note, &e), ERR_OK);
    return note;
}

/* Exports n entries under a checkpoint that claims `claimed`. */
static enum err_code export_log(const struct fixture *f, int n, int claimed)
{
    struct audit_export *x = calloc(1, sizeof(*x));
    struct err e;
    char entry[32];
    assert_non_null(x);
    assert_int_equal(audit_export_init(x, f->folder, &e), ERR_OK);
    for (int i = 0; i < n; i++) {
        int len = snprintf(entry, sizeof(entry), "{\"v\":1,\"n\":%d}", i);
        assert_int_equal(audit_export_add(x, entry, (size_t)len, &e), ERR_OK);
    }
    struct digest root = merkle_root(&x->tree);
    char *note = sign(f, claimed, &root);
    enum err_code code = audit_export_finish(x, f->key_text, note, &e);
    free(note);
    audit_export_fini(x);
    free(x);
    return code;
}

static struct site_verdict verify(const struct fixture *f)
{
    struct site_verdict verdict;
    struct err e;
    assert_int_equal(
        audit_site_verify_folder(f->folder, &f->key.open, &verdict, &e),
        ERR_OK);
    return verdict;
}

/* Turns one bit of a file. */
static void flip(const struct fixture *f, const char *name, size_t at)
{
    char path[PATH_SIZE];
    char *bytes = NULL;
    size_t len = 0;
    struct err e;
    (void)snprintf(path, sizeof(path), "%s/%s", f->folder, name);
    assert_int_equal(file_read(path, SITE_BUNDLE_MAX, &bytes, &len, &e),
                     ERR_OK);
    assert_true(at < len);
    bytes[at] = (char)(bytes[at] ^ 1);
    assert_int_equal(file_write_durable(path, bytes, len, 0644, &e), ERR_OK);
    free(bytes);
}

static void an_export_of_any_size_is_verified(void **state)
{
    static const int sizes[] = {1, 2, 255, 256, 257, 300, 512, 600};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        assert_int_equal(export_log(f, sizes[i], sizes[i]), ERR_OK);
        struct site_verdict verdict = verify(f);
        assert_int_equal(verdict.bad, -1);
        assert_int_equal(verdict.checkpoint.size, sizes[i]);
        assert_true(verdict.entries);
    }
}

static void a_changed_byte_in_an_entry_is_named(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(export_log(f, 300, 300), ERR_OK);
    flip(f, "tile/entries/001.p/44", 97); /* the sixth entry */
    assert_int_equal(verify(f).bad, 256 + 5);
    flip(f, "tile/entries/000", 4);
    assert_int_equal(verify(f).bad, 0);
}

static void a_changed_byte_in_any_tile_is_found(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(export_log(f, 300, 300), ERR_OK);
    static const char *const names[] = {"tile/0/000", "tile/0/001.p/44",
                                        "tile/1/000.p/1"};
    static const size_t places[] = {288, 255, 0};
    static const int64_t bad[] = {9, 256 + 7, 0};
    for (size_t i = 0; i < 3; i++) {
        flip(f, names[i], places[i]);
        assert_int_equal(verify(f).bad, bad[i]);
        flip(f, names[i], places[i]);
        assert_int_equal(verify(f).bad, -1);
    }
}

static void a_changed_size_is_found(void **state)
{
    struct fixture *f = *state;
    struct site_verdict verdict;
    struct err e;
    assert_int_equal(export_log(f, 300, 299), ERR_CORRUPT);
    assert_int_not_equal(verify(f).bad, -1);
    assert_int_equal(export_log(f, 300, 301), ERR_CORRUPT);
    assert_int_not_equal(verify(f).bad, -1);
    assert_int_equal(export_log(f, 300, 300), ERR_OK);
    flip(f, "checkpoint", strlen("a.example/audit\n") + 2);
    assert_int_equal(
        audit_site_verify_folder(f->folder, &f->key.open, &verdict, &e),
        ERR_DENIED);
}

static void a_missing_tile_is_named(void **state)
{
    struct fixture *f = *state;
    char path[PATH_SIZE];
    assert_int_equal(export_log(f, 300, 300), ERR_OK);
    (void)snprintf(path, sizeof(path), "%s/tile/0/001.p/44", f->folder);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(verify(f).bad, 256);
}

static void without_entries_the_hashes_are_verified(void **state)
{
    struct fixture *f = *state;
    char path[PATH_SIZE];
    assert_int_equal(export_log(f, 40, 40), ERR_OK);
    (void)snprintf(path, sizeof(path), "%s/tile/entries", f->folder);
    assert_int_equal(nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
    struct site_verdict verdict = verify(f);
    assert_int_equal(verdict.bad, -1);
    assert_false(verdict.entries);
}

static void another_key_is_not_believed(void **state)
{
    struct fixture *f = *state;
    struct site_verdict verdict;
    struct key_pair other;
    struct err e;
    assert_int_equal(export_log(f, 3, 3), ERR_OK);
    assert_int_equal(key_generate("a.example/audit", &other, &e), ERR_OK);
    assert_int_equal(
        audit_site_verify_folder(f->folder, &other.open, &verdict, &e),
        ERR_DENIED);
    assert_int_equal(audit_site_verify_folder(f->folder, NULL, &verdict, &e),
                     ERR_OK);
}

static void an_empty_folder_has_no_log(void **state)
{
    struct fixture *f = *state;
    struct site_verdict verdict;
    struct err e;
    assert_int_equal(audit_site_verify_folder(f->folder, NULL, &verdict, &e),
                     ERR_NOT_FOUND);
}

#define EXPORT_TEST(name) \
    cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXPORT_TEST(an_export_of_any_size_is_verified),
        EXPORT_TEST(a_changed_byte_in_an_entry_is_named),
        EXPORT_TEST(a_changed_byte_in_any_tile_is_found),
        EXPORT_TEST(a_changed_size_is_found),
        EXPORT_TEST(a_missing_tile_is_named),
        EXPORT_TEST(without_entries_the_hashes_are_verified),
        EXPORT_TEST(another_key_is_not_believed),
        EXPORT_TEST(an_empty_folder_has_no_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
