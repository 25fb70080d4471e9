#include "tests/unit/shadow_desk.h"

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

static void on_card(struct http_request *r, void *data)
{
    struct desk *f = data;
    bool is_text = strcmp(http_request_path(r), "/text.jpg") == 0;
    struct http_field type = {"Content-Type",
                              is_text ? "text/html" : "image/jpeg"};
    bool is_there = strcmp(http_request_path(r), "/karte.jpg") == 0 || is_text;
    http_reply(r, is_there ? 200 : 404, &type, 1, f->jpeg.data, f->jpeg.len);
}

void desk_open_shadow(struct desk *f)
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
    MEM_SET_TEXT(config.accounts.live.instagram.id, "17840000000000001");
    MEM_SET_TEXT(config.accounts.live.instagram.token, "ig-token");
    MEM_SET_TEXT(config.accounts.live.instagram.app_secret, "secret");
    if (shadow_open(&config, &f->shadow, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
}

int desk_set_up(void **state)
{
    struct desk *f = mem_zalloc(sizeof *f);
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
    desk_open_shadow(f);
    return 0;
}

static void on_closed(void *data)
{
    ((struct desk *)data)->n_closed++;
}

static bool is_closed(void *data)
{
    return ((const struct desk *)data)->n_closed > 0;
}

void desk_close_shadow(struct desk *f)
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

int desk_tear_down(void **state)
{
    struct desk *f = *state;
    if (f->wire != NULL) {
        wire_close(f->wire);
    }
    desk_close_shadow(f);
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
const char *desk_ask(struct desk *f, const char *method, const char *path,
                     const char *token, const char *body)
{
    char request[DESK_REQUEST];
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

void desk_expect(const char *answer, const char *part)
{
    if (strstr(answer, part) == NULL) {
        fail_msg("no %s in: %.700s", part, answer);
    }
}

const char *desk_post(struct desk *f, const char *message)
{
    char body[1024];
    check(snprintf(body, sizeof body,
                   "{\"message\":\"%s\",\"link\":\"http://127.0.0.1/w/X\"}",
                   message) > 0);
    return desk_ask(f, "POST", "/v26.0/100000000000001/feed", "live-token",
                    body);
}
