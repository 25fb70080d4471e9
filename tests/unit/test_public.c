/* The public website's listener: what a reader gets, and that a swap in the
 * middle of a rush harms nobody. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"
#include "service/http/public.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

enum { PATH_SIZE = 128, REQUEST_SIZE = 512 };

struct fixture {
    uv_loop_t loop;
    struct public *site;
    char folder[PATH_SIZE];
};

static void put(const struct fixture *f, const char *name, const char *text)
{
    char path[PATH_SIZE];
    struct err e;
    assert_true(snprintf(path, sizeof path, "%s/%s", f->folder, name) > 0);
    assert_int_equal(file_write_durable(path, text, strlen(text), 0644, &e),
                     ERR_OK);
}

static void make_folder(const struct fixture *f, const char *name)
{
    char path[PATH_SIZE];
    assert_true(snprintf(path, sizeof path, "%s/%s", f->folder, name) > 0);
    assert_int_equal(mkdir(path, 0755), 0);
}

static void load(const struct fixture *f)
{
    struct err e;
    assert_int_equal(public_load(f->site, f->folder, &e), ERR_OK);
}

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof *f);
    struct public_config config = {.listen = "127.0.0.1:0",
                                   .public_url = "https://warnung.example"};
    struct err e;
    *state = f;
    check(uv_loop_init(&f->loop) == 0);
    MEM_SET_TEXT(f->folder, "/tmp/tuermer-test-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    assert_int_equal(public_open(&config, &f->site, &e), ERR_OK);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {
        "index.html",
        "feed.atom",
        "current.json",
        "karte/a.jpg",
        "en/index.html",
        "w/LOE-7K3Q9F.html",
        "cap/x.xml",
        "audit/key",
        "secret.key",
        ".hidden.html",
        "link.html",
        "en",
        "w",
        "cap",
        "karte",
        "audit",
        "",
    };
    public_close(f->site);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[PATH_SIZE];
        assert_true(snprintf(path, sizeof path, "%s/%s", f->folder, names[i]) >
                    0);
        (void)remove(path); /* not every test makes every file */
    }
    assert_int_equal(uv_loop_close(&f->loop), 0);
    free(f);
    return 0;
}

/* One request on a connection of its own; the whole answer, the caller's to
 * wire_close(). */
static struct wire *ask(struct fixture *f, const char *method, const char *path,
                        const char *headers)
{
    char request[REQUEST_SIZE];
    struct wire *w = wire_open(&f->loop, public_port(f->site));
    assert_true(snprintf(request, sizeof request,
                         "%s %s HTTP/1.1\r\nHost: h\r\n%s"
                         "Connection: close\r\n\r\n",
                         method, path, headers) > 0);
    wire_send(w, request);
    assert_true(wire_wait_over(w));
    return w;
}

static void expect(struct fixture *f, const char *path, const char *status,
                   const char *part)
{
    struct wire *w = ask(f, "GET", path, "");
    if (strstr(wire_got(w), status) == NULL ||
        strstr(wire_got(w), part) == NULL) {
        fail_msg("%s: %.600s", path, wire_got(w));
    }
    wire_close(w);
}

static void files_have_their_addresses_and_types(void **state)
{
    struct fixture *f = *state;
    make_folder(f, "en");
    make_folder(f, "w");
    make_folder(f, "cap");
    make_folder(f, "karte");
    make_folder(f, "audit");
    put(f, "index.html", "<p>deutsch</p>");
    put(f, "en/index.html", "<p>english</p>");
    put(f, "w/LOE-7K3Q9F.html", "<p>incident</p>");
    put(f, "cap/x.xml", "<alert/>");
    put(f, "karte/a.jpg", "\xff\xd8jpeg");
    put(f, "feed.atom", "<feed/>");
    put(f, "current.json", "{}");
    put(f, "audit/key", "key+1+x");
    load(f);
    expect(f, "/", "200 OK", "deutsch");
    expect(f, "/?utm=x", "200 OK", "deutsch");
    expect(f, "/en/", "200 OK", "english");
    expect(f, "/en", "308 ", "Location: /en/");
    expect(f, "/w/LOE-7K3Q9F", "200 OK", "incident");
    expect(f, "/cap/x.xml", "200 OK", "application/cap+xml");
    expect(f, "/karte/a.jpg", "200 OK", "Content-Type: image/jpeg\r\n");
    expect(f, "/feed.atom", "200 OK", "application/atom+xml");
    expect(f, "/current.json", "200 OK", "application/json");
    expect(f, "/audit/key", "200 OK", "text/plain");
    expect(f, "/", "200 OK", "Cache-Control: max-age=10, stale-if-error=86400");
    expect(f, "/", "200 OK", "default-src 'none'");
    expect(f, "/", "200 OK", "Strict-Transport-Security: ");
}

static void only_what_belongs_to_the_site_is_served(void **state)
{
    struct fixture *f = *state;
    char link[PATH_SIZE];
    put(f, "index.html", "<p>x</p>");
    put(f, "secret.key", "private");
    put(f, ".hidden.html", "hidden");
    assert_true(snprintf(link, sizeof link, "%s/link.html", f->folder) > 0);
    assert_int_equal(symlink("/etc/passwd", link), 0);
    load(f);
    static const char *const paths[] = {
        "/secret.key",
        "/.hidden.html",
        "/link.html",
        "/../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/w/../index.html",
        "//",
        "/index.html",
        "/karte/",
        "/x%00.html",
    };
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        expect(f, paths[i], "404 ", "Diese Seite gibt es nicht");
    }
}

