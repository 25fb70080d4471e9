/* POST /session, POST /session/step-up, DELETE /session. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/access/session.h"
#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/json.h"
#include "service/api/reply.h"
#include "service/api/session_manager.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/http/request.h"

enum { SESSION_CALL_PASSWORD_MAX = 256, SESSION_CALL_CODE_MAX = 16 };

/* A login of the API: answered in session_call_logged_in(). */
struct session_call {
    struct api_call *c;
    struct session_login login;
};

static json_t *session_call_roles(unsigned roles)
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

static void session_call_welcome(struct api_call *c,
                                 const struct session_login *l)
{
    struct http_field cookies[SESSION_COOKIES];
    size_t n = 0;
    json_t *object = json_object();
    json_put_text(object, "user", l->user);
    json_put(object, "roles", session_call_roles(l->roles));
    json_put_text(object, "csrf", l->csrf);
    json_put_time(object, "step_up_until", l->step_up_until_ms);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    for (size_t i = 0; i < SESSION_COOKIES; i++) {
        if (l->cookies[i][0] != '\0') {
            cookies[n++] = (struct http_field){"Set-Cookie", l->cookies[i]};
        }
    }
    reply_headers(c, 200, text, cookies, n);
    free(text);
}

static void session_call_logged_in(struct session_login *l)
{
    struct session_call *call = l->data;
    struct api_call *c = call->c;
    struct err e = {.code = l->status};
    if (l->status == ERR_OK) {
        session_call_welcome(c, l);
    } else if (l->status == ERR_DENIED) {
        api_problem(c, 401, "login",
                    "Benutzername, Kennwort oder Einmalcode stimmt nicht.");
    } else if (l->status == ERR_LIMIT) {
        reply_later(c, l->retry_after_s);
    } else {
        (void)err_set(
            &e, l->status == ERR_UNCERTAIN ? ERR_UNCERTAIN : ERR_UNAVAILABLE,
            "Die Anmeldung ist zurzeit nicht möglich. Bitte noch "
            "einmal versuchen.");
        api_problem_err(c, &e);
    }
    sodium_memzero(call, sizeof(*call));
    free(call);
}

/* The caller's address; behind the trusted proxy the last one it added. */
static void session_call_network(const struct api_call *c,
                                 char out[HTTP_ADDRESS_MAX])
{
    const struct http_peer *peer = http_request_peer(c->request);
    const char *proxy = c->api->config->console_trusted_proxy;
    const char *list = http_request_header(c->request, "X-Forwarded-For");
    const char *address = peer->address;
    if (proxy[0] != '\0' && strcmp(proxy, peer->address) == 0 && list != NULL) {
        const char *last = strrchr(list, ',');
        address = last == NULL ? list : last + 1;
        address += strspn(address, " ");
    }
    size_t len = strcspn(address, " ,");
    len = len < HTTP_ADDRESS_MAX ? len : HTTP_ADDRESS_MAX - 1;
    memcpy(out, address, len);
    out[len] = '\0';
}

/* A code is pasted as "123 456" too. */
static void session_call_code(const char *text, char *out, size_t size)
{
    size_t n = 0;
    for (; text != NULL && *text != '\0' && n + 1 < size; text++) {
        if (*text != ' ') {
            out[n++] = *text;
        }
    }
    out[n] = '\0';
}

/* Fills the login from the body; false when fields were wrong (answered). */
static bool session_call_read(struct api_call *c, struct session_login *l)
{
    static const char *const names[] = {"user", "password", "totp", NULL};
    struct fields wrong = {.n = 0};
    json_t *body = body_parse(c);
    if (body == NULL) {
        return false;
    }
    body_only(body, names, &wrong);
    const char *user =
        body_text_required(body, "user", ACTOR_NAME_MAX - 1, &wrong);
    const char *password =
        body_text_required(body, "password", SESSION_CALL_PASSWORD_MAX, &wrong);
    const char *totp = body_text(body, "totp", SESSION_CALL_CODE_MAX, &wrong);
    bool good = wrong.n == 0 && user != NULL && password != NULL;
    if (good) {
        MEM_SET_TEXT(l->user, user);
        MEM_SET_TEXT(l->password, password);
        session_call_code(totp, l->totp, sizeof(l->totp));
    }
    json_decref(body);
    if (!good) {
        api_problem_fields(c, &wrong);
    }
    return good;
}

static void session_call_device(const struct api_call *c, bool secure,
                                char *out, size_t size)
{
    if (!session_cookie_find(http_request_header(c->request, "Cookie"),
                             session_device_cookie_name(secure), out, size)) {
        out[0] = '\0';
    }
}

void api_session_post(struct api_call *c)
{
    struct session_manager *m = c->api->sessions;
    const struct http_peer *peer = http_request_peer(c->request);
    if (!session_origin_fits(http_request_header(c->request, "Origin"),
                             c->api->config->console_public_url)) {
        api_problem(c, 403, "origin",
                    "Die Anfrage kommt von einer fremden Seite. Niemand wurde "
                    "angemeldet.");
        return;
    }
    struct session_call *call = mem_zalloc(sizeof(*call));
    call->c = c;
    call->login.local = peer->is_local;
    call->login.cb = session_call_logged_in;
    call->login.data = call;
    session_call_network(c, call->login.network);
    session_call_device(c, m->secure, call->login.device,
                        sizeof(call->login.device));
    if (!session_call_read(c, &call->login)) {
        free(call);
        return;
    }
    session_login_start(m, &call->login);
}

static void session_call_refused(struct api_call *c,
                                 const struct session_refreshed *done,
                                 const struct err *e)
{
    if (e->code == ERR_LIMIT) {
        reply_later(c, done->retry_after_s);
    } else if (e->code == ERR_NOT_FOUND) {
        api_problem(c, 401, "session", e->msg);
    } else if (e->code == ERR_DENIED) {
        api_problem(c, 403, done->type, e->msg);
    } else {
        api_problem_err(c, e);
    }
}

void api_session_step_up(struct api_call *c)
{
    static const char *const names[] = {"totp", NULL};
    struct fields wrong = {.n = 0};
    struct session_refreshed done;
    struct err e;
    char code[SESSION_CALL_CODE_MAX + 1];
    json_t *body = body_parse(c);
    if (body == NULL) {
        return;
    }
    body_only(body, names, &wrong);
    session_call_code(
        body_text_required(body, "totp", SESSION_CALL_CODE_MAX, &wrong), code,
        sizeof(code));
    json_decref(body);
    if (wrong.n > 0) {
        api_problem_fields(c, &wrong);
        return;
    }
    if (session_refresh(c->api->sessions, c->session_key, code, &done, &e) !=
        ERR_OK) {
        session_call_refused(c, &done, &e);
        return;
    }
    json_t *object = json_object();
    json_put_time(object, "step_up_until", done.until_ms);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, 200, text);
    free(text);
}

void api_session_delete(struct api_call *c)
{
    char cookie[SESSION_COOKIE_MAX];
    struct err e;
    if (session_end(c->api->sessions, c->session_key, &e) != ERR_OK) {
        api_problem_err(c, &e);
        return;
    }
    session_clear_cookie(c->api->sessions, cookie);
    const struct http_field header = {"Set-Cookie", cookie};
    reply_headers(c, 204, NULL, &header, 1);
}
