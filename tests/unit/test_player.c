#include "channels/displays/player/player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channels/displays/displays.h"
#include "channels/displays/player/screen.h"
#include "service/base/mem.h"
#include "service/seal/note.h"
#include "tests/support/broker.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

enum { N_KEYS = 4, DEADLINE_MS = 20000, BODY_MAX = 4096, OUTPUT_MAX = 65536 };

static const int64_t start_s = 1795521600; /* 2026-11-24 13:00 UTC */

struct fixture {
    uv_loop_t loop;
    uv_timer_t pulse;
    struct broker broker;
    struct fake_clock clock;
    struct key_pair pairs[N_KEYS];
    struct key_public keys[N_KEYS];
    struct channel *service;
    struct player *player;
    struct channel_request request;
    struct channel_item item;
    bool busy;
    int connected;
    char shown[1024]; /* the display's last words */
    char status[1024];
    char folder[64]; /* the display's store */
    FILE *out;
    char *output;
    size_t output_len;
    bool closed;
};

static void on_connected(void *data)
{
    struct fixture *f = data;
    f->connected++;
}

static void on_disconnected(void *data)
{
    (void)data;
}

static void on_message(void *data, const struct displays_message *m)
{
    struct fixture *f = data;
    bool shown = strcmp(m->topic, "display/rathaus/shown") == 0;
    (void)snprintf(shown ? f->shown : f->status, sizeof(f->shown), "%.*s",
                   (int)m->len, (const char *)m->bytes);
}

