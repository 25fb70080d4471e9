#include "channels/displays/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/acl.h"
#include "channels/displays/notices.h"
#include "channels/displays/report.h"
#include "service/base/mem.h"
#include "service/seal/note.h"
#include "tests/support/cmocka_all.h"

enum { ALERTS = 12 };

static const int64_t now_ms = INT64_C(1795521600000);

struct fixture {
    struct alert alerts[ALERTS];
    const struct alert *lists[ALERTS];
    struct state_incident incidents[ALERTS];
    struct state state;
};

static void add_language(struct alert *a, const char *language,
                         const char *headline, const char *page)
{
    struct content_language *l = &a->content.languages[a->content.n_languages];
    a->content.n_languages++;
    MEM_SET_TEXT(l->language, language);
    content_set(&l->headline, headline);
    content_set(&l->event, "Hochwasser am Rhein");
    content_set(&l->pages[0], page);
    l->n_pages = 1;
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    for (int i = 0; i < ALERTS; i++) {
        struct alert *a = &f->alerts[i];
        alert_init(a);
        (void)snprintf(a->id, sizeof(a->id), "LOE-00000%c-1", 'A' + i);
        a->kind = KIND_ALERT;
        a->level = 2;
        a->released_at_ms = now_ms - 1000;
        a->expires_at_ms = now_ms + INT64_C(3600000);
        assert_true(areas_add(&a->areas, "08336050"));
        f->lists[i] = a;
        f->incidents[i] = (struct state_incident){.marker = "LOE-000000",
                                                  .n_alerts = 1,
                                                  .alerts = &f->lists[i],
                                                  .current = a};
    }
    f->state = (struct state){.stream = STREAM_ACTUAL,
                              .now_ms = now_ms,
                              .n_incidents = 0,
                              .incidents = f->incidents};
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < ALERTS; i++) {
        alert_fini(&f->alerts[i]);
    }
    free(f);
    return 0;
}

/* The body for area, the caller's to free(). */
static char *body_of(struct fixture *f, const char *area,
                     struct displays_state *st)
{
    struct displays_number number = {
        .epoch = 1, .seq = 42, .issued = 1795521600, .valid_until = 1795608000};
    struct buf body;
    struct err e;
    buf_init(&body, LIMIT_STATE_BYTES);
    assert_int_equal(
        displays_state_compose(&f->state, area, "warnung.example", st, &e),
        ERR_OK);
    displays_state_body(st, &number, &body);
    assert_true(buf_ok(&body));
    return buf_take(&body);
}

static void the_body_is_exactly_this_line(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    /* Stored in another order than shown. */
    add_language(&f->alerts[0], "de", "Hochwasser: Grenzach", "Keller meiden.");
    add_language(&f->alerts[0], "fr", "Crue", "Évitez les caves.");
    add_language(&f->alerts[0], "en", "Flood", "Say \"no\".");
    add_language(&f->alerts[0], "de-simple", "Hoch-Wasser",
                 "Bleiben Sie oben.");
    f->state.n_incidents = 1;
    char *body = body_of(f, "08336050", &st);
    assert_string_equal(
        body,
        "{\"v\":1,\"stream\":\"actual/08336050\",\"epoch\":1,\"seq\":42,"
        "\"issued\":1795521600,\"valid_until\":1795608000,\"alerts\":["
        "{\"id\":\"LOE-00000A-1\",\"kind\":\"alert\",\"level\":2,"
        "\"event\":\"Hochwasser am Rhein\",\"headline\":{"
        "\"de\":\"Hochwasser: Grenzach\",\"de-simple\":\"Hoch-Wasser\","
        "\"en\":\"Flood\",\"fr\":\"Crue\"},\"pages\":{"
        "\"de\":[\"Keller meiden.\"],\"de-simple\":[\"Bleiben Sie oben.\"],"
        "\"en\":[\"Say \\\"no\\\".\"],\"fr\":[\"Évitez les caves.\"]},"
        "\"expires\":1795525200}]}\n");
    assert_int_equal(st.n_shown, 1);
    assert_int_equal(st.n_hidden, 0);
    free(body);
    displays_state_fini(&st);
}

