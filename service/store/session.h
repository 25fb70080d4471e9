/* Sessions, API tokens and known devices, by the SHA-256 of their secret
 * tokens. Changes are made inside the caller's transaction. */
#ifndef SERVICE_STORE_SESSION_H
#define SERVICE_STORE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/model/alert.h"

struct store;

struct session {
    struct digest hash;
    char user[ACTOR_NAME_MAX];
    bool token; /* an API token: does not age */
    int64_t created_at_ms;
    int64_t seen_at_ms;
    int64_t step_up_until_ms; /* 0 never */
};

/* False when there is none. Says nothing about its age. */
bool session_find(struct store *s, const struct digest *hash,
                  struct session *found);

/* created_at_ms and seen_at_ms are set here. Leaf session.opened, but for an
 * API token (user.added tells of it). */
void session_insert(struct store *s, struct session *session);

/* A call came: seen now. No leaf. */
void session_touch(struct store *s, const struct digest *hash);

/* A fresh second factor; wakes the session too. Leaf session.step_up. */
void session_step_up(struct store *s, const struct session *session,
                     int64_t until_ms);

/* Leaf session.closed. */
void session_delete(struct store *s, const struct session *session);

/* A login that was refused, for the log: leaf session.refused. `name` is what
 * was typed, `reason` German. */
void session_log_refused(struct store *s, const char *name, const char *reason);

/* Takes away sessions older than their whole life and devices older than
 * theirs; no leaf: they had ended by themselves. */
void session_sweep(struct store *s, int64_t sessions_before_ms,
                   int64_t devices_before_ms);

/* The hashes of a user's sessions; false from cb ends it; cb must not
 * write. */
typedef bool (*session_cb)(void *data, const struct session *session);
void session_each_of(struct store *s, const char *user, session_cb cb,
                     void *data);

/* A known device: is it one of `user` and made after not_before_ms? */
bool session_device_known(struct store *s, const struct digest *hash,
                          const char *user, int64_t not_before_ms);
void session_device_insert(struct store *s, const struct digest *hash,
                           const char *user);

#endif
