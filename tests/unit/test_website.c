#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "channels/transport/http_client.h"
#include "channels/website/website.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/file.h"
#include "service/base/mem.h"
#include "service/http/public.h"
#include "tests/support/cmocka_all.h"

enum { URL_MAX = 64, PATH_SIZE = 256 };

/* A channel, the public listener it feeds, and the loop of both. */
struct fixture {
    uv_loop_t loop;
    uv_timer_t limit;
    struct http_client *client;
    struct public *listener;
    struct channel *channel;
    char folder[PATH_SIZE];
    char url[URL_MAX];
    int silent;           /* a socket that is bound and does not listen */
    char nobody[URL_MAX]; /* its address: refuses every connection */
    int changes;
    int answers;
    bool deaf; /* the listener is not told of changes */
    bool closed;
    bool late;
};

static void limit_reached(uv_timer_t *timer)
{
    struct fixture *f = timer->data;
    f->late = true;
}

static void changed(void *data)
{
    struct fixture *f = data;
    struct err e;
    f->changes++;
    if (!f->deaf) {
        assert_int_equal(public_load(f->listener, f->folder, &e), ERR_OK);
    }
}

static void open_channel(struct fixture *f, const char *public_url,
                         const char *local_url)
{
    struct website_config config = {.directory = f->folder,
                                    .public_url = public_url,
                                    .local_url = local_url,
                                    .changed = changed,
                                    .changed_data = f};
    struct err e;
    assert_int_equal(website_open(&f->loop, clock_real(), f->client, &config,
                                  &f->channel, &e),
                     ERR_OK);
}

static void make_nobody(struct fixture *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    f->silent = socket(AF_INET, SOCK_STREAM, 0);
    check(f->silent >= 0);
    check(bind(f->silent, (struct sockaddr *)&address, len) == 0);
    check(getsockname(f->silent, (struct sockaddr *)&address, &len) == 0);
    (void)snprintf(f->nobody, sizeof(f->nobody), "http://127.0.0.1:%u/",
                   ntohs(address.sin_port));
}

static int setup(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    struct err e;
    struct public_config config = {.listen = "127.0.0.1:0",
                                   .public_url = "http://127.0.0.1"};
    MEM_SET_TEXT(f->folder, "/tmp/tuermer-website-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    check(uv_loop_init(&f->loop) == 0);
    check(uv_timer_init(&f->loop, &f->limit) == 0);
    f->limit.data = f;
    f->client = http_client_open(&f->loop, clock_real(), NULL);
    assert_int_equal(public_open(&config, &f->listener, &e), ERR_OK);
    (void)snprintf(f->url, sizeof(f->url), "http://127.0.0.1:%u",
                   public_port(f->listener));
    make_nobody(f);
    open_channel(f, f->url, f->url);
    *state = f;
    return 0;
}

/* Turns the loop until *flag holds wanted; fails after ten seconds. */
static void run_until(struct fixture *f, const int *flag, int wanted)
{
    f->late = false;
    check(uv_timer_start(&f->limit, limit_reached, 10000, 0) == 0);
    while (*flag < wanted && !f->late) {
        (void)uv_run(&f->loop, UV_RUN_ONCE);
    }
    check(uv_timer_stop(&f->limit) == 0);
    assert_false(f->late);
}

static void closed(void *data)
{
    *(int *)data += 1;
}

static void close_channel(struct fixture *f)
{
    int ended = 0;
    f->channel->type->close(f->channel, closed, &ended);
    assert_int_equal(ended, 0);
    run_until(f, &ended, 1);
    f->channel = NULL;
}

static void remove_tree(const char *path)
{
    DIR *dir = opendir(path);
    if (dir == NULL) {
        return;
    }
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        char entry[PATH_SIZE * 3];
        if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) {
            continue;
        }
        (void)snprintf(entry, sizeof(entry), "%s/%s", path, d->d_name);
        if (unlink(entry) != 0) {
            remove_tree(entry);
        }
    }
    (void)closedir(dir);
    (void)rmdir(path);
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    int ended = 0;
    if (f->channel != NULL) {
        close_channel(f);
    }
    http_client_close(f->client, closed, &ended);
    run_until(f, &ended, 1);
    public_close(f->listener);
    (void)close(f->silent);
    uv_close((uv_handle_t *)&f->limit, NULL);
    (void)uv_run(&f->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&f->loop), 0);
    (void)chmod(f->folder, 0755);
    remove_tree(f->folder);
    free(f);
    return 0;
}

