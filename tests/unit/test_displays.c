#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "channels/displays/displays.h"
#include "channels/displays/mqtt.h"
#include "service/base/mem.h"
#include "tests/support/broker.h"
#include "tests/support/cmocka_all.h"

enum { DEADLINE_MS = 30000, KILLS = 20, TOPICS = 6, DETAIL = 192 };

static const char acl[] = "user tuermer\n"
                          "topic readwrite t/#\n"
                          "user stranger\n"
                          "topic readwrite t/#\n"
                          "user reader\n"
                          "topic read t/#\n";
static const char *const accounts[] = {"tuermer secret-1", "stranger secret-2",
                                       "reader secret-3", NULL};

struct fixture {
    uv_loop_t loop;
    uv_timer_t pulse; /* wakes the loop, so that deadlines are seen */
    struct broker broker;
    struct channel *channel;
    struct mqtt *stranger;
    int stranger_connected;
    int stranger_acknowledged;
    int stranger_messages;
    char stranger_bytes[TOPICS][32]; /* by the last digit of the topic */
    int connected;
    int disconnected;
    int foreign;
    char foreign_topic[64];
    int messages;
    char message_topic[64];
    char message_bytes[64];
    bool closed;

    /* publish in flight */
    struct channel_request request;
    struct channel_item items[TOPICS];
    char names[TOPICS][40];
    char payloads[TOPICS][32];
    int answers;
    bool busy;
    enum outcome outcome;
    char detail[DETAIL];

    /* the storm */
    int state; /* what is true now */
    int sent;  /* what the request in flight carries */
    int published;
    int started;
};

static void on_connected(void *data)
{
    struct fixture *f = data;
    f->connected++;
    f->published = 0; /* everything again */
}

static void on_disconnected(void *data)
{
    struct fixture *f = data;
    f->disconnected++;
}

static void on_message(void *data, const struct displays_message *m)
{
    struct fixture *f = data;
    f->messages++;
    (void)snprintf(f->message_topic, sizeof(f->message_topic), "%s", m->topic);
    (void)snprintf(f->message_bytes, sizeof(f->message_bytes), "%.*s",
                   (int)m->len, (const char *)m->bytes);
}

static void on_foreign(void *data, const char *topic)
{
    struct fixture *f = data;
    f->foreign++;
    (void)snprintf(f->foreign_topic, sizeof(f->foreign_topic), "%s", topic);
}

static const struct displays_events events = {.connected = on_connected,
                                              .disconnected = on_disconnected,
                                              .message = on_message,
                                              .foreign = on_foreign};

static void on_pulse(uv_timer_t *timer)
{
    (void)timer;
}

/* One turn of the loop; false when the time is up. */
static bool turn(struct fixture *f, int64_t until_ms)
{
    (void)uv_run(&f->loop, UV_RUN_ONCE);
    return clock_mono_ms(clock_real()) < until_ms;
}

/* Runs the loop until the condition holds, or fails. */
#define RUN_UNTIL(f, condition)                                        \
    for (int64_t until_ms = clock_mono_ms(clock_real()) + DEADLINE_MS; \
         !(condition);) {                                              \
        assert_true(turn(f, until_ms));                                \
    }

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_timer_init(&f->loop, &f->pulse), 0);
    assert_int_equal(uv_timer_start(&f->pulse, on_pulse, 5, 5), 0);
    *state = f;
    return 0;
}

static void on_closed(void *data)
{
    struct fixture *f = data;
    f->closed = true;
}

static void close_channel(struct fixture *f, struct channel *c)
{
    int64_t before_ms = clock_mono_ms(clock_real());
    f->closed = false;
    c->type->close(c, on_closed, f);
    RUN_UNTIL(f, f->closed);
    assert_true(clock_mono_ms(clock_real()) - before_ms < 2500);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->channel != NULL) {
        close_channel(f, f->channel);
    }
    if (f->stranger != NULL) {
        f->closed = false;
        mqtt_close(f->stranger, on_closed, f);
        RUN_UNTIL(f, f->closed);
    }
    uv_close((uv_handle_t *)&f->pulse, NULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    if (f->broker.folder[0] != '\0') {
        broker_stop(&f->broker);
    }
    free(f);
    return 0;
}

static struct channel *open_as(struct fixture *f, const char *name,
                               const char *password, const char *prefix)
{
    struct channel *c = NULL;
    struct err e;
    struct displays_config config = {.broker = f->broker.url,
                                     .username = name,
                                     .password = password,
                                     .ca_file = f->broker.ca_file,
                                     .prefix = prefix,
                                     .events = &events,
                                     .data = f};
    assert_int_equal(displays_open(&f->loop, clock_real(), &config, &c, &e),
                     ERR_OK);
    return c;
}

/* --- somebody else at the broker ----------------------------------------- */