static void nothing_is_said_like_everything_else(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    char *body = body_of(f, "08336", &st);
    assert_string_equal(
        body, "{\"v\":1,\"stream\":\"actual/08336\",\"epoch\":1,\"seq\":42,"
              "\"issued\":1795521600,\"valid_until\":1795608000,"
              "\"alerts\":[]}\n");
    free(body);
    displays_state_fini(&st);
}

static void an_area_shows_what_concerns_it(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    for (int i = 0; i < 5; i++) {
        add_language(&f->alerts[i], "de", "Kopf", "Seite");
    }
    f->alerts[1].areas = (struct areas){0};
    assert_true(areas_add(&f->alerts[1].areas, "08336"));
    f->incidents[2].current = NULL;      /* over */
    f->alerts[3].expires_at_ms = now_ms; /* just now */
    assert_true(areas_add(&f->alerts[4].areas, "08336081"));
    f->state.n_incidents = 5;
    free(body_of(f, "08336050", &st));
    assert_int_equal(st.n_shown, 2);
    assert_int_equal(st.shown[0], 0);
    assert_int_equal(st.shown[1], 4);
    displays_state_fini(&st);
    free(body_of(f, "08336", &st)); /* only what is for everybody */
    assert_int_equal(st.n_shown, 1);
    assert_int_equal(st.shown[0], 1);
    displays_state_fini(&st);
    free(body_of(f, "08336081", &st));
    assert_int_equal(st.n_shown, 1);
    assert_int_equal(st.shown[0], 4);
    displays_state_fini(&st);
}

static void an_all_clear_leaves_after_two_hours(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    struct alert *a = &f->alerts[0];
    add_language(a, "de", "Entwarnung", "Vorbei.");
    a->kind = KIND_ALL_CLEAR;
    a->level = 0;
    a->released_at_ms = now_ms;
    a->expires_at_ms = now_ms + INT64_C(24) * 3600000;
    f->state.n_incidents = 1;
    char *body = body_of(f, "08336050", &st);
    assert_non_null(strstr(body, "\"expires\":1795528800}"));
    assert_non_null(strstr(body, "\"kind\":\"all_clear\",\"level\":0,"));
    free(body);
    displays_state_fini(&st);
    f->state.now_ms = now_ms + INT64_C(7200000);
    free(body_of(f, "08336050", &st));
    assert_int_equal(st.n_shown, 0);
    displays_state_fini(&st);
}

static void beyond_eight_alerts_a_page_says_where_to_look(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    for (int i = 0; i < ALERTS; i++) {
        add_language(&f->alerts[i], "de", "Kopf", "Seite");
        add_language(&f->alerts[i], "en", "Head", "Page");
    }
    f->state.n_incidents = 8;
    char *body = body_of(f, "08336050", &st);
    assert_null(strstr(body, "weitere"));
    free(body);
    displays_state_fini(&st);
    f->state.n_incidents = ALERTS;
    body = body_of(f, "08336050", &st);
    assert_int_equal(st.n_shown, LIMIT_STATE_ALERTS);
    assert_int_equal(st.n_hidden, ALERTS - LIMIT_STATE_ALERTS);
    assert_int_equal(st.hidden[0], 8);
    char *last = strstr(body, "LOE-00000H-1");
    assert_non_null(last);
    assert_non_null(strstr(last, "\"de\":[\"Seite\",\"weitere Meldungen: "
                                 "warnung.example\"],\"en\":[\"Page\"]"));
    assert_null(strstr(body, "LOE-00000I-1"));
    free(body);
    displays_state_fini(&st);
    f->state.stream = STREAM_REHEARSAL;
    body = body_of(f, "08336050", &st);
    assert_non_null(strstr(body, "\"ÜBUNG – weitere Meldungen: "));
    free(body);
    displays_state_fini(&st);
}

