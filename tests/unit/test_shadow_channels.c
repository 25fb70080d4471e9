/* Facebook and Instagram against the shadow, which is as strict as Meta: what
 * internal drills and the demonstration rest on. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "channels/facebook/facebook.h"
#include "channels/instagram/instagram.h"
#include "drills/shadow/shadow.h"
#include "service/base/clock.h"
#include "service/base/mem.h"
#include "tests/support/channel_contract.h"
#include "tests/support/cmocka_all.h"

struct drill_scene {
    struct scene scene; /* its gateway serves the card */
    char folder[64];
    char graph_url[64];
    struct shadow *shadow;
};

static struct channel *open_facebook(uv_loop_t *loop, const struct clock *clock,
                                     struct http_client *http,
                                     const char *graph_url, int64_t timeout_ms)
{
    (void)timeout_ms;
    const struct facebook_config config = {.graph_url = graph_url,
                                           .page_id = "100000000000001",
                                           .token = "page-token",
                                           .app_id = "700",
                                           .app_secret = "app-secret"};
    return facebook_open(loop, clock, http, &config);
}

static struct channel *open_instagram(uv_loop_t *loop,
                                      const struct clock *clock,
                                      struct http_client *http,
                                      const char *graph_url, int64_t timeout_ms)
{
    (void)timeout_ms;
    const struct instagram_config config = {.graph_url = graph_url,
                                            .user_id = "178000000000001",
                                            .token = "profile-token",
                                            .poll_ms = 10};
    return instagram_open(loop, clock, http, &config);
}

static const struct channel_contract facebook_drill = {.open = open_facebook};
static const struct channel_contract instagram_drill = {.open = open_instagram};

static void drill_closed(void *data)
{
    int *n = data;
    (*n)++;
}

static void drill_open(struct drill_scene *d,
                       const struct channel_contract *contract)
{
    struct err e = {.msg = ""};
    int closed = 0;
    scene_open(&d->scene, contract, NULL);
    MEM_SET_TEXT(d->folder, "/tmp/tuermer-test-XXXXXX");
    assert_non_null(mkdtemp(d->folder));
    struct shadow_config config = {.loop = &d->scene.loop,
                                   .clock = clock_real(),
                                   .listen = "127.0.0.1:0",
                                   .directory = d->folder,
                                   .container_ms = 30};
    struct shadow_account *live = &config.accounts.live;
    MEM_SET_TEXT(live->facebook.id, "100000000000001");
    MEM_SET_TEXT(live->facebook.token, "page-token");
    MEM_SET_TEXT(live->facebook.app_id, "700");
    MEM_SET_TEXT(live->facebook.app_secret, "app-secret");
    MEM_SET_TEXT(live->instagram.id, "178000000000001");
    MEM_SET_TEXT(live->instagram.token, "profile-token");
    if (shadow_open(&config, &d->shadow, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
    (void)snprintf(d->graph_url, sizeof(d->graph_url),
                   "http://127.0.0.1:%u/v26.0", shadow_port(d->shadow));
    /* The channel that talks to the gateway gives way. */
    d->scene.channel->type->close(d->scene.channel, drill_closed, &closed);
    scene_wait(&d->scene, &closed, 1);
    d->scene.channel = contract->open(&d->scene.loop, clock_real(),
                                      d->scene.http, d->graph_url, 0);
}

static void drill_remove(const char *folder)
{
    char path[512];
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    struct dirent *entry = NULL;
    while ((entry = readdir(dir)) != NULL) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        (void)unlink(path); /* "." and ".." stay */
    }
    (void)closedir(dir);
    (void)rmdir(folder);
}

static void drill_close(struct drill_scene *d)
{
    int closed = 0;
    d->scene.channel->type->close(d->scene.channel, drill_closed, &closed);
    scene_wait(&d->scene, &closed, 1);
    d->scene.channel = NULL;
    closed = 0;
    shadow_close(d->shadow, drill_closed, &closed);
    scene_wait(&d->scene, &closed, 1);
    scene_close(&d->scene);
    drill_remove(d->folder);
}

/* Ready, published, found by text and by id, marked twice. */
static void drill_play(struct drill_scene *d)
{
    struct scene *s = &d->scene;
    struct channel_request ask = scene_alert(s);
    const struct channel_type *type = s->channel->type;
    struct channel_result ready = scene_run(s, type->probe, &ask);
    assert_string_equal(ready.detail, "");
    assert_int_equal(ready.readiness, READINESS_READY);
    assert_int_equal(scene_run(s, type->confirm, &ask).finding, CHANNEL_ABSENT);
    struct channel_result sent = scene_run(s, type->publish, &ask);
    assert_string_equal(sent.detail, "");
    assert_int_equal(sent.outcome, OUTCOME_DONE);
    struct channel_result found = scene_run(s, type->confirm, &ask);
    assert_int_equal(found.finding, CHANNEL_FOUND);
    assert_string_equal(found.remote_id, sent.remote_id);
    assert_string_not_equal(found.permalink, "");
    ask.remote_id = sent.remote_id;
    assert_int_equal(scene_run(s, type->confirm, &ask).finding, CHANNEL_FOUND);
    ask.text = "AUFGEHOBEN 16:10 Uhr – aktuell: https://w.example/";
    for (int i = 0; i < 2; i++) {
        struct channel_result marked = scene_run(s, type->mark, &ask);
        assert_string_equal(marked.detail, "");
        assert_int_equal(marked.outcome, OUTCOME_DONE);
    }
    ask.remote_id = "";
    assert_int_equal(scene_run(s, type->confirm, &ask).finding, CHANNEL_FOUND);
}

static void facebook_posts_to_the_shadow(void **state)
{
    (void)state;
    struct drill_scene d;
    drill_open(&d, &facebook_drill);
    drill_play(&d);
    drill_close(&d);
}

static void instagram_posts_to_the_shadow(void **state)
{
    (void)state;
    struct drill_scene d;
    drill_open(&d, &instagram_drill);
    drill_play(&d);
    assert_int_equal(gateway_count(d.scene.gateway, GATEWAY_CARD), 2);
    drill_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facebook_posts_to_the_shadow),
        cmocka_unit_test(instagram_posts_to_the_shadow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
