/* Passwords: right, wrong, nobody's; two at once, one place kept. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/support/cmocka_all.h"

#include "service/access/password.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum { MANY = PASSWORD_WAITING_MAX + 3 };

struct fixture {
    uv_loop_t loop;
    struct password_pool *pool;
    size_t answered;
    bool closed;
    unsigned most_running;
    struct password_request requests[MANY + 1];
};

static void on_answer(struct password_request *r)
{
    struct fixture *f = r->data;
    unsigned running = password_running(f->pool) + 1; /* this one just ended */
    f->most_running = running > f->most_running ? running : f->most_running;
    f->answered++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    check(f != NULL);
    check(uv_loop_init(&f->loop) == 0);
    f->pool = password_pool_open(&f->loop);
    *state = f;
    return 0;
}

static void on_closed(void *data)
{
    ((struct fixture *)data)->closed = true;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (!f->closed) {
        password_pool_close(f->pool, on_closed, f);
    }
    check(uv_run(&f->loop, UV_RUN_DEFAULT) == 0);
    check(f->closed);
    check(uv_loop_close(&f->loop) == 0);
    free(f);
    return 0;
}

static struct password_request *prepare(struct fixture *f, size_t i,
                                        enum password_job job,
                                        const char *password)
{
    struct password_request *r = &f->requests[i];
    r->job = job;
    r->cb = on_answer;
    r->data = f;
    MEM_SET_TEXT(r->password, password);
    return r;
}

static void run_until(struct fixture *f, size_t answered)
{
    while (f->answered < answered) {
        check(uv_run(&f->loop, UV_RUN_ONCE) != 0 || f->answered >= answered);
    }
}

static void a_hash_knows_its_password_and_no_other(void **state)
{
    struct fixture *f = *state;
    struct password_request *made =
        prepare(f, 0, PASSWORD_HASH, "Rheinpegel-steigt");
    password_start(f->pool, made);
    assert_int_equal(f->answered, 0); /* never from inside the call */
    run_until(f, 1);
    assert_int_equal(made->status, ERR_OK);
    assert_int_equal(strncmp(made->hash, "$argon2id$", 10), 0);
    assert_string_equal(made->password, ""); /* overwritten */
    struct password_request *right =
        prepare(f, 1, PASSWORD_VERIFY, "Rheinpegel-steigt");
    struct password_request *wrong =
        prepare(f, 2, PASSWORD_VERIFY, "Rheinpegel-steigT");
    memcpy(right->hash, made->hash, sizeof(made->hash));
    memcpy(wrong->hash, made->hash, sizeof(made->hash));
    password_start(f->pool, right);
    password_start(f->pool, wrong);
    run_until(f, 3);
    assert_true(right->matches);
    assert_false(wrong->matches);
}

static void an_account_that_is_not_there_costs_the_same_work(void **state)
{
    struct fixture *f = *state;
    struct password_request *made =
        prepare(f, 0, PASSWORD_HASH, "Rheinpegel-steigt");
    clock_t start = clock(); /* work, not time: the machine may be busy */
    password_start(f->pool, made);
    run_until(f, 1);
    clock_t hashing = clock() - start;
    struct password_request *nobody =
        prepare(f, 1, PASSWORD_VERIFY, "Rheinpegel-steigt");
    start = clock();
    password_start(f->pool, nobody);
    run_until(f, 2);
    clock_t nothing = clock() - start;
    assert_int_equal(nobody->status, ERR_OK);
    assert_false(nobody->matches);
    assert_true(nothing > hashing / 8); /* not a quick way out */
}

static void two_at_once_and_one_place_is_kept(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 4; i++) {
        password_start(f->pool, prepare(f, i, PASSWORD_VERIFY, "irgendwas-12"));
    }
    assert_int_equal(password_running(f->pool), 1); /* anybody has one place */
    struct password_request *known =
        prepare(f, 4, PASSWORD_VERIFY, "irgendwas-12");
    known->known = true;
    password_start(f->pool, known);
    assert_int_equal(password_running(f->pool), 2); /* it did not wait */
    for (size_t i = 5; i < 7; i++) {
        struct password_request *more =
            prepare(f, i, PASSWORD_VERIFY, "irgendwas-12");
        more->known = true;
        password_start(f->pool, more);
    }
    assert_int_equal(password_running(f->pool), 2);
    run_until(f, 7);
    assert_true(f->most_running <= PASSWORD_AT_ONCE);
}

static void too_many_waiting_are_sent_away(void **state)
{
    struct fixture *f = *state;
    size_t sent_away = 0;
    for (size_t i = 0; i < MANY; i++) {
        password_start(f->pool, prepare(f, i, PASSWORD_VERIFY, "irgendwas-12"));
    }
    assert_int_equal(f->answered, 0);
    password_pool_close(f->pool, on_closed, f);
    run_until(f, MANY);
    for (size_t i = 0; i < MANY; i++) {
        sent_away += f->requests[i].status == ERR_LIMIT ? 1 : 0;
    }
    assert_int_equal(sent_away, 2); /* one at work, 64 wait, two too many */
}

static void closing_answers_everything_that_waits(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < 5; i++) {
        password_start(f->pool, prepare(f, i, PASSWORD_VERIFY, "irgendwas-12"));
    }
    password_pool_close(f->pool, on_closed, f);
    assert_int_equal(f->answered, 0);
    check(uv_run(&f->loop, UV_RUN_DEFAULT) == 0);
    assert_int_equal(f->answered, 5);
    assert_true(f->closed);
    assert_int_equal(f->requests[4].status, ERR_UNAVAILABLE);
}

static void short_and_strange_passwords_are_refused(void **state)
{
    (void)state;
    char random[PASSWORD_RANDOM_MAX];
    char other[PASSWORD_RANDOM_MAX];
    assert_non_null(password_wrong(""));
    assert_non_null(password_wrong("elf Zeichen"));
    assert_non_null(password_wrong("äöüäöüäöüäö")); /* eleven, 22 bytes */
    assert_non_null(password_wrong("zwölf\nZeichen!"));
    assert_null(password_wrong("äöüäöüäöüäöü"));
    password_random(random);
    password_random(other);
    assert_null(password_wrong(random));
    assert_string_not_equal(random, other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_hash_knows_its_password_and_no_other),
        TEST(an_account_that_is_not_there_costs_the_same_work),
        TEST(two_at_once_and_one_place_is_kept),
        TEST(too_many_waiting_are_sent_away),
        TEST(closing_answers_everything_that_waits),
        cmocka_unit_test(short_and_strange_passwords_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
