/* Logins against a real store with the clock in our hands: who gets in, who
 * does not, and how long a session lives. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

#include "service/access/password.h"
#include "service/access/session.h"
#include "service/access/totp.h"
#include "service/api/session.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/store/log.h"
#include "service/store/store.h"
#include "service/store/user.h"

static const char password[] = "Rheinpegel-steigt";
enum { LOGINS = 50 };
#define MINUTE_MS INT64_C(60000)

struct fixture {
    uv_loop_t loop;
    char folder[64];
    struct fake_clock clock;
    struct config config;
    struct store *store;
    struct session_manager *m;
    struct password_pool *passwords;
    char secret[TOTP_SECRET_MAX];
    size_t answered;
    size_t ended;
    bool closed;
    struct session_login logins[LOGINS];
    struct err e;
};

static void on_hashed(struct password_request *r)
{
    *(bool *)r->data = true;
}

static void on_pool_closed(void *data)
{
    *(bool *)data = true;
}

/* The Argon2id string of `password`, made as the service makes it. */
static void hash_password(struct fixture *f, char out[USER_PASSWORD_MAX])
{
    bool done = false;
    struct password_request r = {
        .job = PASSWORD_HASH, .cb = on_hashed, .data = &done};
    struct password_pool *pool = password_pool_open(&f->loop);
    MEM_SET_TEXT(r.password, password);
    password_start(pool, &r);
    while (!done) {
        check(uv_run(&f->loop, UV_RUN_ONCE) != 0 || done);
    }
    mem_copy_text(out, USER_PASSWORD_MAX, r.hash);
    bool closed = false;
    password_pool_close(pool, on_pool_closed, &closed);
    while (!closed) {
        check(uv_run(&f->loop, UV_RUN_ONCE) != 0 || closed);
    }
}

static void add_user(struct fixture *f, const char *name, unsigned roles,
                     bool enrolled)
{
    struct user u = {.roles = roles, .enrolled = enrolled};
    MEM_SET_TEXT(u.name, name);
    hash_password(f, u.password);
    if (enrolled) {
        check(totp_save(f->folder, name, f->secret, &f->e) == ERR_OK);
    }
    store_begin(f->store);
    user_insert(f->store, &u, "local:root");
    check(store_commit(f->store, &f->e) == ERR_OK);
}

static void on_ended(const char *key, void *data)
{
    struct fixture *f = data;
    assert_int_equal(strlen(key), 64);
    f->ended++;
}

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    char path[96];
    check(f != NULL);
    check(uv_loop_init(&f->loop) == 0);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-login-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    (void)snprintf(path, sizeof(path), "%s/db", f->folder);
    fake_clock_init(&f->clock, INT64_C(1795530000000));
    check(store_create(path, &f->e) == ERR_OK);
    check(store_open(path, &f->clock.clock, &f->store, &f->e) == ERR_OK);
    MEM_SET_TEXT(f->config.state_dir, f->folder);
    MEM_SET_TEXT(f->config.console_public_url, "http://127.0.0.1:8443");
    f->config.step_up_minutes = 15;
    totp_random(f->secret);
    const struct session_manager_options options = {.loop = &f->loop,
                                                    .clock = &f->clock.clock,
                                                    .config = &f->config,
                                                    .store = f->store};
    f->m = session_manager_open(&options);
    session_manager_watch(f->m, on_ended, f);
    add_user(f, "erika", ROLE_RELEASER, true);
    *state = f;
    return 0;
}

static void on_closed(void *data)
{
    ((struct fixture *)data)->closed = true;
}

/* Takes a folder and the files and folders in it away. */
static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    check(dir != NULL);
    for (struct dirent *entry = readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        char name[400];
        if (entry->d_name[0] == '.') {
            continue;
        }
        (void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
        if (unlink(name) != 0) {
            remove_folder(name);
        }
    }
    (void)closedir(dir);
    check(rmdir(path) == 0);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    session_manager_close(f->m, on_closed, f);
    check(uv_run(&f->loop, UV_RUN_DEFAULT) == 0);
    check(f->closed);
    check(uv_loop_close(&f->loop) == 0);
    store_close(f->store);
    remove_folder(f->folder);
    free(f);
    return 0;
}

static void on_login(struct session_login *l)
{
    struct fixture *f = l->data;
    f->answered++;
}

