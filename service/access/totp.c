#include "service/access/totp.h"

#include <liboath/oath.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"

enum { TOTP_SECRET_BYTES = 20, TOTP_PATH_MAX = 640 };

void totp_random(char secret[TOTP_SECRET_MAX])
{
    char bytes[TOTP_SECRET_BYTES];
    char *text = NULL;
    size_t len = 0;
    randombytes_buf(bytes, sizeof(bytes));
    check(oath_base32_encode(bytes, sizeof(bytes), &text, &len) == OATH_OK);
    mem_copy_text(secret, TOTP_SECRET_MAX, text);
    sodium_memzero(bytes, sizeof(bytes));
    sodium_memzero(text, len);
    free(text);
}

static enum err_code totp_generate(const char *key, size_t key_len,
                                   int64_t step, char code[TOTP_CODE_LEN + 1],
                                   struct err *e)
{
    if (step < 0 ||
        oath_hotp_generate(key, key_len, (uint64_t)step, TOTP_CODE_LEN, false,
                           OATH_HOTP_DYNAMIC_TRUNCATION, code) != OATH_OK) {
        return err_set(e, ERR_CORRUPT, "no one-time code from this secret");
    }
    return ERR_OK;
}

static enum err_code totp_decode(const char *secret, char **key, size_t *len,
                                 struct err *e)
{
    if (oath_base32_decode(secret, strlen(secret), key, len) != OATH_OK) {
        return err_set(e, ERR_CORRUPT, "the one-time secret is no base 32");
    }
    return ERR_OK;
}

int64_t totp_step(const char *secret, const char *code, int64_t now_ms)
{
    char *key = NULL;
    size_t key_len = 0;
    struct err e;
    int64_t found = -1;
    if (strlen(code) != TOTP_CODE_LEN ||
        totp_decode(secret, &key, &key_len, &e) != ERR_OK) {
        return -1;
    }
    int64_t now = now_ms / 1000 / TOTP_STEP_S;
    for (int64_t step = now - 1; step <= now + 1; step++) {
        char wanted[TOTP_CODE_LEN + 1];
        if (totp_generate(key, key_len, step, wanted, &e) == ERR_OK &&
            sodium_memcmp(wanted, code, TOTP_CODE_LEN) == 0) {
            found = step;
        }
    }
    sodium_memzero(key, key_len);
    free(key);
    return found;
}

enum err_code totp_code(const char *secret, int64_t at_ms,
                        char code[TOTP_CODE_LEN + 1], struct err *e)
{
    char *key = NULL;
    size_t key_len = 0;
    if (totp_decode(secret, &key, &key_len, e) != ERR_OK) {
        return e->code;
    }
    enum err_code result =
        totp_generate(key, key_len, at_ms / 1000 / TOTP_STEP_S, code, e);
    sodium_memzero(key, key_len);
    free(key);
    return result;
}

/* Appends text with everything but RFC 3986's unreserved characters as %XX;
 * stops where it would not fit. */
static size_t totp_escape(const char *text, char *out, size_t at, size_t size)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
                                "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
    for (const char *c = text; *c != '\0' && at + 4 < size; c++) {
        if (strchr(plain, *c) != NULL) {
            out[at++] = *c;
        } else {
            (void)snprintf(out + at, 4, "%%%02X", (unsigned)(unsigned char)*c);
            at += 3;
        }
    }
    out[at] = '\0';
    return at;
}

void totp_uri(const char *secret, const char *issuer, const char *user,
              char uri[TOTP_URI_MAX])
{
    enum { TOTP_ISSUER_ROOM = 400, TOTP_LABEL_ROOM = 700 };
    char name[TOTP_ISSUER_ROOM];
    char label[TOTP_LABEL_ROOM];
    size_t at = totp_escape(issuer, name, 0, sizeof(name));
    memcpy(label, name, at);
    label[at++] = ':';
    (void)totp_escape(user, label, at, sizeof(label));
    (void)snprintf(uri, TOTP_URI_MAX,
                   "otpauth://totp/%.500s?secret=%s&issuer=%.300s"
                   "&algorithm=SHA1&digits=6&period=30",
                   label, secret, name);
}

static enum err_code totp_path(const char *state_dir, const char *user,
                               char path[TOTP_PATH_MAX], struct err *e)
{
    check(strchr(user, '/') == NULL && user[0] != '\0');
    int n =
        snprintf(path, TOTP_PATH_MAX, "%s/secrets/totp-%s", state_dir, user);
    if (n < 0 || n >= TOTP_PATH_MAX) {
        return err_set(e, ERR_LIMIT, "state_dir is too long");
    }
    return ERR_OK;
}

enum err_code totp_save(const char *state_dir, const char *user,
                        const char *secret, struct err *e)
{
    char path[TOTP_PATH_MAX];
    if (totp_path(state_dir, user, path, e) != ERR_OK) {
        return e->code;
    }
    char *slash = strrchr(path, '/');
    *slash = '\0';
    if (file_make_folders(path, 0700, e) != ERR_OK) {
        return e->code;
    }
    *slash = '/';
    return file_write_durable(path, secret, strlen(secret), 0600, e);
}

enum err_code totp_load(const char *state_dir, const char *user,
                        char secret[TOTP_SECRET_MAX], struct err *e)
{
    char path[TOTP_PATH_MAX];
    char *bytes = NULL;
    size_t len = 0;
    if (totp_path(state_dir, user, path, e) != ERR_OK ||
        file_read_secret(path, TOTP_SECRET_MAX - 1, &bytes, &len, e) !=
            ERR_OK) {
        return e->code;
    }
    mem_copy_text(secret, TOTP_SECRET_MAX, bytes);
    sodium_memzero(bytes, len);
    free(bytes);
    return ERR_OK;
}