static void long_alerts_never_pass_the_limit_of_bytes(void **state)
{
    struct fixture *f = *state;
    struct displays_state st;
    struct key_pair key;
    struct buf note;
    struct err e;
    char page[6000];
    memset(page, 'x', sizeof(page) - 1);
    page[sizeof(page) - 1] = '\0';
    for (int i = 0; i < 8; i++) {
        add_language(&f->alerts[i], "de", "Kopf", page);
    }
    f->state.n_incidents = 8;
    assert_int_equal(key_generate("warnung.example/actual/k1", &key, &e),
                     ERR_OK);
    assert_int_equal(displays_state_compose(&f->state, "08336050",
                                            "warnung.example", &st, &e),
                     ERR_OK);
    assert_int_equal(st.n_shown, 5);
    assert_int_equal(st.n_hidden, 3);
    buf_init(&note, LIMIT_STATE_BYTES + 4096);
    assert_int_equal(
        displays_state_seal(
            &st,
            &(struct displays_number){
                .epoch = 1, .seq = 1, .issued = 1, .valid_until = 2},
            &key, &note, &e),
        ERR_OK);
    assert_true(note.len <= LIMIT_STATE_BYTES);
    struct note found;
    assert_int_equal(note_verify(note.data, note.len, &key.open, 1, &found, &e),
                     ERR_OK);
    assert_memory_equal(note.data + found.body_len, "\n— warnung", 10);
    buf_fini(&note);
    displays_state_fini(&st);
    key_forget(&key);
}

static void the_same_screens_have_the_same_digest(void **state)
{
    struct fixture *f = *state;
    struct displays_state a;
    struct displays_state b;
    add_language(&f->alerts[0], "de", "Kopf", "Seite");
    f->state.n_incidents = 1;
    free(body_of(f, "08336050", &a));
    f->state.now_ms += 1000;
    free(body_of(f, "08336050", &b));
    assert_memory_equal(a.digest.bytes, b.digest.bytes, DIGEST_SIZE);
    displays_state_fini(&b);
    content_set(&f->alerts[0].content.languages[0].pages[0], "Andere");
    free(body_of(f, "08336050", &b));
    assert_memory_not_equal(a.digest.bytes, b.digest.bytes, DIGEST_SIZE);
    displays_state_fini(&a);
    displays_state_fini(&b);
}

static void notices_are_exactly_these_lines(void **state)
{
    static const struct displays_stream_mark marks[] = {
        {"actual/08336", 1, 7}, {"actual/08336050", 1, 42}};
    static const struct displays_key keys[] = {
        {"h/actual/k1+01020304+AQ==", "actual", 1798761600},
        {"h/keys/k1+01020304+AQ==", "keys", 0}};
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    displays_heartbeat_body(&(struct displays_heartbeat){.time = 1795521600,
                                                         .n_streams = 2,
                                                         .streams = marks,
                                                         .tree_size = 12,
                                                         .tree_root = "cm9v"},
                            &b);
    assert_string_equal(
        buf_text(&b),
        "{\"v\":1,\"time\":1795521600,\"streams\":{\"actual/08336\":[1,7],"
        "\"actual/08336050\":[1,42]},\"tree\":{\"size\":12,"
        "\"root\":\"cm9v\"}}\n");
    buf_reset(&b);
    displays_keys_body(3, 1795521600, keys, 2, &b);
    assert_string_equal(
        buf_text(&b),
        "{\"v\":1,\"version\":3,\"issued\":1795521600,\"keys\":["
        "{\"key\":\"h/actual/k1+01020304+AQ==\",\"for\":\"actual\","
        "\"not_after\":1798761600},"
        "{\"key\":\"h/keys/k1+01020304+AQ==\",\"for\":\"keys\"}]}\n");
    buf_reset(&b);
    displays_service_body(false, 1795521600, &b);
    assert_string_equal(buf_text(&b),
                        "{\"state\":\"offline\",\"time\":1795521600}");
    buf_fini(&b);
}

static void the_acl_says_who_may_what(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4096);
    acl_service(&b, "tuermer", "t/v1");
    assert_string_equal(buf_text(&b), "user tuermer\n"
                                      "topic read t/v1/#\n"
                                      "topic write t/v1/actual/+\n"
                                      "topic write t/v1/exercise/+\n"
                                      "topic write t/v1/rehearsal/+\n"
                                      "topic write t/v1/heartbeat\n"
                                      "topic write t/v1/keys\n"
                                      "topic write t/v1/checkpoint\n"
                                      "topic write t/v1/service\n"
                                      "topic write t/v1/staff\n");
    buf_reset(&b);
    acl_display(&b, &(struct acl_display){.username = "rathaus",
                                          .prefix = "t/v1",
                                          .id = "rathaus",
                                          .area = "08336050",
                                          .county = "08336"});
    assert_string_equal(buf_text(&b), "user rathaus\n"
                                      "topic read t/v1/actual/08336050\n"
                                      "topic read t/v1/actual/08336\n"
                                      "topic read t/v1/exercise/08336050\n"
                                      "topic read t/v1/exercise/08336\n"
                                      "topic read t/v1/heartbeat\n"
                                      "topic read t/v1/keys\n"
                                      "topic read t/v1/service\n"
                                      "topic write t/v1/display/rathaus/+\n");
    buf_fini(&b);
}