static struct session_login *prepare(struct fixture *f, size_t i,
                                     const char *user, const char *word)
{
    struct session_login *l = &f->logins[i];
    *l = (struct session_login){.cb = on_login, .data = f, .local = true};
    MEM_SET_TEXT(l->user, user);
    MEM_SET_TEXT(l->password, word);
    return l;
}

static void run_until(struct fixture *f, size_t answered)
{
    while (f->answered < answered) {
        check(uv_run(&f->loop, UV_RUN_ONCE) != 0 || f->answered >= answered);
    }
}

static enum err_code login(struct fixture *f, struct session_login *l)
{
    size_t before = f->answered;
    session_login_start(f->m, l);
    assert_int_equal(f->answered, before); /* never inside the call */
    run_until(f, before + 1);
    return l->status;
}

static void put_code(struct fixture *f, struct session_login *l)
{
    char code[TOTP_CODE_LEN + 1];
    assert_int_equal(totp_code(f->secret, f->clock.wall_ms, code, &f->e),
                     ERR_OK);
    MEM_SET_TEXT(l->totp, code);
}

static enum err_code login_good(struct fixture *f, struct session_login *l)
{
    put_code(f, l);
    return login(f, l);
}

/* "tuermer=TOKEN; …" to "tuermer=TOKEN", as a browser sends it. */
static void cookie_of(const struct session_login *l, char out[128])
{
    (void)snprintf(out, 128, "%.*s", (int)strcspn(l->cookies[0], ";"),
                   l->cookies[0]);
}

static enum err_code resolve(struct fixture *f, const char *cookie,
                             struct session_who *who)
{
    const struct session_credentials c = {.cookie = cookie};
    return session_resolve(f->m, &c, who, &f->e);
}

static enum err_code may_change(struct fixture *f,
                                const struct session_who *who, const char *csrf,
                                const char *origin, const char **type)
{
    const struct session_proof proof = {.csrf = csrf, .origin = origin};
    return session_may_change(f->m, who, &proof, true, type, &f->e);
}

static void assert_leaf(struct fixture *f, const char *type)
{
    char *text = log_entry_text(f->store, log_size(f->store) - 1);
    char wanted[64];
    (void)snprintf(wanted, sizeof(wanted), "\"type\":\"%s\"", type);
    if (text == NULL || strstr(text, wanted) == NULL) {
        fail_msg("no leaf %s: %s", type, text);
    }
    free(text);
}

static void password_and_code_open_a_session(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    char cookie[128];
    assert_int_equal(login_good(f, l), ERR_OK);
    assert_leaf(f, "session.opened");
    assert_string_equal(l->password, ""); /* overwritten */
    assert_int_equal(l->step_up_until_ms, f->clock.wall_ms + 15 * MINUTE_MS);
    cookie_of(l, cookie);
    assert_int_equal(strncmp(cookie, "tuermer=", 8), 0);
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_string_equal(who.actor.name, "erika");
    assert_int_equal(who.actor.via, ACTOR_SESSION);
    assert_int_equal(who.actor.roles, ROLE_RELEASER);
    assert_true(who.actor.enrolled);
    assert_string_equal(who.csrf, l->csrf);
}

static void every_wrong_part_is_refused_the_same_way(void **state)
{
    struct fixture *f = *state;
    add_user(f, "egon", ROLE_RELEASER, false); /* not enrolled */
    struct session_login *all[] = {
        prepare(f, 0, "niemand", password),
        prepare(f, 1, "erika", "Rheinpegel-faellt"),
        prepare(f, 2, "erika", password), /* no code */
        prepare(f, 3, "erika", password), /* wrong code */
        prepare(f, 4, "egon", password),
        prepare(f, 5, "../erika", password),
    };
    put_code(f, all[0]);
    put_code(f, all[1]);
    MEM_SET_TEXT(all[3]->totp, "000000");
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        assert_int_equal(login(f, all[i]), ERR_DENIED);
        assert_string_equal(all[i]->cookies[0], "");
        assert_leaf(f, "session.refused");
    }
}

