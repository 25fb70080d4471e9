/* Credential files: what they must be before the service uses them. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/file.h"
#include "service/base/mem.h"
#include "service/config/config.h"

enum { CREDENTIAL_KEY_MAX = 16 * 1024 /* a PEM file */ };

enum err_code config_secret(const char *path, char out[CONFIG_SECRET_MAX],
                            struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    out[0] = '\0';
    enum err_code code =
        file_read_secret(path, CONFIG_SECRET_MAX, &bytes, &len, e);
    if (code != ERR_OK) {
        return code;
    }
    size_t line = strcspn(bytes, "\r\n");
    if (line == 0 || line >= CONFIG_SECRET_MAX) {
        code = err_set(e, ERR_INVALID, "%.120s: die erste Zeile ist %s", path,
                       line == 0 ? "leer" : "zu lang");
    } else {
        bytes[line] = '\0';
        mem_copy_text(out, CONFIG_SECRET_MAX, bytes);
    }
    sodium_memzero(bytes, len);
    free(bytes);
    return code;
}

static enum err_code credential_check(const char *key, const char *path,
                                      struct err *e)
{
    char secret[CONFIG_SECRET_MAX];
    if (path[0] == '\0') {
        return ERR_OK;
    }
    enum err_code code = config_secret(path, secret, e);
    sodium_memzero(secret, sizeof(secret));
    return code == ERR_OK ? ERR_OK : err_wrap(e, "%s", key);
}

static enum err_code credential_check_key(const char *path, struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    if (path[0] == '\0') {
        return ERR_OK;
    }
    enum err_code code =
        file_read_secret(path, CREDENTIAL_KEY_MAX, &bytes, &len, e);
    if (code != ERR_OK) {
        return err_wrap(e, "[console] tls_key");
    }
    sodium_memzero(bytes, len);
    free(bytes);
    return ERR_OK;
}

enum err_code config_check_files(const struct config *c, struct err *e)
{
    const struct credential {
        bool on;
        const char *key;
        const char *path;
    } all[] = {
        {c->facebook_on, "[facebook] token_file", c->facebook_token_file},
        {c->facebook_on, "[facebook] app_secret_file",
         c->facebook_app_secret_file},
        {c->instagram_on, "[instagram] token_file", c->instagram_token_file},
        {c->instagram_on, "[instagram] app_secret_file",
         c->instagram_app_secret_file},
        {c->displays_on, "[displays] password_file", c->displays_password_file},
        {c->mail_on, "[mail] password_file", c->mail_password_file},
    };
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (all[i].on &&
            credential_check(all[i].key, all[i].path, e) != ERR_OK) {
            return e->code;
        }
    }
    return credential_check_key(c->console_tls_key, e);
}
