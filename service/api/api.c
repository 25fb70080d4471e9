#include "service/api/api.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/api/json.h"
#include "service/api/session.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/flow/broadcast.h"
#include "service/flow/trigger.h"
#include "service/http/request.h"

/* ---- answers ---- */

static const struct http_field api_json_header = {"Content-Type",
                                                  "application/json"};
static const struct http_field api_problem_header = {
    "Content-Type", "application/problem+json"};
static const struct http_field api_no_store = {"Cache-Control", "no-store"};

static void api_reply(struct api_call *c, int status,
                      const struct http_field *type, const char *json,
                      const struct http_field *more)
{
    struct http_field headers[3] = {*type, api_no_store};
    size_t n = 2;
    if (more != NULL) {
        headers[n++] = *more;
    }
    http_reply(c->request, (unsigned)status, headers, n, json, strlen(json));
    free(c);
}

void api_reply_json(struct api_call *c, int status, const char *json)
{
    api_reply(c, status, &api_json_header, json, NULL);
}

void api_reply_json_header(struct api_call *c, int status, const char *json,
                           const char *header, const char *value)
{
    struct http_field more = {header, value};
    api_reply(c, status, &api_json_header, json, &more);
}

void api_reply_empty(struct api_call *c)
{
    http_reply(c->request, 204, &api_no_store, 1, "", 0);
    free(c);
}

static const char *api_title(int status)
{
    static const struct {
        int status;
        const char *title;
    } titles[] = {{400, "Fehlerhafte Anfrage"},
                  {401, "Nicht angemeldet"},
                  {403, "Nicht erlaubt"},
                  {404, "Nicht gefunden"},
                  {405, "Methode nicht erlaubt"},
                  {409, "Widerspruch zum Stand"},
                  {413, "Zu groß"},
                  {415, "Falscher Inhaltstyp"},
                  {422, "Angaben fehlen oder sind falsch"},
                  {429, "Zu viele Versuche"},
                  {503, "Zurzeit nicht möglich"}};
    for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++) {
        if (titles[i].status == status) {
            return titles[i].title;
        }
    }
    return "Fehler im Dienst";
}

static json_t *api_problem_object(int status, const char *type,
                                  const char *detail)
{
    json_t *object = json_object();
    char address[128];
    (void)snprintf(address, sizeof(address), "urn:tuermer:problem/%.80s",
                   type == NULL ? "" : type);
    json_put_text(object, "type", type == NULL ? "about:blank" : address);
    json_put_text(object, "title", api_title(status));
    json_put_int(object, "status", status);
    json_put_text(object, "detail", detail);
    return object;
}

static void api_reply_problem(struct api_call *c, int status, json_t *object,
                              const struct http_field *more)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply(c, status, &api_problem_header, text, more);
    free(text);
}

void api_problem(struct api_call *c, int status, const char *type,
                 const char *detail)
{
    api_reply_problem(c, status, api_problem_object(status, type, detail),
                      NULL);
}

void api_problem_fields(struct api_call *c, const struct fields *fields)
{
    json_t *object = api_problem_object(
        422, "fields",
        "Angaben fehlen oder sind falsch. Es wurde nichts gespeichert und "
        "nichts gesendet.");
    json_t *errors = json_array();
    for (size_t i = 0; i < fields->n; i++) {
        json_t *item = json_object();
        json_put_text(item, "field", fields->items[i].field);
        json_put_text(item, "message", fields->items[i].message);
        check(json_array_append_new(errors, item) == 0);
    }
    json_put(object, "errors", errors);
    api_reply_problem(c, 422, object, NULL);
}

int api_status_of(enum err_code code)
{
    switch (code) {
    case ERR_INVALID: return 422;
    case ERR_NOT_FOUND: return 404;
    case ERR_CONFLICT: return 409;
    case ERR_DENIED: return 403;
    case ERR_LIMIT: return 413;
    case ERR_UNAVAILABLE:
    case ERR_TIMEOUT:
    case ERR_UNCERTAIN: return 503;
    case ERR_OK:
    case ERR_NOMEM:
    case ERR_IO:
    case ERR_CORRUPT: return 500;
    }
    return 500;
}

void api_problem_typed(struct api_call *c, const struct err *e,
                       const char *type)
{
    int status = api_status_of(e->code);
    json_t *object = api_problem_object(status, type, e->msg);
    if (e->code == ERR_UNCERTAIN) {
        json_put_text(object, "outcome", "unknown");
    }
    if (e->code == ERR_UNCERTAIN && c->api->broadcast != NULL) {
        broadcast_uncertain(c->api->broadcast); /* after this answer */
    }
    struct http_field later = {"Retry-After", "1"};
    api_reply_problem(c, status, object, status == 503 ? &later : NULL);
}

void api_problem_err(struct api_call *c, const struct err *e)
{
    api_problem_typed(c, e, NULL);
}

bool api_require_role(struct api_call *c, unsigned roles)
{
    if ((c->actor.roles & roles) != 0) {
        return true;
    }
    api_problem(c, 403, "role",
                "Das steht Ihrer Rolle nicht offen. Es wurde nichts geändert.");
    return false;
}

/* ---- finding the route ---- */

/* Takes the segment at the beginning of path; its length, 0 when there is
 * none that fits. */
static size_t api_take_segment(const char *path, char out[ID_MAX])
{
    size_t len = strcspn(path, "/");
    if (len == 0 || len >= ID_MAX) {
        return 0;
    }
    memcpy(out, path, len);
    out[len] = '\0';
    return len;
}

