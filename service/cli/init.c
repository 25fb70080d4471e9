/* `tuermer init`: makes an installation – state folder, database, keys – all
 * owned by the service's user. Asks nothing, refuses an existing one. */
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <pwd.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/id.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"
#include "service/seal/keyring.h"
#include "service/store/setting.h"
#include "service/store/store.h"

enum { INIT_PATH_MAX = CONFIG_PATH_MAX + 64 };

struct init_wish {
    const char *user; /* NULL: who calls */
    const char *keys; /* NULL: new ones */
    const char *origin;
};

struct init_owner {
    bool change;
    uid_t uid;
    gid_t gid;
};

static enum err_code init_find_owner(const char *user, struct init_owner *owner,
                                     struct err *e)
{
    *owner = (struct init_owner){0};
    if (user == NULL) {
        return ERR_OK;
    }
    const struct passwd *entry = getpwnam(user);
    if (entry == NULL) {
        return err_set(e, ERR_NOT_FOUND,
                       "den Benutzer %.60s gibt es nicht. Legen Sie ihn an "
                       "(adduser --system --group %.60s).",
                       user, user);
    }
    *owner = (struct init_owner){true, entry->pw_uid, entry->pw_gid};
    return ERR_OK;
}

/* Everything below the folder, one level of folders deep, and it itself. */
static enum err_code init_give(const char *path, const struct init_owner *owner,
                               struct err *e)
{
    DIR *folder = opendir(path);
    enum err_code code = ERR_OK;
    for (struct dirent *entry = NULL; folder != NULL && code == ERR_OK &&
                                      (entry = readdir(folder)) != NULL;) {
        char inner[INIT_PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 ||
            strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        int n = snprintf(inner, sizeof(inner), "%s/%s", path, entry->d_name);
        if (n > 0 && (size_t)n < sizeof(inner)) {
            code = init_give(inner, owner, e);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    if (code == ERR_OK && lchown(path, owner->uid, owner->gid) != 0) {
        code = err_set(e, ERR_DENIED,
                       "%.100s kann dem Benutzer nicht gegeben werden (%s). "
                       "Rufen Sie init als root auf.",
                       path, strerror(errno));
    }
    return code;
}

/* The folder may exist when it is empty. */
static enum err_code init_make_folder(const char *path, struct err *e)
{
    enum err_code code = file_make_folders(path, 0700, e);
    DIR *folder = code == ERR_OK ? opendir(path) : NULL;
    if (code != ERR_OK) {
        return code;
    }
    if (folder == NULL) {
        return err_set(e, ERR_IO, "%.100s: %s", path, strerror(errno));
    }
    bool empty = true;
    for (struct dirent *entry = readdir(folder); entry != NULL;
         entry = readdir(folder)) {
        empty = empty && (strcmp(entry->d_name, ".") == 0 ||
                          strcmp(entry->d_name, "..") == 0);
    }
    (void)closedir(folder);
    if (!empty) {
        return err_set(e, ERR_CONFLICT,
                       "%.100s ist nicht leer; hier steht schon eine "
                       "Installation. Es wurde nichts geändert.",
                       path);
    }
    if (chmod(path, 0700) != 0) {
        return err_set(e, ERR_IO, "%.100s: %s", path, strerror(errno));
    }
    return ERR_OK;
}

/* New keys, or the ones kept in wish->keys; an empty folder there gets a copy
 * of the new ones, to be taken offline. */
static enum err_code init_keys(const struct config *config,
                               const struct init_wish *wish, const char *origin,
                               struct keyring *ring, struct err *e)
{
    char folder[INIT_PATH_MAX];
    char host[CONFIG_TEXT_MAX];
    (void)snprintf(folder, sizeof(folder), "%s/keys", config->state_dir);
    config_public_host(config, host);
    if (wish->keys != NULL && keyring_load(wish->keys, ring, e) == ERR_OK) {
        return keyring_save(ring, folder, e);
    }
    enum err_code code = keyring_create(folder, host, origin, ring, e);
    if (code == ERR_OK && wish->keys != NULL) {
        code = keyring_save(ring, wish->keys, e);
    }
    return code;
}

/* The database and what it knows of itself. The incarnation also stands
 * beside it: a database put back by hand shows by that. */
static enum err_code init_database(const struct config *config,
                                   const char *origin, struct err *e)
{
    char path[INIT_PATH_MAX];
    char incarnation[ID_MAX];
    struct store *store = NULL;
    (void)snprintf(path, sizeof(path), "%s/tuermer.db", config->state_dir);
    enum err_code code = store_create(path, e);
    if (code == ERR_OK) {
        code = store_open(path, clock_real(), &store, e);
    }
    if (code != ERR_OK) {
        return code;
    }
    id_random(incarnation);
    store_begin(store);
    setting_save(store, "origin", origin);
    setting_save(store, "incarnation", incarnation);
    code = store_commit(store, e);
    store_close(store);
    if (code == ERR_OK) {
        (void)snprintf(path, sizeof(path), "%s/incarnation", config->state_dir);
        code =
            file_write_durable(path, incarnation, strlen(incarnation), 0600, e);
    }
    return code;
}

static void init_report(struct cli *cli, const struct config *config,
                        const struct keyring *ring)
{
    char text[KEY_TEXT_MAX];
    json_t *keys = json_array();
    for (size_t i = KEYRING_ACTUAL; i < KEYRING_SIZE; i++) {
        key_format(&ring->keys[i].open, text);
        check(json_array_append_new(keys, json_string(text)) == 0);
    }
    key_format(&ring->keys[KEYRING_AUDIT].open, text);
    json_t *o = json_pack("{s:s, s:s, s:o}", "state_dir", config->state_dir,
                          "audit_key", text, "display_keys", keys);
    char *line = json_dumps(o, JSON_COMPACT);
    check(line != NULL);
    if (cli->json) {
        cli_out(cli, "%s\n", line);
    } else {
        cli_out(cli, "Angelegt: %s\nPrüfschlüssel des Protokolls: %s\n",
                config->state_dir, text);
        cli_say(cli, "Kopieren Sie den Ordner keys einmal an einen sicheren "
                     "Ort; die Sicherung enthält ihn nicht.");
    }
    free(line);
    json_decref(o);
}

static enum err_code init_run(const struct config *config,
                              const struct init_wish *wish,
                              struct keyring *ring, struct err *e)
{
    struct init_owner owner;
    char origin[CONFIG_TEXT_MAX + 8];
    char host[CONFIG_TEXT_MAX];
    config_public_host(config, host);
    (void)snprintf(origin, sizeof(origin), "%s/audit", host);
    const char *name = wish->origin == NULL ? origin : wish->origin;
    enum err_code code = init_find_owner(wish->user, &owner, e);
    if (code == ERR_OK) {
        code = init_make_folder(config->state_dir, e);
    }
    if (code == ERR_OK) {
        code = init_keys(config, wish, name, ring, e);
    }
    if (code == ERR_OK) {
        code = init_database(config, ring->keys[KEYRING_AUDIT].open.name, e);
    }
    if (code == ERR_OK && owner.change) {
        code = init_give(config->state_dir, &owner, e);
    }
    return code;
}

int cli_init(struct cli *cli)
{
    struct init_wish wish = {0};
    const struct cli_option options[] = {
        {.name = "--user", .value = &wish.user},
        {.name = "--keys", .value = &wish.keys},
        {.name = "--origin", .value = &wish.origin}};
    struct keyring ring;
    struct err e;
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    const struct config *config = cli_config(cli);
    if (config == NULL) {
        return CLI_CONFIG;
    }
    if (wish.origin != NULL && !key_name_valid(wish.origin)) {
        cli_say(cli,
                "--origin %s: erlaubt sind Zeichen ohne Leerzeichen und "
                "ohne +.",
                wish.origin);
        return CLI_USAGE;
    }
    if (init_run(config, &wish, &ring, &e) != ERR_OK) {
        return cli_fail(cli, &e);
    }
    init_report(cli, config, &ring);
    keyring_forget(&ring);
    return CLI_DONE;
}