static void stranger_on_connected(void *data, unsigned generation)
{
    struct fixture *f = data;
    (void)generation;
    f->stranger_connected++;
}

static void stranger_on_disconnected(void *data, const char *detail)
{
    (void)data;
    (void)detail;
}

static void stranger_on_acknowledged(void *data, int mid, int reason)
{
    struct fixture *f = data;
    (void)mid;
    assert_true(reason < MQTT_REASON_FAILURE);
    f->stranger_acknowledged++;
}

static void stranger_on_message(void *data, const struct mqtt_message *m)
{
    struct fixture *f = data;
    size_t topic = (size_t)(m->topic[strlen(m->topic) - 1] - '0');
    assert_true(topic < TOPICS);
    f->stranger_messages++;
    (void)snprintf(f->stranger_bytes[topic], sizeof(f->stranger_bytes[topic]),
                   "%.*s", (int)m->len, (const char *)m->bytes);
}

static const struct mqtt_events stranger_events = {
    .connected = stranger_on_connected,
    .disconnected = stranger_on_disconnected,
    .acknowledged = stranger_on_acknowledged,
    .message = stranger_on_message};

static void stranger_open(struct fixture *f)
{
    static const char *const topics[] = {"t/actual/+"};
    struct err e;
    struct mqtt_options options = {.url = f->broker.url,
                                   .username = "stranger",
                                   .password = "secret-2",
                                   .ca_file = f->broker.ca_file,
                                   .client_id = "stranger",
                                   .will = "",
                                   .topics = topics,
                                   .n_topics = 1,
                                   .no_local = true};
    assert_int_equal(
        mqtt_open(&f->loop, &options, &stranger_events, f, &f->stranger, &e),
        ERR_OK);
    RUN_UNTIL(f, f->stranger_connected == 1);
}

static void stranger_writes(struct fixture *f, const char *topic,
                            const char *text)
{
    struct mqtt_publication p = {
        .topic = topic, .bytes = text, .len = strlen(text), .retained = true};
    struct err e;
    int mid = 0;
    int before = f->stranger_acknowledged;
    assert_int_equal(mqtt_publish(f->stranger, &p, &mid, &e), ERR_OK);
    RUN_UNTIL(f, f->stranger_acknowledged > before);
}

static void on_done(struct channel_request *r)
{
    struct fixture *f = r->data;
    f->answers++;
    f->busy = false;
    f->outcome = r->result.outcome;
    (void)snprintf(f->detail, sizeof(f->detail), "%s", r->result.detail);
}

/* Publishes `value` on n topics. */
static void publish(struct fixture *f, size_t n, int value)
{
    assert_false(f->busy);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(f->names[i], sizeof(f->names[i]), "actual/0833600%zu",
                       i);
        (void)snprintf(f->payloads[i], sizeof(f->payloads[i]), "state %d",
                       value);
        f->items[i] = (struct channel_item){.name = f->names[i],
                                            .bytes = f->payloads[i],
                                            .len = strlen(f->payloads[i]),
                                            .expiry_s = 3600};
    }
    f->request = (struct channel_request){
        .items = f->items, .n_items = n, .done = on_done, .data = f};
    f->busy = true;
    f->sent = value;
    f->started++;
    f->channel->type->publish(f->channel, &f->request);
    assert_true(f->busy); /* never from inside the call */
}

static void check_readiness(struct fixture *f, enum readiness expected)
{
    f->request = (struct channel_request){.done = on_done, .data = f};
    f->busy = true;
    f->channel->type->check(f->channel, &f->request);
    assert_true(f->busy);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->request.result.readiness, expected);
}

static void a_state_is_done_when_the_broker_has_it(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker,
                 &(struct broker_options){.acl = acl, .accounts = accounts});
    f->channel = open_as(f, "tuermer", "secret-1", "t");
    RUN_UNTIL(f, f->connected == 1);
    assert_true(displays_connected(f->channel));
    publish(f, TOPICS, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
    check_readiness(f, READINESS_READY);
    publish(f, 0, 2);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
}

static void without_a_broker_nothing_is_sent_and_nothing_is_kept(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    broker_kill(&f->broker);
    f->channel = open_as(f, "", "", "t");
    publish(f, TOPICS, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_NOT_SENT);
    assert_false(displays_tell(f->channel, "heartbeat", "x", 1, true));
    RUN_UNTIL(f, f->disconnected == 1);
    check_readiness(f, READINESS_DOWN);
    assert_non_null(strstr(f->detail, "nicht erreichbar"));
    broker_restart(&f->broker);
    RUN_UNTIL(f, f->connected == 1);
    stranger_open(f);
    publish(f, 1, 2);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_DONE);
    RUN_UNTIL(f, f->stranger_messages > 0);
    assert_int_equal(f->stranger_messages, 1); /* state 1 is not there */
    assert_string_equal(f->stranger_bytes[0], "state 2");
}