static void answered(struct channel_request *r)
{
    struct fixture *f = r->data;
    f->answers++;
}

typedef void (*operation)(struct channel *c, struct channel_request *r);

static void start(struct fixture *f, operation op, struct channel_request *r)
{
    int before = f->answers;
    r->done = answered;
    r->data = f;
    op(f->channel, r);
    assert_int_equal(f->answers, before); /* never before the call returned */
}

static void run(struct fixture *f, operation op, struct channel_request *r)
{
    int wanted = f->answers + 1;
    start(f, op, r);
    run_until(f, &f->answers, wanted);
    assert_int_equal(f->answers, wanted);
}

static struct channel_item item(const char *name, const char *text)
{
    return (struct channel_item){
        .name = name, .bytes = text, .len = strlen(text)};
}

static void assert_file(struct fixture *f, const char *name, const char *text)
{
    char path[PATH_SIZE * 2];
    char *bytes;
    size_t len;
    struct err e;
    (void)snprintf(path, sizeof(path), "%s/%s", f->folder, name);
    assert_int_equal(file_read(path, 100000, &bytes, &len, &e), ERR_OK);
    assert_string_equal(bytes, text);
    free(bytes);
}

static void what_is_published_is_on_disk_and_found_over_http(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {
        item("w/LOE-7K3Q9F.html", "<!DOCTYPE html><title>Rhein</title>"),
        item("index.html", "<!DOCTYPE html><title>Start</title>"),
        item("current.json", "{\"alerts\":[]}"), item("keys", "a+b+c\n")};
    struct channel_request r = {
        .items = items, .n_items = 4, .link = "http://127.0.0.1/w/LOE-7K3Q9F"};
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
    assert_int_equal(f->changes, 1);
    assert_memory_equal(r.result.remote_id, "sha256:", 7);
    assert_string_equal(r.result.permalink, r.link);
    assert_file(f, "w/LOE-7K3Q9F.html", items[0].bytes);
    assert_file(f, "current.json", "{\"alerts\":[]}");

    char evidence[REMOTE_ID_MAX];
    MEM_SET_TEXT(evidence, r.result.remote_id);
    run(f, website_type.confirm, &r);
    assert_string_equal(r.result.detail, "");
    assert_int_equal(r.result.finding, CHANNEL_FOUND);
    assert_string_equal(r.result.remote_id, evidence);
}

static void others_may_read_the_files_whatever_the_umask(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("w/LOE-1/x.html", "für alle")};
    struct channel_request r = {.items = items, .n_items = 1};
    char path[PATH_SIZE * 2];
    struct stat info;
    mode_t before = umask(077);
    run(f, website_type.publish, &r);
    (void)umask(before);
    (void)snprintf(path, sizeof(path), "%s/w", f->folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0755);
    (void)snprintf(path, sizeof(path), "%s/w/LOE-1/x.html", f->folder);
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0644);
}

