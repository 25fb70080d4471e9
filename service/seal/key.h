/* Ed25519 keys with names, as C2SP signed notes use them. A public key is
 * written as a verifier key `name+hex8(id)+base64(type ‖ key)`, a private one
 * as Go's sumdb/note does, `PRIVATE+KEY+name+hex8(id)+base64(type ‖ seed)`, in
 * a file that only its owner may read. Names: `<host>/audit` for the log,
 * `<host>/<actual|exercise|rehearsal|heartbeat|keys>/k1` for displays. */
#ifndef SERVICE_SEAL_KEY_H
#define SERVICE_SEAL_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"

enum {
    KEY_NAME_MAX = 161, /* with the NUL */
    KEY_PUBLIC_SIZE = 32,
    KEY_SECRET_SIZE = 64, /* libsodium's: seed and public key */
    KEY_SIGNATURE_SIZE = 64,
    KEY_TEXT_MAX = KEY_NAME_MAX + 64, /* a verifier key's text */
};

struct key_public {
    char name[KEY_NAME_MAX];
    uint32_t id;
    uint8_t bytes[KEY_PUBLIC_SIZE];
};

/* Overwrite it with key_forget() before its memory goes. */
struct key_pair {
    struct key_public open;
    uint8_t secret[KEY_SECRET_SIZE];
};

/* True for 1 to 160 bytes of UTF-8 without space, control byte and `+`. */
bool key_name_valid(const char *name);

/* A new random pair. ERR_INVALID for a name that key_name_valid() refuses. */
enum err_code key_generate(const char *name, struct key_pair *pair,
                           struct err *e);

/* First 4 bytes, big-endian, of SHA-256(name ‖ LF ‖ 0x01 ‖ public key). */
uint32_t key_id(const char *name, const uint8_t bytes[KEY_PUBLIC_SIZE]);

/* The verifier key's text, without a line end. */
void key_format(const struct key_public *key, char out[KEY_TEXT_MAX]);

/* The reverse; ERR_INVALID also when the id does not belong to the key. */
enum err_code key_parse(const char *text, struct key_public *key,
                        struct err *e);

/* Writes the private key durably to a new file of mode 0600; ERR_CONFLICT
 * when path exists. */
enum err_code key_save(const struct key_pair *pair, const char *path,
                       struct err *e);

/* Reads what key_save() wrote. ERR_NOT_FOUND, ERR_DENIED when others may read
 * the file, ERR_CORRUPT. */
enum err_code key_load(const char *path, struct key_pair *pair, struct err *e);

/* Overwrites the pair. */
void key_forget(struct key_pair *pair);

#endif
