#include "drills/shadow/picture.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "channels/transport/http_client.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    PICTURE_BYTES_MAX = 8 * 1024 * 1024,
    PICTURE_DEADLINE_MS = 10 * 1000,
    PICTURE_SIDE_MAX = 16 * 1024,
};

struct pictures {
    struct http_client *client;
    const struct clock *clock;
};

struct picture_fetch {
    struct http_call request;
    char *url;
    picture_cb cb;
    void *data;
};

/* libjpeg tells an error by a function that must not return; the way out is
 * the jump it documents. */
struct picture_error {
    struct jpeg_error_mgr manager;
    jmp_buf out;
};

static void picture_on_error(j_common_ptr decoder)
{
    struct picture_error *error =
        container_of(decoder->err, struct picture_error, manager);
    longjmp(error->out, 1);
}

static void picture_on_message(j_common_ptr decoder)
{
    (void)decoder; /* not to stderr */
}

/* False when the bytes are no JPEG that libjpeg can read. */
static bool picture_size(const void *bytes, size_t len, unsigned *width,
                         unsigned *height)
{
    struct jpeg_decompress_struct decoder;
    struct picture_error error;
    decoder.err = jpeg_std_error(&error.manager);
    error.manager.error_exit = picture_on_error;
    error.manager.output_message = picture_on_message;
    if (setjmp(error.out) != 0) { // NOLINT(cert-err52-cpp)
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, bytes, (unsigned long)len);
    bool is_good = jpeg_read_header(&decoder, TRUE) == JPEG_HEADER_OK;
    *width = decoder.image_width;
    *height = decoder.image_height;
    jpeg_destroy_decompress(&decoder);
    return is_good && *width > 0 && *height > 0 && *width < PICTURE_SIDE_MAX &&
           *height < PICTURE_SIDE_MAX;
}

enum picture_verdict picture_judge(const void *bytes, size_t len)
{
    unsigned width = 0;
    unsigned height = 0;
    if (len > PICTURE_BYTES_MAX) {
        return PICTURE_TOO_LARGE;
    }
    if (len < 4 || memcmp(bytes, "\xff\xd8", 2) != 0 ||
        !picture_size(bytes, len, &width, &height)) {
        return PICTURE_NO_JPEG;
    }
    if (width * 5 < height * 4 || width * 100 > height * 191) {
        return PICTURE_BAD_RATIO;
    }
    return PICTURE_GOOD;
}

static enum picture_verdict picture_judge_answer(const struct http_answer *a)
{
    if (a->end == HTTP_TIMED_OUT || a->end == HTTP_CANCELLED) {
        return PICTURE_SLOW;
    }
    if (a->end == HTTP_TOO_LARGE) {
        return PICTURE_TOO_LARGE;
    }
    if (a->end != HTTP_ANSWERED || a->status != 200 ||
        strcmp(a->content_type, "image/jpeg") != 0) {
        return PICTURE_UNREACHABLE;
    }
    return picture_judge(a->body, a->body_len);
}

static void picture_on_answer(struct http_call *r)
{
    struct picture_fetch *f = container_of(r, struct picture_fetch, request);
    enum picture_verdict verdict = picture_judge_answer(&r->answer);
    bool is_good = verdict == PICTURE_GOOD;
    f->cb(f->data, verdict, is_good ? r->answer.body : NULL,
          is_good ? r->answer.body_len : 0);
    free(f->url);
    free(f);
}

struct pictures *pictures_open(struct uv_loop_s *loop,
                               const struct clock *clock)
{
    struct pictures *p = mem_zalloc(sizeof *p);
    p->clock = clock;
    p->client = http_client_open(loop, clock, NULL);
    return p;
}

void pictures_fetch(struct pictures *p, const char *url, picture_cb cb,
                    void *data)
{
    struct picture_fetch *f = mem_zalloc(sizeof *f);
    f->url = mem_strdup(url);
    f->cb = cb;
    f->data = data;
    f->request = (struct http_call){
        .method = "GET",
        .url = f->url,
        .deadline_ms = clock_mono_ms(p->clock) + PICTURE_DEADLINE_MS,
        .answer_max = PICTURE_BYTES_MAX,
        .done = picture_on_answer,
    };
    http_client_send(p->client, &f->request);
}

void pictures_close(struct pictures *p, void (*cb)(void *data), void *data)
{
    struct http_client *client = p->client;
    free(p);
    http_client_close(client, cb, data);
}
