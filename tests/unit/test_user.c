/* Accounts and sessions in the store: steps rise, endings end. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

#include "service/access/session.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/model/actor.h"
#include "service/store/log.h"
#include "service/store/session.h"
#include "service/store/store.h"
#include "service/store/user.h"

struct fixture {
    char folder[64];
    char path[96];
    struct fake_clock clock;
    struct store *store;
    struct err e;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    check(f != NULL);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-user-XXXXXX");
    check(mkdtemp(f->folder) != NULL);
    (void)snprintf(f->path, sizeof(f->path), "%s/db", f->folder);
    fake_clock_init(&f->clock, INT64_C(1795530000000));
    check(store_create(f->path, &f->e) == ERR_OK);
    check(store_open(f->path, &f->clock.clock, &f->store, &f->e) == ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    char path[112];
    store_close(f->store);
    check(unlink(f->path) == 0);
    (void)snprintf(path, sizeof(path), "%s-wal", f->path);
    (void)unlink(path);
    (void)snprintf(path, sizeof(path), "%s-shm", f->path);
    (void)unlink(path);
    check(rmdir(f->folder) == 0);
    free(f);
    return 0;
}

static void commit(struct fixture *f)
{
    assert_int_equal(store_commit(f->store, &f->e), ERR_OK);
}

static void add(struct fixture *f, const char *name, unsigned roles)
{
    struct user u = {.roles = roles, .enrolled = true};
    MEM_SET_TEXT(u.name, name);
    MEM_SET_TEXT(u.password, "$argon2id$…");
    store_begin(f->store);
    user_insert(f->store, &u, "local:root");
    commit(f);
}

/* The text of the newest leaf must hold `type`. */
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

static void an_account_is_found_as_it_was_added(void **state)
{
    struct fixture *f = *state;
    struct user u;
    char roles[USER_ROLES_TEXT_MAX];
    add(f, "erika", ROLE_RELEASER | ROLE_AUDITOR);
    assert_leaf(f, "user.added");
    assert_true(user_find(f->store, "erika", &u));
    assert_true(u.enrolled);
    assert_int_equal(u.granted_at_ms, f->clock.wall_ms);
    user_roles_text(u.roles, roles);
    assert_string_equal(roles, "releaser,auditor");
    assert_false(user_find(f->store, "egon", &u));
}

static void a_step_is_taken_once_and_only_rises(void **state)
{
    struct fixture *f = *state;
    add(f, "erika", ROLE_RELEASER);
    store_begin(f->store);
    assert_true(user_raise_step(f->store, "erika", 100));
    assert_false(user_raise_step(f->store, "erika", 100));
    assert_false(user_raise_step(f->store, "erika", 99));
    assert_true(user_raise_step(f->store, "erika", 101));
    commit(f);
    store_begin(f->store);
    assert_false(user_raise_step(f->store, "erika", 101));
    commit(f);
}

static void a_step_of_a_rolled_back_session_is_free_again(void **state)
{
    struct fixture *f = *state;
    add(f, "erika", ROLE_RELEASER);
    store_begin(f->store);
    assert_true(user_raise_step(f->store, "erika", 100));
    store_rollback(f->store);
    store_begin(f->store);
    assert_true(user_raise_step(f->store, "erika", 100));
    commit(f);
}

static struct session open_session(struct fixture *f, const char *user)
{
    struct session session = {.step_up_until_ms = f->clock.wall_ms + 900000};
    char token[SESSION_TOKEN_MAX];
    session_token_random(token);
    check(session_token_hash(token, &session.hash));
    MEM_SET_TEXT(session.user, user);
    store_begin(f->store);
    session_insert(f->store, &session);
    commit(f);
    return session;
}

static void a_session_lives_from_opened_to_closed(void **state)
{
    struct fixture *f = *state;
    struct session found;
    add(f, "erika", ROLE_RELEASER);
    struct session session = open_session(f, "erika");
    assert_leaf(f, "session.opened");
    fake_clock_advance(&f->clock, 60000);
    store_begin(f->store);
    session_touch(f->store, &session.hash);
    session_step_up(f->store, &session, 77);
    commit(f);
    assert_leaf(f, "session.step_up");
    assert_true(session_find(f->store, &session.hash, &found));
    assert_string_equal(found.user, "erika");
    assert_int_equal(found.seen_at_ms, f->clock.wall_ms);
    assert_int_equal(found.step_up_until_ms, 77);
    store_begin(f->store);
    session_delete(f->store, &session);
    commit(f);
    assert_leaf(f, "session.closed");
    assert_false(session_find(f->store, &session.hash, &found));
}

static void disabling_ends_sessions_and_devices(void **state)
{
    struct fixture *f = *state;
    struct session found;
    struct user u;
    add(f, "erika", ROLE_RELEASER);
    add(f, "egon", ROLE_RELEASER);
    struct session session = open_session(f, "erika");
    struct session other = open_session(f, "egon");
    store_begin(f->store);
    session_device_insert(f->store, &session.hash, "erika");
    commit(f);
    assert_true(session_device_known(f->store, &session.hash, "erika", 0));
    assert_false(session_device_known(f->store, &session.hash, "egon", 0));
    store_begin(f->store);
    user_disable(f->store, "erika", "local:root");
    commit(f);
    assert_leaf(f, "user.disabled");
    assert_false(session_find(f->store, &session.hash, &found));
    assert_true(session_find(f->store, &other.hash, &found));
    assert_false(session_device_known(f->store, &session.hash, "erika", 0));
    assert_true(user_find(f->store, "erika", &u));
    assert_true(u.disabled);
}

static void granting_release_rights_is_dated(void **state)
{
    struct fixture *f = *state;
    struct user u;
    add(f, "erika", ROLE_AUTHOR);
    assert_true(user_find(f->store, "erika", &u));
    assert_int_equal(u.granted_at_ms, 0);
    fake_clock_advance(&f->clock, 1000);
    store_begin(f->store);
    user_set_roles(f->store, "erika", ROLE_AUTHOR | ROLE_RELEASER, "local:x");
    commit(f);
    assert_leaf(f, "user.roles");
    int64_t granted = f->clock.wall_ms;
    fake_clock_advance(&f->clock, 1000);
    store_begin(f->store);
    user_set_roles(f->store, "erika", ROLE_RELEASER, "local:x");
    commit(f);
    assert_true(user_find(f->store, "erika", &u));
    assert_int_equal(u.granted_at_ms, granted);
}

static void what_has_ended_by_itself_is_swept(void **state)
{
    struct fixture *f = *state;
    struct session found;
    add(f, "erika", ROLE_RELEASER);
    struct session old = open_session(f, "erika");
    fake_clock_advance(&f->clock, 10);
    struct session fresh = open_session(f, "erika");
    store_begin(f->store);
    session_sweep(f->store, f->clock.wall_ms, f->clock.wall_ms);
    commit(f);
    assert_false(session_find(f->store, &old.hash, &found));
    assert_true(session_find(f->store, &fresh.hash, &found));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_account_is_found_as_it_was_added),
        TEST(a_step_is_taken_once_and_only_rises),
        TEST(a_step_of_a_rolled_back_session_is_free_again),
        TEST(a_session_lives_from_opened_to_closed),
        TEST(disabling_ends_sessions_and_devices),
        TEST(granting_release_rights_is_dated),
        TEST(what_has_ended_by_itself_is_swept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