static void a_code_opens_one_session_of_fifty(void **state)
{
    struct fixture *f = *state;
    size_t opened = 0;
    for (size_t i = 0; i < LOGINS; i++) {
        put_code(f, prepare(f, i, "erika", password));
        session_login_start(f->m, &f->logins[i]);
    }
    run_until(f, LOGINS);
    for (size_t i = 0; i < LOGINS; i++) {
        opened += f->logins[i].status == ERR_OK ? 1 : 0;
    }
    assert_int_equal(opened, 1);
}

static void guessing_over_the_network_is_slowed(void **state)
{
    struct fixture *f = *state;
    size_t late = 0;
    for (size_t i = 0; i < 8; i++) {
        struct session_login *l = prepare(f, i, "erika", "falsch-falsch");
        l->local = false;
        MEM_SET_TEXT(l->network, "192.0.2.7");
        if (login(f, l) == ERR_LIMIT) {
            late++;
            assert_true(l->retry_after_s >= 1);
        }
    }
    assert_int_equal(late, 3);
    /* The right person waits too, but is not locked out. */
    struct session_login *l = prepare(f, 9, "erika", password);
    l->local = false;
    assert_int_equal(login_good(f, l), ERR_LIMIT);
    fake_clock_advance(&f->clock, l->retry_after_s * 1000);
    l = prepare(f, 10, "erika", password);
    l->local = false;
    assert_int_equal(login_good(f, l), ERR_OK);
    assert_true(strncmp(l->cookies[1], "tuermer-device=", 15) == 0);
}

static void a_known_device_does_not_wait(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    char device[64];
    l->local = false;
    assert_int_equal(login_good(f, l), ERR_OK);
    (void)snprintf(device, sizeof(device), "%.43s", l->cookies[1] + 15);
    for (size_t i = 1; i < 9; i++) {
        l = prepare(f, i, "erika", "falsch-falsch");
        l->local = false;
        (void)login(f, l);
    }
    assert_int_equal(l->status, ERR_LIMIT);
    fake_clock_advance(&f->clock, 30000);
    l = prepare(f, 9, "erika", password);
    l->local = false;
    MEM_SET_TEXT(l->device, device);
    assert_int_equal(login_good(f, l), ERR_OK);
}

static void an_idle_session_reads_until_a_step_up_wakes_it(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    struct session_refreshed done;
    const char *type = NULL;
    char cookie[128];
    char code[TOTP_CODE_LEN + 1];
    assert_int_equal(login_good(f, l), ERR_OK);
    cookie_of(l, cookie);
    fake_clock_advance(&f->clock, 16 * MINUTE_MS);
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_true(who.idle);
    assert_int_equal(who.actor.step_up_until_ms, 0);
    assert_int_equal(may_change(f, &who, who.csrf, NULL, &type), ERR_DENIED);
    assert_string_equal(type, "step-up-required");
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_true(who.idle); /* reading does not wake it */
    assert_int_equal(session_refresh(f->m, who.key, "000000", &done, &f->e),
                     ERR_DENIED);
    assert_string_equal(done.type, "code-wrong");
    assert_int_equal(totp_code(f->secret, f->clock.wall_ms, code, &f->e),
                     ERR_OK);
    assert_int_equal(session_refresh(f->m, who.key, code, &done, &f->e),
                     ERR_OK);
    assert_leaf(f, "session.step_up");
    assert_int_equal(session_refresh(f->m, who.key, code, &done, &f->e),
                     ERR_DENIED);
    assert_string_equal(done.type, "code-used");
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_false(who.idle);
    assert_int_equal(who.actor.step_up_until_ms,
                     f->clock.wall_ms + 15 * MINUTE_MS);
}

static void
calls_keep_a_session_awake_for_twelve_hours_and_no_longer(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    char cookie[128];
    assert_int_equal(login_good(f, l), ERR_OK);
    cookie_of(l, cookie);
    for (int minute = 10; minute < 720; minute += 10) {
        fake_clock_advance(&f->clock, 10 * MINUTE_MS);
        assert_int_equal(resolve(f, cookie, &who), ERR_OK);
        assert_false(who.idle);
    }
    fake_clock_advance(&f->clock, 10 * MINUTE_MS);
    assert_int_equal(resolve(f, cookie, &who), ERR_NOT_FOUND);
}

