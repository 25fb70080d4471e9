#include "drills/shadow/upload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum { UPLOAD_PATH_MAX = 4096 };

struct upload {
    struct call *call;
    upload_cb cb;
};

static const struct call_error upload_errors[] = {
    [PICTURE_SLOW] = {-2, 2207003, NULL,
                      "It takes too long to download the media"},
    [PICTURE_UNREACHABLE] = {9004, 2207052, NULL,
                             "The media could not be fetched from this URI. "
                             "Only photo or video can be accepted as media "
                             "type."},
    [PICTURE_TOO_LARGE] = {36000, 2207004, NULL,
                           "The image is too large to download"},
    [PICTURE_NO_JPEG] = {36001, 2207005, NULL,
                         "The image format is not supported"},
    [PICTURE_BAD_RATIO] = {36003, 2207009, NULL,
                           "The submitted image's aspect ratio is not "
                           "supported"},
};

void upload_refuse(struct call *c, enum picture_verdict verdict)
{
    call_fail(c, &upload_errors[verdict]);
}

static void upload_on_picture(void *data, enum picture_verdict verdict,
                              const void *bytes, size_t len)
{
    struct upload *u = data;
    struct call *c = u->call;
    upload_cb cb = u->cb;
    free(u);
    if (verdict != PICTURE_GOOD) {
        upload_refuse(c, verdict);
        return;
    }
    char id[SHADOW_OBJECT_ID_MAX] = "17";
    char path[UPLOAD_PATH_MAX];
    struct err e;
    shadow_random_digits(id + 2, 15);
    shadow_objects_image_path(&c->shadow->objects, id, path, sizeof path);
    if (file_write_durable(path, bytes, len, 0600, &e) != ERR_OK) {
        log_warn("shadow=%s picture not kept: %s", id, e.msg);
    }
    cb(c, id);
}

void upload_start(struct call *c, const char *url, upload_cb cb)
{
    struct upload *u = mem_zalloc(sizeof *u);
    u->call = c;
    u->cb = cb;
    pictures_fetch(c->shadow->pictures, url, upload_on_picture, u);
}

void upload_move(const struct call *c, const char *from, const char *to)
{
    char old[UPLOAD_PATH_MAX];
    char new[UPLOAD_PATH_MAX];
    const struct shadow_objects *all = &c->shadow->objects;
    shadow_objects_image_path(all, from, old, sizeof old);
    shadow_objects_image_path(all, to, new, sizeof new);
    if (rename(old, new) != 0) {
        log_warn("shadow=%s picture is missing", to);
    }
}

static void upload_on_photo(struct call *c, const char *id)
{
    const char *text = call_param(c, "caption");
    const char *alt = call_param(c, "alt_text_custom");
    char answer[2 * SHADOW_OBJECT_ID_MAX + 32];
    text = text == NULL ? call_param(c, "message") : text;
    struct shadow_object *o = shadow_object_new(SHADOW_POST, c->target->id);
    o->is_rehearsal = c->is_rehearsal;
    o->is_published = true;
    o->has_image = true;
    o->at_ms = call_now_ms(c);
    shadow_object_set(&o->text, text == NULL ? "" : text);
    shadow_object_set(&o->alt, alt == NULL ? "" : alt);
    upload_move(c, id, o->id);
    shadow_objects_save(&c->shadow->objects, o);
    int n = snprintf(answer, sizeof answer,
                     "{\"id\":\"%s\",\"post_id\":\"%s\"}", id, o->id);
    check(n > 0 && (size_t)n < sizeof answer);
    call_answer(c, answer, (size_t)n);
}

void upload_photo(struct call *c)
{
    const char *url = call_param(c, "url");
    if (!call_check_params(c, "url caption message alt_text_custom "
                              "published")) {
        return;
    }
    /* Unpublished photos for a later post are not part of the stand-in. */
    if (url == NULL || !call_flag(c, "published", true)) {
        call_fail_param(c, url == NULL ? "url" : "published");
        return;
    }
    upload_start(c, url, upload_on_photo);
}
