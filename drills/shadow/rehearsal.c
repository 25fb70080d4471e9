/* The rehearsal site: what internal drills publish on "the website", served
 * to those who hold the drill. Only names that are listed in their folder are
 * opened, so no path leads out of it. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "drills/shadow/answer.h"
#include "drills/shadow/pages.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/http/media.h"

enum { REHEARSAL_PATH_MAX = 4096, REHEARSAL_NAME_MAX = 256 };

/* True when the folder lists this name, and it is not hidden. */
static bool rehearsal_is_listed(const char *folder, const char *name)
{
    DIR *dir = opendir(folder);
    const struct dirent *item = NULL;
    bool is_there = false;
    if (dir == NULL || name[0] == '.') {
        if (dir != NULL) {
            (void)closedir(dir); /* nothing was read */
        }
        return false;
    }
    while (!is_there && (item = readdir(dir)) != NULL) {
        is_there = strcmp(item->d_name, name) == 0;
    }
    (void)closedir(dir); /* it was only read */
    return is_there;
}

/* Goes down from the site's folder name by name; false when one is not
 * listed. */
static bool rehearsal_resolve(const char *site, const char *name,
                              char out[REHEARSAL_PATH_MAX])
{
    if (strlen(site) + strlen(name) + 2 > REHEARSAL_PATH_MAX) {
        return false;
    }
    (void)snprintf(out, REHEARSAL_PATH_MAX, "%s", site);
    while (*name != '\0') {
        char part[REHEARSAL_NAME_MAX];
        struct stat st;
        size_t len = strcspn(name, "/");
        if (len == 0 || len >= sizeof part) {
            return false;
        }
        memcpy(part, name, len);
        part[len] = '\0';
        if (!rehearsal_is_listed(out, part)) {
            return false;
        }
        size_t used = strlen(out);
        (void)snprintf(out + used, REHEARSAL_PATH_MAX - used, "/%s", part);
        if (lstat(out, &st) != 0 || S_ISLNK(st.st_mode)) {
            return false;
        }
        name += len + (name[len] == '/' ? 1 : 0);
    }
    return true;
}

/* The file of an address: "" is "index.html", "w/M" is "w/M.html". */
static bool rehearsal_find(const char *site, const char *path,
                           char name[REHEARSAL_PATH_MAX],
                           char out[REHEARSAL_PATH_MAX])
{
    static const char *const endings[] = {"", ".html", "index.html",
                                          "/index.html"};
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct stat st;
        int n = snprintf(name, REHEARSAL_PATH_MAX, "%s%s", path, endings[i]);
        if (n > 0 && n < REHEARSAL_PATH_MAX &&
            rehearsal_resolve(site, name, out) && stat(out, &st) == 0 &&
            S_ISREG(st.st_mode) && media_type(name) != NULL) {
            return true;
        }
    }
    return false;
}

void rehearsal_answer(struct shadow *s, struct http_request *r)
{
    const char *site = s->rehearsal_site;
    const char *path = http_request_path(r) + strlen("/rehearsal/");
    char name[REHEARSAL_PATH_MAX];
    char full[REHEARSAL_PATH_MAX];
    char *bytes = NULL;
    size_t len = 0;
    struct err e;
    if (site == NULL || !rehearsal_find(site, path, name, full) ||
        file_read(full, LIMIT_SITE_FILE_BYTES, &bytes, &len, &e) != ERR_OK) {
        answer_say(r, 404, "Diese Seite gibt es in der Übung nicht.\n");
        return;
    }
    /* The same policy as on the public website, but inline styles: their
     * hashes are the website's business. */
    const struct http_field headers[] = {
        {"Content-Type", media_type(name)},
        {"Cache-Control", "max-age=10, stale-if-error=86400"},
        {"X-Content-Type-Options", "nosniff"},
        {"X-Robots-Tag", "noindex"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src "
         "'self'; base-uri 'none'; form-action 'none'"},
    };
    http_reply(r, 200, headers, sizeof headers / sizeof headers[0], bytes, len);
    free(bytes);
}
