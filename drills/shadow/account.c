#include "drills/shadow/account.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/shadow/object.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"

enum {
    ACCOUNT_FILE_MAX = 16 * 1024,
    ACCOUNT_PATH_MAX = 4096,
    ACCOUNT_TOKEN_BYTES = 48,
    ACCOUNT_TARGETS = 4,
};

struct account_entry {
    const char *name; /* in the file */
    struct shadow_target *target;
    const char *id_start; /* as Meta's look */
};

static void account_entries(struct shadow_accounts *a,
                            struct account_entry out[ACCOUNT_TARGETS])
{
    out[0] = (struct account_entry){"live_page", &a->live.facebook, "1000"};
    out[1] = (struct account_entry){"live_profile", &a->live.instagram, "1784"};
    out[2] = (struct account_entry){"rehearsal_page", &a->rehearsal.facebook,
                                    "1000"};
    out[3] = (struct account_entry){"rehearsal_profile",
                                    &a->rehearsal.instagram, "1784"};
}

static void account_make_id(const struct account_entry *entry)
{
    char digits[12];
    shadow_random_digits(digits, sizeof digits - 1);
    int n = snprintf(entry->target->id, sizeof entry->target->id, "%s%s",
                     entry->id_start, digits);
    check(n > 0 && (size_t)n < sizeof entry->target->id);
}

static void account_make_token(const struct account_entry *entry)
{
    unsigned char bytes[ACCOUNT_TOKEN_BYTES];
    randombytes_buf(bytes, sizeof bytes);
    char *token = entry->target->token;
    MEM_SET_TEXT(entry->target->token, "EAA");
    check(sodium_bin2base64(token + 3, sizeof entry->target->token - 3, bytes,
                            sizeof bytes,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING) != NULL);
}

/* Takes what the file knows of one target into its empty fields. */
static void account_take(const json_t *file, const struct account_entry *entry)
{
    const json_t *known = json_object_get(file, entry->name);
    const char *id = json_string_value(json_object_get(known, "id"));
    const char *token = json_string_value(json_object_get(known, "token"));
    struct shadow_target *target = entry->target;
    if (target->id[0] == '\0' && id != NULL && strlen(id) < SHADOW_ID_MAX) {
        MEM_SET_TEXT(target->id, id);
    }
    if (target->token[0] == '\0' && token != NULL &&
        strlen(token) < SHADOW_SECRET_MAX) {
        MEM_SET_TEXT(target->token, token);
    }
}

/* True when something was made up. */
static bool account_fill(json_t *file, const struct account_entry *entry)
{
    bool is_new = false;
    if (entry->target->id[0] == '\0') {
        account_make_id(entry);
        is_new = true;
    }
    if (entry->target->token[0] == '\0') {
        account_make_token(entry);
        is_new = true;
    }
    if (is_new) {
        json_t *known = json_pack("{s:s,s:s}", "id", entry->target->id, "token",
                                  entry->target->token);
        check(known != NULL &&
              json_object_set_new(file, entry->name, known) == 0);
    }
    return is_new;
}

static enum err_code account_read(const char *path, json_t **file,
                                  struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    enum err_code code =
        file_read_secret(path, ACCOUNT_FILE_MAX, &bytes, &len, e);
    if (code == ERR_NOT_FOUND) {
        *file = json_object();
        check(*file != NULL);
        return ERR_OK;
    }
    if (code != ERR_OK) {
        return code;
    }
    *file = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    free(bytes);
    if (!json_is_object(*file)) {
        json_decref(*file);
        return err_set(e, ERR_CORRUPT, "%.100s ist beschädigt", path);
    }
    return ERR_OK;
}

static enum err_code account_write(const char *path, const json_t *file,
                                   struct err *e)
{
    char *text = json_dumps(file, JSON_INDENT(2));
    check(text != NULL);
    enum err_code code = file_write_durable(path, text, strlen(text), 0600, e);
    free(text);
    return code;
}

enum err_code shadow_account_load(const char *directory,
                                  struct shadow_accounts *accounts,
                                  struct err *e)
{
    char path[ACCOUNT_PATH_MAX];
    struct account_entry entries[ACCOUNT_TARGETS];
    json_t *file = NULL;
    bool is_new = false;
    int n = snprintf(path, sizeof path, "%s/accounts.json", directory);
    check(n > 0 && (size_t)n < sizeof path);
    account_entries(accounts, entries);
    enum err_code code = account_read(path, &file, e);
    if (code != ERR_OK) {
        return code;
    }
    for (size_t i = 0; i < ACCOUNT_TARGETS; i++) {
        account_take(file, &entries[i]);
        is_new = account_fill(file, &entries[i]) || is_new;
    }
    if (is_new) {
        code = account_write(path, file, e);
    }
    json_decref(file);
    return code;
}
