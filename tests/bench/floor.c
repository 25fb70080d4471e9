#include "tests/bench/floor.h"

#include <curl/curl.h>
#include <mosquitto.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/sample.h"

enum { FLOOR_POSTS = 3, FLOOR_TEXT = 1200 };

struct floor {
    sqlite3 *db;
    sqlite3_stmt *insert;
    CURL *curl;
    struct mosquitto *mqtt;
    int awaited; /* message id of the publish; 0: acknowledged */
    char text[FLOOR_TEXT + 1];
};

static size_t floor_forget(char *bytes, size_t size, size_t n, void *data)
{
    (void)bytes;
    (void)data;
    return size * n;
}

static void floor_published(struct mosquitto *mqtt, void *data, int mid)
{
    struct floor *f = data;
    (void)mqtt;
    if (mid == f->awaited) {
        f->awaited = 0;
    }
}

static bool floor_open_database(struct floor *f, const char *folder)
{
    char path[WORLD_TEXT_MAX];
    (void)snprintf(path, sizeof(path), "%s/floor.db", folder);
    return sqlite3_open(path, &f->db) == SQLITE_OK &&
           sqlite3_exec(f->db,
                        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                        "CREATE TABLE alert (id INTEGER PRIMARY KEY, t TEXT)",
                        NULL, NULL, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(f->db, "INSERT INTO alert (t) VALUES (?)", -1,
                              &f->insert, NULL) == SQLITE_OK;
}

static bool floor_open_network(struct floor *f, const struct world *w)
{
    long port = strtol(w->mqtt_port, NULL, 10);
    f->curl = curl_easy_init();
    (void)curl_easy_setopt(f->curl, CURLOPT_URL, w->post_url);
    (void)curl_easy_setopt(f->curl, CURLOPT_POSTFIELDS, f->text);
    (void)curl_easy_setopt(f->curl, CURLOPT_WRITEFUNCTION, floor_forget);
    f->mqtt = mosquitto_new(NULL, true, f);
    (void)mosquitto_username_pw_set(f->mqtt, "tuermer", w->mqtt_password);
    mosquitto_publish_callback_set(f->mqtt, floor_published);
    return mosquitto_connect(f->mqtt, "127.0.0.1", (int)port, 60) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_loop(f->mqtt, 100, 1) == MOSQ_ERR_SUCCESS;
}

static bool floor_commit(struct floor *f)
{
    (void)sqlite3_bind_text(f->insert, 1, f->text, -1, SQLITE_STATIC);
    bool ok = sqlite3_step(f->insert) == SQLITE_DONE;
    (void)sqlite3_reset(f->insert);
    return ok;
}

static bool floor_posts(struct floor *f)
{
    bool ok = true;
    for (int i = 0; i < FLOOR_POSTS; i++) {
        ok = curl_easy_perform(f->curl) == CURLE_OK && ok;
    }
    return ok;
}

static bool floor_publish(struct floor *f)
{
    int rv = mosquitto_publish(f->mqtt, &f->awaited, "tuermer/v1/staff",
                               FLOOR_TEXT, f->text, 1, false);
    while (rv == MOSQ_ERR_SUCCESS && f->awaited != 0) {
        rv = mosquitto_loop(f->mqtt, 1000, 1);
    }
    return rv == MOSQ_ERR_SUCCESS;
}

static bool floor_once(struct floor *f, bool warm)
{
    int64_t begun = sample_now_us();
    bool ok = floor_commit(f);
    int64_t committed = sample_now_us();
    ok = floor_posts(f) && ok;
    int64_t posted = sample_now_us();
    ok = floor_publish(f) && ok;
    int64_t published = sample_now_us();
    if (warm) {
        (void)printf(
            "floor.answer %lld\nfloor.posts %lld\n"
            "floor.publish %lld\nfloor.last %lld\n",
            (long long)(committed - begun), (long long)(posted - committed),
            (long long)(published - posted), (long long)(published - begun));
    }
    return ok;
}

int floor_measure(const struct world *w, const char *folder, long repetitions)
{
    struct floor f = {0};
    memset(f.text, 'x', FLOOR_TEXT);
    (void)mosquitto_lib_init();
    bool ok = floor_open_database(&f, folder) && floor_open_network(&f, w) &&
              floor_once(&f, false);
    for (long i = 0; ok && i < repetitions; i++) {
        ok = floor_once(&f, true);
    }
    if (!ok) {
        (void)fputs("fanout: the floor could not be measured\n", stderr);
    }
    mosquitto_destroy(f.mqtt);
    curl_easy_cleanup(f.curl);
    (void)sqlite3_finalize(f.insert);
    (void)sqlite3_close(f.db);
    (void)mosquitto_lib_cleanup();
    return ok ? 0 : 1;
}
