#include "service/base/digest.h"

#include <sodium.h>
#include <stdio.h>

#include "service/base/check.h"

_Static_assert(DIGEST_SIZE == crypto_hash_sha256_BYTES, "SHA-256");

struct digest digest_of(const void *bytes, size_t len)
{
    struct digest d;
    check(crypto_hash_sha256(d.bytes, bytes, len) == 0);
    return d;
}

void digest_hex(const struct digest *d, char out[DIGEST_HEX_MAX])
{
    (void)sodium_bin2hex(out, DIGEST_HEX_MAX, d->bytes, DIGEST_SIZE);
}

void digest_named(const struct digest *d, char out[DIGEST_NAMED_MAX])
{
    char hex[DIGEST_HEX_MAX];
    digest_hex(d, hex);
    (void)snprintf(out, DIGEST_NAMED_MAX, "sha256:%s", hex);
}
