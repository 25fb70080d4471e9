#include "drills/shadow/configured.h"

#include <sodium.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/config/config.h"

/* One target's id, token and secret. */
struct configured_source {
    const char *id;
    const char *token_file;
    const char *app_id;
    const char *secret_file; /* "" for none */
};

static enum err_code
configured_secret(const char *path, char out[SHADOW_SECRET_MAX], struct err *e)
{
    _Static_assert((int)SHADOW_SECRET_MAX >= (int)CONFIG_SECRET_MAX,
                   "a configured secret fits");
    if (path[0] == '\0') {
        return ERR_OK;
    }
    char secret[CONFIG_SECRET_MAX];
    enum err_code code = config_secret(path, secret, e);
    if (code == ERR_OK) {
        mem_copy_text(out, SHADOW_SECRET_MAX, secret);
    }
    sodium_memzero(secret, sizeof secret);
    return code;
}

static enum err_code configured_take(const struct configured_source *from,
                                     struct shadow_target *target,
                                     struct err *e)
{
    if (strlen(from->id) >= SHADOW_ID_MAX ||
        strlen(from->app_id) >= SHADOW_ID_MAX) {
        return err_set(e, ERR_INVALID, "Kennung zu lang: %.60s", from->id);
    }
    MEM_SET_TEXT(target->id, from->id);
    MEM_SET_TEXT(target->app_id, from->app_id);
    enum err_code code = configured_secret(from->token_file, target->token, e);
    return code == ERR_OK
               ? configured_secret(from->secret_file, target->app_secret, e)
               : code;
}

enum err_code shadow_configured(const struct config *config,
                                struct shadow_account *live, struct err *e)
{
    const struct configured_source facebook = {
        config->facebook_page_id, config->facebook_token_file,
        config->facebook_app_id, config->facebook_app_secret_file};
    const struct configured_source instagram = {
        config->instagram_user_id, config->instagram_token_file,
        config->facebook_app_id, config->instagram_app_secret_file};
    enum err_code code = ERR_OK;
    if (config->facebook_on) {
        code = configured_take(&facebook, &live->facebook, e);
    }
    if (code == ERR_OK && config->instagram_on) {
        code = configured_take(&instagram, &live->instagram, e);
    }
    return code;
}