static void on_foreign(void *data, const char *topic)
{
    (void)data;
    (void)topic;
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

static bool output_has(struct fixture *f, const char *text)
{
    (void)fflush(f->out);
    return f->output != NULL && strstr(f->output, text) != NULL;
}

static int set_up(void **state)
{
    static const char *const names[N_KEYS] = {
        "h.example/actual/k1", "h.example/exercise/k1", "h.example/keys/k1",
        "h.example/heartbeat/k1"};
    struct fixture *f = mem_zalloc(sizeof(*f));
    struct err e;
    for (size_t i = 0; i < N_KEYS; i++) {
        assert_int_equal(key_generate(names[i], &f->pairs[i], &e), ERR_OK);
        f->keys[i] = f->pairs[i].open;
    }
    fake_clock_init(&f->clock, start_s * 1000);
    assert_int_equal(uv_loop_init(&f->loop), 0);
    assert_int_equal(uv_timer_init(&f->loop, &f->pulse), 0);
    assert_int_equal(uv_timer_start(&f->pulse, on_pulse, 5, 5), 0);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-player-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    broker_start(&f->broker, &(struct broker_options){0});
    struct displays_config config = {.broker = f->broker.url,
                                     .prefix = "t/v1",
                                     .events = &events,
                                     .data = f};
    assert_int_equal(
        displays_open(&f->loop, clock_real(), &config, &f->service, &e),
        ERR_OK);
    RUN_UNTIL(f, f->connected == 1);
    *state = f;
    return 0;
}

static void on_closed(void *data)
{
    struct fixture *f = data;
    f->closed = true;
}

static void stop_player(struct fixture *f)
{
    f->closed = false;
    player_close(f->player, on_closed, f);
    RUN_UNTIL(f, f->closed);
    f->player = NULL;
    (void)fclose(f->out);
    free(f->output);
    f->output = NULL;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char path[128];
    if (f->player != NULL) {
        stop_player(f);
    }
    f->closed = false;
    f->service->type->close(f->service, on_closed, f);
    RUN_UNTIL(f, f->closed);
    uv_close((uv_handle_t *)&f->pulse, NULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    broker_stop(&f->broker);
    (void)snprintf(path, sizeof(path), "%s/sequence", f->folder);
    (void)unlink(path);
    assert_int_equal(rmdir(f->folder), 0);
    free(f);
    return 0;
}

static void start_player(struct fixture *f, bool json)
{
    struct err e;
    struct player_options options = {.id = "rathaus",
                                     .broker = f->broker.url,
                                     .area = "08336050",
                                     .prefix = "t/v1",
                                     .store = f->folder,
                                     .keys = f->keys,
                                     .n_keys = N_KEYS,
                                     .json = json,
                                     .width = 58};
    f->out = open_memstream(&f->output, &f->output_len);
    assert_non_null(f->out);
    options.out = f->out;
    assert_int_equal(
        player_open(&f->loop, &f->clock.clock, &options, &f->player, &e),
        ERR_OK);
}

static void on_done(struct channel_request *r)
{
    struct fixture *f = r->data;
    f->busy = false;
    assert_int_equal(r->result.outcome, OUTCOME_DONE);
}

static void publish(struct fixture *f, const char *topic, const char *body,
                    size_t key)
{
    const struct key_pair *pair = &f->pairs[key];
    char *note = NULL;
    struct err e;
    assert_int_equal(note_sign(body, &pair, 1, &note, &e), ERR_OK);
    f->item = (struct channel_item){
        .name = topic, .bytes = note, .len = strlen(note)};
    f->request = (struct channel_request){
        .items = &f->item, .n_items = 1, .done = on_done, .data = f};
    f->busy = true;
    f->service->type->publish(f->service, &f->request);
    RUN_UNTIL(f, !f->busy);
    free(note);
}

/* level 0: an empty state. */
static void say(struct fixture *f, const char *stream, int64_t seq, int level)
{
    char body[BODY_MAX];
    char alert[BODY_MAX / 2] = "";
    if (level > 0) {
        (void)snprintf(alert, sizeof(alert),
                       "{\"id\":\"LOE-7K3Q9F-1\",\"kind\":\"alert\","
                       "\"level\":%d,\"event\":\"Gefahrstoff\",\"headline\":{"
                       "\"de\":\"Gefahrstoff in der Luft: Grenzach\"},"
                       "\"pages\":{\"de\":[\"Gehen Sie in ein Gebäude. "
                       "Fenster und Türen schließen.\"]},\"expires\":%lld}",
                       level, (long long)start_s + 600);
    }
    (void)snprintf(body, sizeof(body),
                   "{\"v\":1,\"stream\":\"%s\",\"epoch\":1,\"seq\":%lld,"
                   "\"issued\":%lld,\"valid_until\":%lld,\"alerts\":[%s]}\n",
                   stream, (long long)seq, (long long)start_s,
                   (long long)start_s + 86400, alert);
    publish(f, stream, body, 0);
}

static void beat(struct fixture *f, int64_t time)
{
    char body[BODY_MAX];
    (void)snprintf(body, sizeof(body),
                   "{\"v\":1,\"time\":%lld,\"streams\":{},\"tree\":{}}\n",
                   (long long)time);
    publish(f, "heartbeat", body, 3);
}

static void an_alert_is_shown_acknowledged_and_ends_by_itself(void **state)
{
    struct fixture *f = *state;
    say(f, "actual/08336", 5, 0);
    say(f, "actual/08336050", 42, 1);
    start_player(f, true);
    RUN_UNTIL(f, output_has(f, "{\"ev\":\"shown\",\"stream\":"
                               "\"actual/08336050\",\"epoch\":1,\"seq\":42,"
                               "\"alerts\":[\"LOE-7K3Q9F-1\"]}"));
    RUN_UNTIL(f, strstr(f->shown, "\"stream\":\"actual/08336050\",\"epoch\":1,"
                                  "\"seq\":42") != NULL &&
                     strstr(f->shown, "actual/08336\"") != NULL);
    RUN_UNTIL(f, strstr(f->status, "\"online\"") != NULL);
    beat(f, start_s);
    RUN_UNTIL(f, output_has(f, "{\"ev\":\"link\",\"state\":\"ok\"}"));
    /* Ninety seconds of silence are said; the warning stays. */
    fake_clock_advance(&f->clock, 89000);
    assert_false(output_has(f, "disturbed\"}\n{\"ev\":\"link\",\"state\":\"ok"
                               "\"}\n{\"ev\":\"link\",\"state\":\"disturbed"));
    fake_clock_advance(&f->clock, 1000);
    RUN_UNTIL(f, output_has(f, "\"ok\"}\n{\"ev\":\"link\",\"state\":"
                               "\"disturbed\"}"));
    /* Its own clock ends it, without a word from anybody. */
    fake_clock_advance(&f->clock, 510000);
    RUN_UNTIL(f, output_has(f, "\"seq\":42,\"alerts\":[]}"));
    RUN_UNTIL(f, output_has(f, "{\"ev\":\"link\",\"state\":\"none\"}"));
    stop_player(f);
    RUN_UNTIL(f, strstr(f->status, "\"offline\"") != NULL);
}

static void the_picture_has_words_not_only_colours(void **state)
{
    struct fixture *f = *state;
    say(f, "actual/08336", 5, 0);
    start_player(f, false);
    RUN_UNTIL(f, output_has(f, "=== Keine Verbindung ==="));
    beat(f, start_s);
    say(f, "actual/08336050", 41, 0);
    RUN_UNTIL(f, output_has(f, "=== Zurzeit keine Warnung ==="));
    say(f, "actual/08336050", 42, 1);
    RUN_UNTIL(f, output_has(f, "=== !!  Extreme Gefahr – Stufe 1 ==="));
    assert_true(output_has(f, "  Gefahrstoff in der Luft: Grenzach\n\n"
                              "  Gehen Sie in ein Gebäude. Fenster und Türen "
                              "schließen.\n"));
    assert_true(output_has(f, " Uhr · h.example\n"));
}

static void after_a_restart_an_older_state_is_refused(void **state)
{
    struct fixture *f = *state;
    say(f, "actual/08336", 5, 0);
    say(f, "actual/08336050", 42, 0);
    start_player(f, true);
    RUN_UNTIL(f, output_has(f, "\"seq\":42"));
    stop_player(f);
    say(f, "actual/08336050", 41, 1); /* the broker replays */
    start_player(f, true);
    RUN_UNTIL(f, output_has(f, "{\"ev\":\"refused\",\"stream\":"
                               "\"actual/08336050\",\"reason\":\"old\"}"));
    assert_false(output_has(f, "LOE-7K3Q9F-1"));
    say(f, "actual/08336050", 42, 1); /* the same number, other bytes */
    RUN_UNTIL(f, output_has(f, "\"reason\":\"conflict\"}"));
    RUN_UNTIL(f, strstr(f->status, "\"bad_signature\"") != NULL);
    assert_false(output_has(f, "LOE-7K3Q9F-1"));
    say(f, "actual/08336050", 43, 1);
    RUN_UNTIL(f, output_has(f, "\"seq\":43,\"alerts\":[\"LOE-7K3Q9F-1\"]"));
}

static void a_damaged_memory_is_told_at_start(void **state)
{
    struct fixture *f = *state;
    struct err e;
    char path[128];
    (void)snprintf(path, sizeof(path), "%s/sequence", f->folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    (void)fputs("actual/08336050 1 x abc\n", file);
    (void)fclose(file);
    struct player_options options = {.id = "rathaus",
                                     .broker = f->broker.url,
                                     .area = "08336050",
                                     .prefix = "t/v1",
                                     .store = f->folder,
                                     .keys = f->keys,
                                     .n_keys = N_KEYS,
                                     .out = stdout};
    assert_int_equal(
        player_open(&f->loop, &f->clock.clock, &options, &f->player, &e),
        ERR_CORRUPT);
    assert_null(f->player);
}

static void a_broker_that_goes_and_comes_back_changes_nothing(void **state)
{
    struct fixture *f = *state;
    say(f, "actual/08336", 5, 0);
    say(f, "actual/08336050", 42, 1);
    start_player(f, true);
    RUN_UNTIL(f, output_has(f, "\"seq\":42,\"alerts\":[\"LOE-7K3Q9F-1\"]"));
    broker_kill(&f->broker);
    RUN_UNTIL(f, !displays_connected(f->service));
    f->shown[0] = '\0';
    broker_restart(&f->broker);
    RUN_UNTIL(f, f->connected == 2);
    say(f, "actual/08336050", 43, 1);
    RUN_UNTIL(f, output_has(f, "\"seq\":43,\"alerts\":[\"LOE-7K3Q9F-1\"]"));
    RUN_UNTIL(f, strstr(f->shown, "\"seq\":43") != NULL);
    assert_false(output_has(f, "refused"));
}

/* ---- the picture alone ---- */

static void nothing_of_a_message_steers_the_terminal(void **state)
{
    static char headline[] = "Kopf\033[2J\x07 \xC2\x9B"
                             "31m Ende";
    static char page[] = "Notfall\xC2\xADtreff\xC2\xADpunkt";
    struct accept_alert alert = {
        .kind = KIND_ALERT, .level = 2, .headline = headline, .n_pages = 1};
    struct screen s = {.kind = SCREEN_ALERT,
                       .stream = STREAM_EXERCISE,
                       .alert = &alert,
                       .host = "h.example",
                       .width = 60};
    struct buf b;
    (void)state;
    alert.pages[0].text = page;
    buf_init(&b, OUTPUT_MAX);
    screen_draw(&s, &b);
    assert_null(strchr(buf_text(&b), '\033'));
    assert_null(strchr(buf_text(&b), '\x07'));
    assert_non_null(strstr(buf_text(&b), "Notfalltreffpunkt"));
    /* A drill says so above and below, and its level is only written. */
    char *first = strstr(buf_text(&b), "=== PROBE – wäre Stufe 2 ===");
    assert_non_null(first);
    assert_non_null(strstr(first + 1, "=== PROBE – wäre Stufe 2 ==="));
    buf_fini(&b);
}

static void long_pages_stand_longer(void **state)
{
    char text[241];
    (void)state;
    memset(text, 'x', sizeof(text));
    text[60] = '\0';
    assert_int_equal(screen_page_ms(text), 8000);
    text[60] = 'x';
    text[120] = '\0';
    assert_int_equal(screen_page_ms(text), 13000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_alert_is_shown_acknowledged_and_ends_by_itself),
        TEST(the_picture_has_words_not_only_colours),
        TEST(after_a_restart_an_older_state_is_refused),
        TEST(a_damaged_memory_is_told_at_start),
        TEST(a_broker_that_goes_and_comes_back_changes_nothing),
        cmocka_unit_test(nothing_of_a_message_steers_the_terminal),
        cmocka_unit_test(long_pages_stand_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
