#include "channels/displays/player/accept.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/player/slots.h"
#include "service/base/mem.h"
#include "service/seal/note.h"
#include "tests/support/cmocka_all.h"

enum { N_KEYS = 4, MUTATIONS = 10000, NOTE_MAX = 4096 };

static const int64_t now_s = 1795521600;

struct fixture {
    struct key_pair pairs[N_KEYS]; /* actual, exercise, rehearsal, heartbeat */
    struct key_public keys[N_KEYS];
    struct key_pair stranger; /* the same name as actual, another key */
    struct accept_rules rules;
};

static int set_up(void **state)
{
    static const char *const names[N_KEYS] = {
        "h.example/actual/k1", "h.example/exercise/k1",
        "h.example/rehearsal/k1", "h.example/heartbeat/k1"};
    struct fixture *f = mem_zalloc(sizeof(*f));
    struct err e;
    for (size_t i = 0; i < N_KEYS; i++) {
        assert_int_equal(key_generate(names[i], &f->pairs[i], &e), ERR_OK);
        f->keys[i] = f->pairs[i].open;
    }
    assert_int_equal(key_generate(names[0], &f->stranger, &e), ERR_OK);
    f->rules = (struct accept_rules){.kind = STREAM_ACTUAL,
                                     .stream = "actual/08336050",
                                     .keys = f->keys,
                                     .n_keys = N_KEYS};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    free(*state);
    return 0;
}

static char *sign(const struct key_pair *key, const char *body)
{
    char *note = NULL;
    struct err e;
    assert_int_equal(note_sign(body, &key, 1, &note, &e), ERR_OK);
    return note;
}

/* A body with one alert; the caller's to free(). */
static char *body_of(const char *stream, int64_t epoch, int64_t seq,
                     const char *mark, int64_t valid_until)
{
    char *body = mem_zalloc(NOTE_MAX);
    (void)snprintf(
        body, NOTE_MAX,
        "{\"v\":1,\"stream\":\"%s\",\"epoch\":%lld,\"seq\":%lld,"
        "\"issued\":%lld,\"valid_until\":%lld,\"alerts\":[{\"id\":"
        "\"LOE-7K3Q9F-1\",\"kind\":\"alert\",\"level\":1,\"event\":\"E\","
        "\"headline\":{\"de\":\"%sKopf\",\"en\":\"%sHead\"},\"pages\":{"
        "\"en\":[\"%sPage\"],\"de\":[\"%sSeite 1\",\"%sSeite 2\"]},"
        "\"expires\":%lld}]}\n",
        stream, (long long)epoch, (long long)seq, (long long)now_s,
        (long long)valid_until, mark, mark, mark, mark, mark,
        (long long)now_s + 60);
    return body;
}

static enum accept_verdict judge(const struct accept_rules *rules,
                                 const struct key_pair *key, const char *body,
                                 const struct accept_memory *last)
{
    struct accept_state s;
    char *note = sign(key, body);
    enum accept_verdict verdict =
        state_accept(rules, note, strlen(note), last, now_s, &s);
    accept_state_fini(&s);
    free(note);
    return verdict;
}

static void a_signed_state_is_read_german_first(void **state)
{
    struct fixture *f = *state;
    struct accept_memory none = {0};
    struct accept_state s;
    char *body = body_of("actual/08336050", 1, 42, "", now_s + 100);
    char *note = sign(&f->pairs[0], body);
    assert_int_equal(
        state_accept(&f->rules, note, strlen(note), &none, now_s, &s),
        ACCEPT_SHOW);
    assert_int_equal(s.seq, 42);
    assert_int_equal(s.n_alerts, 1);
    assert_string_equal(s.alerts[0].headline, "Kopf");
    assert_int_equal(s.alerts[0].n_pages, 3);
    assert_string_equal(s.alerts[0].pages[0].text, "Seite 1");
    assert_string_equal(s.alerts[0].pages[2].language, "en");
    accept_state_fini(&s);
    free(body);
    free(note);
}

