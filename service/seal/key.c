#include "service/seal/key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utf8proc.h>

#include "service/base/check.h"
#include "service/base/digest.h"
#include "service/base/file.h"
#include "service/base/mem.h"

/* Type 0x01 of signed-note: Ed25519. */
enum {
    KEY_TYPE = 1,
    KEY_TYPED_SIZE = 1 + KEY_PUBLIC_SIZE,
    KEY_BASE64_MAX = 45
};

static const char key_private_mark[] = "PRIVATE+KEY+";

_Static_assert(KEY_SECRET_SIZE == crypto_sign_SECRETKEYBYTES, "Ed25519");
_Static_assert(KEY_PUBLIC_SIZE == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(KEY_BASE64_MAX >=
                   sodium_base64_ENCODED_LEN(KEY_TYPED_SIZE,
                                             sodium_base64_VARIANT_ORIGINAL),
               "typed key");

bool key_name_valid(const char *name)
{
    size_t len = strnlen(name, KEY_NAME_MAX);
    if (len == 0 || len == KEY_NAME_MAX) {
        return false;
    }
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)name;
    while (len > 0) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate(at, (utf8proc_ssize_t)len, &c);
        if (n <= 0 || c == '+' || c < 0x21 || c == 0x7F) {
            return false;
        }
        utf8proc_category_t kind = utf8proc_category(c);
        if (kind == UTF8PROC_CATEGORY_ZS || kind == UTF8PROC_CATEGORY_ZL ||
            kind == UTF8PROC_CATEGORY_ZP || kind == UTF8PROC_CATEGORY_CC) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

uint32_t key_id(const char *name, const uint8_t bytes[KEY_PUBLIC_SIZE])
{
    static const uint8_t between[] = {'\n', KEY_TYPE};
    struct digest d;
    crypto_hash_sha256_state state;
    check(crypto_hash_sha256_init(&state) == 0);
    check(crypto_hash_sha256_update(&state, (const uint8_t *)name,
                                    strlen(name)) == 0);
    check(crypto_hash_sha256_update(&state, between, sizeof(between)) == 0);
    check(crypto_hash_sha256_update(&state, bytes, KEY_PUBLIC_SIZE) == 0);
    check(crypto_hash_sha256_final(&state, d.bytes) == 0);
    return (uint32_t)d.bytes[0] << 24 | (uint32_t)d.bytes[1] << 16 |
           (uint32_t)d.bytes[2] << 8 | d.bytes[3];
}

enum err_code key_generate(const char *name, struct key_pair *pair,
                           struct err *e)
{
    if (!key_name_valid(name)) {
        return err_set(e, ERR_INVALID, "no name for a key: %.80s", name);
    }
    memset(pair, 0, sizeof(*pair));
    MEM_SET_TEXT(pair->open.name, name);
    check(crypto_sign_keypair(pair->open.bytes, pair->secret) == 0);
    pair->open.id = key_id(name, pair->open.bytes);
    return ERR_OK;
}

static void key_base64(const uint8_t bytes[KEY_PUBLIC_SIZE],
                       char out[KEY_BASE64_MAX])
{
    uint8_t typed[KEY_TYPED_SIZE] = {KEY_TYPE};
    memcpy(typed + 1, bytes, KEY_PUBLIC_SIZE);
    (void)sodium_bin2base64(out, KEY_BASE64_MAX, typed, sizeof(typed),
                            sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(typed, sizeof(typed));
}

void key_format(const struct key_public *key, char out[KEY_TEXT_MAX])
{
    char base64[KEY_BASE64_MAX];
    key_base64(key->bytes, base64);
    (void)snprintf(out, KEY_TEXT_MAX, "%s+%08x+%s", key->name,
                   (unsigned)key->id, base64);
}

/* Takes `name+hex8+base64` apart; the base64 gives typed bytes. */
static bool key_split(const char *text, size_t len, struct key_public *key,
                      uint8_t bytes[KEY_PUBLIC_SIZE])
{
    const char *plus = memchr(text, '+', len);
    if (plus == NULL || plus == text || plus - text >= KEY_NAME_MAX) {
        return false;
    }
    size_t name_len = (size_t)(plus - text);
    if (len < name_len + 10 || plus[9] != '+') {
        return false;
    }
    memset(key, 0, sizeof(*key));
    memcpy(key->name, text, name_len);
    uint8_t id[4];
    size_t n = 0;
    const char *end = NULL;
    if (sodium_hex2bin(id, sizeof(id), plus + 1, 8, NULL, &n, &end) != 0 ||
        n != 4 || end != plus + 9) {
        return false;
    }
    key->id = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 |
              (uint32_t)id[2] << 8 | id[3];
    uint8_t typed[KEY_TYPED_SIZE];
    bool good = sodium_base642bin(typed, sizeof(typed), plus + 10,
                                  len - name_len - 10, NULL, &n, &end,
                                  sodium_base64_VARIANT_ORIGINAL) == 0 &&
                n == sizeof(typed) && end == text + len && typed[0] == KEY_TYPE;
    memcpy(bytes, typed + 1, KEY_PUBLIC_SIZE);
    sodium_memzero(typed, sizeof(typed));
    return good && key_name_valid(key->name);
}

enum err_code key_parse(const char *text, struct key_public *key, struct err *e)
{
    if (!key_split(text, strnlen(text, KEY_TEXT_MAX), key, key->bytes)) {
        return err_set(e, ERR_INVALID,
                       "not a verifier key (name+id+base64): %.60s", text);
    }
    if (key->id != key_id(key->name, key->bytes)) {
        return err_set(e, ERR_INVALID, "id and key of %.100s do not agree",
                       key->name);
    }
    return ERR_OK;
}

static enum err_code key_write(const char *path, const char *text,
                               struct err *e)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        return err_set(e, errno == EEXIST ? ERR_CONFLICT : ERR_IO,
                       "key file %.100s: %s", path, strerror(errno));
    }
    (void)close(fd);
    return file_write_durable(path, text, strlen(text), 0600, e);
}

