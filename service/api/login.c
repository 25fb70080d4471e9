/* One login: throttle, password in a worker, code and session in one
 * transaction.
 *
 *   start -> throttled? -- yes --> LIMIT
 *              | no
 *              v
 *        worker: Argon2id (for nobody too) -> account and code right?
 *                                               | no -> leaf, DENIED
 *                                               v
 *                              step raised + session + device + leaf
 *                              in one commit (D8) -> OK
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/access/session.h"
#include "service/access/totp.h"
#include "service/api/session_manager.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/store/session.h"
#include "service/store/store.h"
#include "service/store/user.h"

/* What a login needs between its callbacks. */
struct login {
    struct session_manager *m;
    struct session_login *l;
    bool throttled;
    bool has_device;
    struct digest device;
    char device_key[DIGEST_HEX_MAX];
    struct password_request password;
};

static struct throttle_who login_who(const struct login *login)
{
    const struct session_login *l = login->l;
    return (struct throttle_who){.account = l->user,
                                 .network = l->local ? NULL : l->network,
                                 .device = login->has_device ? login->device_key
                                                             : NULL};
}

static void login_answer(struct login *login, enum err_code status)
{
    struct session_login *l = login->l;
    l->status = status;
    sodium_memzero(l->password, sizeof(l->password));
    sodium_memzero(l->totp, sizeof(l->totp));
    sodium_memzero(login, sizeof(*login));
    free(login);
    l->cb(l);
}

/* The reason is for the log; the caller learns none. */
static void login_refuse(struct login *login, const char *reason)
{
    struct store *store = login->m->o.store;
    struct err e;
    store_begin(store);
    session_log_refused(store, login->l->user, reason);
    enum err_code code = session_commit(login->m, &e);
    login_answer(login, code == ERR_UNCERTAIN ? ERR_UNCERTAIN : ERR_DENIED);
}

static bool login_must_be_enrolled(unsigned roles)
{
    return (roles & ((unsigned)ROLE_RELEASER | (unsigned)ROLE_APPROVER |
                     (unsigned)ROLE_DRILL_LEAD)) != 0;
}

/* NULL, or why not. *step is the code's, -1 without a second factor. */
static const char *login_judge(const struct login *login,
                               const struct user *user, int64_t *step)
{
    const struct session_manager *m = login->m;
    char secret[TOTP_SECRET_MAX];
    struct err e;
    *step = -1;
    if (!login->password.matches || user->name[0] == '\0') {
        return "Kennwort oder Name falsch";
    }
    if (user->disabled) {
        return "Konto gesperrt";
    }
    if (!user->enrolled) {
        return login_must_be_enrolled(user->roles)
                   ? "kein zweiter Faktor eingerichtet"
                   : NULL;
    }
    if (totp_load(m->o.config->state_dir, user->name, secret, &e) != ERR_OK) {
        log_error("user=%s second factor: %s", user->name, e.msg);
        return "zweiter Faktor nicht lesbar";
    }
    *step = totp_step(secret, login->l->totp, clock_wall_ms(m->o.clock));
    sodium_memzero(secret, sizeof(secret));
    return *step < 0 ? "Einmalcode falsch" : NULL;
}

/* Inside the transaction: a browser that has logged in fully is known. */
static void login_know_device(struct login *login, const struct user *user)
{
    struct session_login *l = login->l;
    struct digest hash;
    char token[SESSION_TOKEN_MAX];
    if (l->local || login->has_device || !user->enrolled) {
        return;
    }
    session_token_random(token);
    (void)session_token_hash(token, &hash);
    session_device_insert(login->m->o.store, &hash, user->name);
    session_cookie_format(session_device_cookie_name(login->m->secure), token,
                          login->m->secure, SESSION_DEVICE_DAYS * 86400L,
                          l->cookies[1], SESSION_COOKIE_MAX);
    sodium_memzero(token, sizeof(token));
}

