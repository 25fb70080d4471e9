#include "service/api/users.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/access/session.h"
#include "service/access/totp.h"
#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/json.h"
#include "service/api/reply.h"
#include "service/api/session_manager.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/store/session.h"
#include "service/store/store.h"
#include "service/store/user.h"

/* An account being made: its password is hashed in a worker. */
struct users_new {
    struct api_call *c;
    struct user user;
    bool made_password; /* by us: shown once */
    bool wants_token;
    char password[PASSWORD_MAX];
    struct password_request hashing;
};

static json_t *users_roles(unsigned roles)
{
    json_t *list = json_array();
    for (unsigned bit = 1; bit <= ROLE_AUDITOR; bit <<= 1U) {
        if ((roles & bit) != 0) {
            check(json_array_append_new(
                      list, json_string(role_name((enum role)bit))) == 0);
        }
    }
    return list;
}

static json_t *users_object(const struct user *u)
{
    json_t *object = json_object();
    json_put_text(object, "name", u->name);
    json_put(object, "roles", users_roles(u->roles));
    json_put_bool(object, "enrolled", u->enrolled ? 1 : 0);
    json_put_bool(object, "disabled", u->disabled ? 1 : 0);
    json_put_time(object, "created_at", u->created_at_ms);
    return object;
}

/* Takes object; overwrites the text, which may hold secrets. */
static void users_reply(struct api_call *c, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, status, text);
    sodium_memzero(text, strlen(text));
    free(text);
}

static void users_free(struct users_new *n)
{
    sodium_memzero(n, sizeof(*n));
    free(n);
}

static void users_read_roles(const json_t *body, unsigned *roles,
                             struct fields *wrong)
{
    const json_t *list = json_object_get(body, "roles");
    size_t i = 0;
    const json_t *item = NULL;
    if (!json_is_array(list) || json_array_size(list) == 0) {
        fields_add(wrong, "roles", "Es fehlt eine Liste von Rollen.");
        return;
    }
    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(item);
        unsigned one = 0;
        if (name == NULL || strchr(name, ',') != NULL ||
            !role_parse_list(name, &one) || one == 0) {
            fields_add(wrong, "roles",
                       "„%.32s“ ist keine Rolle. Es gibt: author, approver, "
                       "releaser, drill_lead, operator, auditor.",
                       name == NULL ? "?" : name);
            return;
        }
        *roles |= one;
    }
}

static bool users_read_flag(const json_t *body, const char *name,
                            struct fields *wrong)
{
    const json_t *value = json_object_get(body, name);
    if (value != NULL && !json_is_null(value) && !json_is_boolean(value)) {
        fields_add(wrong, name, "Verlangt true oder false.");
    }
    return json_is_true(value);
}

static void users_read_password(const json_t *body, struct users_new *n,
                                struct fields *wrong)
{
    const char *password = body_text(body, "password", PASSWORD_MAX - 1, wrong);
    if (password == NULL) {
        char made[PASSWORD_RANDOM_MAX];
        password_random(made);
        MEM_SET_TEXT(n->password, made);
        n->made_password = true;
        return;
    }
    const char *why = password_wrong(password);
    if (why != NULL) {
        fields_add(wrong, "password", "%s", why);
        return;
    }
    MEM_SET_TEXT(n->password, password);
}

/* False when the call is answered already. */
static bool users_read(struct api_call *c, struct users_new *n)
{
    static const char *const names[] = {"name", "roles", "password",
                                        "totp", "token", NULL};
    struct fields wrong = {.n = 0};
    json_t *body = body_parse(c);
    if (body == NULL) {
        return false;
    }
    body_only(body, names, &wrong);
    const char *name =
        body_text_required(body, "name", ACTOR_NAME_MAX - 1, &wrong);
    if (name != NULL && !session_user_valid(name)) {
        fields_add(&wrong, "name",
                   "Namen bestehen aus a-z, 0-9, Punkt, Strich und Unterstrich "
                   "und beginnen mit Buchstabe oder Ziffer.");
    } else if (name != NULL) {
        MEM_SET_TEXT(n->user.name, name);
    }
    users_read_roles(body, &n->user.roles, &wrong);
    n->user.enrolled = users_read_flag(body, "totp", &wrong);
    n->wants_token = users_read_flag(body, "token", &wrong);
    users_read_password(body, n, &wrong);
    json_decref(body);
    if (wrong.n > 0) {
        api_problem_fields(c, &wrong);
        return false;
    }
    return true;
}

