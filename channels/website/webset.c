#include "channels/website/webset.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/id.h"
#include "service/base/limits.h"
#include "service/base/mem.h"

enum {
    /* Another web server may serve them, whatever the service's umask. */
    WEBSET_FOLDER_MODE = 0755,
    WEBSET_FILE_MODE = 0644,
};

struct webset {
    const char *folder;
    const struct channel_item *items;
    size_t n;
    bool sync_all;
    char **temporaries; /* of the items that differ, else NULL */
    char **folders;     /* to be synced */
    size_t n_folders;
    size_t max_folders;
    bool changed;
};

static enum err_code webset_error(struct err *e, const char *what,
                                  const char *path)
{
    return err_set(e, ERR_IO, "%s %.80s: %s", what, path, strerror(errno));
}

/* The names were checked: it fits. */
static void webset_path(const struct webset *set, size_t at, char out[PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%s/%s", set->folder, set->items[at].name);
    check(n > 0 && n < PATH_MAX);
}

static bool webset_same(const char *path, const struct channel_item *item)
{
    char *bytes = NULL;
    size_t len = 0;
    struct err e;
    if (file_read(path, LIMIT_SITE_FILE_BYTES, &bytes, &len, &e) != ERR_OK) {
        return false;
    }
    bool same =
        len == item->len && (len == 0 || memcmp(bytes, item->bytes, len) == 0);
    free(bytes);
    return same;
}

static void webset_add_folder(struct webset *set, const char *folder)
{
    for (size_t i = 0; i < set->n_folders; i++) {
        if (strcmp(set->folders[i], folder) == 0) {
            return;
        }
    }
    if (set->n_folders == set->max_folders) {
        set->max_folders = set->max_folders * 2 + 8;
        char **folders =
            realloc(set->folders, set->max_folders * sizeof(*folders));
        check(folders != NULL);
        set->folders = folders;
    }
    set->folders[set->n_folders++] = mem_strdup(folder);
}

/* The folder of a path; with `made` also those above it up to the root. */
static void webset_note_folder(struct webset *set, const char *path, bool made)
{
    char folder[PATH_MAX];
    size_t root = strlen(set->folder);
    (void)snprintf(folder, sizeof(folder), "%s", path);
    do {
        char *slash = strrchr(folder, '/');
        check(slash != NULL);
        *slash = '\0';
        webset_add_folder(set, folder);
    } while (made && strlen(folder) > root);
}

/* One folder whose parent is there. */
static enum err_code webset_make_one(const char *folder, struct err *e)
{
    if (mkdir(folder, WEBSET_FOLDER_MODE) != 0) {
        return errno == EEXIST ? ERR_OK : webset_error(e, "mkdir", folder);
    }
    return chmod(folder, WEBSET_FOLDER_MODE) == 0
               ? ERR_OK
               : webset_error(e, "chmod", folder);
}

enum err_code webset_open_folder(const char *folder, struct err *e)
{
    char part[PATH_MAX];
    int n = snprintf(part, sizeof(part), "%s", folder);
    if (n <= 0 || (size_t)n >= sizeof(part)) {
        return err_set(e, ERR_LIMIT, "Pfad zu lang: %.80s", folder);
    }
    enum err_code code = ERR_OK;
    for (char *slash = strchr(part + 1, '/'); code == ERR_OK && slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        code = webset_make_one(part, e);
        *slash = '/';
    }
    return code == ERR_OK ? webset_make_one(part, e) : code;
}

static enum err_code webset_make_folder(struct webset *set, const char *path,
                                        struct err *e)
{
    char folder[PATH_MAX];
    (void)snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    check(slash != NULL);
    *slash = '\0';
    bool missing = access(folder, F_OK) != 0;
    if (missing && webset_open_folder(folder, e) != ERR_OK) {
        return e->code;
    }
    webset_note_folder(set, path, missing);
    return ERR_OK;
}

static enum err_code webset_put(int fd, const char *path,
                                const struct channel_item *item, struct err *e)
{
    const char *bytes = item->bytes;
    size_t used = 0;
    while (used < item->len) {
        ssize_t n = write(fd, bytes + used, item->len - used);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return webset_error(e, "write", path);
        }
        used += (size_t)n;
    }
    return ERR_OK;
}

