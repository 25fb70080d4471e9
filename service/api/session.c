/* Who is calling, and may this call change something? */
#include "service/api/session.h"

#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/access/session.h"
#include "service/access/totp.h"
#include "service/api/session_manager.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/http/request.h"
#include "service/store/session.h"
#include "service/store/store.h"
#include "service/store/user.h"

/* A session is written "seen" at most this often; its sleep comes so much
 * earlier at the latest. */
enum { SESSION_TOUCH_MS = 5000 };

struct session_manager *
session_manager_open(const struct session_manager_options *options)
{
    struct session_manager *m = mem_zalloc(sizeof(*m));
    m->o = *options;
    m->passwords = password_pool_open(options->loop);
    m->throttle = throttle_new(options->clock);
    m->secure =
        strncmp(options->config->console_public_url, "https://", 8) == 0;
    return m;
}

static void session_manager_closed(void *data)
{
    struct session_manager *m = data;
    session_manager_close_cb cb = m->close_cb;
    void *cb_data = m->close_data;
    throttle_free(m->throttle);
    free(m);
    cb(cb_data);
}

void session_manager_close(struct session_manager *m,
                           session_manager_close_cb cb, void *data)
{
    m->close_cb = cb;
    m->close_data = data;
    password_pool_close(m->passwords, session_manager_closed, m);
}

void session_manager_watch(struct session_manager *m, session_ended_cb cb,
                           void *data)
{
    m->ended = cb;
    m->ended_data = data;
}

struct session_credentials session_credentials_of(const struct http_request *r)
{
    const struct http_peer *peer = http_request_peer(r);
    return (struct session_credentials){
        .cookie = http_request_header(r, "Cookie"),
        .authorization = http_request_header(r, "Authorization"),
        .local = peer->is_local,
        .peer_uid = (uint32_t)peer->uid};
}

/* The value of one "name=value" of a Cookie header, or NULL. */
static const char *session_cookie_value(const char *pair, size_t len,
                                        const char *name)
{
    size_t name_len = strlen(name);
    return len > name_len && pair[name_len] == '=' &&
                   strncmp(pair, name, name_len) == 0
               ? pair + name_len + 1
               : NULL;
}

bool session_cookie_find(const char *header, const char *name, char *out,
                         size_t size)
{
    const char *pair = header == NULL ? "" : header;
    while (*pair != '\0') {
        pair += strspn(pair, "; ");
        size_t len = strcspn(pair, ";");
        const char *value = session_cookie_value(pair, len, name);
        if (value != NULL) {
            size_t value_len = (size_t)(pair + len - value);
            (void)snprintf(out, size, "%.*s", (int)value_len, value);
            return value_len < size;
        }
        pair += len;
    }
    return false;
}

enum err_code session_commit(const struct session_manager *m, struct err *e)
{
    enum err_code code = store_commit(m->o.store, e);
    if (code == ERR_UNCERTAIN && m->o.fatal != NULL) {
        m->o.fatal(e, m->o.data);
    }
    return code;
}

int64_t session_fresh_until_ms(const struct session_manager *m)
{
    return clock_wall_ms(m->o.clock) +
           (int64_t)m->o.config->step_up_minutes * 60000;
}

/* The caller of the UNIX socket: root or the service's own user. */
static enum err_code session_local(uint32_t uid, struct session_who *who,
                                   struct err *e)
{
    struct passwd entry;
    struct passwd *found = NULL;
    char room[2048];
    if (uid != 0 && uid != (uint32_t)geteuid()) {
        return err_set(e, ERR_DENIED,
                       "Den Socket dürfen nur root und der Benutzer des "
                       "Dienstes benutzen.");
    }
    if (getpwuid_r((uid_t)uid, &entry, room, sizeof(room), &found) == 0 &&
        found != NULL) {
        (void)snprintf(who->actor.name, sizeof(who->actor.name), "local:%.56s",
                       entry.pw_name);
    } else {
        (void)snprintf(who->actor.name, sizeof(who->actor.name), "local:%u",
                       (unsigned)uid);
    }
    who->actor.via = ACTOR_LOCAL;
    who->actor.roles = ROLE_OPERATOR;
    return ERR_OK;
}

static void session_keep_awake(struct session_manager *m,
                               const struct session *session)
{
    struct err e;
    if (clock_wall_ms(m->o.clock) - session->seen_at_ms < SESSION_TOUCH_MS) {
        return;
    }
    store_begin(m->o.store);
    session_touch(m->o.store, &session->hash);
    if (session_commit(m, &e) != ERR_OK) {
        log_warn("session=touch status=%s", err_name(e.code));
    }
}