static void numbers_only_rise(void **state)
{
    static const struct {
        int64_t epoch;
        int64_t seq;
        int64_t last_epoch;
        int64_t last_seq;
        enum accept_verdict verdict;
    } table[] = {
        {1, 1, 0, 0, ACCEPT_SHOW},     {1, 42, 1, 41, ACCEPT_SHOW},
        {1, 41, 1, 42, ACCEPT_OLD},    {1, 42, 1, 42, ACCEPT_CONFLICT},
        {2, 1, 1, 42, ACCEPT_SHOW},    {1, 99, 2, 1, ACCEPT_OLD},
        {2, 1, 2, 1, ACCEPT_CONFLICT},
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct accept_memory last = {.epoch = table[i].last_epoch,
                                     .seq = table[i].last_seq,
                                     .sha256 = "other"};
        char *body = body_of("actual/08336050", table[i].epoch, table[i].seq,
                             "", now_s + 100);
        assert_int_equal(judge(&f->rules, &f->pairs[0], body, &last),
                         table[i].verdict);
        free(body);
    }
}

static void key_topic_name_and_wording_must_agree(void **state)
{
    static const struct {
        enum stream kind; /* of the topic */
        const char *topic;
        size_t key;
        const char *body;
        const char *mark;
        enum accept_verdict verdict;
    } table[] = {
        {STREAM_ACTUAL, "actual/1", 0, "actual/1", "", ACCEPT_SHOW},
        {STREAM_EXERCISE, "exercise/1", 1, "exercise/1", "PROBE – ",
         ACCEPT_SHOW},
        {STREAM_REHEARSAL, "rehearsal/1", 2, "rehearsal/1", "ÜBUNG – ",
         ACCEPT_SHOW},
        /* the key of another stream */
        {STREAM_ACTUAL, "actual/1", 1, "actual/1", "", ACCEPT_UNSIGNED},
        {STREAM_ACTUAL, "actual/1", 3, "actual/1", "", ACCEPT_UNSIGNED},
        {STREAM_EXERCISE, "exercise/1", 0, "exercise/1", "PROBE – ",
         ACCEPT_UNSIGNED},
        /* another area's or stream's message */
        {STREAM_ACTUAL, "actual/1", 0, "actual/2", "", ACCEPT_MISPLACED},
        {STREAM_ACTUAL, "actual/1", 0, "exercise/1", "", ACCEPT_MISPLACED},
        /* wording */
        {STREAM_ACTUAL, "actual/1", 0, "actual/1", "PROBE – ", ACCEPT_UNMARKED},
        {STREAM_ACTUAL, "actual/1", 0, "actual/1", "ÜBUNG – ", ACCEPT_UNMARKED},
        {STREAM_EXERCISE, "exercise/1", 1, "exercise/1", "", ACCEPT_UNMARKED},
        {STREAM_EXERCISE, "exercise/1", 1, "exercise/1", "ÜBUNG – ",
         ACCEPT_UNMARKED},
        {STREAM_REHEARSAL, "rehearsal/1", 2, "rehearsal/1", "PROBE – ",
         ACCEPT_UNMARKED},
    };
    struct fixture *f = *state;
    struct accept_memory none = {0};
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct accept_rules rules = f->rules;
        rules.kind = table[i].kind;
        rules.stream = table[i].topic;
        char *body = body_of(table[i].body, 1, 1, table[i].mark, now_s + 100);
        assert_int_equal(judge(&rules, &f->pairs[table[i].key], body, &none),
                         table[i].verdict);
        free(body);
    }
}

static void what_is_over_is_not_shown(void **state)
{
    struct fixture *f = *state;
    struct accept_memory none = {0};
    char *body = body_of("actual/08336050", 1, 1, "", now_s);
    assert_int_equal(judge(&f->rules, &f->pairs[0], body, &none),
                     ACCEPT_EXPIRED);
    free(body);
}

