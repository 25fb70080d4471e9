#include "service/seal/entry.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/digest.h"
#include "service/base/limits.h"
#include "service/base/timestamp.h"

void entry_hash(const uint8_t salt[ENTRY_SALT_SIZE], const char *text,
                char out[ENTRY_HASH_MAX])
{
    crypto_hash_sha256_state state;
    struct digest d;
    char hex[DIGEST_HEX_MAX];
    check(crypto_hash_sha256_init(&state) == 0);
    check(crypto_hash_sha256_update(&state, salt, ENTRY_SALT_SIZE) == 0);
    check(crypto_hash_sha256_update(&state, (const uint8_t *)text,
                                    strlen(text)) == 0);
    check(crypto_hash_sha256_final(&state, d.bytes) == 0);
    digest_hex(&d, hex);
    (void)snprintf(out, ENTRY_HASH_MAX, "h:%s", hex);
}

/* One character of a JSON string, escaped in the one way we write it. */
static void entry_add_char(struct buf *b, utf8proc_int32_t c)
{
    utf8proc_uint8_t bytes[4];
    if (c == '"' || c == '\\') {
        buf_add_char(b, '\\');
        buf_add_char(b, (char)c);
    } else if (c < 0x20 || c == 0x7F) {
        buf_printf(b, "\\u%04x", (unsigned)c);
    } else {
        utf8proc_ssize_t n = utf8proc_encode_char(c, bytes);
        buf_add(b, bytes, (size_t)n);
    }
}

static void entry_add_key(struct buf *b, const char *key)
{
    buf_printf(b, "%s\"%s\":", b->len == 1 ? "" : ",", key);
}

void entry_add_string(struct buf *b, const char *text)
{
    buf_add_char(b, '"');
    const utf8proc_uint8_t *at = (const utf8proc_uint8_t *)text;
    while (*at != 0) {
        utf8proc_int32_t c;
        utf8proc_ssize_t n = utf8proc_iterate(at, -1, &c);
        if (n <= 0) {
            c = 0xFFFD;
            n = 1;
        }
        entry_add_char(b, c);
        at += n;
    }
    buf_add_char(b, '"');
}

static void entry_add_text(struct buf *b, const char *key, const char *value)
{
    if (value != NULL && value[0] != '\0') {
        entry_add_key(b, key);
        entry_add_string(b, value);
    }
}

static void entry_add_number(struct buf *b, const char *key, int64_t value)
{
    if (value != 0) {
        entry_add_key(b, key);
        buf_printf(b, "%" PRId64, value);
    }
}

static void entry_add_head(struct buf *b, const struct entry *entry)
{
    char salt[2 * ENTRY_SALT_SIZE + 1];
    char at[TIMESTAMP_MAX];
    (void)sodium_bin2hex(salt, sizeof(salt), entry->salt, ENTRY_SALT_SIZE);
    timestamp_format(entry->at_ms, at);
    entry_add_number(b, "v", 1);
    entry_add_text(b, "salt", salt);
    entry_add_text(b, "at", at);
    entry_add_text(b, "type", entry->type);
    entry_add_text(b, "actor", entry->actor);
    entry_add_text(b, "subject", entry->subject);
    entry_add_text(b, "roles", entry->roles);
    entry_add_text(b, "reason", entry->reason);
    if (entry->office_hours != ENTRY_HOURS_NONE) {
        entry_add_key(b, "office_hours");
        buf_add_text(b, entry->office_hours == ENTRY_HOURS_INSIDE ? "true"
                                                                  : "false");
    }
}

enum err_code entry_format(const struct entry *entry, char **text,
                           struct err *e)
{
    struct buf b;
    buf_init(&b, LIMIT_ENTRY_BYTES);
    buf_add_char(&b, '{');
    entry_add_head(&b, entry);
    entry_add_text(&b, "incident", entry->incident);
    entry_add_text(&b, "alert", entry->alert);
    entry_add_text(&b, "kind", entry->kind);
    entry_add_text(&b, "status", entry->status);
    entry_add_text(&b, "drill", entry->drill);
    entry_add_text(&b, "delivery", entry->delivery);
    entry_add_text(&b, "channel", entry->channel);
    entry_add_text(&b, "stream", entry->stream);
    entry_add_number(&b, "epoch", entry->epoch);
    entry_add_number(&b, "seq", entry->seq);
    entry_add_text(&b, "from", entry->from);
    entry_add_text(&b, "to", entry->to);
    entry_add_text(&b, "outcome", entry->outcome);
    entry_add_text(&b, "remote_id", entry->remote_id);
    entry_add_text(&b, "template", entry->template_id);
    entry_add_number(&b, "version", entry->version);
    entry_add_number(&b, "seconds", entry->seconds);
    entry_add_text(&b, "sha256", entry->sha256);
    buf_add_char(&b, '}');
    *text = NULL;
    if (!buf_ok(&b)) {
        buf_fini(&b);
        return err_set(e, ERR_LIMIT, "audit entry is longer than %d bytes",
                       LIMIT_ENTRY_BYTES);
    }
    *text = buf_take(&b);
    return ERR_OK;
}
