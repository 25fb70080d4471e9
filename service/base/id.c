#include "service/base/id.h"

#include <sodium.h>
#include <stdio.h>

enum { ID_RANDOM_BYTES = 16, ID_MARKER_LEN = 6 };

void id_random(char out[ID_MAX])
{
    unsigned char bytes[ID_RANDOM_BYTES];
    do {
        randombytes_buf(bytes, sizeof(bytes));
        (void)sodium_bin2base64(out, ID_MAX, bytes, sizeof(bytes),
                                sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    } while (out[0] == '-'); /* "drill report -34d…" would be an option */
}

void id_marker(const char *prefix, char out[ID_MAX])
{
    static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char random[ID_MARKER_LEN + 1] = "";
    for (size_t i = 0; i < ID_MARKER_LEN; i++) {
        random[i] = digits[randombytes_uniform(sizeof(digits) - 1)];
    }
    (void)snprintf(out, ID_MAX, "%.16s-%s", prefix, random);
}
