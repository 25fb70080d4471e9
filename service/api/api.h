/* The HTTP API, /api/v1 (contract 4): from a request to a handler and back.
 * api.c does for every call what is the same for all, in the contract's order
 * of complaints: header, session, right to change (CSRF, Origin), content
 * type, size; the handler does the rest. One file per noun; its handlers are
 * rows of the table in routes.c. */
#ifndef SERVICE_API_API_H
#define SERVICE_API_API_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "service/base/clock.h"
#include "service/base/err.h"
#include "service/base/fields.h"
#include "service/model/actor.h"

struct broadcast;
struct config;
struct drills;
struct events;
struct http_request;
struct key_public;
struct keyring;
struct session_manager;
struct store;

/* What handlers work with; app.c fills it, everything is borrowed. */
struct api {
    uv_loop_t *loop;
    const struct clock *clock;
    const struct config *config;
    struct store *store;
    struct broadcast *broadcast;
    struct drills *drills;
    struct events *events;
    struct session_manager *sessions;
    const struct key_public *log_key; /* the audit log's, verifying half */
    const struct keyring *keys;       /* read for their public halves only */
    const char *log_damage; /* of the audit log at the start; "" for none */
};

enum { API_PARAMETERS = 2, API_SESSION_KEY_MAX = 65 };

/* One call under way. api.c makes it; it is gone with the one api_reply_*
 * call that answers it, which may come later, from the loop. */
struct api_call {
    struct api *api;
    struct http_request *request;
    struct actor actor; /* who calls; name "" on routes without a session */
    char session_key[API_SESSION_KEY_MAX]; /* names the session; "" none */
    /* The values of {…} in the route's path, in order. */
    char parameters[API_PARAMETERS][ID_MAX];
};

typedef void (*api_handler)(struct api_call *c);

enum api_route_flags {
    API_OPEN = 1,      /* no session needed (POST /session, health) */
    API_KEYED = 2,     /* Idempotency-Key required */
    API_READ_BODY = 4, /* takes a JSON body */
    API_ASLEEP = 8,    /* also for a session that slept over 15 minutes */
};

struct api_route {
    const char *method;
    const char *path; /* "/api/v1/alerts/{id}/approve" */
    api_handler handler;
    unsigned flags;
};

/* Every route, ended by a row of NULLs (routes.c). */
extern const struct api_route api_routes[];

/* The server's handler: `data` is the struct api. */
void api_handle(struct http_request *request, void *data);

/* Answers with JSON text; the call is gone. `json` is borrowed. */
void api_reply_json(struct api_call *c, int status, const char *json);

/* The same with one more header, e.g. "Location". */
void api_reply_json_header(struct api_call *c, int status, const char *json,
                           const char *header, const char *value);

/* 204 without a body. */
void api_reply_empty(struct api_call *c);

/* RFC 9457 application/problem+json. `type` is the last part of the type
 * address, e.g. "step-up-required"; NULL gives "about:blank". `detail` is
 * German: what happened, what is not affected, what to do. */
void api_problem(struct api_call *c, int status, const char *type,
                 const char *detail);

/* The status for an error code (see api_problem_err). */
int api_status_of(enum err_code code);

/* api_problem_err() with the last part of the problem's type, or NULL. */
void api_problem_typed(struct api_call *c, const struct err *e,
                       const char *type);

/* 422 with errors[]. */
void api_problem_fields(struct api_call *c, const struct fields *fields);

/* The usual status for an error code: INVALID 422, NOT_FOUND 404, CONFLICT
 * 409, DENIED 403, LIMIT 413, UNAVAILABLE 503, UNCERTAIN 503 with
 * "outcome":"unknown", everything else 500. */
void api_problem_err(struct api_call *c, const struct err *e);

/* Answers 403 and returns false when the caller has none of the roles (bits
 * of enum role). */
bool api_require_role(struct api_call *c, unsigned roles);

#endif
