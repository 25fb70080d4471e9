#include "channels/displays/mqtt.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "tests/unit/displays_scene.h"

enum { KILLS = 20 };

static double cpu_seconds(void)
{
    struct rusage u;
    assert_int_equal(getrusage(RUSAGE_SELF, &u), 0);
    return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
           (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* What the flow does: whatever differs from what the broker acknowledged. */
static void storm_step(struct fixture *f)
{
    if (!f->busy && f->published != f->state &&
        displays_connected(f->channel)) {
        publish(f, TOPICS, f->state);
    }
    (void)uv_run(&f->loop, UV_RUN_ONCE);
    if (!f->busy && f->outcome == OUTCOME_DONE) {
        f->published = f->sent;
    }
}

static void storm(struct fixture *f, int64_t ms)
{
    int64_t end_ms = clock_mono_ms(clock_real()) + ms;
    while (clock_mono_ms(clock_real()) < end_ms) {
        f->state++;
        storm_step(f);
    }
}

static void twenty_killed_brokers_lose_no_final_state(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker,
                 &(struct broker_options){.tls = true,
                                          .acl = scene_acl,
                                          .accounts = scene_accounts});
    f->channel = open_as(f, "tuermer", "secret-1", "t");
    RUN_UNTIL(f, f->connected == 1);
    double cpu = cpu_seconds();
    int64_t start_ms = clock_mono_ms(clock_real());
    for (int i = 0; i < KILLS; i++) {
        int connected = f->connected;
        storm(f, 100);
        broker_kill(&f->broker);
        storm(f, 150);
        broker_restart(&f->broker);
        int64_t end_ms = clock_mono_ms(clock_real()) + DEADLINE_MS;
        while (f->connected == connected &&
               clock_mono_ms(clock_real()) < end_ms) {
            storm_step(f);
        }
        assert_true(f->connected > connected);
    }
    int64_t end_ms = clock_mono_ms(clock_real()) + DEADLINE_MS;
    while ((f->busy || f->published != f->state) &&
           clock_mono_ms(clock_real()) < end_ms) {
        storm_step(f);
    }
    assert_int_equal(f->published, f->state);
    double wall = (double)(clock_mono_ms(clock_real()) - start_ms) / 1000;
    cpu = cpu_seconds() - cpu;
    print_message("%d kills, %d states, %d publishes, %d connections: "
                  "%.1f s, CPU %.2f s (%.0f %%)\n",
                  KILLS, f->state, f->started, f->connected, wall, cpu,
                  cpu / wall * 100);
    assert_int_equal(f->answers, f->started); /* each exactly once */
    assert_true(cpu < wall / 2);
    /* The broker really holds the last one: who comes new meets it. */
    stranger_open(f);
    RUN_UNTIL(f, f->stranger_messages == TOPICS);
    for (size_t i = 0; i < TOPICS; i++) {
        assert_string_equal(f->stranger_bytes[i], f->payloads[i]);
    }
}

/* A flood has taken every file descriptor; the broker restarts meanwhile. */
static void a_reconnect_needs_no_free_descriptor(void **state)
{
    enum { FLOOD_MAX = 512 };
    struct rlimit limit;
    struct rlimit before;
    struct fixture *f = *state;
    int flood[FLOOD_MAX] = {0};
    size_t n = 0;
    broker_start(&f->broker, &(struct broker_options){.tls = true});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, 1, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    limit = before;
    limit.rlim_cur = FLOOD_MAX;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    while (n < FLOOD_MAX && (flood[n] = dup(STDIN_FILENO)) >= 0) {
        n++;
    }
    broker_kill(&f->broker);
    RUN_UNTIL(f, f->disconnected == 1);
    for (size_t i = 0; i < 4; i++) { /* what the test itself needs */
        (void)close(flood[--n]);
    }
    broker_restart(&f->broker);
    while (n < FLOOD_MAX && (flood[n] = dup(STDIN_FILENO)) >= 0) {
        n++;
    }
    RUN_UNTIL(f, f->connected == 2);
    publish(f, 1, 2);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
    while (n > 0) {
        (void)close(flood[--n]);
    }
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* No CPU is burnt while a broker stays away (libraries.md). */
static void a_dead_broker_costs_nothing(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){.tls = true});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    broker_kill(&f->broker);
    RUN_UNTIL(f, f->disconnected == 1);
    double cpu = cpu_seconds();
    int64_t three_s = clock_mono_ms(clock_real()) + 3000;
    RUN_UNTIL(f, clock_mono_ms(clock_real()) > three_s);
    cpu = cpu_seconds() - cpu;
    print_message("3 s without a broker: CPU %.3f s\n", cpu);
    assert_true(cpu < 0.6);
}

/* The publish wakes the thread, and no 40 ms of Nagle and delayed
 * acknowledgements come between: before TCP_QUICKACK every round took 44 ms.
 * The fastest of fifty shows it on a busy machine too. */
static void no_round_waits_for_a_delayed_acknowledgement(void **state)
{
    struct fixture *f = *state;
    int64_t fastest_ms = DEADLINE_MS;
    broker_start(&f->broker, &(struct broker_options){.tls = true});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    int64_t start_ms = clock_mono_ms(clock_real());
    for (int i = 0; i < 50; i++) {
        int64_t before_ms = clock_mono_ms(clock_real());
        publish(f, TOPICS, i);
        RUN_UNTIL(f, !f->busy);
        assert_int_equal(f->outcome, OUTCOME_DONE);
        int64_t took_ms = clock_mono_ms(clock_real()) - before_ms;
        fastest_ms = took_ms < fastest_ms ? took_ms : fastest_ms;
    }
    print_message("50 publishes of 6 topics, one after another, TLS: %lld ms, "
                  "fastest %lld ms\n",
                  (long long)(clock_mono_ms(clock_real()) - start_ms),
                  (long long)fastest_ms);
    assert_true(fastest_ms < 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_reconnect_needs_no_free_descriptor),
        TEST(a_dead_broker_costs_nothing),
        TEST(no_round_waits_for_a_delayed_acknowledgement),
        TEST(twenty_killed_brokers_lose_no_final_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