static void a_stranger_with_the_same_name_is_not_believed(void **state)
{
    struct fixture *f = *state;
    struct accept_memory none = {0};
    char *body = body_of("actual/08336050", 1, 1, "", now_s + 100);
    assert_int_equal(judge(&f->rules, &f->stranger, body, &none),
                     ACCEPT_UNSIGNED);
    free(body);
}

static void signed_rubbish_is_not_shown(void **state)
{
    static const char *const bodies[] = {
        "\n",
        "{}\n",
        "[]\n",
        "null\n",
        "{\"v\":1}\n",
        "{\"v\":2,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[]}\n",
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":0,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[]}\n",
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":{}}\n",
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"seq\":2,\"valid_until\":2795521600,\"alerts\":[]}\n",
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[{}]}\n",
        /* an all-clear with a level, an alert without one */
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[{\"id\":\"A\",\"kind\":"
        "\"all_clear\",\"level\":1,\"headline\":{\"de\":\"x\"},\"pages\":"
        "{\"de\":[\"x\"]},\"expires\":2795521600}]}\n",
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[{\"id\":\"A\",\"kind\":"
        "\"alert\",\"level\":0,\"headline\":{\"de\":\"x\"},\"pages\":"
        "{\"de\":[\"x\"]},\"expires\":2795521600}]}\n",
        /* no German */
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":1,"
        "\"valid_until\":2795521600,\"alerts\":[{\"id\":\"A\",\"kind\":"
        "\"alert\",\"level\":1,\"headline\":{\"de\":\"x\"},\"pages\":"
        "{\"en\":[\"x\"]},\"expires\":2795521600}]}\n",
    };
    struct fixture *f = *state;
    struct accept_memory none = {0};
    for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        assert_int_equal(judge(&f->rules, &f->pairs[0], bodies[i], &none),
                         ACCEPT_MALFORMED);
    }
}

/* One bit of a byte, never its eighth. */
static void flip(char *at)
{
    unsigned char c = (unsigned char)*at;
    c ^= (unsigned char)(1U << (unsigned)(rand() % 7));
    memcpy(at, &c, 1);
}

/* security.md, row 5. Everything the broker may do with what it ever saw:
 * change a byte, cut, double, deliver in another order, on another topic. */
static void ten_thousand_lies_show_nothing_new(void **state)
{
    enum { STATES = 20, AT = 10 };
    struct fixture *f = *state;
    struct slots slots;
    struct err e;
    char *notes[STATES];
    bool forgets = false;
    unsigned shown = 0;
    unsigned refused = 0;
    assert_int_equal(slots_init(&slots, f->keys, N_KEYS, "08336050", "", &e),
                     ERR_OK);
    assert_int_equal(slots.n, 6);
    struct slot *own = slots_find(&slots, "actual/08336050");
    for (int64_t i = 0; i < STATES; i++) {
        char *body = body_of("actual/08336050", 1, i + 1, "", now_s + 100);
        notes[i] = sign(&f->pairs[0], body);
        free(body);
    }
    assert_int_equal(
        slots_take(&slots, own, notes[AT], strlen(notes[AT]), now_s, &forgets),
        ACCEPT_SHOW);
    srand(20261124);
    for (int i = 0; i < MUTATIONS; i++) {
        size_t which = (size_t)rand() % (AT + 1);
        size_t len = strlen(notes[which]);
        char *bytes = mem_dup(notes[which], len);
        struct slot *slot = &slots.items[(size_t)rand() % slots.n];
        int how = rand() % 4;
        if (how == 0) {
            flip(bytes + (size_t)rand() % len);
        } else if (how == 1) {
            len = (size_t)rand() % len;
        } else if (how == 2 && slot == own) {
            slot = &slots.items[1];
        }
        enum accept_verdict verdict =
            slots_take(&slots, slot, bytes, len, now_s, &forgets);
        refused += verdict == ACCEPT_SHOW ? 0 : 1;
        /* The state it shows already is the only one it may take. */
        assert_true(verdict != ACCEPT_SHOW || (slot == own && which == AT));
        shown += verdict == ACCEPT_SHOW ? 1 : 0;
        assert_int_equal(own->state.seq, AT + 1);
        free(bytes);
    }
    print_message("%d lies: %u refused, %u were the state it shows\n",
                  MUTATIONS, refused, shown);
    for (size_t i = 1; i < slots.n; i++) {
        assert_false(slots.items[i].valid);
    }
    for (size_t i = 0; i < STATES; i++) {
        free(notes[i]);
    }
    slots_fini(&slots);
}

static void heartbeats_tell_what_is_withheld(void **state)
{
    struct fixture *f = *state;
    struct slots slots;
    struct err e;
    bool forgets = false;
    assert_int_equal(slots_init(&slots, f->keys, N_KEYS, "08336050", "", &e),
                     ERR_OK);
    char *body = body_of("actual/08336050", 1, 1, "", now_s + 100);
    char *note = sign(&f->pairs[0], body);
    (void)slots_take(&slots, &slots.items[0], note, strlen(note), now_s,
                     &forgets);
    free(body);
    free(note);
    note = sign(&f->pairs[3], "{\"v\":1,\"time\":1795521600,\"streams\":{"
                              "\"actual/08336050\":[1,1]},\"tree\":{}}\n");
    assert_int_equal(slots_heartbeat(&slots, note, strlen(note)), now_s);
    assert_false(slots_behind(&slots));
    free(note);
    note = sign(&f->pairs[3], "{\"v\":1,\"time\":1795521600,\"streams\":{"
                              "\"actual/08336050\":[1,2]},\"tree\":{}}\n");
    assert_int_equal(slots_heartbeat(&slots, note, strlen(note)), now_s);
    assert_false(slots_behind(&slots)); /* may be under way */
    assert_int_equal(slots_heartbeat(&slots, note, strlen(note)), now_s);
    assert_true(slots_behind(&slots));
    free(note);
    note = sign(&f->pairs[0], "{\"v\":1,\"time\":1795521600,\"streams\":{}}\n");
    assert_int_equal(slots_heartbeat(&slots, note, strlen(note)), 0);
    free(note);
    slots_fini(&slots);
}

static void an_alert_ends_by_itself(void **state)
{
    struct fixture *f = *state;
    struct slots slots;
    struct slots_shown shown;
    struct err e;
    bool forgets = false;
    assert_int_equal(slots_init(&slots, f->keys, N_KEYS, "08336050", "", &e),
                     ERR_OK);
    char *body = body_of("actual/08336050", 1, 1, "", now_s + 100);
    char *note = sign(&f->pairs[0], body);
    (void)slots_take(&slots, &slots.items[0], note, strlen(note), now_s,
                     &forgets);
    slots_expire(&slots, now_s + 59);
    slots_show(&slots, &shown);
    assert_int_equal(shown.n, 1);
    slots_expire(&slots, now_s + 60);
    slots_show(&slots, &shown);
    assert_int_equal(shown.n, 0);
    assert_true(slots.items[0].valid);
    slots_expire(&slots, now_s + 100);
    assert_false(slots.items[0].valid); /* no word for a day: no word at all */
    free(body);
    free(note);
    slots_fini(&slots);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_signed_state_is_read_german_first),
        TEST(numbers_only_rise),
        TEST(key_topic_name_and_wording_must_agree),
        TEST(what_is_over_is_not_shown),
        TEST(a_stranger_with_the_same_name_is_not_believed),
        TEST(signed_rubbish_is_not_shown),
        TEST(ten_thousand_lies_show_nothing_new),
        TEST(heartbeats_tell_what_is_withheld),
        TEST(an_alert_ends_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
