/* The display keys as the public gets them: the signed list on MQTT and the
 * plain one at /keys (contract 5 and 6). */
#include <string.h>

#include "channels/displays/notices.h"
#include "service/app_parts.h"
#include "service/base/buf.h"

enum { APP_KEYS_BYTES = 8192 };

static enum err_code app_keys_sign(struct app *a,
                                   const struct displays_key *keys, size_t n,
                                   struct err *e)
{
    struct buf body;
    struct buf note;
    buf_init(&body, APP_KEYS_BYTES);
    buf_init(&note, APP_KEYS_BYTES);
    displays_keys_body(1, clock_wall_ms(a->clock) / 1000, keys, n, &body);
    enum err_code code =
        displays_seal(&body, &a->keys.keys[KEYRING_KEYS], &note, e);
    if (code == ERR_OK) {
        a->key_list = buf_take(&note);
    }
    buf_fini(&body);
    buf_fini(&note);
    return code;
}

enum err_code app_keys_compose(struct app *a, struct err *e)
{
    static const enum keyring_use uses[] = {KEYRING_ACTUAL, KEYRING_EXERCISE,
                                            KEYRING_REHEARSAL,
                                            KEYRING_HEARTBEAT, KEYRING_KEYS};
    enum { N_USES = sizeof(uses) / sizeof(uses[0]) };
    struct displays_key keys[N_USES];
    char texts[N_USES][KEY_TEXT_MAX];
    struct buf plain;
    buf_init(&plain, APP_KEYS_BYTES);
    for (size_t i = 0; i < N_USES; i++) {
        key_format(&a->keys.keys[uses[i]].open, texts[i]);
        keys[i] = (struct displays_key){.verifier = texts[i],
                                        .purpose = keyring_use_name(uses[i])};
        if (uses[i] != KEYRING_REHEARSAL) {
            buf_printf(&plain, "%s\n", texts[i]);
        }
    }
    a->key_texts = buf_take(&plain);
    buf_fini(&plain);
    return app_keys_sign(a, keys, N_USES, e);
}
