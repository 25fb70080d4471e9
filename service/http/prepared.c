#include "service/http/prepared.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/digest.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/http/media.h"

enum {
    PREPARED_POLICY_MAX = 2048,
    PREPARED_GZIP_MIN = 256, /* below it the frame costs more */
    PREPARED_GZIP_BITS = 31, /* zlib: window 15, plus 16 for gzip */
};

/* What the website's contract promises to say (contract 5). */
#define PREPARED_CACHE "max-age=10, stale-if-error=86400"

static bool prepared_starts(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static bool prepared_ends(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t n = strlen(end);
    return len >= n && strcmp(text + len - n, end) == 0;
}

static bool prepared_is_picture(const char *type)
{
    return prepared_starts(type, "image/jpeg");
}

static void prepared_header(struct MHD_Response *response, const char *name,
                            const char *value)
{
    check(MHD_add_response_header(response, name, value) == MHD_YES);
}

void prepared_secure(struct MHD_Response *response, bool is_https)
{
    prepared_header(response, "X-Content-Type-Options", "nosniff");
    prepared_header(response, "Referrer-Policy", "no-referrer");
    prepared_header(response, "Cache-Control", PREPARED_CACHE);
    if (is_https) {
        prepared_header(response, "Strict-Transport-Security",
                        "max-age=31536000");
    }
}

/* 'sha256-…' of every inline style sheet of the page, so that the policy
 * allows exactly those. */
static void prepared_add_styles(struct buf *policy, const char *html)
{
    const char *at = html;
    while ((at = strstr(at, "<style")) != NULL &&
           (at = strchr(at, '>')) != NULL) {
        const char *end = strstr(++at, "</style>");
        if (end == NULL) {
            return;
        }
        struct digest d = digest_of(at, (size_t)(end - at));
        char text[64];
        check(sodium_bin2base64(text, sizeof text, d.bytes, sizeof d.bytes,
                                sodium_base64_VARIANT_ORIGINAL) != NULL);
        buf_printf(policy, " 'sha256-%s'", text);
        at = end;
    }
}

/* No script, nothing from another host. The fragment for other websites may
 * be framed by them, everything else by nobody. */
static void prepared_add_policy(struct MHD_Response *response, const char *name,
                                const char *bytes)
{
    struct buf policy;
    buf_init(&policy, PREPARED_POLICY_MAX);
    buf_add_text(&policy, "default-src 'none'; img-src 'self'; style-src "
                          "'self'");
    prepared_add_styles(&policy, bytes);
    buf_printf(&policy,
               "; base-uri 'none'; form-action 'none'; frame-ancestors %s",
               strcmp(name, "einbinden.html") == 0 ? "*" : "'none'");
    if (buf_ok(&policy)) {
        prepared_header(response, "Content-Security-Policy", buf_text(&policy));
    }
    buf_fini(&policy);
}

struct prepared_source {
    const struct prepared_file *file;
    const char *type;
    bool has_gzip;
};

static void prepared_describe(struct MHD_Response *response,
                              const struct prepared_source *from,
                              const struct prepared_form *form)
{
    prepared_secure(response, from->file->is_https);
    prepared_header(response, "ETag", form->etag);
    if (from->has_gzip) {
        prepared_header(response, "Vary", "Accept-Encoding");
    }
    if (prepared_starts(from->type, "text/html")) {
        prepared_add_policy(response, from->file->name, from->file->bytes);
    } else {
        /* Data and pictures may be read by other websites' pages. */
        prepared_header(response, "Access-Control-Allow-Origin", "*");
        prepared_header(response, "Content-Security-Policy",
                        "default-src 'none'");
    }
}

struct prepared_map {
    void *bytes;
    size_t len;
};

static void prepared_unmap(void *data)
{
    struct prepared_map *map = data;
    (void)munmap(map->bytes, map->len);
    free(map);
}

/* Pictures stay in the file: a county's years of cards must not fill the
 * memory. Files are replaced by rename, so what is mapped never changes. NULL
 * when the file cannot be mapped. */
static struct MHD_Response *prepared_mapped(const char *file, size_t len)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    void *bytes = fd < 0 || len == 0
                      ? MAP_FAILED
                      : mmap(NULL, len, PROT_READ, MAP_PRIVATE, fd, 0);
    if (fd >= 0) {
        (void)close(fd);
    }
    if (bytes == MAP_FAILED) {
        return NULL;
    }
    struct prepared_map *map = mem_zalloc(sizeof *map);
    *map = (struct prepared_map){bytes, len};
    return MHD_create_response_from_buffer_with_free_callback_cls(
        len, bytes, prepared_unmap, map);
}

/* bytes are taken. */
static void prepared_make_form(struct prepared_form *form,
                               const struct prepared_source *from, char *bytes,
                               size_t len)
{
    form->full = prepared_is_picture(from->type)
                     ? prepared_mapped(from->file->full, len)
                     : NULL;
    if (form->full != NULL) {
        free(bytes);
    } else {
        form->full = MHD_create_response_from_buffer_with_free_callback(
            len, bytes, free);
    }
    form->not_modified =
        MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
    check(form->full != NULL && form->not_modified != NULL);
    prepared_describe(form->full, from, form);
    prepared_describe(form->not_modified, from, form);
    prepared_header(form->full, "Content-Type", from->type);
}

