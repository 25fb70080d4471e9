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

#include "tests/unit/shadow_desk.h"

static void a_post_is_kept_read_edited_and_deleted(void **state)
{
    struct desk *f = *state;
    char path[256];
    desk_expect(desk_post(f, "Alarm\\nMeldung LOE-1-1"), "200 OK");
    assert_non_null(strstr(f->id, "100000000000001_"));
    check(snprintf(path, sizeof path,
                   "/v26.0/%s?fields=id,message,created_time,permalink_url",
                   f->id) > 0);
    desk_expect(desk_ask(f, "GET", path, "live-token", ""),
                "\"message\":\"Alarm\\nMeldung LOE-1-1\"");
    desk_expect(
        desk_ask(f, "GET",
                 "/v26.0/100000000000001/published_posts?fields=id,message&"
                 "since=1763999000&limit=50",
                 "live-token", ""),
        "Meldung LOE-1-1");
    desk_expect(
        desk_ask(f, "GET",
                 "/v26.0/100000000000001/published_posts?since=1764009000",
                 "live-token", ""),
        "{\"data\":[]}");
    (void)desk_post(f, "other");
    check(snprintf(path, sizeof path, "/v26.0/%s", f->id) > 0);
    desk_expect(
        desk_ask(f, "POST", path, "live-token", "{\"message\":\"AUFGEHOBEN\"}"),
        "{\"success\":true}");
    desk_expect(desk_ask(f, "GET", path, "live-token", ""), "AUFGEHOBEN");
    desk_expect(desk_ask(f, "DELETE", path, "live-token", ""),
                "{\"success\":true}");
    desk_expect(desk_ask(f, "DELETE", path, "live-token", ""),
                "\"error_subcode\":33");
}

static void forms_are_understood_too(void **state)
{
    struct desk *f = *state;
    static const char body[] = "message=%C3%84+%26+%F0%9F%9A%A8&link="
                               "http%3A%2F%2Fx%2F";
    char request[DESK_REQUEST];
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
    desk_expect(wire_got(w), "\"id\":");
    wire_close(w);
    desk_expect(desk_ask(f, "GET", "/_shadow/posts", "-", ""),
                "\"text\":\"Ä & 🚨\"");
}

static void the_same_text_twice_running_is_refused(void **state)
{
    struct desk *f = *state;
    desk_expect(desk_post(f, "one"), "\"id\":");
    desk_expect(desk_post(f, "one"), "\"code\":506");
    desk_expect(desk_post(f, "two"), "\"id\":");
    desk_expect(desk_post(f, "one"), "\"id\":");
}

static void tokens_and_parameters_are_checked(void **state)
{
    struct desk *f = *state;
    const struct shadow_accounts *accounts = shadow_accounts(f->shadow);
    static const char page[] = "/v26.0/100000000000001/feed";
    desk_expect(desk_ask(f, "POST", page, "wrong", "{\"message\":\"x\"}"),
                "\"code\":190");
    desk_expect(desk_ask(f, "POST", page, accounts->rehearsal.facebook.token,
                         "{\"message\":\"x\"}"),
                "\"error_subcode\":33");
    desk_expect(desk_ask(f, "POST", page, "live-token", "{}"), "\"code\":100");
    desk_expect(desk_ask(f, "POST", page, "live-token", "{\"mesage\":\"x\"}"),
                "mesage");
    desk_expect(desk_ask(f, "POST", page, "live-token", "{\"message\":[]}"),
                "\"code\":100");
    desk_expect(desk_ask(f, "POST", page, "live-token",
                         "{\"message\":\"x\",\"message\":\"y\"}"),
                "\"code\":100");
    desk_expect(desk_ask(f, "POST", page, "live-token",
                         "{\"message\":\"x\",\"link\":\"javascript:x\"}"),
                "\"code\":1609005");
    desk_expect(desk_ask(f, "GET",
                         "/v26.0/100000000000001/feed?fields=nonsense",
                         "live-token", ""),
                "{\"data\":[]}");
    (void)desk_post(f, "x");
    desk_expect(desk_ask(f, "GET",
                         "/v26.0/100000000000001/feed?fields=nonsense",
                         "live-token", ""),
                "nonexisting field (nonsense)");
    desk_expect(desk_ask(f, "GET", "/v26.0/100000000000001/feed?limit=101",
                         "live-token", ""),
                "\"code\":100");
    desk_expect(desk_ask(f, "GET", "/v20.0/100000000000001", "live-token", ""),
                "\"code\":2635");
    desk_expect(desk_ask(f, "GET", "/v26.0/100000000000001?fields=id,name",
                         "live-token", ""),
                "Amt <b>");
}

