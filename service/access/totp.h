/* The second factor: one-time codes by time (RFC 6238) with SHA-1, six
 * digits, 30 seconds, as every authenticator app makes them. One step early
 * or late is taken; that a step is never taken twice is the store's work
 * (user_raise_step), in the transaction of the session.
 *
 * Secrets are not in the database (contract: none there). Each lies in a file
 * of its own, STATE_DIR/secrets/totp-NAME, mode 0600, base 32. */
#ifndef SERVICE_ACCESS_TOTP_H
#define SERVICE_ACCESS_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"

enum {
    TOTP_SECRET_MAX = 33, /* 160 bits in base 32 and the NUL */
    TOTP_URI_MAX = 1024,
    TOTP_CODE_LEN = 6,
    TOTP_STEP_S = 30,
};

/* A new secret. */
void totp_random(char secret[TOTP_SECRET_MAX]);

/* The step whose code this is – the one of now_ms, before or after it – or
 * -1. Takes as long for a wrong code as for a right one. */
int64_t totp_step(const char *secret, const char *code, int64_t now_ms);

/* The code of a moment, for enrolment, demonstration and tests. ERR_CORRUPT
 * when secret is no base 32. */
enum err_code totp_code(const char *secret, int64_t at_ms,
                        char code[TOTP_CODE_LEN + 1], struct err *e);

/* otpauth://totp/ISSUER:USER?secret=…: what a QR code for an app says. */
void totp_uri(const char *secret, const char *issuer, const char *user,
              char uri[TOTP_URI_MAX]);

/* Writes and reads the file of `user`, whose name must be a valid one. The
 * folder is made, mode 0700. */
enum err_code totp_save(const char *state_dir, const char *user,
                        const char *secret, struct err *e);
enum err_code totp_load(const char *state_dir, const char *user,
                        char secret[TOTP_SECRET_MAX], struct err *e);

#endif