/* Inside the transaction. */
static void login_open_session(struct login *login, const struct user *user,
                               bool with_code)
{
    struct session_login *l = login->l;
    struct session_manager *m = login->m;
    struct session session = {.token = false};
    char token[SESSION_TOKEN_MAX];
    session_token_random(token);
    (void)session_token_hash(token, &session.hash);
    MEM_SET_TEXT(session.user, user->name);
    session.step_up_until_ms = with_code ? session_fresh_until_ms(m) : 0;
    session_insert(m->o.store, &session);
    l->roles = user->roles;
    l->step_up_until_ms = session.step_up_until_ms;
    session_csrf(token, l->csrf);
    session_cookie_format(session_cookie_name(m->secure), token, m->secure, -1,
                          l->cookies[0], SESSION_COOKIE_MAX);
    sodium_memzero(token, sizeof(token));
    login_know_device(login, user);
}

static void login_sweep(struct session_manager *m)
{
    int64_t now = clock_wall_ms(m->o.clock);
    session_sweep(m->o.store, now - SESSION_LIFE_MS,
                  now - SESSION_DEVICE_DAYS * INT64_C(86400000));
}

static void login_commit(struct login *login, const struct user *user,
                         int64_t step)
{
    struct store *store = login->m->o.store;
    struct err e;
    store_begin(store);
    if (step >= 0 && !user_raise_step(store, user->name, step)) {
        store_rollback(store);
        login_refuse(login, "Einmalcode schon benutzt");
        return;
    }
    login_open_session(login, user, step >= 0);
    login_sweep(login->m);
    enum err_code code = session_commit(login->m, &e);
    if (code != ERR_OK) {
        memset(login->l->cookies, 0, sizeof(login->l->cookies));
        login_answer(login, code == ERR_UNCERTAIN ? code : ERR_UNAVAILABLE);
        return;
    }
    const struct throttle_who who = login_who(login);
    throttle_succeeded(login->m->throttle, &who);
    login_answer(login, ERR_OK);
}

/* On the loop again: the account is read once more, for it may have been
 * disabled meanwhile. */
static void login_verified(struct password_request *request)
{
    struct login *login = request->data;
    struct user user;
    int64_t step = -1;
    if (login->throttled || request->status == ERR_LIMIT) {
        login->l->retry_after_s =
            login->throttled ? login->l->retry_after_s : 1;
        login_answer(login, ERR_LIMIT);
        return;
    }
    if (request->status != ERR_OK) {
        login_answer(login, ERR_UNAVAILABLE);
        return;
    }
    (void)user_find(login->m->o.store, login->l->user, &user);
    const char *reason = login_judge(login, &user, &step);
    if (reason != NULL) {
        login_refuse(login, reason);
        return;
    }
    login_commit(login, &user, step);
}

/* Is the cookie of a device that this account has used? */
static void login_find_device(struct login *login)
{
    const struct session_login *l = login->l;
    struct session_manager *m = login->m;
    int64_t since =
        clock_wall_ms(m->o.clock) - SESSION_DEVICE_DAYS * INT64_C(86400000);
    login->has_device =
        session_token_hash(l->device, &login->device) &&
        session_device_known(m->o.store, &login->device, l->user, since);
    if (login->has_device) {
        digest_hex(&login->device, login->device_key);
    }
}

void session_login_start(struct session_manager *m, struct session_login *l)
{
    struct login *login = mem_zalloc(sizeof(*login));
    struct user user = {.roles = 0};
    login->m = m;
    login->l = l;
    l->retry_after_s = 0;
    l->step_up_until_ms = 0;
    memset(l->cookies, 0, sizeof(l->cookies));
    login_find_device(login);
    const struct throttle_who who = login_who(login);
    /* Over the socket it is root or the service itself who asks. */
    l->retry_after_s = l->local ? 0 : throttle_try(m->throttle, &who);
    login->throttled = l->retry_after_s > 0;
    if (session_user_valid(l->user)) {
        (void)user_find(m->o.store, l->user, &user);
    }
    login->password.job = login->throttled ? PASSWORD_PASS : PASSWORD_VERIFY;
    login->password.known = l->local || login->has_device;
    login->password.cb = login_verified;
    login->password.data = login;
    MEM_SET_TEXT(login->password.password, l->password);
    MEM_SET_TEXT(login->password.hash, user.password);
    password_start(m->passwords, &login->password);
}
