#include "service/http/media.h"

#include <stdbool.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"

struct media_kind {
    const char *ending;
    const char *type;
};

static const struct media_kind media_kinds[] = {
    {".html", "text/html; charset=utf-8"},
    {".json", "application/json; charset=utf-8"},
    {".atom", "application/atom+xml; charset=utf-8"},
    {".xml", "application/xml; charset=utf-8"},
    {".jpg", "image/jpeg"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".ico", "image/x-icon"},
    {".css", "text/css; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
};

static bool media_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool media_ends(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

const char *media_type(const char *name)
{
    if (media_starts(name, "audit/tile/")) {
        return "application/octet-stream"; /* C2SP tlog-tiles */
    }
    if (strcmp(name, "audit/checkpoint") == 0 ||
        strcmp(name, "audit/key") == 0 || strcmp(name, "keys") == 0) {
        return "text/plain; charset=utf-8";
    }
    if (media_starts(name, "cap/") && media_ends(name, ".xml")) {
        return "application/cap+xml; charset=utf-8"; /* CAP 1.2, 3.3 */
    }
    for (size_t i = 0; i < sizeof media_kinds / sizeof media_kinds[0]; i++) {
        if (media_ends(name, media_kinds[i].ending)) {
            return media_kinds[i].type;
        }
    }
    return NULL;
}

/* True for "w/M.html" and "en/w/M.html". */
static bool media_is_incident(const char *name)
{
    const char *slash = strrchr(name, '/');
    if (slash == NULL || !media_ends(name, ".html")) {
        return false;
    }
    size_t folder = (size_t)(slash - name);
    return name[folder - 1] == 'w' && (folder == 1 || name[folder - 2] == '/');
}

char *media_path(const char *name)
{
    struct buf b;
    size_t len = strlen(name);
    buf_init(&b, len + 2);
    buf_add_char(&b, '/');
    if (strcmp(name, "index.html") == 0 || media_ends(name, "/index.html")) {
        len -= strlen("index.html");
    } else if (media_is_incident(name)) {
        len -= strlen(".html");
    }
    buf_add(&b, name, len);
    check(buf_ok(&b));
    return buf_take(&b);
}
