#include "service/access/session.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "service/base/check.h"

enum { SESSION_TOKEN_BYTES = 32, SESSION_USER_MAX = 64 };

static const char session_signs[] = "abcdefghijklmnopqrstuvwxyz"
                                    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

static void session_encode(const unsigned char bytes[SESSION_TOKEN_BYTES],
                           char out[SESSION_TOKEN_MAX])
{
    check(sodium_bin2base64(out, SESSION_TOKEN_MAX, bytes, SESSION_TOKEN_BYTES,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != NULL);
}

void session_token_random(char token[SESSION_TOKEN_MAX])
{
    unsigned char bytes[SESSION_TOKEN_BYTES];
    check(sodium_init() >= 0);
    randombytes_buf(bytes, sizeof(bytes));
    session_encode(bytes, token);
    sodium_memzero(bytes, sizeof(bytes));
}

bool session_token_hash(const char *token, struct digest *hash)
{
    size_t len = strlen(token);
    if (len != SESSION_TOKEN_MAX - 1 || strspn(token, session_signs) != len) {
        return false;
    }
    *hash = digest_of(token, len);
    return true;
}

void session_csrf(const char *token, char csrf[SESSION_TOKEN_MAX])
{
    char text[SESSION_TOKEN_MAX + 8];
    (void)snprintf(text, sizeof(text), "csrf:%s", token);
    struct digest d = digest_of(text, strlen(text));
    session_encode(d.bytes, csrf);
    sodium_memzero(text, sizeof(text));
}

bool session_csrf_fits(const char *wanted, const char *given)
{
    size_t len = strlen(wanted);
    return given != NULL && len > 0 && strlen(given) == len &&
           sodium_memcmp(wanted, given, len) == 0;
}

enum session_life session_life(int64_t created_ms, int64_t seen_ms,
                               int64_t now_ms)
{
    if (now_ms - created_ms >= SESSION_LIFE_MS) {
        return SESSION_OVER;
    }
    return now_ms - seen_ms >= SESSION_IDLE_MS ? SESSION_IDLE : SESSION_AWAKE;
}

/* The length of "scheme://host[:port]" without a default port and without
 * anything behind it. */
static size_t session_origin_len(const char *url)
{
    const char *host = strstr(url, "://");
    if (host == NULL) {
        return 0;
    }
    host += 3;
    size_t len = (size_t)(host - url) + strcspn(host, "/?#");
    const char *standard = strncmp(url, "https:", 6) == 0  ? ":443"
                           : strncmp(url, "http:", 5) == 0 ? ":80"
                                                           : "";
    size_t tail = strlen(standard);
    if (tail > 0 && len > tail &&
        strncmp(url + len - tail, standard, tail) == 0) {
        len -= tail;
    }
    return len;
}

bool session_origin_fits(const char *origin, const char *public_url)
{
    if (origin == NULL) {
        return true;
    }
    size_t ours = session_origin_len(public_url);
    size_t theirs = session_origin_len(origin);
    return theirs > 0 && theirs == ours &&
           strncmp(origin, public_url, ours) == 0 &&
           strpbrk(strstr(origin, "://") + 3, "/?#") == NULL;
}

const char *session_cookie_name(bool secure)
{
    return secure ? "__Host-tuermer" : "tuermer";
}

const char *session_device_cookie_name(bool secure)
{
    return secure ? "__Host-tuermer-device" : "tuermer-device";
}

void session_cookie_format(const char *name, const char *value, bool secure,
                           long max_age_s, char *out, size_t size)
{
    char age[40] = "";
    if (max_age_s >= 0) {
        (void)snprintf(age, sizeof(age), "; Max-Age=%ld", max_age_s);
    }
    int n = snprintf(out, size, "%s=%s; Path=/%s; HttpOnly; SameSite=Strict%s",
                     name, value, secure ? "; Secure" : "", age);
    check(n > 0 && (size_t)n < size);
}

bool session_user_valid(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char all[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = strlen(name);
    return len >= 1 && len <= SESSION_USER_MAX &&
           strchr(letters, name[0]) != NULL && strspn(name, all) == len;
}