static enum err_code session_nobody(struct err *e)
{
    return err_set(e, ERR_NOT_FOUND,
                   "Sie sind nicht angemeldet, oder die Sitzung ist zu Ende.");
}

/* Fills *who from a session that lives; its user must too. */
static enum err_code session_fill(struct session_manager *m,
                                  const struct session *session,
                                  struct session_who *who, struct err *e)
{
    struct user user;
    enum session_life life =
        session->token
            ? SESSION_AWAKE
            : session_life(session->created_at_ms, session->seen_at_ms,
                           clock_wall_ms(m->o.clock));
    if (life == SESSION_OVER || !user_find(m->o.store, session->user, &user) ||
        user.disabled) {
        return session_nobody(e);
    }
    who->idle = life == SESSION_IDLE;
    who->actor = (struct actor){
        .via = session->token ? ACTOR_TOKEN : ACTOR_SESSION,
        .roles = user.roles,
        .enrolled = user.enrolled,
        .step_up_until_ms = who->idle ? 0 : session->step_up_until_ms};
    MEM_SET_TEXT(who->actor.name, user.name);
    digest_hex(&session->hash, who->key);
    if (!who->idle && !session->token) {
        session_keep_awake(m, session);
    }
    return ERR_OK;
}

/* `allowed` says which kinds this way in may show. */
static enum err_code session_of_token(struct session_manager *m,
                                      const char *token, bool sessions,
                                      bool tokens, struct session_who *who,
                                      struct err *e)
{
    struct digest hash;
    struct session session;
    if (!session_token_hash(token, &hash) ||
        !session_find(m->o.store, &hash, &session) ||
        !(session.token ? tokens : sessions)) {
        return session_nobody(e);
    }
    return session_fill(m, &session, who, e);
}

enum err_code session_resolve(struct session_manager *m,
                              const struct session_credentials *c,
                              struct session_who *who, struct err *e)
{
    char token[SESSION_TOKEN_MAX + 1];
    *who = (struct session_who){.by_cookie = false};
    if (c->local) {
        struct session_who local = {.by_cookie = false};
        if (session_local(c->peer_uid, &local, e) != ERR_OK) {
            return e->code;
        }
        if (c->authorization == NULL) {
            *who = local;
            return ERR_OK;
        }
    }
    /* Who shows a token is that person or nobody, never local. */
    if (c->authorization != NULL) {
        if (strncmp(c->authorization, "Bearer ", 7) != 0) {
            return session_nobody(e);
        }
        return session_of_token(m, c->authorization + 7, c->local, true, who,
                                e);
    }
    if (!session_cookie_find(c->cookie, session_cookie_name(m->secure), token,
                             sizeof(token))) {
        return session_nobody(e);
    }
    enum err_code code = session_of_token(m, token, true, false, who, e);
    if (code == ERR_OK) {
        who->by_cookie = true;
        session_csrf(token, who->csrf);
    }
    sodium_memzero(token, sizeof(token));
    return code;
}

static enum err_code session_forged(const char **type, const char *what,
                                    const char *text, struct err *e)
{
    *type = what;
    return err_set(e, ERR_DENIED, "%s", text);
}

enum err_code session_may_change(const struct session_manager *m,
                                 const struct session_who *who,
                                 const struct session_proof *proof, bool awake,
                                 const char **type, struct err *e)
{
    if (who->by_cookie &&
        !session_origin_fits(proof->origin, m->o.config->console_public_url)) {
        return session_forged(type, "origin",
                              "Die Anfrage kommt von einer fremden Seite. Es "
                              "wurde nichts geändert.",
                              e);
    }
    if (who->by_cookie && !session_csrf_fits(who->csrf, proof->csrf)) {
        return session_forged(type, "csrf",
                              "Das Formular gehört nicht zu dieser Sitzung. Es "
                              "wurde nichts geändert; bitte die Seite neu "
                              "laden.",
                              e);
    }
    if (awake && who->idle) {
        return session_forged(type, "step-up-required",
                              "15 Minuten ohne Eingabe: bitte den Einmalcode "
                              "eingeben. Es wurde nichts geändert.",
                              e);
    }
    return ERR_OK;
}

/* The session that key (a hash in hexadecimal) names. */
static bool session_by_key(const struct session_manager *m, const char *key,
                           struct session *session)
{
    struct digest hash;
    size_t len = 0;
    return sodium_hex2bin(hash.bytes, DIGEST_SIZE, key, strlen(key), NULL, &len,
                          NULL) == 0 &&
           len == DIGEST_SIZE && session_find(m->o.store, &hash, session);
}

