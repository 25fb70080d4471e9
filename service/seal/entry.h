/* One entry of the audit log: a canonical JSON object whose exact text is
 * hashed (contract 7): fixed key order, only keys that apply, integers, UTF-8.
 * Names and free text enter as salted hashes; whoever writes the log keeps
 * their salts apart (service/store/log.h), so that they can be forgotten. */
#ifndef SERVICE_SEAL_ENTRY_H
#define SERVICE_SEAL_ENTRY_H

#include <stdint.h>

#include "service/base/buf.h"
#include "service/base/err.h"

enum {
    ENTRY_SALT_SIZE = 16,
    ENTRY_HASH_MAX = 67, /* "h:", 64 hexadecimal digits and the NUL */
};

/* Recorded only where it matters: alert.submitted and alert.released. */
enum entry_hours { ENTRY_HOURS_NONE, ENTRY_HOURS_INSIDE, ENTRY_HOURS_OUTSIDE };

/* NULL, "" and 0 mean: does not apply, not written. All texts are borrowed. */
struct entry {
    uint8_t salt[ENTRY_SALT_SIZE];
    int64_t at_ms;
    const char *type;
    const char *actor;   /* from entry_hash() */
    const char *subject; /* from entry_hash() */
    const char *roles;   /* "releaser,approver" */
    const char *reason;  /* from entry_hash() */
    enum entry_hours office_hours;
    const char *incident;
    const char *alert;
    const char *kind;
    const char *status;
    const char *drill;
    const char *delivery;
    const char *channel;
    const char *stream;
    int64_t epoch;
    int64_t seq;
    const char *from;
    const char *to;
    const char *outcome;
    const char *remote_id;
    const char *template_id;
    int64_t version;
    int64_t seconds;
    const char *sha256; /* 64 hexadecimal digits, or "sha256:" before them */
};

/* "h:" and hex(SHA-256(salt ‖ text)). */
void entry_hash(const uint8_t salt[ENTRY_SALT_SIZE], const char *text,
                char out[ENTRY_HASH_MAX]);

/* The entry's text, the caller's to free(). Bytes that are not UTF-8 become
 * U+FFFD. ERR_LIMIT above LIMIT_ENTRY_BYTES. */
enum err_code entry_format(const struct entry *entry, char **text,
                           struct err *e);

/* Appends text as a JSON string in the entry's own spelling. */
void entry_add_string(struct buf *b, const char *text);

#endif
