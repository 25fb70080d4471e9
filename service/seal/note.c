#include "service/seal/note.h"

#include <sodium.h>
#include <stdbool.h>
#include <string.h>
#include <utf8proc.h>

#include "service/base/buf.h"
#include "service/base/check.h"

/* An id of four bytes and the signature. */
enum {
    NOTE_SEALED_SIZE = 4 + KEY_SIGNATURE_SIZE,
    NOTE_SEALED_MAX = 256, /* other types' signatures may be longer */
    NOTE_BASE64_MAX = 93,
    NOTE_LINES_MAX = 64,
};

static const char note_dash[] = "\xE2\x80\x94 "; /* U+2014 and a space */

/* UTF-8 without control bytes but LF. */
static bool note_is_text(const char *bytes, size_t len)
{
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)bytes;
    while (len > 0) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate(at, (utf8proc_ssize_t)len, &c);
        if (n <= 0 || (c < 0x20 && c != '\n') || c == 0x7F) {
            return false;
        }
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static void note_sign_line(struct buf *b, const char *body, size_t body_len,
                           const struct key_pair *key)
{
    uint8_t sealed[NOTE_SEALED_SIZE];
    char base64[NOTE_BASE64_MAX];
    for (int i = 0; i < 4; i++) {
        sealed[i] = (uint8_t)(key->open.id >> (24 - 8 * i));
    }
    check(crypto_sign_detached(sealed + 4, NULL, (const uint8_t *)body,
                               body_len, key->secret) == 0);
    (void)sodium_bin2base64(base64, sizeof(base64), sealed, sizeof(sealed),
                            sodium_base64_VARIANT_ORIGINAL);
    buf_printf(b, "%s%s %s\n", note_dash, key->open.name, base64);
}

enum err_code note_sign(const char *body, const struct key_pair *const *keys,
                        size_t n, char **note, struct err *e)
{
    check(n >= 1 && n <= NOTE_SIGNATURES_MAX);
    size_t len = strlen(body);
    *note = NULL;
    if (len == 0 || body[len - 1] != '\n' || !note_is_text(body, len)) {
        return err_set(e, ERR_INVALID,
                       "a note's body is UTF-8, ends in a line end and has no "
                       "control byte");
    }
    struct buf b;
    buf_init(&b, NOTE_BYTES_MAX);
    buf_add(&b, body, len);
    buf_add_char(&b, '\n');
    for (size_t i = 0; i < n; i++) {
        note_sign_line(&b, body, len, keys[i]);
    }
    if (!buf_ok(&b)) {
        buf_fini(&b);
        return err_set(e, ERR_LIMIT, "note is longer than %d bytes",
                       NOTE_BYTES_MAX);
    }
    *note = buf_take(&b);
    return ERR_OK;
}

/* Where the last empty line stands: the body ends before it. 0 for none. */
static size_t note_body_len(const char *bytes, size_t len)
{
    for (size_t i = len; i >= 2; i--) {
        if (bytes[i - 1] == '\n' && bytes[i - 2] == '\n') {
            return i - 1;
        }
    }
    return 0;
}

/* One signature line without its end, taken apart. */
struct note_line {
    const char *name;
    size_t name_len;
    uint32_t id;
    uint8_t signature[NOTE_SEALED_MAX];
    size_t signature_len;
};

static bool note_parse_line(const char *text, size_t len, struct note_line *l)
{
    size_t dash = sizeof(note_dash) - 1;
    if (len <= dash || memcmp(text, note_dash, dash) != 0) {
        return false;
    }
    l->name = text + dash;
    const char *space = memchr(l->name, ' ', len - dash);
    if (space == NULL || space == l->name) {
        return false;
    }
    l->name_len = (size_t)(space - l->name);
    uint8_t sealed[NOTE_SEALED_MAX];
    size_t n = 0;
    const char *end = NULL;
    if (sodium_base642bin(sealed, sizeof(sealed), space + 1,
                          len - dash - l->name_len - 1, NULL, &n, &end,
                          sodium_base64_VARIANT_ORIGINAL) != 0 ||
        end != text + len || n < 5) {
        return false;
    }
    l->id = (uint32_t)sealed[0] << 24 | (uint32_t)sealed[1] << 16 |
            (uint32_t)sealed[2] << 8 | sealed[3];
    l->signature_len = n - 4;
    memcpy(l->signature, sealed + 4, n - 4);
    return true;
}

static bool note_is_from(const struct note_line *l,
                         const struct key_public *key)
{
    return l->id == key->id && strlen(key->name) == l->name_len &&
           memcmp(key->name, l->name, l->name_len) == 0;
}

/* What is being verified. */
struct note_check {
    const char *body;
    const struct key_public *keys;
    size_t n_keys;
    struct note *note;
};

static void note_remember(struct note *note, size_t key)
{
    for (size_t i = 0; i < note->n_signed; i++) {
        if (note->signed_by[i] == key) {
            return;
        }
    }
    if (note->n_signed < NOTE_SIGNATURES_MAX) {
        note->signed_by[note->n_signed++] = key;
    }
}

/* Holds a line against the known keys; ERR_DENIED for a wrong signature. */
static enum err_code note_check_line(struct note_check *c,
                                     const struct note_line *l, struct err *e)
{
    size_t i = 0;
    while (i < c->n_keys && !note_is_from(l, &c->keys[i])) {
        i++;
    }
    if (i == c->n_keys) {
        return ERR_OK; /* somebody we do not know */
    }
    if (l->signature_len != KEY_SIGNATURE_SIZE ||
        crypto_sign_verify_detached(l->signature, (const uint8_t *)c->body,
                                    c->note->body_len, c->keys[i].bytes) != 0) {
        return err_set(e, ERR_DENIED, "signature of %.100s is wrong",
                       c->keys[i].name);
    }
    note_remember(c->note, i);
    return ERR_OK;
}

static enum err_code note_check_lines(struct note_check *c, size_t len,
                                      struct err *e)
{
    const char *at = c->body + c->note->body_len + 1;
    const char *stop = c->body + len;
    size_t lines = 0;
    while (at < stop) {
        struct note_line line;
        const char *end = memchr(at, '\n', (size_t)(stop - at));
        if (end == NULL || ++lines > NOTE_LINES_MAX ||
            !note_parse_line(at, (size_t)(end - at), &line)) {
            return err_set(e, ERR_INVALID, "not a signature line");
        }
        enum err_code code = note_check_line(c, &line, e);
        if (code != ERR_OK) {
            return code;
        }
        at = end + 1;
    }
    return lines > 0 ? ERR_OK : err_set(e, ERR_INVALID, "note is not signed");
}

enum err_code note_verify(const char *bytes, size_t len,
                          const struct key_public *keys, size_t n,
                          struct note *note, struct err *e)
{
    *note = (struct note){0};
    if (len > NOTE_BYTES_MAX) {
        return err_set(e, ERR_LIMIT, "note is longer than %d bytes",
                       NOTE_BYTES_MAX);
    }
    if (!note_is_text(bytes, len)) {
        return err_set(e, ERR_INVALID, "note is not plain UTF-8 text");
    }
    note->body_len = note_body_len(bytes, len);
    if (note->body_len == 0) {
        return err_set(e, ERR_INVALID, "note has no empty line");
    }
    struct note_check c = {
        .body = bytes, .keys = keys, .n_keys = n, .note = note};
    enum err_code code = note_check_lines(&c, len, e);
    if (code == ERR_OK && note->n_signed == 0) {
        code = err_set(e, ERR_DENIED, "no known key signed this");
    }
    return code;
}
