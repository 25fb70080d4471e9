/* What a kill -9 at any moment of writing leaves behind. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "channels/website/webwriter.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"

enum { PAGE_SIZE = 300000, ROUNDS = 30 };

/* Two pages of one letter each, of different length. */
static void write_page(const char *folder, char letter, size_t len)
{
    static const char *const name = "w/LOE-7K3Q9F.html";
    char *page = malloc(len);
    check(page != NULL);
    memset(page, letter, len);
    struct channel_item item = {.name = name, .bytes = page, .len = len};
    struct channel_result result = {0};
    bool changed;
    webwriter_write(folder, &item, 1, true, &result, &changed);
    check(result.outcome == OUTCOME_DONE);
    free(page);
}

static _Noreturn void write_for_ever(const char *folder)
{
    for (;;) {
        write_page(folder, 'a', PAGE_SIZE);
        write_page(folder, 'b', PAGE_SIZE / 2);
    }
}

static void assert_whole(const char *path)
{
    char *bytes;
    size_t len;
    struct err e;
    assert_int_equal(file_read(path, PAGE_SIZE, &bytes, &len, &e), ERR_OK);
    assert_true((bytes[0] == 'a' && len == PAGE_SIZE) ||
                (bytes[0] == 'b' && len == PAGE_SIZE / 2));
    for (size_t i = 0; i < len; i++) {
        assert_int_equal(bytes[i], bytes[0]);
    }
    free(bytes);
}

static void a_kill_leaves_the_old_bytes_or_the_new_ones(void **state)
{
    (void)state;
    char folder[] = "/tmp/tuermer-writer-XXXXXX";
    char path[128];
    char pages[128];
    struct err e;
    unsigned seed = 4711;
    assert_non_null(mkdtemp(folder));
    assert_int_equal(webwriter_open(folder, &e), ERR_OK);
    (void)snprintf(path, sizeof(path), "%s/w/LOE-7K3Q9F.html", folder);
    write_page(folder, 'b', PAGE_SIZE / 2);
    for (int round = 0; round < ROUNDS; round++) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            write_for_ever(folder);
        }
        /* the random moment of the kill, not a wait for something */
        struct timespec moment = {.tv_nsec = 1000L * (rand_r(&seed) % 20000)};
        (void)nanosleep(&moment, NULL);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
        assert_whole(path);
        assert_int_equal(webwriter_open(folder, &e), ERR_OK);
    }
    assert_int_equal(unlink(path), 0);
    /* no leftover: the folders are empty */
    (void)snprintf(pages, sizeof(pages), "%s/w", folder);
    assert_int_equal(rmdir(pages), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void the_digest_depends_on_names_bytes_and_order(void **state)
{
    (void)state;
    struct channel_item items[] = {{.name = "a", .bytes = "1", .len = 1},
                                   {.name = "b", .bytes = "2", .len = 1}};
    struct channel_item turned[] = {items[1], items[0]};
    char first[DIGEST_NAMED_MAX];
    char second[DIGEST_NAMED_MAX];
    webwriter_digest(items, 2, first);
    webwriter_digest(turned, 2, second);
    assert_string_not_equal(first, second);
    items[1].bytes = "3";
    webwriter_digest(items, 2, second);
    assert_string_not_equal(first, second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kill_leaves_the_old_bytes_or_the_new_ones),
        cmocka_unit_test(the_digest_depends_on_names_bytes_and_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