/* Matches one path against a route's pattern; {…} takes one segment. */
static bool api_match(const char *pattern, const char *path,
                      char parameters[API_PARAMETERS][ID_MAX])
{
    size_t n = 0;
    while (*pattern != '\0') {
        bool takes = *pattern == '{';
        size_t len = 1;
        if (takes) {
            len =
                n == API_PARAMETERS ? 0 : api_take_segment(path, parameters[n]);
            n++;
        }
        if (len == 0 || (!takes && *pattern != *path)) {
            return false;
        }
        path += len;
        pattern += takes ? strcspn(pattern, "}") + 1 : 1;
    }
    return *path == '\0';
}

/* The route, or NULL with the methods that the path would take. */
static const struct api_route *api_find(const char *method, const char *path,
                                        struct api_call *c, char allow[64])
{
    allow[0] = '\0';
    for (const struct api_route *r = api_routes; r->method != NULL; r++) {
        if (!api_match(r->path, path, c->parameters)) {
            continue;
        }
        if (strcmp(r->method, method) == 0) {
            return r;
        }
        size_t used = strlen(allow);
        (void)snprintf(allow + used, 64 - used, "%s%s", used == 0 ? "" : ", ",
                       r->method);
    }
    return NULL;
}

static void api_no_route(struct api_call *c, const char *allow)
{
    if (allow[0] == '\0') {
        api_problem(c, 404, NULL, "Diese Adresse gibt es hier nicht.");
        return;
    }
    struct http_field header = {"Allow", allow};
    api_reply_problem(
        c, 405,
        api_problem_object(405, NULL, "Diese Adresse kennt die Methode nicht."),
        &header);
}

/* ---- what is the same for all, in the contract's order ---- */

static bool api_check_header(struct api_call *c, const struct api_route *route)
{
    if ((route->flags & API_KEYED) == 0) {
        return true;
    }
    const char *key = http_request_header(c->request, "Idempotency-Key");
    if (key != NULL && trigger_key_valid(key) &&
        http_request_header_count(c->request, "Idempotency-Key") == 1) {
        return true;
    }
    api_problem(c, 400, "idempotency-key",
                "Es fehlt die Kopfzeile Idempotency-Key (1 bis 128 Zeichen aus "
                "A-Z a-z 0-9 . _ : -). Es wurde nichts gesendet.");
    return false;
}

static bool api_check_session(struct api_call *c, const struct api_route *route,
                              struct session_who *who)
{
    const struct http_peer *peer = http_request_peer(c->request);
    struct session_credentials credentials = {
        .cookie = http_request_header(c->request, "Cookie"),
        .authorization = http_request_header(c->request, "Authorization"),
        .local = peer->is_local,
        .peer_uid = (uint32_t)peer->uid};
    struct err e;
    enum err_code code =
        session_resolve(c->api->sessions, &credentials, who, &e);
    c->actor = who->actor;
    if (code == ERR_OK || (route->flags & API_OPEN) != 0) {
        return true;
    }
    if (code == ERR_DENIED) {
        api_problem(c, 403, "peer", e.msg);
    } else {
        api_problem(c, 401, "session",
                    "Sie sind nicht angemeldet, oder die Sitzung ist zu Ende.");
    }
    return false;
}

static bool api_check_change(struct api_call *c, const struct api_route *route,
                             const struct session_who *who)
{
    const char *type = NULL;
    struct err e;
    bool changes = strcmp(route->method, "GET") != 0;
    if (!changes || (route->flags & API_OPEN) != 0) {
        return true;
    }
    bool awake = (route->flags & API_ASLEEP) == 0;
    struct session_proof proof = {
        .csrf = http_request_header(c->request, "X-CSRF-Token"),
        .origin = http_request_header(c->request, "Origin")};
    if (session_may_change(c->api->sessions, who, &proof, awake, &type, &e) ==
        ERR_OK) {
        return true;
    }
    api_problem(c, 403, type, e.msg);
    return false;
}

static bool api_check_body(struct api_call *c, const struct api_route *route)
{
    size_t len = 0;
    (void)http_request_body(c->request, &len);
    if ((route->flags & API_READ_BODY) == 0) {
        return true;
    }
    bool any = len > 0 || http_request_body_too_large(c->request);
    if (!http_request_is_type(c->request, "application/json") &&
        (any || http_request_header(c->request, "Content-Type") != NULL)) {
        api_problem(c, 415, NULL,
                    "Erwartet wird Content-Type application/json.");
        return false;
    }
    if (http_request_body_too_large(c->request)) {
        api_problem(c, 413, NULL,
                    "Der Inhalt ist größer als 64 KiB. Es wurde nichts "
                    "gespeichert.");
        return false;
    }
    return true;
}

void api_handle(struct http_request *request, void *data)
{
    struct api_call *c = mem_zalloc(sizeof(*c));
    struct session_who who = {0};
    char allow[64];
    c->api = data;
    c->request = request;
    const struct api_route *route = api_find(
        http_request_method(request), http_request_path(request), c, allow);
    if (route == NULL) {
        api_no_route(c, allow);
        return;
    }
    if (api_check_header(c, route) && api_check_session(c, route, &who) &&
        api_check_change(c, route, &who) && api_check_body(c, route)) {
        memcpy(c->session_key, who.key, sizeof(c->session_key));
        route->handler(c);
    }
}