/* Writes the bytes beside their place, not yet synced. */
static enum err_code webset_stage(struct webset *set, size_t at,
                                  const char *path, struct err *e)
{
    char temporary[PATH_MAX];
    char random[ID_MAX];
    id_random(random);
    int n = snprintf(temporary, sizeof(temporary), "%s.%.8s~", path, random);
    if (n < 0 || (size_t)n >= sizeof(temporary)) {
        return err_set(e, ERR_LIMIT, "Pfad zu lang: %.80s", path);
    }
    if (webset_make_folder(set, path, e) != ERR_OK) {
        return e->code;
    }
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                  WEBSET_FILE_MODE);
    if (fd < 0) {
        return webset_error(e, "create", temporary);
    }
    set->temporaries[at] = mem_strdup(temporary);
    enum err_code code = fchmod(fd, WEBSET_FILE_MODE) == 0
                             ? webset_put(fd, temporary, &set->items[at], e)
                             : webset_error(e, "chmod", temporary);
    if (close(fd) != 0 && code == ERR_OK) {
        code = webset_error(e, "close", temporary);
    }
    return code;
}

static enum err_code webset_stage_all(struct webset *set, struct err *e)
{
    enum err_code code = ERR_OK;
    for (size_t i = 0; code == ERR_OK && i < set->n; i++) {
        char path[PATH_MAX];
        webset_path(set, i, path);
        if (set->items[i].len == 0) {
            continue;
        }
        if (!webset_same(path, &set->items[i])) {
            code = webset_stage(set, i, path, e);
        } else if (set->sync_all) {
            webset_note_folder(set, path, true);
        }
    }
    return code;
}

static enum err_code webset_sync_all(const struct webset *set, struct err *e)
{
    for (size_t i = 0; i < set->n; i++) {
        const char *path = set->temporaries[i];
        int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
        if (path == NULL) {
            continue;
        }
        if (fd < 0) {
            return webset_error(e, "open", path);
        }
        int rv = fsync(fd);
        enum err_code code = rv == 0 ? ERR_OK : webset_error(e, "fsync", path);
        (void)close(fd);
        if (code != ERR_OK) {
            return code;
        }
    }
    return ERR_OK;
}

static enum err_code webset_remove(struct webset *set, const char *path,
                                   struct err *e)
{
    if (unlink(path) == 0) {
        set->changed = true;
        webset_note_folder(set, path, false);
        return ERR_OK;
    }
    return errno == ENOENT || errno == ENOTDIR
               ? ERR_OK
               : webset_error(e, "remove", path);
}

static enum err_code webset_apply(struct webset *set, size_t at, struct err *e)
{
    char path[PATH_MAX];
    webset_path(set, at, path);
    if (set->items[at].len == 0) {
        return webset_remove(set, path, e);
    }
    if (set->temporaries[at] == NULL) {
        return ERR_OK;
    }
    if (rename(set->temporaries[at], path) != 0) {
        return webset_error(e, "rename to", path);
    }
    free(set->temporaries[at]);
    set->temporaries[at] = NULL;
    set->changed = true;
    return ERR_OK;
}

static enum err_code webset_run(struct webset *set, struct err *e)
{
    enum err_code code = webset_stage_all(set, e);
    if (code == ERR_OK) {
        code = webset_sync_all(set, e);
    }
    for (size_t i = 0; code == ERR_OK && i < set->n; i++) {
        code = webset_apply(set, i, e);
    }
    for (size_t i = 0; code == ERR_OK && i < set->n_folders; i++) {
        code = file_sync_folder(set->folders[i], e);
    }
    return code;
}

static void webset_fini(struct webset *set)
{
    for (size_t i = 0; i < set->n; i++) {
        if (set->temporaries[i] != NULL) {
            (void)unlink(set->temporaries[i]);
        }
        free(set->temporaries[i]);
    }
    for (size_t i = 0; i < set->n_folders; i++) {
        free(set->folders[i]);
    }
    free(set->temporaries);
    free(set->folders);
}

enum err_code webset_write(const char *folder, const struct channel_item *items,
                           size_t n_items, bool sync_all, bool *changed,
                           struct err *e)
{
    struct webset set = {.folder = folder,
                         .items = items,
                         .n = n_items,
                         .sync_all = sync_all,
                         .temporaries =
                             mem_calloc(n_items + 1, sizeof(char *))};
    enum err_code code = webset_run(&set, e);
    *changed = set.changed;
    webset_fini(&set);
    return code;
}