static void a_token_describes_itself(void **state)
{
    struct desk *f = *state;
    desk_expect(desk_ask(f, "POST", "/v26.0/debug_token", "live-token",
                         "{\"method\":\"get\",\"input_token\":\"live-token\"}"),
                "\"is_valid\":true");
    desk_expect(desk_ask(f, "GET", "/v26.0/debug_token?input_token=other",
                         "live-token", ""),
                "\"is_valid\":false");
    desk_expect(desk_ask(f, "GET", "/v26.0/debug_token?input_token=live-token",
                         "wrong", ""),
                "\"code\":190");
}

static void a_secret_asks_for_its_proof(void **state)
{
    struct desk *f = *state;
    /* printf ig-token | openssl dgst -sha256 -hmac secret */
    static const char good[] =
        "/v26.0/17840000000000001?appsecret_proof="
        "dfe6eacee425add4a8ce00b5c3a92757d76c23e00a065a204f859b6c467d7465";
    desk_expect(desk_ask(f, "GET", "/v26.0/17840000000000001", "ig-token", ""),
                "Invalid appsecret_proof");
    desk_expect(desk_ask(f, "GET",
                         "/v26.0/17840000000000001?appsecret_proof=00",
                         "ig-token", ""),
                "Invalid appsecret_proof");
    desk_expect(desk_ask(f, "GET", good, "ig-token", ""),
                "\"id\":\"17840000000000001\"");
}

static void lists_go_on_with_a_cursor(void **state)
{
    struct desk *f = *state;
    char path[256];
    char last[DESK_ID];
    (void)desk_post(f, "one");
    (void)desk_post(f, "two");
    MEM_SET_TEXT(last, f->id);
    (void)desk_post(f, "three");
    const char *answer = desk_ask(
        f, "GET", "/v26.0/100000000000001/feed?limit=2", "live-token", "");
    desk_expect(answer, "three");
    desk_expect(answer, "two");
    desk_expect(answer, "\"next\":");
    assert_null(strstr(answer, "\"one\""));
    check(snprintf(path, sizeof path,
                   "/v26.0/100000000000001/feed?limit=2&after=%s", last) > 0);
    answer = desk_ask(f, "GET", path, "live-token", "");
    desk_expect(answer, "\"one\"");
    assert_null(strstr(answer, "\"next\":"));
}

static const char *create(struct desk *f, const char *file, const char *caption)
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
    return desk_ask(f, "POST", path, profile->token, body);
}

static const char *publish(struct desk *f, const char *container)
{
    const struct shadow_target *profile =
        &shadow_accounts(f->shadow)->rehearsal.instagram;
    char path[128];
    char body[256];
    check(snprintf(path, sizeof path, "/v26.0/%s/media_publish", profile->id) >
          0);
    check(snprintf(body, sizeof body, "{\"creation_id\":\"%s\"}", container) >
          0);
    return desk_ask(f, "POST", path, profile->token, body);
}

static const char *status_of(struct desk *f, const char *container)
{
    char path[128];
    check(snprintf(path, sizeof path, "/v26.0/%s?fields=status_code,status",
                   container) > 0);
    return desk_ask(f, "GET", path,
                    shadow_accounts(f->shadow)->rehearsal.instagram.token, "");
}