static bool users_exists(struct api_call *c, const char *name)
{
    struct user found;
    struct err e;
    if (!user_find(c->api->store, name, &found)) {
        return false;
    }
    (void)err_set(&e, ERR_CONFLICT,
                  "Das Konto %.64s gibt es schon. Es wurde nichts geändert.",
                  name);
    api_problem_err(c, &e);
    return true;
}

/* Account, secret file and token; the secret's file is durable before the
 * row that says "enrolled". */
static enum err_code users_store(struct users_new *n, char *secret,
                                 char token[SESSION_TOKEN_MAX], struct err *e)
{
    struct api_call *c = n->c;
    struct session session = {.token = true};
    if (n->user.enrolled) {
        totp_random(secret);
        if (totp_save(c->api->config->state_dir, n->user.name, secret, e) !=
            ERR_OK) {
            return e->code;
        }
    }
    store_begin(c->api->store);
    user_insert(c->api->store, &n->user, c->actor.name);
    if (n->wants_token) {
        session_token_random(token);
        (void)session_token_hash(token, &session.hash);
        MEM_SET_TEXT(session.user, n->user.name);
        session_insert(c->api->store, &session);
    }
    return session_commit(c->api->sessions, e);
}

/* The new account with its secrets, shown this once. */
static void users_show_new(struct users_new *n, const char *secret,
                           const char *token)
{
    struct api_call *c = n->c;
    char uri[TOTP_URI_MAX] = "";
    json_t *object = users_object(&n->user);
    if (secret[0] != '\0') {
        totp_uri(secret, c->api->config->authority, n->user.name, uri);
    }
    json_put_text(object, "password", n->made_password ? n->password : NULL);
    json_put_text(object, "totp_uri", uri);
    json_put_text(object, "token", token);
    sodium_memzero(uri, sizeof(uri));
    users_reply(c, 201, object);
}

static void users_add(struct users_new *n)
{
    struct err e;
    char secret[TOTP_SECRET_MAX] = "";
    char token[SESSION_TOKEN_MAX] = "";
    MEM_SET_TEXT(n->user.password, n->hashing.hash);
    if (users_store(n, secret, token, &e) != ERR_OK) {
        api_problem_err(n->c, &e);
    } else {
        users_show_new(n, secret, token);
    }
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(token, sizeof(token));
}

static void users_hashed(struct password_request *request)
{
    struct users_new *n = request->data;
    struct err e;
    if (request->status != ERR_OK) {
        (void)err_set(&e, ERR_UNAVAILABLE,
                      "Der Dienst ist gerade überlastet. Es wurde kein Konto "
                      "angelegt; bitte noch einmal versuchen.");
        api_problem_err(n->c, &e);
    } else if (!users_exists(n->c, n->user.name)) {
        users_add(n);
    }
    users_free(n);
}

void api_users_post(struct api_call *c)
{
    if (!api_require_role(c, ROLE_OPERATOR)) {
        return;
    }
    struct users_new *n = mem_zalloc(sizeof(*n));
    n->c = c;
    if (!users_read(c, n) || users_exists(c, n->user.name)) {
        users_free(n);
        return;
    }
    n->hashing.job = PASSWORD_HASH;
    n->hashing.known = true;
    n->hashing.cb = users_hashed;
    n->hashing.data = n;
    MEM_SET_TEXT(n->hashing.password, n->password);
    password_start(c->api->sessions->passwords, &n->hashing);
}

static bool users_add_item(void *data, const struct user *u)
{
    json_t *items = data;
    check(json_array_append_new(items, users_object(u)) == 0);
    return true;
}

void api_users_get(struct api_call *c)
{
    if (!api_require_role(c,
                          (unsigned)ROLE_OPERATOR | (unsigned)ROLE_AUDITOR)) {
        return;
    }
    json_t *object = json_object();
    json_t *items = json_array();
    user_each(c->api->store, users_add_item, items);
    json_put(object, "items", items);
    users_reply(c, 200, object);
}

void api_user_disable(struct api_call *c)
{
    struct user u;
    struct err e;
    if (!api_require_role(c, ROLE_OPERATOR)) {
        return;
    }
    if (session_disable_user(c->api->sessions, c->parameters[0], c->actor.name,
                             &e) != ERR_OK) {
        api_problem_err(c, &e);
        return;
    }
    (void)user_find(c->api->store, c->parameters[0], &u);
    users_reply(c, 200, users_object(&u));
}
