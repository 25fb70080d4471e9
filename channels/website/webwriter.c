#include "channels/website/webwriter.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "channels/website/webset.h"
#include "service/base/buf.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum {
    WEBWRITER_DEPTH = 8,
    WEBWRITER_LOW_MIB = 100, /* degraded below it */
    WEBWRITER_FULL_MIB = 8,  /* down below it */
};

static bool webwriter_path(const char *folder, const char *name,
                           char out[PATH_MAX])
{
    int n = snprintf(out, PATH_MAX, "%s/%s", folder, name);
    return n > 0 && n < PATH_MAX;
}

static void webwriter_clean_entry(const char *path, const char *name,
                                  int depth);

/* Removes temporary files below folder; what cannot be read stays. */
static void webwriter_clean(const char *folder, int depth)
{
    DIR *dir = depth > 0 ? opendir(folder) : NULL;
    if (dir == NULL) {
        return;
    }
    for (const struct dirent *entry = readdir(dir); entry != NULL;
         entry = readdir(dir)) {
        char path[PATH_MAX];
        if (strcmp(entry->d_name, ".") != 0 &&
            strcmp(entry->d_name, "..") != 0 &&
            webwriter_path(folder, entry->d_name, path)) {
            webwriter_clean_entry(path, entry->d_name, depth);
        }
    }
    (void)closedir(dir);
}

static void webwriter_clean_entry(const char *path, const char *name, int depth)
{
    struct stat info;
    size_t len = strlen(name);
    if (lstat(path, &info) != 0) {
        return;
    }
    if (S_ISDIR(info.st_mode)) {
        webwriter_clean(path, depth - 1);
    } else if (S_ISREG(info.st_mode) && name[len - 1] == '~') {
        log_warn("website=leftover-removed result=%s",
                 unlink(path) == 0 ? "ok" : strerror(errno));
    }
}

enum err_code webwriter_open(const char *folder, struct err *e)
{
    if (access(folder, F_OK) != 0 && webset_open_folder(folder, e) != ERR_OK) {
        return e->code;
    }
    if (access(folder, R_OK | W_OK | X_OK) != 0) {
        return err_set(e, ERR_DENIED, "Ordner %.100s: %s", folder,
                       strerror(errno));
    }
    webwriter_clean(folder, WEBWRITER_DEPTH);
    return file_sync_folder(folder, e);
}

/* Names come from us; one that leaves the folder or hides is our mistake, and
 * nothing is written under it. */
static bool webwriter_name_ok(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._-/";
    size_t len = strlen(name);
    return len > 0 && strspn(name, allowed) == len && name[0] != '/' &&
           name[0] != '.' && name[len - 1] != '/' &&
           strstr(name, "/.") == NULL && strstr(name, "//") == NULL;
}

void webwriter_digest(const struct channel_item *items, size_t n_items,
                      char out[DIGEST_NAMED_MAX])
{
    struct buf list;
    buf_init(&list, (size_t)LIMIT_SITE_FILES * PATH_MAX);
    for (size_t i = 0; i < n_items; i++) {
        char hex[DIGEST_HEX_MAX];
        struct digest d = digest_of(items[i].bytes, items[i].len);
        digest_hex(&d, hex);
        buf_printf(&list, "%s  %s\n", hex, items[i].name);
    }
    struct digest all = digest_of(buf_text(&list), list.len);
    digest_named(&all, out);
    buf_fini(&list);
}

static bool webwriter_names_ok(const char *folder,
                               const struct channel_item *items, size_t n,
                               struct channel_result *result)
{
    for (size_t i = 0; i < n; i++) {
        char path[PATH_MAX];
        if (!webwriter_name_ok(items[i].name) ||
            !webwriter_path(folder, items[i].name, path)) {
            result->outcome = OUTCOME_REFUSED;
            (void)snprintf(result->detail, sizeof(result->detail),
                           "Dateiname nicht erlaubt: %.100s", items[i].name);
            return false;
        }
    }
    return true;
}

void webwriter_write(const char *folder, const struct channel_item *items,
                     size_t n_items, bool sync, struct channel_result *result,
                     bool *changed)
{
    char digest[DIGEST_NAMED_MAX];
    struct err e;
    *changed = false;
    if (!webwriter_names_ok(folder, items, n_items, result)) {
        return;
    }
    if (webset_write(folder, items, n_items, sync, changed, &e) == ERR_OK) {
        webwriter_digest(items, n_items, digest);
        result->outcome = OUTCOME_DONE;
        MEM_SET_TEXT(result->remote_id, digest);
    } else {
        result->outcome = OUTCOME_NOT_SENT;
        (void)snprintf(result->detail, sizeof(result->detail),
                       "Seite nicht geschrieben, neuer Versuch folgt: %.120s",
                       e.msg);
    }
}

static void webwriter_readiness(struct channel_result *r,
                                enum readiness readiness, const char *format,
                                const char *value)
{
    r->readiness = readiness;
    (void)snprintf(r->detail, sizeof(r->detail), "%s%.110s", format, value);
}

void webwriter_check(const char *folder, struct channel_result *result)
{
    struct statvfs disk;
    if (access(folder, R_OK | W_OK | X_OK) != 0 ||
        statvfs(folder, &disk) != 0) {
        webwriter_readiness(
            result, READINESS_DOWN,
            "Ordner der Website nicht beschreibbar: ", strerror(errno));
        return;
    }
    unsigned long long free_mib =
        (unsigned long long)disk.f_bavail * disk.f_frsize / (1024ULL * 1024);
    char room[64];
    (void)snprintf(room, sizeof(room), "noch %llu MiB frei", free_mib);
    if (free_mib < WEBWRITER_FULL_MIB) {
        webwriter_readiness(result, READINESS_DOWN, "Speicher voll: ", room);
    } else if (free_mib < WEBWRITER_LOW_MIB) {
        webwriter_readiness(result, READINESS_DEGRADED,
                            "Wenig Speicher: ", room);
    } else {
        webwriter_readiness(result, READINESS_READY, "", "");
    }
}