static enum err_code session_refuse(struct session_refreshed *done,
                                    const char *type, const char *text,
                                    struct err *e)
{
    done->type = type;
    return err_set(e, ERR_DENIED, "%s", text);
}

/* The step of a code, or an error. */
static enum err_code session_read_code(struct session_manager *m,
                                       const struct session *session,
                                       const char *totp, int64_t *step,
                                       struct session_refreshed *done)
{
    char secret[TOTP_SECRET_MAX];
    struct err e;
    if (totp_load(m->o.config->state_dir, session->user, secret, &e) !=
        ERR_OK) {
        log_error("user=%s second factor: %s", session->user, e.msg);
        done->type = "not-enrolled";
        return ERR_DENIED;
    }
    *step = totp_step(secret, totp, clock_wall_ms(m->o.clock));
    sodium_memzero(secret, sizeof(secret));
    done->type = "code-wrong";
    return *step < 0 ? ERR_DENIED : ERR_OK;
}

static enum err_code session_commit_refresh(struct session_manager *m,
                                            const struct session *session,
                                            int64_t step,
                                            struct session_refreshed *done,
                                            struct err *e)
{
    store_begin(m->o.store);
    if (!user_raise_step(m->o.store, session->user, step)) {
        store_rollback(m->o.store);
        return session_refuse(done, "code-used",
                              "Dieser Code wurde schon benutzt. Bitte den "
                              "nächsten abwarten (höchstens 30 Sekunden).",
                              e);
    }
    done->until_ms = session_fresh_until_ms(m);
    session_step_up(m->o.store, session, done->until_ms);
    return session_commit(m, e);
}

enum err_code session_refresh(struct session_manager *m, const char *key,
                              const char *totp, struct session_refreshed *done,
                              struct err *e)
{
    struct session session;
    int64_t step = -1;
    *done = (struct session_refreshed){.type = NULL};
    if (!session_by_key(m, key, &session)) {
        return session_nobody(e);
    }
    const struct throttle_who who = {.account = session.user, .device = key};
    done->retry_after_s = throttle_try(m->throttle, &who);
    if (done->retry_after_s > 0) {
        return err_set(e, ERR_LIMIT, "Zu viele Versuche.");
    }
    if (session_read_code(m, &session, totp, &step, done) != ERR_OK) {
        const char *text =
            strcmp(done->type, "code-wrong") == 0
                ? "Der Code stimmt nicht. Die Sitzung bleibt bestehen."
                : "Für dieses Konto ist kein Einmalcode eingerichtet.";
        return session_refuse(done, done->type, text, e);
    }
    enum err_code code = session_commit_refresh(m, &session, step, done, e);
    if (code == ERR_OK) {
        throttle_succeeded(m->throttle, &who);
    }
    return code;
}

static void session_tell(const struct session_manager *m, const char *key)
{
    if (m->ended != NULL) {
        m->ended(key, m->ended_data);
    }
}

enum err_code session_end(struct session_manager *m, const char *key,
                          struct err *e)
{
    struct session session;
    if (!session_by_key(m, key, &session)) {
        return ERR_OK;
    }
    store_begin(m->o.store);
    session_delete(m->o.store, &session);
    enum err_code code = session_commit(m, e);
    if (code == ERR_OK) {
        session_tell(m, key);
    }
    return code;
}

static bool session_tell_each(void *data, const struct session *session)
{
    char key[DIGEST_HEX_MAX];
    digest_hex(&session->hash, key);
    session_tell(data, key);
    return true;
}

enum err_code session_disable_user(struct session_manager *m, const char *name,
                                   const char *by, struct err *e)
{
    struct user user;
    if (!user_find(m->o.store, name, &user)) {
        return err_set(e, ERR_NOT_FOUND, "Das Konto %.64s gibt es nicht.",
                       name);
    }
    /* Streams end although the commit may yet fail: they come back then. */
    session_each_of(m->o.store, name, session_tell_each, m);
    store_begin(m->o.store);
    user_disable(m->o.store, name, by);
    return session_commit(m, e);
}

void session_clear_cookie(const struct session_manager *m,
                          char cookie[SESSION_COOKIE_MAX])
{
    session_cookie_format(session_cookie_name(m->secure), "", m->secure, 0,
                          cookie, SESSION_COOKIE_MAX);
}
