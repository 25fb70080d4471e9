#include "service/seal/keyring.h"

#include <limits.h>
#include <stdio.h>

#include "service/base/file.h"

static const char *const keyring_names[KEYRING_SIZE] = {
    [KEYRING_AUDIT] = "audit",         [KEYRING_ACTUAL] = "actual",
    [KEYRING_EXERCISE] = "exercise",   [KEYRING_REHEARSAL] = "rehearsal",
    [KEYRING_HEARTBEAT] = "heartbeat", [KEYRING_KEYS] = "keys",
};

const char *keyring_use_name(enum keyring_use use)
{
    return keyring_names[use];
}

void keyring_forget(struct keyring *ring)
{
    for (size_t i = 0; i < KEYRING_SIZE; i++) {
        key_forget(&ring->keys[i]);
    }
}

static enum err_code keyring_path(const char *folder, enum keyring_use use,
                                  char path[PATH_MAX], struct err *e)
{
    int n = snprintf(path, PATH_MAX, "%s/%s.key", folder, keyring_names[use]);
    return n > 0 && n < PATH_MAX
               ? ERR_OK
               : err_set(e, ERR_LIMIT, "path too long: %.100s", folder);
}

static enum err_code keyring_make(const char *folder, enum keyring_use use,
                                  const char *name, struct key_pair *pair,
                                  struct err *e)
{
    char path[PATH_MAX];
    enum err_code code = keyring_path(folder, use, path, e);
    if (code == ERR_OK) {
        code = key_generate(name, pair, e);
    }
    return code == ERR_OK ? key_save(pair, path, e) : code;
}

enum err_code keyring_create(const char *folder, const char *host,
                             const char *origin, struct keyring *ring,
                             struct err *e)
{
    *ring = (struct keyring){0};
    enum err_code code = file_make_folders(folder, 0700, e);
    for (size_t i = 0; code == ERR_OK && i < KEYRING_SIZE; i++) {
        char name[KEY_NAME_MAX + 32];
        (void)snprintf(name, sizeof(name), "%.120s/%s/k1", host,
                       keyring_names[i]);
        code =
            keyring_make(folder, (enum keyring_use)i,
                         i == KEYRING_AUDIT ? origin : name, &ring->keys[i], e);
    }
    if (code != ERR_OK) {
        keyring_forget(ring);
    }
    return code;
}

enum err_code keyring_save(const struct keyring *ring, const char *folder,
                           struct err *e)
{
    enum err_code code = file_make_folders(folder, 0700, e);
    for (size_t i = 0; code == ERR_OK && i < KEYRING_SIZE; i++) {
        char path[PATH_MAX];
        code = keyring_path(folder, (enum keyring_use)i, path, e);
        if (code == ERR_OK) {
            code = key_save(&ring->keys[i], path, e);
        }
    }
    return code;
}

enum err_code keyring_load(const char *folder, struct keyring *ring,
                           struct err *e)
{
    *ring = (struct keyring){0};
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < KEYRING_SIZE; i++) {
        char path[PATH_MAX];
        code = keyring_path(folder, (enum keyring_use)i, path, e);
        if (code == ERR_OK) {
            code = key_load(path, &ring->keys[i], e);
        }
    }
    if (code == ERR_NOT_FOUND) {
        code = err_set(e, ERR_NOT_FOUND,
                       "Es fehlen Schlüssel in %.90s: zuerst tuermer init",
                       folder);
    }
    if (code != ERR_OK) {
        keyring_forget(ring);
    }
    return code;
}
