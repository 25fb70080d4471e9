/* The stand-in for the Graph API: strict as the real one, and it remembers. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "drills/shadow/picture.h"
#include "drills/shadow/shadow.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"
#include "service/http/server.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"
#include "tests/support/jpeg_sample.h"
#include "tests/support/wire.h"

enum { REQUEST_SIZE = 8192, ANSWER_ID = 128 };

struct fixture {
    uv_loop_t loop;
    struct fake_clock clock;
    char folder[64];
    char site[80];
    struct shadow *shadow;
    struct http_server *cards; /* where Instagram's pictures come from */
    struct buf jpeg;
    int n_closed;
    struct wire *wire;
    char id[ANSWER_ID]; /* of the last answer */
};

static void on_card(struct http_request *r, void *data)
{
    struct fixture *f = data;
    bool is_text = strcmp(http_request_path(r), "/text.jpg") == 0;
    struct http_field type = {"Content-Type",
                              is_text ? "text/html" : "image/jpeg"};
    bool is_there = strcmp(http_request_path(r), "/karte.jpg") == 0 || is_text;
    http_reply(r, is_there ? 200 : 404, &type, 1, f->jpeg.data, f->jpeg.len);
}

static void open_shadow(struct fixture *f)
{
    struct shadow_config config = {.loop = &f->loop,
                                   .clock = &f->clock.clock,
                                   .listen = "127.0.0.1:0",
                                   .directory = f->folder,
                                   .rehearsal_site = f->site,
                                   .authority = "Amt <b>"};
    struct err e = {.msg = ""};
    MEM_SET_TEXT(config.accounts.live.facebook.id, "100000000000001");
    MEM_SET_TEXT(config.accounts.live.facebook.token, "live-token");
    if (shadow_open(&config, &f->shadow, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    struct err e;
    *state = f;
    check(uv_loop_init(&f->loop) == 0);
    fake_clock_init(&f->clock, 1764000000000);
    jpeg_sample(&f->jpeg, 1080, 1350);
    MEM_SET_TEXT(f->folder, "/tmp/tuermer-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    check(snprintf(f->site, sizeof f->site, "%s-site", f->folder) > 0);
    assert_int_equal(mkdir(f->site, 0755), 0);
    struct http_server_config cards = {.loop = &f->loop,
                                       .clock = &f->clock.clock,
                                       .listen = "127.0.0.1:0",
                                       .handler = on_card,
                                       .data = f};
    assert_int_equal(http_server_open(&cards, &f->cards, &e), ERR_OK);
    open_shadow(f);
    return 0;
}

static void on_closed(void *data)
{
    ((struct fixture *)data)->n_closed++;
}

static bool is_closed(void *data)
{
    return ((const struct fixture *)data)->n_closed > 0;
}

static void close_shadow(struct fixture *f)
{
    f->n_closed = 0;
    shadow_close(f->shadow, on_closed, f);
    assert_true(wire_run_until(&f->loop, is_closed, f));
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    const struct dirent *item = NULL;
    assert_non_null(dir);
    while ((item = readdir(dir)) != NULL) {
        char name[512];
        check(snprintf(name, sizeof name, "%s/%s", path, item->d_name) > 0);
        (void)unlink(name); /* "." and ".." are refused */
    }
    assert_int_equal(closedir(dir), 0);
    assert_int_equal(rmdir(path), 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->wire != NULL) {
        wire_close(f->wire);
    }
    close_shadow(f);
    f->n_closed = 0;
    http_server_close(f->cards, on_closed, f);
    assert_true(wire_run_until(&f->loop, is_closed, f));
    assert_int_equal(uv_loop_close(&f->loop), 0);
    remove_folder(f->folder);
    remove_folder(f->site);
    buf_fini(&f->jpeg);
    free(f);
    return 0;
}

/* Sends one request; the whole answer stays in f->wire until the next one. */
static const char *ask(struct fixture *f, const char *method, const char *path,
                       const char *token, const char *body)
{
    char request[REQUEST_SIZE];
    if (f->wire != NULL) {
        wire_close(f->wire);
    }
    f->wire = wire_open(&f->loop, shadow_port(f->shadow));
    check(snprintf(request, sizeof request,
                   "%s %s HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
                   "Authorization: Bearer %s\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   method, path, token, strlen(body), body) > 0);
    wire_send(f->wire, request);
    assert_true(wire_wait_over(f->wire));
    const char *answer = strstr(wire_got(f->wire), "\r\n\r\n");
    assert_non_null(answer);
    json_t *json = json_loads(answer, 0, NULL);
    const char *id = json_string_value(json_object_get(json, "id"));
    f->id[0] = '\0';
    if (id != NULL) {
        MEM_SET_TEXT(f->id, id);
    }
    json_decref(json);
    return wire_got(f->wire);
}

static void expect(const char *answer, const char *part)
{
    if (strstr(answer, part) == NULL) {
        fail_msg("no %s in: %.700s", part, answer);
    }
}

static const char *post(struct fixture *f, const char *message)
{
    char body[1024];
    check(snprintf(body, sizeof body,
                   "{\"message\":\"%s\",\"link\":\"http://127.0.0.1/w/X\"}",
                   message) > 0);
    return ask(f, "POST", "/v26.0/100000000000001/feed", "live-token", body);
}

static void a_post_is_kept_read_edited_and_deleted(void **state)
{
    struct fixture *f = *state;
    char path[256];
    expect(post(f, "Alarm\\nMeldung LOE-1-1"), "200 OK");
    assert_non_null(strstr(f->id, "100000000000001_"));
    check(snprintf(path, sizeof path,
                   "/v26.0/%s?fields=id,message,created_time,permalink_url",
                   f->id) > 0);
    expect(ask(f, "GET", path, "live-token", ""),
           "\"message\":\"Alarm\\nMeldung LOE-1-1\"");
    expect(ask(f, "GET",
               "/v26.0/100000000000001/published_posts?fields=id,message&"
               "since=1763999000&limit=50",
               "live-token", ""),
           "Meldung LOE-1-1");
    expect(ask(f, "GET",
               "/v26.0/100000000000001/published_posts?since=1764009000",
               "live-token", ""),
           "{\"data\":[]}");
    (void)post(f, "other");
    check(snprintf(path, sizeof path, "/v26.0/%s", f->id) > 0);
    expect(ask(f, "POST", path, "live-token", "{\"message\":\"AUFGEHOBEN\"}"),
           "{\"success\":true}");
    expect(ask(f, "GET", path, "live-token", ""), "AUFGEHOBEN");
    expect(ask(f, "DELETE", path, "live-token", ""), "{\"success\":true}");
    expect(ask(f, "DELETE", path, "live-token", ""), "\"error_subcode\":33");
}

static void forms_are_understood_too(void **state)
{
    struct fixture *f = *state;
    static const char body[] = "message=%C3%84+%26+%F0%9F%9A%A8&link="
                               "http%3A%2F%2Fx%2F";
    char request[REQUEST_SIZE];
    struct wire *w = wire_open(&f->loop, shadow_port(f->shadow));
    check(snprintf(request, sizeof request,
                   "POST /v26.0/100000000000001/feed HTTP/1.1\r\nHost: h\r\n"
                   "Authorization: Bearer live-token\r\n"
                   "Connection: close\r\nContent-Type: "
                   "application/x-www-form-urlencoded\r\n"
                   "Content-Length: %zu\r\n\r\n%s",
                   sizeof body - 1, body) > 0);
    wire_send(w, request);
    assert_true(wire_wait_over(w));
    expect(wire_got(w), "\"id\":");
    wire_close(w);
    expect(ask(f, "GET", "/_shadow/posts", "-", ""), "\"text\":\"Ä & 🚨\"");
}

static void the_same_text_twice_running_is_refused(void **state)
{
    struct fixture *f = *state;
    expect(post(f, "one"), "\"id\":");
    expect(post(f, "one"), "\"code\":506");
    expect(post(f, "two"), "\"id\":");
    expect(post(f, "one"), "\"id\":");
}

static void tokens_and_parameters_are_checked(void **state)
{
    struct fixture *f = *state;
    const struct shadow_accounts *accounts = shadow_accounts(f->shadow);
    static const char page[] = "/v26.0/100000000000001/feed";
    expect(ask(f, "POST", page, "wrong", "{\"message\":\"x\"}"),
           "\"code\":190");
    expect(ask(f, "POST", page, accounts->rehearsal.facebook.token,
               "{\"message\":\"x\"}"),
           "\"error_subcode\":33");
    expect(ask(f, "POST", page, "live-token", "{}"), "\"code\":100");
    expect(ask(f, "POST", page, "live-token", "{\"mesage\":\"x\"}"), "mesage");
    expect(ask(f, "POST", page, "live-token", "{\"message\":[]}"),
           "\"code\":100");
    expect(ask(f, "POST", page, "live-token",
               "{\"message\":\"x\",\"message\":\"y\"}"),
           "\"code\":100");
    expect(ask(f, "POST", page, "live-token",
               "{\"message\":\"x\",\"link\":\"javascript:x\"}"),
           "\"code\":1609005");
    expect(ask(f, "GET", "/v26.0/100000000000001/feed?fields=nonsense",
               "live-token", ""),
           "{\"data\":[]}");
    (void)post(f, "x");
    expect(ask(f, "GET", "/v26.0/100000000000001/feed?fields=nonsense",
               "live-token", ""),
           "nonexisting field (nonsense)");
    expect(ask(f, "GET", "/v26.0/100000000000001/feed?limit=101", "live-token",
               ""),
           "\"code\":100");
    expect(ask(f, "GET", "/v20.0/100000000000001", "live-token", ""),
           "\"code\":2635");
    expect(ask(f, "GET", "/v26.0/100000000000001?fields=id,name", "live-token",
               ""),
           "Amt <b>");
}

static void a_token_describes_itself(void **state)
{
    struct fixture *f = *state;
    expect(ask(f, "POST", "/v26.0/debug_token", "live-token",
               "{\"method\":\"get\",\"input_token\":\"live-token\"}"),
           "\"is_valid\":true");
    expect(
        ask(f, "GET", "/v26.0/debug_token?input_token=other", "live-token", ""),
        "\"is_valid\":false");
    expect(
        ask(f, "GET", "/v26.0/debug_token?input_token=live-token", "wrong", ""),
        "\"code\":190");
}

static void lists_go_on_with_a_cursor(void **state)
{
    struct fixture *f = *state;
    char path[256];
    char last[ANSWER_ID];
    (void)post(f, "one");
    (void)post(f, "two");
    MEM_SET_TEXT(last, f->id);
    (void)post(f, "three");
    const char *answer =
        ask(f, "GET", "/v26.0/100000000000001/feed?limit=2", "live-token", "");
    expect(answer, "three");
    expect(answer, "two");
    expect(answer, "\"next\":");
    assert_null(strstr(answer, "\"one\""));
    check(snprintf(path, sizeof path,
                   "/v26.0/100000000000001/feed?limit=2&after=%s", last) > 0);
    answer = ask(f, "GET", path, "live-token", "");
    expect(answer, "\"one\"");
    assert_null(strstr(answer, "\"next\":"));
}

static const char *create(struct fixture *f, const char *file,
                          const char *caption)
{
    const struct shadow_target *profile =
        &shadow_accounts(f->shadow)->rehearsal.instagram;
    char path[128];
    char body[4096];
    check(snprintf(path, sizeof path, "/v26.0/%s/media", profile->id) > 0);
    check(snprintf(body, sizeof body,
                   "{\"image_url\":\"http://127.0.0.1:%u/%s\",\"caption\":"
                   "\"%s\",\"alt_text\":\"Bild\"}",
                   http_server_port(f->cards), file, caption) > 0);
    return ask(f, "POST", path, profile->token, body);
}

static const char *publish(struct fixture *f, const char *container)
{
    const struct shadow_target *profile =
        &shadow_accounts(f->shadow)->rehearsal.instagram;
    char path[128];
    char body[256];
    check(snprintf(path, sizeof path, "/v26.0/%s/media_publish", profile->id) >
          0);
    check(snprintf(body, sizeof body, "{\"creation_id\":\"%s\"}", container) >
          0);
    return ask(f, "POST", path, profile->token, body);
}

static const char *status_of(struct fixture *f, const char *container)
{
    char path[128];
    check(snprintf(path, sizeof path, "/v26.0/%s?fields=status_code,status",
                   container) > 0);
    return ask(f, "GET", path,
               shadow_accounts(f->shadow)->rehearsal.instagram.token, "");
}

static void a_picture_goes_through_its_container(void **state)
{
    struct fixture *f = *state;
    char container[ANSWER_ID];
    char path[256];
    const char *token = shadow_accounts(f->shadow)->rehearsal.instagram.token;
    expect(create(f, "karte.jpg", "ÜBUNG\\nMeldung LOE-1-1"), "\"id\":");
    MEM_SET_TEXT(container, f->id);
    expect(status_of(f, container), "\"status_code\":\"IN_PROGRESS\"");
    expect(publish(f, container), "\"error_subcode\":2207027");
    fake_clock_advance(&f->clock, 2000);
    expect(status_of(f, container), "\"status_code\":\"FINISHED\"");
    expect(publish(f, container), "\"id\":");
    check(snprintf(path, sizeof path,
                   "/v26.0/%s?fields=permalink,caption,timestamp", f->id) > 0);
    expect(status_of(f, container), "\"status_code\":\"PUBLISHED\"");
    expect(publish(f, container), "\"error_subcode\":2207008");
    expect(ask(f, "GET", path, token, ""), "Meldung LOE-1-1");
    const char *posts = ask(f, "GET", "/_shadow/posts", "-", "");
    expect(posts, "\"channel\":\"instagram\"");
    expect(posts, "\"page\":\"rehearsal\"");
    expect(ask(f, "GET", "/", "-", ""), "<img src=\"/_shadow/bild/17");
}

static void a_bad_picture_or_caption_is_refused(void **state)
{
    struct fixture *f = *state;
    char caption[2300];
    expect(create(f, "missing.jpg", "x"), "\"error_subcode\":2207052");
    expect(create(f, "text.jpg", "x"), "\"error_subcode\":2207052");
    buf_fini(&f->jpeg);
    jpeg_sample(&f->jpeg, 100, 300);
    expect(create(f, "karte.jpg", "x"), "\"error_subcode\":2207009");
    buf_reset(&f->jpeg);
    buf_add_text(&f->jpeg, "no picture");
    expect(create(f, "karte.jpg", "x"), "\"error_subcode\":2207005");
    memset(caption, 'x', sizeof caption - 1);
    caption[2201] = '\0';
    expect(create(f, "karte.jpg", caption), "\"code\":36004");
    expect(publish(f, "17123"), "\"error_subcode\":2207008");
}

static void the_quota_counts(void **state)
{
    struct fixture *f = *state;
    char path[128];
    const struct shadow_target *profile =
        &shadow_accounts(f->shadow)->rehearsal.instagram;
    for (int i = 0; i < 50; i++) {
        expect(create(f, "karte.jpg", "x"), "\"id\":");
        fake_clock_advance(&f->clock, 1000);
        expect(publish(f, f->id), "\"id\":");
    }
    check(snprintf(path, sizeof path, "/v26.0/%s/content_publishing_limit",
                   profile->id) > 0);
    expect(ask(f, "GET", path, profile->token, ""), "\"quota_usage\":50");
    expect(create(f, "karte.jpg", "x"), "\"id\":");
    fake_clock_advance(&f->clock, 1000);
    expect(publish(f, f->id), "\"error_subcode\":2207042");
}

static void comments_stand_below_their_post(void **state)
{
    struct fixture *f = *state;
    char path[256];
    (void)post(f, "one");
    check(snprintf(path, sizeof path, "/v26.0/%s/comments", f->id) > 0);
    expect(ask(f, "POST", path, "live-token", "{\"message\":\"vorbei\"}"),
           "\"id\":");
    expect(ask(f, "GET", path, "live-token", ""), "vorbei");
    expect(ask(f, "GET", "/", "-", ""), "<p class=\"comment\">vorbei</p>");
}

static void a_restart_forgets_nothing(void **state)
{
    struct fixture *f = *state;
    struct shadow_accounts before = *shadow_accounts(f->shadow);
    char torn[96];
    (void)post(f, "remembered");
    close_shadow(f);
    check(snprintf(torn, sizeof torn, "%s/posts.jsonl", f->folder) > 0);
    FILE *file = fopen(torn, "a");
    assert_non_null(file);
    assert_true(fputs("{\"kind\":0,\"id\":\"to", file) >= 0);
    assert_int_equal(fclose(file), 0);
    open_shadow(f);
    assert_memory_equal(&before, shadow_accounts(f->shadow), sizeof before);
    expect(ask(f, "GET", "/v26.0/100000000000001/published_posts", "live-token",
               ""),
           "remembered");
    expect(post(f, "and goes on"), "\"id\":");
    close_shadow(f);
    open_shadow(f);
    expect(ask(f, "GET", "/_shadow/posts", "-", ""), "and goes on");
}

static void set_fault(struct fixture *f, const char *body)
{
    expect(ask(f, "POST", "/_shadow/faults", "-", body), "204 ");
}

static void training_faults_happen_as_often_as_told(void **state)
{
    struct fixture *f = *state;
    set_fault(f, "{\"next\":2,\"kind\":\"500\"}");
    expect(post(f, "a"), "500 Internal");
    expect(post(f, "a"), "\"code\":2");
    expect(post(f, "a"), "\"id\":");
    set_fault(f, "{\"next\":1,\"kind\":\"500_after\",\"edge\":\"feed\"}");
    expect(ask(f, "GET", "/v26.0/100000000000001", "live-token", ""), "200 ");
    expect(post(f, "b"), "500 Internal");
    expect(ask(f, "GET", "/_shadow/posts", "-", ""), "\"text\":\"b\"");
    set_fault(f, "{\"next\":1,\"kind\":\"throttle\"}");
    expect(post(f, "c"), "\"code\":4");
    expect(ask(f, "POST", "/_shadow/faults", "-", "{\"next\":1}"), "422 ");
}

static void a_call_may_hang_until_the_end(void **state)
{
    struct fixture *f = *state;
    static const char call[] =
        "POST /v26.0/100000000000001/feed HTTP/1.1\r\nHost: h\r\n"
        "Authorization: Bearer live-token\r\n"
        "Content-Type: application/json\r\nContent-Length: 19\r\n\r\n"
        "{\"message\":\"later\"}";
    set_fault(f, "{\"next\":1,\"kind\":\"hang_after\"}");
    struct wire *w = wire_open(&f->loop, shadow_port(f->shadow));
    wire_send(w, call);
    expect(ask(f, "GET", "/_shadow/posts", "-", ""), "later");
    assert_string_equal(wire_got(w), "");
    wire_close(w);
}

static void what_was_received_is_shown_escaped(void **state)
{
    struct fixture *f = *state;
    (void)post(f, "<script>alert(1)</script> & \\\"x\\\"");
    const char *page = ask(f, "GET", "/", "-", "");
    expect(page, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ");
    expect(page, "Amt &lt;b&gt;");
    assert_null(strstr(page, "<script"));
    expect(ask(f, "GET", "/p/1", "-", ""), "404 ");
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[256];
    struct err e;
    check(snprintf(path, sizeof path, "%s/%s", f->site, name) > 0);
    assert_int_equal(file_write_durable(path, text, strlen(text), 0644, &e),
                     ERR_OK);
}

static void the_rehearsal_site_is_served_by_listed_names(void **state)
{
    struct fixture *f = *state;
    char link[256];
    put(f, "index.html", "<p>Übung</p>");
    put(f, "LOE-1.html", "<p>Ereignis</p>");
    put(f, "secret.key", "secret");
    check(snprintf(link, sizeof link, "%s/link.html", f->site) > 0);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    expect(ask(f, "GET", "/rehearsal/", "-", ""), "<p>Übung</p>");
    expect(ask(f, "GET", "/rehearsal/LOE-1", "-", ""), "<p>Ereignis</p>");
    expect(ask(f, "GET", "/rehearsal/secret.key", "-", ""), "404 ");
    expect(ask(f, "GET", "/rehearsal/link.html", "-", ""), "404 ");
    expect(ask(f, "GET", "/rehearsal/../posts.jsonl", "-", ""), "404 ");
    expect(ask(f, "GET", "/rehearsal/%2e%2e/posts.jsonl", "-", ""), "404 ");
    expect(ask(f, "GET", "/rehearsal//etc/passwd", "-", ""), "404 ");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_post_is_kept_read_edited_and_deleted),
        TEST(forms_are_understood_too),
        TEST(the_same_text_twice_running_is_refused),
        TEST(tokens_and_parameters_are_checked),
        TEST(a_token_describes_itself),
        TEST(lists_go_on_with_a_cursor),
        TEST(a_picture_goes_through_its_container),
        TEST(a_bad_picture_or_caption_is_refused),
        TEST(the_quota_counts),
        TEST(comments_stand_below_their_post),
        TEST(a_restart_forgets_nothing),
        TEST(training_faults_happen_as_often_as_told),
        TEST(a_call_may_hang_until_the_end),
        TEST(what_was_received_is_shown_escaped),
        TEST(the_rehearsal_site_is_served_by_listed_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
