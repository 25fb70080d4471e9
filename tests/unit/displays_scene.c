#include "tests/unit/displays_scene.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"

const char scene_acl[] = "user tuermer\n"
                         "topic readwrite t/#\n"
                         "user stranger\n"
                         "topic readwrite t/#\n"
                         "user reader\n"
                         "topic read t/#\n";
const char *const scene_accounts[] = {"tuermer secret-1", "stranger secret-2",
                                      "reader secret-3", NULL};

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

const struct displays_events scene_events = {.connected = on_connected,
                                             .disconnected = on_disconnected,
                                             .message = on_message,
                                             .foreign = on_foreign};

static void on_pulse(uv_timer_t *timer)
{
    (void)timer;
}

/* One turn of the loop; false when the time is up. */
bool turn(struct fixture *f, int64_t until_ms)
{
    (void)uv_run(&f->loop, UV_RUN_ONCE);
    return clock_mono_ms(clock_real()) < until_ms;
}

int set_up(void **state)
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

void close_channel(struct fixture *f, struct channel *c)
{
    int64_t before_ms = clock_mono_ms(clock_real());
    f->closed = false;
    c->type->close(c, on_closed, f);
    RUN_UNTIL(f, f->closed);
    assert_true(clock_mono_ms(clock_real()) - before_ms < 2500);
}

int tear_down(void **state)
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

struct channel *open_as(struct fixture *f, const char *name,
                        const char *password, const char *prefix)
{
    struct channel *c = NULL;
    struct err e;
    struct displays_config config = {.broker = f->broker.url,
                                     .username = name,
                                     .password = password,
                                     .ca_file = f->broker.ca_file,
                                     .prefix = prefix,
                                     .events = &scene_events,
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

void stranger_open(struct fixture *f)
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

void stranger_writes(struct fixture *f, const char *topic, const char *text)
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
void publish(struct fixture *f, size_t n, int value)
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

void check_readiness(struct fixture *f, enum readiness expected)
{
    f->request = (struct channel_request){.done = on_done, .data = f};
    f->busy = true;
    f->channel->type->probe(f->channel, &f->request);
    assert_true(f->busy);
    RUN_UNTIL(f, !f->busy);
    assert_int_equal(f->request.result.readiness, expected);
}