static void what_the_acl_denies_is_refused_not_done(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker,
                 &(struct broker_options){.acl = acl, .accounts = accounts});
    f->channel = open_as(f, "reader", "secret-3", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, 2, 1);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->outcome, OUTCOME_REFUSED);
    assert_non_null(strstr(f->detail, "135"));
}

static void a_wrong_password_is_told(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker,
                 &(struct broker_options){.acl = acl, .accounts = accounts});
    f->channel = open_as(f, "tuermer", "wrong", "t");
    RUN_UNTIL(f, f->disconnected == 1);
    check_readiness(f, READINESS_DOWN);
    assert_non_null(strstr(f->detail, "Anmeldung"));
}

static void a_foreign_publish_is_noticed_ours_is_not(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker,
                 &(struct broker_options){.acl = acl, .accounts = accounts});
    f->channel = open_as(f, "tuermer", "secret-1", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, 2, 1);
    RUN_UNTIL(f, !f->busy);
    stranger_open(f);
    RUN_UNTIL(f, f->stranger_messages == 2);
    assert_int_equal(f->foreign, 0);
    stranger_writes(f, "t/actual/08336001", "evil");
    RUN_UNTIL(f, f->foreign == 1);
    assert_string_equal(f->foreign_topic, "actual/08336001");
    check_readiness(f, READINESS_DEGRADED);
    /* The flow publishes its own again; a storm is told once a second. */
    publish(f, 2, 2);
    RUN_UNTIL(f, !f->busy);
    for (int i = 0; i < 20; i++) {
        stranger_writes(f, "t/actual/08336001", "evil again");
    }
    RUN_UNTIL(f, f->foreign == 2);
}

static void what_displays_say_is_handed_on(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    stranger_open(f);
    stranger_writes(f, "t/display/rathaus/shown", "{}");
    RUN_UNTIL(f, f->messages == 1);
    assert_string_equal(f->message_topic, "display/rathaus/shown");
    assert_string_equal(f->message_bytes, "{}");
    assert_int_equal(f->foreign, 0);
}

/* Our own retained message is recognised after a restart of the process when
 * the flow names the stored bytes; another one there is foreign. */
static void after_a_restart_a_replaced_state_is_noticed(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    stranger_open(f);
    stranger_writes(f, "t/actual/08336000", "ours");
    stranger_writes(f, "t/actual/08336001", "evil");
    f->channel = open_as(f, "", "", "t");
    displays_expect(f->channel, "actual/08336000", "ours", 4);
    displays_expect(f->channel, "actual/08336001", "ours", 4);
    RUN_UNTIL(f, f->foreign == 1);
    assert_string_equal(f->foreign_topic, "actual/08336001");
}

/* --- the storm ----------------------------------------------------------- */

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
    broker_start(&f->broker, &(struct broker_options){.tls = true,
                                                      .acl = acl,
                                                      .accounts = accounts});
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
    int flood[FLOOD_MAX];
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

static void
a_request_in_flight_is_answered_when_the_channel_closes(void **state)
{
    struct fixture *f = *state;
    broker_start(&f->broker, &(struct broker_options){0});
    f->channel = open_as(f, "", "", "t");
    RUN_UNTIL(f, f->connected == 1);
    publish(f, TOPICS, 1);
    close_channel(f, f->channel);
    f->channel = NULL;
    assert_int_equal(f->answers, 1);
    assert_false(f->busy);
    assert_int_equal(f->outcome, OUTCOME_UNKNOWN);
}

static void addresses_that_are_none_are_refused(void **state)
{
    static const char *const wrong[] = {
        "",          "broker",          "http://x",        "mqtt://",
        "mqtt://:1", "mqtt://x:0",      "mqtt://x:65536",  "mqtt://x:1y",
        "mqtts://",  "mqtt://x:1/path", "mqtt://[::1:1883"};
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct channel *c = NULL;
        struct err e;
        struct displays_config config = {
            .broker = wrong[i], .prefix = "t", .events = &events, .data = f};
        assert_int_equal(displays_open(&f->loop, clock_real(), &config, &c, &e),
                         ERR_INVALID);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_state_is_done_when_the_broker_has_it),
        TEST(without_a_broker_nothing_is_sent_and_nothing_is_kept),
        TEST(what_the_acl_denies_is_refused_not_done),
        TEST(a_wrong_password_is_told),
        TEST(a_foreign_publish_is_noticed_ours_is_not),
        TEST(what_displays_say_is_handed_on),
        TEST(after_a_restart_a_replaced_state_is_noticed),
        TEST(a_reconnect_needs_no_free_descriptor),
        TEST(a_dead_broker_costs_nothing),
        TEST(no_round_waits_for_a_delayed_acknowledgement),
        TEST(a_request_in_flight_is_answered_when_the_channel_closes),
        TEST(addresses_that_are_none_are_refused),
        TEST(twenty_killed_brokers_lose_no_final_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