static void a_picture_goes_through_its_container(void **state)
{
    struct desk *f = *state;
    char container[DESK_ID];
    char path[256];
    const char *token = shadow_accounts(f->shadow)->rehearsal.instagram.token;
    desk_expect(create(f, "karte.jpg", "ÜBUNG\\nMeldung LOE-1-1"), "\"id\":");
    MEM_SET_TEXT(container, f->id);
    desk_expect(status_of(f, container), "\"status_code\":\"IN_PROGRESS\"");
    desk_expect(publish(f, container), "\"error_subcode\":2207027");
    fake_clock_advance(&f->clock, 2000);
    desk_expect(status_of(f, container), "\"status_code\":\"FINISHED\"");
    desk_expect(publish(f, container), "\"id\":");
    check(snprintf(path, sizeof path,
                   "/v26.0/%s?fields=permalink,caption,timestamp", f->id) > 0);
    desk_expect(status_of(f, container), "\"status_code\":\"PUBLISHED\"");
    desk_expect(publish(f, container), "\"error_subcode\":2207008");
    desk_expect(desk_ask(f, "GET", path, token, ""), "Meldung LOE-1-1");
    const char *posts = desk_ask(f, "GET", "/_shadow/posts", "-", "");
    desk_expect(posts, "\"channel\":\"instagram\"");
    desk_expect(posts, "\"page\":\"rehearsal\"");
    desk_expect(desk_ask(f, "GET", "/", "-", ""),
                "<img src=\"/_shadow/bild/17");
}

static void a_bad_picture_or_caption_is_refused(void **state)
{
    struct desk *f = *state;
    char caption[2300];
    desk_expect(create(f, "missing.jpg", "x"), "\"error_subcode\":2207052");
    desk_expect(create(f, "text.jpg", "x"), "\"error_subcode\":2207052");
    buf_fini(&f->jpeg);
    jpeg_sample(&f->jpeg, 100, 300);
    desk_expect(create(f, "karte.jpg", "x"), "\"error_subcode\":2207009");
    buf_reset(&f->jpeg);
    buf_add_text(&f->jpeg, "no picture");
    desk_expect(create(f, "karte.jpg", "x"), "\"error_subcode\":2207005");
    memset(caption, 'x', sizeof caption - 1);
    caption[2201] = '\0';
    desk_expect(create(f, "karte.jpg", caption), "\"code\":36004");
    desk_expect(publish(f, "17123"), "\"error_subcode\":2207008");
}

static void the_quota_counts(void **state)
{
    struct desk *f = *state;
    char path[128];
    const struct shadow_target *profile =
        &shadow_accounts(f->shadow)->rehearsal.instagram;
    for (int i = 0; i < 50; i++) {
        desk_expect(create(f, "karte.jpg", "x"), "\"id\":");
        fake_clock_advance(&f->clock, 1000);
        desk_expect(publish(f, f->id), "\"id\":");
    }
    check(snprintf(path, sizeof path, "/v26.0/%s/content_publishing_limit",
                   profile->id) > 0);
    desk_expect(desk_ask(f, "GET", path, profile->token, ""),
                "\"quota_usage\":50");
    desk_expect(create(f, "karte.jpg", "x"), "\"id\":");
    fake_clock_advance(&f->clock, 1000);
    desk_expect(publish(f, f->id), "\"error_subcode\":2207042");
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_post_is_kept_read_edited_and_deleted),
        TEST(forms_are_understood_too),
        TEST(the_same_text_twice_running_is_refused),
        TEST(tokens_and_parameters_are_checked),
        TEST(a_token_describes_itself),
        TEST(a_secret_asks_for_its_proof),
        TEST(lists_go_on_with_a_cursor),
        TEST(a_picture_goes_through_its_container),
        TEST(a_bad_picture_or_caption_is_refused),
        TEST(the_quota_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
