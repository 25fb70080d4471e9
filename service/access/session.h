/* What a session is, without store and wire: its tokens, how long it lives,
 * its cookies, and the rules against forged requests (contract 4,
 * "Sessions"). Pure but for the random numbers. */
#ifndef SERVICE_ACCESS_SESSION_H
#define SERVICE_ACCESS_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"

enum {
    SESSION_TOKEN_MAX = 44,             /* 256 bits in base64url and the NUL */
    SESSION_IDLE_MS = 15 * 60 * 1000,   /* then it may read only */
    SESSION_LIFE_MS = 12 * 3600 * 1000, /* in all */
    SESSION_DEVICE_DAYS = 90,
};

/* A new random token. Only session_token_hash() of it is stored. */
void session_token_random(char token[SESSION_TOKEN_MAX]);

/* False when text has not the form of a token. */
bool session_token_hash(const char *token, struct digest *hash);

/* The token against forged requests that belongs to a session's token; made
 * of it, so it needs no place in the database. */
void session_csrf(const char *token, char csrf[SESSION_TOKEN_MAX]);

/* Compares in constant time; given may be NULL. */
bool session_csrf_fits(const char *wanted, const char *given);

enum session_life {
    SESSION_AWAKE, /* all its rights */
    SESSION_IDLE,  /* reads; a step-up wakes it */
    SESSION_OVER,  /* nobody's */
};

enum session_life session_life(int64_t created_ms, int64_t seen_ms,
                               int64_t now_ms);

/* True when Origin is absent (NULL) or exactly scheme, host and port of
 * public_url; a default port may be left out on either side. */
bool session_origin_fits(const char *origin, const char *public_url);

/* The names with and without TLS: "__Host-tuermer", "tuermer". */
const char *session_cookie_name(bool secure);
const char *session_device_cookie_name(bool secure);

/* A Set-Cookie value; max_age_s 0 takes the cookie away, below 0 makes one
 * that lives as long as the browser. */
void session_cookie_format(const char *name, const char *value, bool secure,
                           long max_age_s, char *out, size_t size);

/* Account names: 1 to 64 of [a-z0-9._-], beginning with a letter or digit;
 * so one is a file name, a header value and a log field as it is. */
bool session_user_valid(const char *name);

#endif