/* The gzip form, the caller's to free(); NULL when it is no gain. */
static char *prepared_compress(const char *bytes, size_t len, size_t *out_len)
{
    z_stream z = {.zalloc = NULL};
    if (len < PREPARED_GZIP_MIN ||
        deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, PREPARED_GZIP_BITS,
                     9, Z_DEFAULT_STRATEGY) != Z_OK) {
        return NULL;
    }
    char *out = malloc(len);
    char *in = malloc(len); /* zlib's input is not const in this build */
    bool is_smaller = false;
    if (out != NULL && in != NULL) {
        memcpy(in, bytes, len);
        z.next_in = (Bytef *)in;
        z.avail_in = (uInt)len;
        z.next_out = (Bytef *)out;
        z.avail_out = (uInt)len;
        is_smaller = deflate(&z, Z_FINISH) == Z_STREAM_END;
        *out_len = z.total_out;
    }
    (void)deflateEnd(&z); /* says only that it was interrupted */
    free(in);
    if (!is_smaller) {
        free(out);
        return NULL;
    }
    return out;
}

static bool prepared_is_text(const char *type)
{
    return prepared_ends(type, "charset=utf-8") ||
           strcmp(type, "image/svg+xml") == 0;
}

/* A strong ETag is the bytes' digest. A picture's name is 128 random bits and
 * never gets other bytes, so name and size say the same for less. */
static void prepared_name_forms(struct prepared *p,
                                const struct prepared_file *file, bool picture)
{
    char name[PREPARED_ETAG_MAX * 4];
    (void)snprintf(name, sizeof name, "%.200s %zu", file->name, file->len);
    struct digest d = picture ? digest_of(name, strlen(name))
                              : digest_of(file->bytes, file->len);
    char hex[DIGEST_HEX_MAX];
    digest_hex(&d, hex);
    (void)snprintf(p->plain.etag, sizeof p->plain.etag, "\"%.32s\"", hex);
    (void)snprintf(p->gzip.etag, sizeof p->gzip.etag, "\"%.32s-gz\"", hex);
}

struct prepared *prepared_new(const struct prepared_file *file, char *path)
{
    struct prepared *p = mem_zalloc(sizeof *p);
    const char *type = media_type(file->name);
    check(type != NULL);
    p->path = path;
    p->stamp = file->stamp;
    prepared_name_forms(p, file, prepared_is_picture(type));
    size_t gzip_len = 0;
    char *gzip = prepared_is_text(type)
                     ? prepared_compress(file->bytes, file->len, &gzip_len)
                     : NULL;
    struct prepared_source from = {
        .file = file, .type = type, .has_gzip = gzip != NULL};
    prepared_make_form(&p->plain, &from, mem_dup(file->bytes, file->len),
                       file->len);
    if (gzip != NULL) {
        prepared_make_form(&p->gzip, &from, gzip, gzip_len);
        prepared_header(p->gzip.full, "Content-Encoding", "gzip");
    }
    p->bytes = prepared_is_picture(type) ? 0 : file->len + gzip_len;
    return p;
}

/* The library counts references: an answer under way keeps its own. */
static void prepared_drop(struct prepared_form *form)
{
    if (form->full != NULL) {
        MHD_destroy_response(form->full);
        MHD_destroy_response(form->not_modified);
    }
}

void prepared_free(struct prepared *p)
{
    prepared_drop(&p->plain);
    prepared_drop(&p->gzip);
    free(p->path);
    free(p);
}

static const char *prepared_asked(struct MHD_Connection *mhd, const char *name)
{
    const char *value = MHD_lookup_connection_value(mhd, MHD_HEADER_KIND, name);
    return value == NULL ? "" : value;
}

/* "gzip", and not "gzip;q=0" (RFC 9110 section 12.5.3). */
static bool prepared_takes_gzip(const char *accept)
{
    const char *at = strstr(accept, "gzip");
    if (at == NULL) {
        return false;
    }
    at += strlen("gzip");
    at += strspn(at, " ;");
    return !(prepared_starts(at, "q=0") && strpbrk(at, "123456789,") == NULL);
}

enum MHD_Result prepared_queue(const struct prepared *p,
                               struct MHD_Connection *mhd)
{
    const struct prepared_form *form = &p->plain;
    if (p->gzip.full != NULL &&
        prepared_takes_gzip(prepared_asked(mhd, "Accept-Encoding"))) {
        form = &p->gzip;
    }
    const char *known = prepared_asked(mhd, "If-None-Match");
    if (strstr(known, form->etag) != NULL || strcmp(known, "*") == 0) {
        return MHD_queue_response(mhd, MHD_HTTP_NOT_MODIFIED,
                                  form->not_modified);
    }
    return MHD_queue_response(mhd, MHD_HTTP_OK, form->full);
}
