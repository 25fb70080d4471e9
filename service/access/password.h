/* Passwords: Argon2id by libsodium, in libuv's workers, never on the loop.
 * At most two at once, and only one of the two places is for anybody: the
 * other is kept for known devices and the UNIX socket, so that a flood of bad
 * logins cannot keep staff out (security.md, row 11). An account that does
 * not exist costs the same work as one that does. */
#ifndef SERVICE_ACCESS_PASSWORD_H
#define SERVICE_ACCESS_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "service/base/err.h"

enum {
    PASSWORD_LEN_MIN = 12, /* characters; contract 2 */
    PASSWORD_MAX = 257,    /* bytes with the NUL */
    PASSWORD_HASH_MAX = 129,
    PASSWORD_RANDOM_MAX = 33,
    PASSWORD_AT_ONCE = 2,
    PASSWORD_WAITING_MAX = 64, /* of each queue; beyond it ERR_LIMIT */
};

struct password_pool;
struct password_request;
typedef void (*password_cb)(struct password_request *r);
typedef void (*password_close_cb)(void *data);

enum password_job {
    PASSWORD_VERIFY, /* password against hash; hash "" works for nothing */
    PASSWORD_HASH,   /* password to hash */
    PASSWORD_PASS,   /* no work: only answers from the loop */
};

/* One job. The caller owns it until the callback. */
struct password_request {
    enum password_job job;
    bool known; /* a known device or the socket: may use the kept place */
    char password[PASSWORD_MAX];  /* overwritten before the callback */
    char hash[PASSWORD_HASH_MAX]; /* Argon2id string: given or made */
    password_cb cb;
    void *data;

    /* The callee's until the callback; then the answer. */
    enum err_code status; /* OK; LIMIT: too many wait; NOMEM; UNAVAILABLE:
                             the pool closes */
    bool matches;
    struct password_pool *pool;
    struct password_request *next;
    uv_work_t work;
};

/* The loop is borrowed. */
struct password_pool *password_pool_open(uv_loop_t *loop);

/* Waiting jobs answer UNAVAILABLE, running ones finish; cb runs last, then
 * the pool's memory is gone. */
void password_pool_close(struct password_pool *p, password_close_cb cb,
                         void *data);

/* Exactly one callback, from the loop, never before it returned. */
void password_start(struct password_pool *p, struct password_request *r);

/* Jobs at work now, for tests and metrics. */
unsigned password_running(const struct password_pool *p);

/* NULL when the password may be taken, else why not (German). Length counts
 * characters, not bytes. */
const char *password_wrong(const char *password);

/* 24 random characters that are easy to type (about 120 bits). */
void password_random(char out[PASSWORD_RANDOM_MAX]);

#endif