static void unchanged_files_are_not_written_again(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("index.html", "alt"),
                                   item("feed.atom", "fest")};
    struct channel_request r = {.items = items, .n_items = 2};
    char path[PATH_SIZE * 2];
    struct stat first;
    struct stat second;
    run(f, website_type.publish, &r);
    (void)snprintf(path, sizeof(path), "%s/feed.atom", f->folder);
    assert_int_equal(stat(path, &first), 0);
    items[0] = item("index.html", "neu");
    run(f, website_type.publish, &r);
    assert_int_equal(f->changes, 2);
    assert_int_equal(stat(path, &second), 0);
    assert_int_equal(first.st_ino, second.st_ino);
    assert_file(f, "index.html", "neu");
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
    assert_int_equal(f->changes, 2); /* nothing new: nothing to load */
}

static void an_empty_item_is_removed_and_confirmed_as_gone(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("w/LOE-1.html", "da")};
    struct channel_request r = {.items = items, .n_items = 1};
    run(f, website_type.publish, &r);
    items[0].len = 0;
    run(f, website_type.confirm, &r);
    assert_int_equal(r.result.finding, CHANNEL_ABSENT);
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
    run(f, website_type.confirm, &r);
    assert_int_equal(r.result.finding, CHANNEL_FOUND);
    run(f, website_type.publish, &r); /* removing it twice is no failure */
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
}

static void jobs_are_written_in_the_order_they_came(void **state)
{
    struct fixture *f = *state;
    enum { N = 20 };
    char texts[N][16];
    struct channel_item items[N];
    struct channel_request requests[N];
    for (int i = 0; i < N; i++) {
        (void)snprintf(texts[i], sizeof(texts[i]), "Stand %d", i);
        items[i] = item("index.html", texts[i]);
        requests[i] =
            (struct channel_request){.items = &items[i], .n_items = 1};
        start(f, website_type.publish, &requests[i]);
    }
    run_until(f, &f->answers, N);
    assert_int_equal(f->answers, N);
    assert_file(f, "index.html", texts[N - 1]);
}

static void a_page_seen_only_locally_is_not_called_visible(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("index.html", "nur hier")};
    struct channel_request r = {.items = items, .n_items = 1};
    close_channel(f);
    open_channel(f, f->nobody, f->url);
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
    run(f, website_type.confirm, &r);
    assert_int_equal(r.result.finding, CHANNEL_ABSENT);
    assert_string_equal(r.result.detail, "nur lokal gesehen");
    run(f, website_type.probe, &r);
    assert_int_equal(r.result.readiness, READINESS_DEGRADED);
    assert_non_null(strstr(r.result.detail, "antwortet nicht"));
}

static void old_bytes_are_absent_and_silence_is_unreadable(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("index.html", "alt")};
    struct channel_request r = {.items = items, .n_items = 1};
    run(f, website_type.publish, &r);
    f->deaf = true;
    items[0] = item("index.html", "neu");
    run(f, website_type.publish, &r);
    run(f, website_type.confirm, &r);
    assert_int_equal(r.result.finding, CHANNEL_ABSENT);
    assert_non_null(strstr(r.result.detail, "noch nicht zu sehen"));
    close_channel(f);
    open_channel(f, f->nobody, "");
    run(f, website_type.confirm, &r);
    assert_int_equal(r.result.finding, CHANNEL_UNREADABLE);
}

static void readiness_names_what_is_wrong(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("index.html", "da")};
    struct channel_request r = {.items = items, .n_items = 1};
    run(f, website_type.probe, &r); /* the root is still a 404 */
    assert_int_equal(r.result.readiness, READINESS_DEGRADED);
    assert_non_null(strstr(r.result.detail, "404"));
    run(f, website_type.publish, &r);
    run(f, website_type.probe, &r);
    assert_int_equal(r.result.readiness, READINESS_READY);
    remove_tree(f->folder);
    run(f, website_type.probe, &r);
    assert_int_equal(r.result.readiness, READINESS_DOWN);
    assert_non_null(strstr(r.result.detail, "nicht beschreibbar"));
}

