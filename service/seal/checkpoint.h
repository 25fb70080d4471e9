/* The signed head of a log (tlog-checkpoint v1.0.0): three lines, origin,
 * size in decimal, root in base64, in a signed note. */
#ifndef SERVICE_SEAL_CHECKPOINT_H
#define SERVICE_SEAL_CHECKPOINT_H

#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/seal/key.h"

enum { CHECKPOINT_BODY_MAX = KEY_NAME_MAX + 80 };

struct checkpoint {
    char origin[KEY_NAME_MAX]; /* the log's name, also its key's */
    int64_t size;
    struct digest root;
};

/* The body, ready for note_sign(). */
void checkpoint_format(const struct checkpoint *c,
                       char out[CHECKPOINT_BODY_MAX]);

/* Reads a body of len bytes; further lines are passed over. ERR_INVALID. */
enum err_code checkpoint_parse(const char *body, size_t len,
                               struct checkpoint *c, struct err *e);

/* Verifies a whole note with the log's key and reads its body. Codes of
 * note_verify(); ERR_DENIED too when the origin is not the key's name. */
enum err_code checkpoint_verify(const char *note, size_t len,
                                const struct key_public *key,
                                struct checkpoint *c, struct err *e);

#endif