enum err_code key_save(const struct key_pair *pair, const char *path,
                       struct err *e)
{
    char base64[KEY_BASE64_MAX];
    char text[KEY_TEXT_MAX + sizeof(key_private_mark)];
    key_base64(pair->secret, base64); /* libsodium: the seed stands first */
    (void)snprintf(text, sizeof(text), "%s%s+%08x+%s\n", key_private_mark,
                   pair->open.name, (unsigned)pair->open.id, base64);
    enum err_code code = key_write(path, text, e);
    sodium_memzero(base64, sizeof(base64));
    sodium_memzero(text, sizeof(text));
    return code;
}

static bool key_read_private(const char *text, size_t len,
                             struct key_pair *pair)
{
    size_t mark = sizeof(key_private_mark) - 1;
    uint8_t seed[KEY_PUBLIC_SIZE];
    if (len > 0 && text[len - 1] == '\n') {
        len--;
    }
    bool good = len > mark && memcmp(text, key_private_mark, mark) == 0 &&
                key_split(text + mark, len - mark, &pair->open, seed);
    if (good) {
        good = crypto_sign_seed_keypair(pair->open.bytes, pair->secret, seed) ==
                   0 &&
               pair->open.id == key_id(pair->open.name, pair->open.bytes);
    }
    sodium_memzero(seed, sizeof(seed));
    return good;
}

enum err_code key_load(const char *path, struct key_pair *pair, struct err *e)
{
    char *text = NULL;
    size_t len = 0;
    memset(pair, 0, sizeof(*pair));
    enum err_code code = file_read_secret(
        path, KEY_TEXT_MAX + sizeof(key_private_mark), &text, &len, e);
    if (code != ERR_OK) {
        return code;
    }
    if (!key_read_private(text, len, pair)) {
        key_forget(pair);
        code = err_set(e, ERR_CORRUPT, "%.100s holds no private key", path);
    }
    sodium_memzero(text, len);
    free(text);
    return code;
}

void key_forget(struct key_pair *pair)
{
    sodium_memzero(pair, sizeof(*pair));
}