static void names_that_leave_the_folder_are_refused(void **state)
{
    struct fixture *f = *state;
    static const char *const names[] = {
        "../x", "/etc/x", "w/../../x", ".x", "w//x", "w/", "", "a b", "w/.x"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct channel_item items[] = {item(names[i], "x")};
        struct channel_request r = {.items = items, .n_items = 1};
        run(f, website_type.publish, &r);
        assert_int_equal(r.result.outcome, OUTCOME_REFUSED);
    }
}

static void assert_no_leftovers(const char *path)
{
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
        assert_null(strchr(d->d_name, '~'));
    }
    (void)closedir(dir);
}

static void a_failing_disk_is_not_sent_and_said(void **state)
{
    struct fixture *f = *state;
    /* a file where the folder "w" should be: works for root too */
    struct channel_item items[] = {item("w", "eine Datei"),
                                   item("index.html", "neu"),
                                   item("w/LOE-1.html", "x")};
    struct channel_request r = {.items = items, .n_items = 1};
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_DONE);
    r = (struct channel_request){.items = items + 1, .n_items = 2};
    run(f, website_type.publish, &r);
    assert_int_equal(r.result.outcome, OUTCOME_NOT_SENT);
    assert_non_null(strstr(r.result.detail, "nicht geschrieben"));
    assert_int_equal(f->changes, 1); /* staged whole, or not at all */
    assert_no_leftovers(f->folder);
}

static void closing_with_work_in_flight_answers_everything_first(void **state)
{
    struct fixture *f = *state;
    struct channel_item items[] = {item("index.html", "letzte Worte")};
    struct channel_request publish = {.items = items, .n_items = 1};
    struct channel_request second = publish;
    struct channel_request confirm = publish;
    struct channel_request check_request = {.items = NULL};
    start(f, website_type.publish, &publish);
    start(f, website_type.publish, &second);
    start(f, website_type.confirm, &confirm);
    start(f, website_type.probe, &check_request);
    int ended = 0;
    f->channel->type->close(f->channel, closed, &ended);
    f->channel = NULL;
    run_until(f, &ended, 1);
    assert_int_equal(f->answers, 4);
    assert_int_equal(publish.result.outcome, OUTCOME_DONE);
    assert_file(f, "index.html", "letzte Worte");
}

static void leftovers_of_a_crash_are_removed_at_open(void **state)
{
    struct fixture *f = *state;
    char path[PATH_SIZE * 2];
    struct err e;
    close_channel(f);
    (void)snprintf(path, sizeof(path), "%s/w", f->folder);
    assert_int_equal(mkdir(path, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/w/LOE-1.html", f->folder);
    assert_int_equal(file_write_durable(path, "alt", 3, 0644, &e), ERR_OK);
    (void)snprintf(path, sizeof(path), "%s/w/LOE-1.html.Ab12Cd34~", f->folder);
    assert_int_equal(file_write_durable(path, "ha", 2, 0644, &e), ERR_OK);
    open_channel(f, f->url, f->url);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_file(f, "w/LOE-1.html", "alt");
}

int main(void)
{
#define WEBSITE_TEST(name) \
    cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        WEBSITE_TEST(what_is_published_is_on_disk_and_found_over_http),
        WEBSITE_TEST(others_may_read_the_files_whatever_the_umask),
        WEBSITE_TEST(unchanged_files_are_not_written_again),
        WEBSITE_TEST(an_empty_item_is_removed_and_confirmed_as_gone),
        WEBSITE_TEST(jobs_are_written_in_the_order_they_came),
        WEBSITE_TEST(a_page_seen_only_locally_is_not_called_visible),
        WEBSITE_TEST(old_bytes_are_absent_and_silence_is_unreadable),
        WEBSITE_TEST(readiness_names_what_is_wrong),
        WEBSITE_TEST(names_that_leave_the_folder_are_refused),
        WEBSITE_TEST(a_failing_disk_is_not_sent_and_said),
        WEBSITE_TEST(closing_with_work_in_flight_answers_everything_first),
        WEBSITE_TEST(leftovers_of_a_crash_are_removed_at_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