static void what_a_display_says_is_read_back(void **state)
{
    struct report_status status = {.state = "online",
                                   .time = 1795521600,
                                   .area = "08336050",
                                   .player = "tuermer",
                                   .clock_offset_s = -3};
    struct report_shown shown = {.n = 1, .shown_at = 1795521601};
    struct report_status status_back;
    struct report_shown shown_back;
    struct buf b;
    struct buf again;
    struct err e;
    (void)state;
    MEM_SET_TEXT(shown.items[0].stream, "actual/08336050");
    shown.items[0].epoch = 1;
    shown.items[0].seq = 42;
    memset(shown.items[0].sha256, 'a', DIGEST_HEX_MAX - 1);
    buf_init(&b, 4096);
    report_status_body(&status, &b);
    assert_string_equal(buf_text(&b),
                        "{\"state\":\"online\",\"time\":1795521600,"
                        "\"area\":\"08336050\",\"player\":\"tuermer\","
                        "\"clock_offset_s\":-3}");
    assert_int_equal(report_status_parse(b.data, b.len, &status_back, &e),
                     ERR_OK);
    buf_init(&again, 4096);
    report_status_body(&status_back, &again);
    assert_string_equal(buf_text(&again), buf_text(&b));
    buf_reset(&again);
    buf_reset(&b);
    report_shown_body(&shown, &b);
    assert_int_equal(report_shown_parse(b.data, b.len, &shown_back, &e),
                     ERR_OK);
    report_shown_body(&shown_back, &again);
    assert_string_equal(buf_text(&again), buf_text(&b));
    buf_fini(&again);
    buf_fini(&b);
}

static void what_no_display_says_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "[]",
        "null",
        "{\"shown\":{},\"shown_at\":1}",
        "{\"shown\":[],\"shown_at\":\"1\"}",
        "{\"shown\":[1],\"shown_at\":1}",
        "{\"shown\":[],\"shown\":[],\"shown_at\":1}",
        ("{\"shown\":[{\"stream\":\"actual/"
         "08336050-much-too-long\",\"epoch\":1,"
         "\"seq\":1,\"sha256\":\"a\"}],\"shown_at\":1}")};
    static const struct {
        const char *topic;
        enum report_kind kind;
    } topics[] = {{"display/rathaus/status", REPORT_STATUS},
                  {"display/rathaus/shown", REPORT_SHOWN},
                  {"display/rathaus/other", REPORT_NONE},
                  {"display/rathaus", REPORT_NONE},
                  {"display//shown", REPORT_NONE},
                  {"display/a b/shown", REPORT_NONE},
                  {"display/a/b/shown", REPORT_NONE},
                  {"actual/08336050", REPORT_NONE}};
    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct report_shown shown;
        struct report_status status;
        struct err e;
        size_t len = strlen(wrong[i]);
        assert_int_equal(report_shown_parse(wrong[i], len, &shown, &e),
                         ERR_INVALID);
        assert_int_equal(shown.n, 0);
        assert_int_equal(report_status_parse(wrong[i], len, &status, &e),
                         ERR_INVALID);
    }
    for (size_t i = 0; i < sizeof(topics) / sizeof(topics[0]); i++) {
        char id[ID_MAX];
        assert_int_equal(report_topic_parse(topics[i].topic, id),
                         topics[i].kind);
        assert_string_equal(id, topics[i].kind == REPORT_NONE ? "" : "rathaus");
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_body_is_exactly_this_line),
        TEST(nothing_is_said_like_everything_else),
        TEST(an_area_shows_what_concerns_it),
        TEST(an_all_clear_leaves_after_two_hours),
        TEST(beyond_eight_alerts_a_page_says_where_to_look),
        TEST(long_alerts_never_pass_the_limit_of_bytes),
        TEST(the_same_screens_have_the_same_digest),
        TEST(notices_are_exactly_these_lines),
        TEST(the_acl_says_who_may_what),
        TEST(what_a_display_says_is_read_back),
        TEST(what_no_display_says_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
