/* What people see of the shadow, what it remembers, and its faults. */
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

static void comments_stand_below_their_post(void **state)
{
    struct desk *f = *state;
    char path[256];
    (void)desk_post(f, "one");
    check(snprintf(path, sizeof path, "/v26.0/%s/comments", f->id) > 0);
    desk_expect(
        desk_ask(f, "POST", path, "live-token", "{\"message\":\"vorbei\"}"),
        "\"id\":");
    desk_expect(desk_ask(f, "GET", path, "live-token", ""), "vorbei");
    desk_expect(desk_ask(f, "GET", "/", "-", ""),
                "<p class=\"comment\">vorbei</p>");
}

static void a_restart_forgets_nothing(void **state)
{
    struct desk *f = *state;
    struct shadow_accounts before = *shadow_accounts(f->shadow);
    char torn[96];
    (void)desk_post(f, "remembered");
    desk_close_shadow(f);
    check(snprintf(torn, sizeof torn, "%s/posts.jsonl", f->folder) > 0);
    FILE *file = fopen(torn, "a");
    assert_non_null(file);
    assert_true(fputs("{\"kind\":0,\"id\":\"to", file) >= 0);
    assert_int_equal(fclose(file), 0);
    desk_open_shadow(f);
    assert_memory_equal(&before, shadow_accounts(f->shadow), sizeof before);
    desk_expect(desk_ask(f, "GET", "/v26.0/100000000000001/published_posts",
                         "live-token", ""),
                "remembered");
    desk_expect(desk_post(f, "and goes on"), "\"id\":");
    desk_close_shadow(f);
    desk_open_shadow(f);
    desk_expect(desk_ask(f, "GET", "/_shadow/posts", "-", ""), "and goes on");
}

static void set_fault(struct desk *f, const char *body)
{
    desk_expect(desk_ask(f, "POST", "/_shadow/faults", "-", body), "204 ");
}

static void training_faults_happen_as_often_as_told(void **state)
{
    struct desk *f = *state;
    set_fault(f, "{\"next\":2,\"kind\":\"500\"}");
    desk_expect(desk_post(f, "a"), "500 Internal");
    desk_expect(desk_post(f, "a"), "\"code\":2");
    desk_expect(desk_post(f, "a"), "\"id\":");
    set_fault(f, "{\"next\":1,\"kind\":\"500_after\",\"edge\":\"feed\"}");
    desk_expect(desk_ask(f, "GET", "/v26.0/100000000000001", "live-token", ""),
                "200 ");
    desk_expect(desk_post(f, "b"), "500 Internal");
    desk_expect(desk_ask(f, "GET", "/_shadow/posts", "-", ""),
                "\"text\":\"b\"");
    set_fault(f, "{\"next\":1,\"kind\":\"throttle\"}");
    desk_expect(desk_post(f, "c"), "\"code\":4");
    desk_expect(desk_ask(f, "POST", "/_shadow/faults", "-", "{\"next\":1}"),
                "422 ");
}

static void a_call_may_hang_until_the_end(void **state)
{
    struct desk *f = *state;
    static const char call[] =
        "POST /v26.0/100000000000001/feed HTTP/1.1\r\nHost: h\r\n"
        "Authorization: Bearer live-token\r\n"
        "Content-Type: application/json\r\nContent-Length: 19\r\n\r\n"
        "{\"message\":\"later\"}";
    set_fault(f, "{\"next\":1,\"kind\":\"hang_after\"}");
    struct wire *w = wire_open(&f->loop, shadow_port(f->shadow));
    wire_send(w, call);
    desk_expect(desk_ask(f, "GET", "/_shadow/posts", "-", ""), "later");
    assert_string_equal(wire_got(w), "");
    wire_close(w);
}

static void what_was_received_is_shown_escaped(void **state)
{
    struct desk *f = *state;
    (void)desk_post(f, "<script>alert(1)</script> & \\\"x\\\"");
    const char *page = desk_ask(f, "GET", "/", "-", "");
    desk_expect(page, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; ");
    desk_expect(page, "Amt &lt;b&gt;");
    assert_null(strstr(page, "<script"));
    desk_expect(desk_ask(f, "GET", "/p/1", "-", ""), "404 ");
}

static void put(const struct desk *f, const char *name, const char *text)
{
    char path[256];
    struct err e;
    check(snprintf(path, sizeof path, "%s/%s", f->site, name) > 0);
    assert_int_equal(file_write_durable(path, text, strlen(text), 0644, &e),
                     ERR_OK);
}

static void the_rehearsal_site_is_served_by_listed_names(void **state)
{
    struct desk *f = *state;
    char link[256];
    put(f, "index.html", "<p>Übung</p>");
    put(f, "LOE-1.html", "<p>Ereignis</p>");
    put(f, "secret.key", "secret");
    check(snprintf(link, sizeof link, "%s/link.html", f->site) > 0);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    desk_expect(desk_ask(f, "GET", "/rehearsal/", "-", ""), "<p>Übung</p>");
    desk_expect(desk_ask(f, "GET", "/rehearsal/LOE-1", "-", ""),
                "<p>Ereignis</p>");
    desk_expect(desk_ask(f, "GET", "/rehearsal/secret.key", "-", ""), "404 ");
    desk_expect(desk_ask(f, "GET", "/rehearsal/link.html", "-", ""), "404 ");
    desk_expect(desk_ask(f, "GET", "/rehearsal/../posts.jsonl", "-", ""),
                "404 ");
    desk_expect(desk_ask(f, "GET", "/rehearsal/%2e%2e/posts.jsonl", "-", ""),
                "404 ");
    desk_expect(desk_ask(f, "GET", "/rehearsal//etc/passwd", "-", ""), "404 ");
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, desk_set_up, desk_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(comments_stand_below_their_post),
        TEST(a_restart_forgets_nothing),
        TEST(training_faults_happen_as_often_as_told),
        TEST(a_call_may_hang_until_the_end),
        TEST(what_was_received_is_shown_escaped),
        TEST(the_rehearsal_site_is_served_by_listed_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
