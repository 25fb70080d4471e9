/* SHA-256 and its spellings. */
#ifndef SERVICE_BASE_DIGEST_H
#define SERVICE_BASE_DIGEST_H

#include <stddef.h>
#include <stdint.h>

enum {
    DIGEST_SIZE = 32,
    DIGEST_HEX_MAX = 65,   /* 64 hexadecimal digits and the NUL */
    DIGEST_NAMED_MAX = 72, /* "sha256:" in front */
};

struct digest {
    uint8_t bytes[DIGEST_SIZE];
};

struct digest digest_of(const void *bytes, size_t len);
void digest_hex(const struct digest *d, char out[DIGEST_HEX_MAX]);

/* "sha256:" and 64 hexadecimal digits, as the API writes hashes. */
void digest_named(const struct digest *d, char out[DIGEST_NAMED_MAX]);

#endif
