/* Guessing is slowed, nobody is locked out. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

#include "service/access/throttle.h"
#include "service/base/check.h"

struct fixture {
    struct fake_clock clock;
    struct throttle *t;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    check(f != NULL);
    fake_clock_init(&f->clock, 0);
    f->t = throttle_new(&f->clock.clock);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    throttle_free(f->t);
    free(f);
    return 0;
}

static void after_some_failures_the_account_waits_longer_each_time(void **state)
{
    struct fixture *f = *state;
    const struct throttle_who who = {.account = "erika"};
    for (int i = 0; i < THROTTLE_ACCOUNT_FREE; i++) {
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
    const long waits[] = {1, 2, 4, 8, 16, 32, 60, 60, 60};
    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        assert_int_equal(throttle_try(f->t, &who), waits[i]);
        assert_int_equal(throttle_try(f->t, &who), waits[i]); /* no cost */
        fake_clock_advance(&f->clock, waits[i] * 1000 - 1);
        assert_int_equal(throttle_try(f->t, &who), 1);
        fake_clock_advance(&f->clock, 1);
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
}

static void a_success_and_a_quarter_of_an_hour_forget(void **state)
{
    struct fixture *f = *state;
    const struct throttle_who who = {.account = "erika"};
    for (int i = 0; i < THROTTLE_ACCOUNT_FREE; i++) {
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
    throttle_succeeded(f->t, &who);
    assert_int_equal(throttle_try(f->t, &who), 0);
    for (int i = 1; i < THROTTLE_ACCOUNT_FREE; i++) {
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
    assert_int_equal(throttle_try(f->t, &who), 1);
    fake_clock_advance(&f->clock, THROTTLE_FORGET_MS);
    assert_int_equal(throttle_try(f->t, &who), 0);
    assert_int_equal(throttle_try(f->t, &who), 0);
}

static void a_known_device_does_not_wait_for_its_account(void **state)
{
    struct fixture *f = *state;
    const struct throttle_who flood = {.account = "erika",
                                       .network = "192.0.2.7"};
    const struct throttle_who known = {
        .account = "erika", .network = "192.0.2.7", .device = "d1"};
    for (int i = 0; i < 100; i++) {
        (void)throttle_try(f->t, &flood);
    }
    assert_true(throttle_try(f->t, &flood) > 0);
    assert_int_equal(throttle_try(f->t, &known), 0);
    throttle_succeeded(f->t, &known);
    for (int i = 0; i < THROTTLE_ACCOUNT_FREE; i++) {
        assert_int_equal(throttle_try(f->t, &known), 0);
    }
    assert_true(throttle_try(f->t, &known) > 0); /* a stolen one guesses too */
}

static void a_network_waits_whatever_names_it_tries(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < THROTTLE_NETWORK_FREE; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "user%d", i);
        const struct throttle_who who = {.account = name,
                                         .network = "2001:db8::1"};
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
    const struct throttle_who same = {.account = "neu",
                                      .network = "2001:db8::ffff"};
    const struct throttle_who other = {.account = "neu",
                                       .network = "2001:db8:1::1"};
    assert_int_equal(throttle_try(f->t, &same), 1);
    assert_int_equal(throttle_try(f->t, &other), 0);
}

static void networks_are_addresses_or_64_bits_of_one(void **state)
{
    (void)state;
    char out[64];
    throttle_network("192.0.2.7", out, sizeof(out));
    assert_string_equal(out, "192.0.2.7");
    throttle_network("::ffff:192.0.2.7", out, sizeof(out));
    assert_string_equal(out, "192.0.2.7");
    throttle_network("2001:db8:1:2:3:4:5:6", out, sizeof(out));
    assert_string_equal(out, "2001:db8:1:2::/64");
}

static void a_flood_of_names_does_not_grow_the_table(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 50000; i++) {
        char name[32];
        (void)snprintf(name, sizeof(name), "user%d", i);
        const struct throttle_who who = {.account = name};
        assert_int_equal(throttle_try(f->t, &who), 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(after_some_failures_the_account_waits_longer_each_time),
        TEST(a_success_and_a_quarter_of_an_hour_forget),
        TEST(a_known_device_does_not_wait_for_its_account),
        TEST(a_network_waits_whatever_names_it_tries),
        cmocka_unit_test(networks_are_addresses_or_64_bits_of_one),
        TEST(a_flood_of_names_does_not_grow_the_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