/* Copies the header's value out of an answer. */
static void header_of(const struct wire *w, const char *name, char *out,
                      size_t size)
{
    const char *at = strstr(wire_got(w), name);
    assert_non_null(at);
    at += strlen(name) + 2;
    size_t len = strcspn(at, "\r");
    assert_true(len < size);
    memcpy(out, at, len);
    out[len] = '\0';
}

static void an_unchanged_page_is_304_in_both_codings(void **state)
{
    struct fixture *f = *state;
    char etag[128];
    char gzip_etag[128];
    char headers[256];
    char page[4096] = "";
    for (size_t i = 0; i < 100; i++) {
        assert_true(snprintf(page + i * 10, 11, "%s", "<p>xx</p>\n") > 0);
    }
    put(f, "index.html", page);
    load(f);
    struct wire *w = ask(f, "GET", "/", "");
    header_of(w, "ETag", etag, sizeof etag);
    assert_non_null(strstr(wire_got(w), "Vary: Accept-Encoding"));
    wire_close(w);
    w = ask(f, "GET", "/", "Accept-Encoding: br, gzip\r\n");
    header_of(w, "ETag", gzip_etag, sizeof gzip_etag);
    assert_non_null(strstr(wire_got(w), "Content-Encoding: gzip"));
    wire_close(w);
    assert_string_not_equal(etag, gzip_etag);

    assert_true(snprintf(headers, sizeof headers,
                         "If-None-Match: \"other\", %s\r\n", etag) > 0);
    w = ask(f, "GET", "/", headers);
    assert_non_null(strstr(wire_got(w), "304 "));
    assert_non_null(strstr(wire_got(w), etag));
    assert_null(strstr(wire_got(w), "<p>xx"));
    wire_close(w);
    assert_true(snprintf(headers, sizeof headers,
                         "Accept-Encoding: gzip;q=0\r\nIf-None-Match: %s\r\n",
                         gzip_etag) > 0);
    w = ask(f, "GET", "/", headers);
    assert_non_null(strstr(wire_got(w), "200 "));
    wire_close(w);
}

static void only_reading_is_allowed(void **state)
{
    struct fixture *f = *state;
    put(f, "index.html", "<p>x</p>");
    load(f);
    struct wire *w = ask(f, "DELETE", "/", "");
    assert_non_null(strstr(wire_got(w), "405 "));
    assert_non_null(strstr(wire_got(w), "Allow: GET, HEAD"));
    wire_close(w);
    w = ask(f, "HEAD", "/", "");
    assert_non_null(strstr(wire_got(w), "200 "));
    assert_null(strstr(wire_got(w), "<p>x"));
    wire_close(w);
}

static void an_inline_style_is_named_in_the_policy(void **state)
{
    struct fixture *f = *state;
    put(f, "index.html", "<style>p{color:red}</style><p>x</p>");
    load(f);
    /* printf 'p{color:red}' | openssl dgst -sha256 -binary | base64 */
    expect(f, "/", "200 OK",
           "style-src 'self' "
           "'sha256-p0bF+un5yUb9MBO6xRb8kPHlY2BdpHVtLiFkDrZPF64='");
}

static void a_changed_file_is_served_after_the_next_load(void **state)
{
    struct fixture *f = *state;
    struct err e;
    expect(f, "/", "404 ", "");
    assert_int_equal(public_load(f->site, "/nonexistent/site", &e),
                     ERR_NOT_FOUND);
    put(f, "index.html", "<p>old</p>");
    put(f, "feed.atom", "<feed/>");
    load(f);
    put(f, "index.html", "<p>new</p>");
    expect(f, "/", "200 OK", "old");
    load(f);
    expect(f, "/", "200 OK", "new");
    expect(f, "/feed.atom", "200 OK", "<feed/>");
    char path[PATH_SIZE];
    assert_true(snprintf(path, sizeof path, "%s/feed.atom", f->folder) > 0);
    assert_int_equal(unlink(path), 0);
    load(f);
    expect(f, "/feed.atom", "404 ", "");
}

static void swaps_during_a_rush_harm_nobody(void **state)
{
    struct fixture *f = *state;
    enum { READERS = 20, ROUNDS = 30 };
    struct wire *readers[READERS];
    put(f, "index.html", "<p>page 0.</p>");
    put(f, "feed.atom", "<feed/>");
    load(f);
    for (size_t i = 0; i < READERS; i++) {
        readers[i] = wire_open(&f->loop, public_port(f->site));
    }
    for (int round = 1; round <= ROUNDS; round++) {
        char page[64];
        for (size_t i = 0; i < READERS; i++) {
            wire_forget(readers[i]);
            wire_send(readers[i], "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
                                  "GET /feed.atom HTTP/1.1\r\nHost: h\r\n"
                                  "\r\n");
        }
        assert_true(snprintf(page, sizeof page, "<p>page %d.</p>", round) > 0);
        put(f, "index.html", page);
        load(f);
        for (size_t i = 0; i < READERS; i++) {
            assert_true(wire_wait(readers[i], "<p>page "));
            assert_true(wire_wait(readers[i], "<feed/>"));
        }
    }
    expect(f, "/", "200 OK", "<p>page 30.</p>");
    for (size_t i = 0; i < READERS; i++) {
        wire_close(readers[i]);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_have_their_addresses_and_types),
        TEST(only_what_belongs_to_the_site_is_served),
        TEST(an_unchanged_page_is_304_in_both_codings),
        TEST(only_reading_is_allowed),
        TEST(an_inline_style_is_named_in_the_policy),
        TEST(a_changed_file_is_served_after_the_next_load),
        TEST(swaps_during_a_rush_harm_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
