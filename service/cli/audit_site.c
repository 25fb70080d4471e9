#include "service/cli/audit_site.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/file.h"

enum { AUDIT_ADDRESS_MAX = 2048, AUDIT_TIMEOUT_S = 20 };

/* A folder or a URL, and what stands between it and the log's files. */
struct audit_place {
    const char *root;
    const char *below; /* "" or "audit/" */
    CURL *curl;        /* NULL: a folder */
};

static enum err_code audit_place_address(const struct audit_place *place,
                                         const char *name,
                                         char out[AUDIT_ADDRESS_MAX],
                                         struct err *e)
{
    size_t len = strlen(place->root);
    const char *slash = len > 0 && place->root[len - 1] == '/' ? "" : "/";
    int n = snprintf(out, AUDIT_ADDRESS_MAX, "%s%s%s%s", place->root, slash,
                     place->below, name);
    return n > 0 && n < AUDIT_ADDRESS_MAX
               ? ERR_OK
               : err_set(e, ERR_LIMIT, "Die Adresse ist zu lang.");
}

static enum err_code audit_read_file(void *data, const char *name, size_t max,
                                     char **bytes, size_t *len, struct err *e)
{
    char path[AUDIT_ADDRESS_MAX];
    enum err_code code = audit_place_address(data, name, path, e);
    return code == ERR_OK ? file_read(path, max, bytes, len, e) : code;
}

/* curl's write callback: a short count ends the transfer. */
static size_t audit_receive(char *bytes, size_t size, size_t n, void *data)
{
    struct buf *b = data;
    buf_add(b, bytes, size * n);
    return buf_ok(b) ? size * n : 0;
}

static enum err_code audit_answer(CURL *curl, CURLcode rv, const char *url,
                                  struct err *e)
{
    long status = 0;
    if (rv == CURLE_WRITE_ERROR) {
        return err_set(e, ERR_LIMIT, "%.120s ist zu groß.", url);
    }
    if (rv != CURLE_OK) {
        return err_set(e, ERR_UNAVAILABLE, "%.100s: %.60s", url,
                       curl_easy_strerror(rv));
    }
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status == 404 || status == 410) {
        return err_set(e, ERR_NOT_FOUND, "%.140s gibt es nicht.", url);
    }
    if (status != 200) {
        return err_set(e, ERR_UNAVAILABLE, "%.120s antwortet mit %ld.", url,
                       status);
    }
    return ERR_OK;
}

static enum err_code audit_read_url(void *data, const char *name, size_t max,
                                    char **bytes, size_t *len, struct err *e)
{
    struct audit_place *place = data;
    char url[AUDIT_ADDRESS_MAX];
    struct buf body;
    enum err_code code = audit_place_address(place, name, url, e);
    if (code != ERR_OK) {
        return code;
    }
    buf_init(&body, max);
    (void)curl_easy_setopt(place->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(place->curl, CURLOPT_WRITEFUNCTION, audit_receive);
    (void)curl_easy_setopt(place->curl, CURLOPT_WRITEDATA, &body);
    code = audit_answer(place->curl, curl_easy_perform(place->curl), url, e);
    if (code == ERR_OK) {
        *len = body.len;
        *bytes = buf_take(&body);
    }
    buf_fini(&body);
    return code;
}

/* An export has its checkpoint right here; if not, it is a website. */
static enum err_code audit_place_verify(struct audit_place *place,
                                        const struct key_public *key,
                                        struct site_verdict *verdict,
                                        struct err *e)
{
    struct site_source source = {.read = place->curl == NULL ? audit_read_file
                                                             : audit_read_url,
                                 .data = place};
    char *note = NULL;
    size_t len = 0;
    place->below = "audit/";
    enum err_code code =
        source.read(place, "checkpoint", SITE_NOTE_MAX, &note, &len, e);
    if (code == ERR_NOT_FOUND) {
        place->below = "";
        code = ERR_OK;
    }
    free(note);
    return code == ERR_OK ? site_verify(&source, key, verdict, e) : code;
}

enum err_code audit_site_verify_folder(const char *folder,
                                       const struct key_public *key,
                                       struct site_verdict *verdict,
                                       struct err *e)
{
    struct audit_place place = {.root = folder};
    return audit_place_verify(&place, key, verdict, e);
}

enum err_code audit_site_verify_url(const char *url,
                                    const struct key_public *key,
                                    struct site_verdict *verdict, struct err *e)
{
    struct audit_place place = {.root = url, .curl = curl_easy_init()};
    if (place.curl == NULL) {
        return err_set(e, ERR_NOMEM, "libcurl ließ sich nicht öffnen.");
    }
    (void)curl_easy_setopt(place.curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(place.curl, CURLOPT_FOLLOWLOCATION, 0L);
    (void)curl_easy_setopt(place.curl, CURLOPT_TIMEOUT, (long)AUDIT_TIMEOUT_S);
    (void)curl_easy_setopt(place.curl, CURLOPT_NOSIGNAL, 1L);
    enum err_code code = audit_place_verify(&place, key, verdict, e);
    curl_easy_cleanup(place.curl);
    return code;
}
