/* The scene of the displays channel's tests: a loop, a real broker, the
 * channel, and a stranger who reads and writes at the same broker. */
#ifndef TESTS_UNIT_DISPLAYS_SCENE_H
#define TESTS_UNIT_DISPLAYS_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "channels/displays/displays.h"
#include "channels/displays/mqtt.h"
#include "tests/support/broker.h"
#include "tests/support/cmocka_all.h"

enum { DEADLINE_MS = 30000, TOPICS = 6, DETAIL = 192 };

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

/* Accounts tuermer (secret-1) and stranger (secret-2) may all, reader
 * (secret-3) reads. */
extern const char scene_acl[];
extern const char *const scene_accounts[];
extern const struct displays_events scene_events;

int set_up(void **state);
int tear_down(void **state);

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* One turn of the loop; false when the time is up. */
bool turn(struct fixture *f, int64_t until_ms);

/* Runs the loop until the condition holds, or fails. */
#define RUN_UNTIL(f, condition)                                        \
    for (int64_t until_ms = clock_mono_ms(clock_real()) + DEADLINE_MS; \
         !(condition);) {                                              \
        assert_true(turn(f, until_ms));                                \
    }

struct channel *open_as(struct fixture *f, const char *name,
                        const char *password, const char *prefix);

/* Closes within 2.5 s, or fails. */
void close_channel(struct fixture *f, struct channel *c);

/* Publishes "state <value>" on n topics; f->busy until it is answered. */
void publish(struct fixture *f, size_t n, int value);

void check_readiness(struct fixture *f, enum readiness expected);

void stranger_open(struct fixture *f);
void stranger_writes(struct fixture *f, const char *topic, const char *text);

#endif