static void changes_need_the_csrf_token_and_the_own_origin(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    const char *type = NULL;
    char cookie[128];
    const char *ours = "http://127.0.0.1:8443";
    assert_int_equal(login_good(f, l), ERR_OK);
    cookie_of(l, cookie);
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_int_equal(may_change(f, &who, l->csrf, ours, &type), ERR_OK);
    assert_int_equal(may_change(f, &who, l->csrf, NULL, &type), ERR_OK);
    assert_int_equal(may_change(f, &who, NULL, ours, &type), ERR_DENIED);
    assert_string_equal(type, "csrf");
    assert_int_equal(may_change(f, &who, l->csrf, "http://evil.de", &type),
                     ERR_DENIED);
    assert_string_equal(type, "origin");
}

static void ending_a_session_is_immediate_and_told(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    char cookie[128];
    assert_int_equal(login_good(f, l), ERR_OK);
    cookie_of(l, cookie);
    assert_int_equal(resolve(f, cookie, &who), ERR_OK);
    assert_int_equal(session_end(f->m, who.key, &f->e), ERR_OK);
    assert_leaf(f, "session.closed");
    assert_int_equal(f->ended, 1);
    assert_int_equal(resolve(f, cookie, &who), ERR_NOT_FOUND);
    assert_string_equal(who.actor.name, "");
}

static void disabling_an_account_ends_its_sessions(void **state)
{
    struct fixture *f = *state;
    struct session_login *l = prepare(f, 0, "erika", password);
    struct session_who who;
    char cookie[128];
    assert_int_equal(login_good(f, l), ERR_OK);
    cookie_of(l, cookie);
    assert_int_equal(session_disable_user(f->m, "erika", "local:root", &f->e),
                     ERR_OK);
    assert_int_equal(f->ended, 1);
    assert_int_equal(resolve(f, cookie, &who), ERR_NOT_FOUND);
    fake_clock_advance(&f->clock, MINUTE_MS);
    assert_int_equal(login_good(f, prepare(f, 1, "erika", password)),
                     ERR_DENIED);
}

static void the_socket_s_caller_is_local_or_the_session_it_shows(void **state)
{
    struct fixture *f = *state;
    struct session_who who;
    char bearer[128];
    struct session_credentials c = {.local = true,
                                    .peer_uid = (uint32_t)geteuid()};
    assert_int_equal(session_resolve(f->m, &c, &who, &f->e), ERR_OK);
    assert_int_equal(strncmp(who.actor.name, "local:", 6), 0);
    assert_int_equal(who.actor.via, ACTOR_LOCAL);
    assert_int_equal(who.actor.roles, ROLE_OPERATOR);
    struct session_login *l = prepare(f, 0, "erika", password);
    assert_int_equal(login_good(f, l), ERR_OK);
    (void)snprintf(bearer, sizeof(bearer), "Bearer %.43s",
                   l->cookies[0] + strlen("tuermer="));
    c.authorization = bearer;
    assert_int_equal(session_resolve(f->m, &c, &who, &f->e), ERR_OK);
    assert_string_equal(who.actor.name, "erika");
    assert_false(who.by_cookie);
    /* Over the network the same token is no way in. */
    c.local = false;
    assert_int_equal(session_resolve(f->m, &c, &who, &f->e), ERR_NOT_FOUND);
    /* A wrong token makes nobody, not local. */
    c.local = true;
    c.authorization = "Bearer falsch";
    assert_int_equal(session_resolve(f->m, &c, &who, &f->e), ERR_NOT_FOUND);
    assert_string_equal(who.actor.name, "");
    c.peer_uid = (uint32_t)geteuid() + 4711;
    assert_int_equal(session_resolve(f->m, &c, &who, &f->e), ERR_DENIED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(password_and_code_open_a_session),
        TEST(every_wrong_part_is_refused_the_same_way),
        TEST(a_code_opens_one_session_of_fifty),
        TEST(guessing_over_the_network_is_slowed),
        TEST(a_known_device_does_not_wait),
        TEST(an_idle_session_reads_until_a_step_up_wakes_it),
        TEST(calls_keep_a_session_awake_for_twelve_hours_and_no_longer),
        TEST(changes_need_the_csrf_token_and_the_own_origin),
        TEST(ending_a_session_is_immediate_and_told),
        TEST(disabling_an_account_ends_its_sessions),
        TEST(the_socket_s_caller_is_local_or_the_session_it_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
