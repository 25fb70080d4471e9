/* C2SP signed notes (signed-note v1.0.0): a UTF-8 body whose last line ends,
 * an empty line, signature lines `— <key name> <base64>`. The one envelope of
 * checkpoints, display states, heartbeats, key lists and approved families.
 * The exact bytes received are verified first and parsed afterwards. */
#ifndef SERVICE_SEAL_NOTE_H
#define SERVICE_SEAL_NOTE_H

#include <stddef.h>

#include "service/base/err.h"
#include "service/seal/key.h"

enum {
    NOTE_SIGNATURES_MAX = 16, /* of one note; a reader takes at least 16 */
    NOTE_BYTES_MAX = 1024 * 1024,
};

/* Signs body with n keys (1 to 16), in their order. body must be UTF-8, end
 * in LF and hold no control byte but LF: ERR_INVALID. *note is the whole text,
 * the caller's to free(). */
enum err_code note_sign(const char *body, const struct key_pair *const *keys,
                        size_t n, char **note, struct err *e);

/* What note_verify() found: the body is the first body_len bytes. */
struct note {
    size_t body_len;
    size_t n_signed;
    size_t signed_by[NOTE_SIGNATURES_MAX]; /* places in keys, each once */
};

/* Verifies len bytes against n known keys. Unknown keys' signatures are passed
 * over. ERR_DENIED when no known key signed or when the signature of a known
 * one is wrong, ERR_INVALID when bytes are no note. Only after ERR_OK may the
 * body be believed. */
enum err_code note_verify(const char *bytes, size_t len,
                          const struct key_public *keys, size_t n,
                          struct note *note, struct err *e);

#endif
