/* Sessions at the doors: who is calling, may this call change something, and
 * the three calls that open, refresh and end a session (contract 4,
 * "Sessions"). The rules are pure and stand in service/access/; here they
 * meet the store and the wire. */
#ifndef SERVICE_API_SESSION_H
#define SERVICE_API_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "service/base/clock.h"
#include "service/base/err.h"
#include "service/model/actor.h"

struct api_call;
struct config;
struct http_request;
struct session_manager;
struct store;

enum { SESSION_CSRF_MAX = 44, SESSION_KEY_MAX = 65 };

/* Everything is borrowed and must outlive the manager. */
struct session_manager_options {
    uv_loop_t *loop;
    const struct clock *clock;
    const struct config *config;
    struct store *store;
    /* A COMMIT's outcome is unknown: the process must stop, a restart reads
     * what is true (architecture, "Store"). May be NULL in tests. */
    void (*fatal)(const struct err *e, void *data);
    void *data;
};

struct session_manager *
session_manager_open(const struct session_manager_options *options);

/* Logins under way still answer; then cb runs from the loop and the memory is
 * gone. Close the HTTP servers first: no call may come any more. */
typedef void (*session_manager_close_cb)(void *data);
void session_manager_close(struct session_manager *m,
                           session_manager_close_cb cb, void *data);

/* Told, from the loop, whenever a session ends before its time (logout, user
 * disabled); `key` is its session_who.key: streams of it end at once. One
 * watcher. */
typedef void (*session_ended_cb)(const char *key, void *data);
void session_manager_watch(struct session_manager *m, session_ended_cb cb,
                           void *data);

/* What a request shows; every text may be NULL. Borrowed until the call
 * returns. */
struct session_credentials {
    const char *cookie;        /* the Cookie header */
    const char *authorization; /* the Authorization header */
    bool local;                /* came over the UNIX socket */
    uint32_t peer_uid;         /* then: whose process called */
};

/* Reads them from a request; borrowed from it. */
struct session_credentials session_credentials_of(const struct http_request *r);

/* Who that is. */
struct session_who {
    struct actor actor;          /* name "" when nobody */
    bool by_cookie;              /* CSRF and Origin rules apply */
    bool idle;                   /* over 15 minutes without a call: may read,
                                    change nothing before a step-up */
    char csrf[SESSION_CSRF_MAX]; /* the session's token; "" without one */
    char key[SESSION_KEY_MAX];   /* names the session, no secret; "" none */
};

/* From cookie, bearer token or peer to the actor; keeps the session awake.
 * ERR_NOT_FOUND: nobody (401), *who is then empty. ERR_DENIED: a process of
 * a user who is neither root nor the service's own (403). The actor's
 * step_up_until_ms is 0 when the session is idle. Writes at most one small
 * row; not inside a transaction. */
enum err_code session_resolve(struct session_manager *m,
                              const struct session_credentials *c,
                              struct session_who *who, struct err *e);

/* May this call change something? Rules for session cookies only: a
 * same-origin Origin or none, and the session's CSRF token (header
 * X-CSRF-Token, or the hidden field of the console's forms). Also refuses an
 * idle session. ERR_DENIED with a German message; *type is then the last part
 * of the problem's type: "csrf", "origin" or "step-up-required". `awake`
 * false (POST /session/step-up, DELETE /session): an idle one may too. */
struct session_proof {
    const char *csrf;   /* X-CSRF-Token or the form's field; or NULL */
    const char *origin; /* the Origin header; or NULL */
};
enum err_code session_may_change(const struct session_manager *m,
                                 const struct session_who *who,
                                 const struct session_proof *proof, bool awake,
                                 const char **type, struct err *e);

/* A fresh second factor for the session `key` names. OK: until_ms is the new
 * end; NOT_FOUND: no such session; LIMIT: retry_after_s; DENIED with type
 * "code-used", "code-wrong" or "not-enrolled"; UNCERTAIN, IO. */
struct session_refreshed {
    int64_t until_ms;
    long retry_after_s;
    const char *type;
};
enum err_code session_refresh(struct session_manager *m, const char *key,
                              const char *totp, struct session_refreshed *done,
                              struct err *e);

/* Ends the session that `key` names; its watcher is told. OK also when there
 * was none any more. */
enum err_code session_end(struct session_manager *m, const char *key,
                          struct err *e);

/* Disables an account and ends everything of it. NOT_FOUND, UNCERTAIN, IO. */
enum err_code session_disable_user(struct session_manager *m, const char *name,
                                   const char *by, struct err *e);

/* The Set-Cookie value that takes the session cookie away; the known device
 * stays known. */
enum { SESSION_COOKIE_MAX = 192 };
void session_clear_cookie(const struct session_manager *m,
                          char cookie[SESSION_COOKIE_MAX]);

/* ---- The login itself, for the API's and the console's forms ---- */

enum {
    SESSION_COOKIES = 2, /* session, device */
};

struct session_login;
typedef void (*session_login_cb)(struct session_login *l);

/* One login. The caller owns it until the callback; texts are copied. */
struct session_login {
    char user[ACTOR_NAME_MAX];
    char password[257];
    char totp[17];    /* "" none */
    char network[64]; /* the caller's address, for the throttle */
    bool local;       /* over the UNIX socket */
    char device[64];  /* the device cookie's value, or "" */
    session_login_cb cb;
    void *data;

    /* The answer. OK; DENIED: 401, which part was wrong is not said; LIMIT:
     * 429 with retry_after_s; UNAVAILABLE or UNCERTAIN: 503. */
    enum err_code status;
    long retry_after_s;
    char csrf[SESSION_CSRF_MAX];
    unsigned roles;
    int64_t step_up_until_ms;                          /* 0 without a code */
    char cookies[SESSION_COOKIES][SESSION_COOKIE_MAX]; /* "" none */
};

/* Answers exactly once, from the loop, never before it returned. */
void session_login_start(struct session_manager *m, struct session_login *l);

/* ---- Handlers (rows of routes.c) ---- */

/* POST /api/v1/session: API_OPEN | API_READ_BODY */
void api_session_post(struct api_call *c);
/* POST /api/v1/session/step-up: API_READ_BODY | API_ASLEEP */
void api_session_step_up(struct api_call *c);
/* DELETE /api/v1/session: API_ASLEEP */
void api_session_delete(struct api_call *c);

#endif
