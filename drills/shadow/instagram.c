/* Calls about profiles: containers, media, comments, the quota. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/shadow/call.h"
#include "drills/shadow/upload.h"
#include "drills/shadow/view.h"
#include "service/base/mem.h"

enum {
    INSTAGRAM_CAPTION_MAX = 2200, /* UTF-16 units */
    INSTAGRAM_ALT_MAX = 1000,
    INSTAGRAM_HASHTAGS_MAX = 30,
    INSTAGRAM_MENTIONS_MAX = 20,
    INSTAGRAM_QUOTA = 50,
    INSTAGRAM_CONTAINERS_MAX = 400,
    INSTAGRAM_DAY_MS = 24 * 3600 * 1000,
};

static const struct call_error instagram_too_long = {36004, 2207010, NULL,
                                                     "The caption is too long"};
static const struct call_error instagram_too_many = {
    100, 2207040, NULL, "Too many @ tags or hashtags in the caption"};
static const struct call_error instagram_bad_type = {
    100, 2207023, NULL, "The media type is unknown"};
static const struct call_error instagram_no_container = {
    24, 2207008, NULL,
    "The requested resource does not exist: the container is unknown or "
    "expired"};
static const struct call_error instagram_not_ready = {
    9007, 2207027, NULL,
    "Media ID is not available: the media is not ready for publishing, please "
    "wait for a moment"};
static const struct call_error instagram_quota_reached = {
    9, 2207042, NULL,
    "Application request limit reached: you reached the maximum number of "
    "posts that is allowed to be published by the Content Publishing API"};

/* Meta does not tell its unit; UTF-16 is the stricter one. */
static size_t instagram_length(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        unsigned byte = (unsigned char)*text;
        n += (byte & 0xc0U) != 0x80U;
        n += byte >= 0xf0U;
    }
    return n;
}

static size_t instagram_count(const char *text, char sign)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += *text == sign;
    }
    return n;
}

static bool instagram_is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text <= 0x20 || (unsigned char)*text >= 0x7f) {
            return false;
        }
    }
    return true;
}

static int instagram_count_recent(const struct call *c, enum shadow_kind kind)
{
    const struct shadow_objects *all = &c->shadow->objects;
    int64_t since_ms = call_now_ms(c) - INSTAGRAM_DAY_MS;
    int n = 0;
    for (size_t i = all->n; i > 0 && all->items[i - 1]->at_ms >= since_ms;
         i--) {
        const struct shadow_object *o = all->items[i - 1];
        n += o->is_instagram && o->kind == kind &&
             o->is_rehearsal == c->is_rehearsal;
    }
    return n;
}

/* False: answered. */
static bool instagram_check_container(struct call *c)
{
    const char *caption = call_param(c, "caption");
    const char *alt = call_param(c, "alt_text");
    const char *type = call_param(c, "media_type");
    const char *url = call_param(c, "image_url");
    if (!call_check_params(c, "image_url caption alt_text media_type "
                              "is_ai_generated location_id user_tags")) {
        return false;
    }
    caption = caption == NULL ? "" : caption;
    if (type != NULL && strcmp(type, "IMAGE") != 0) {
        call_fail(c, &instagram_bad_type);
    } else if (url == NULL) {
        call_fail_param(c, "image_url");
    } else if (!instagram_is_ascii(url)) {
        upload_refuse(c, PICTURE_UNREACHABLE);
    } else if (instagram_length(caption) > INSTAGRAM_CAPTION_MAX) {
        call_fail(c, &instagram_too_long);
    } else if (instagram_count(caption, '#') > INSTAGRAM_HASHTAGS_MAX ||
               instagram_count(caption, '@') > INSTAGRAM_MENTIONS_MAX) {
        call_fail(c, &instagram_too_many);
    } else if (alt != NULL && instagram_length(alt) > INSTAGRAM_ALT_MAX) {
        call_fail_param(c, "alt_text");
    } else if (instagram_count_recent(c, SHADOW_CONTAINER) >=
               INSTAGRAM_CONTAINERS_MAX) {
        call_fail(c, &instagram_quota_reached);
    } else {
        return true;
    }
    return false;
}

static void instagram_on_picture(struct call *c, const char *id)
{
    const char *caption = call_param(c, "caption");
    const char *alt = call_param(c, "alt_text");
    struct shadow_object *o =
        shadow_object_new(SHADOW_CONTAINER, c->target->id);
    MEM_SET_TEXT(o->id, id);
    o->is_instagram = true;
    o->is_rehearsal = c->is_rehearsal;
    o->has_image = true;
    o->at_ms = call_now_ms(c);
    o->ready_ms = o->at_ms + c->shadow->container_ms;
    shadow_object_set(&o->text, caption == NULL ? "" : caption);
    shadow_object_set(&o->alt, alt == NULL ? "" : alt);
    shadow_objects_save(&c->shadow->objects, o);
    call_answer_id(c, o->id);
}

/* POST /{ig}/media */
static void instagram_create(struct call *c)
{
    if (instagram_check_container(c)) {
        upload_start(c, call_param(c, "image_url"), instagram_on_picture);
    }
}

/* Why this container cannot be published now; NULL: it can. */
static const struct call_error *
instagram_obstacle(const struct call *c, const struct shadow_object *container)
{
    int64_t now_ms = call_now_ms(c);
    if (container == NULL || container->kind != SHADOW_CONTAINER ||
        container->is_rehearsal != c->is_rehearsal ||
        container->parent[0] != '\0' ||
        now_ms - container->at_ms > INSTAGRAM_DAY_MS) {
        return &instagram_no_container;
    }
    if (now_ms < container->ready_ms) {
        return &instagram_not_ready;
    }
    if (instagram_count_recent(c, SHADOW_MEDIA) >= INSTAGRAM_QUOTA) {
        return &instagram_quota_reached;
    }
    return NULL;
}

/* POST /{ig}/media_publish */
static void instagram_publish(struct call *c)
{
    const char *id = call_param(c, "creation_id");
    struct shadow_objects *all = &c->shadow->objects;
    if (!call_check_params(c, "creation_id")) {
        return;
    }
    if (id == NULL) {
        call_fail_param(c, "creation_id");
        return;
    }
    struct shadow_object *container = shadow_objects_find(all, id);
    const struct call_error *obstacle = instagram_obstacle(c, container);
    if (obstacle != NULL) {
        call_fail(c, obstacle);
        return;
    }
    struct shadow_object *o = shadow_object_new(SHADOW_MEDIA, c->target->id);
    o->is_instagram = true;
    o->is_rehearsal = c->is_rehearsal;
    o->is_published = true;
    o->has_image = true;
    o->at_ms = call_now_ms(c);
    MEM_SET_TEXT(o->parent, container->id);
    shadow_object_set(&o->text, container->text);
    shadow_object_set(&o->alt, container->alt);
    upload_move(c, container->id, o->id);
    container->has_image = false;
    MEM_SET_TEXT(container->parent, o->id);
    shadow_objects_save(all, container);
    shadow_objects_save(all, o);
    call_answer_id(c, o->id);
}

/* GET /{ig}/content_publishing_limit */
static void instagram_quota(struct call *c)
{
    char text[160];
    if (!call_check_params(c, "since")) {
        return;
    }
    int n = snprintf(text, sizeof text,
                     "{\"data\":[{\"quota_usage\":%d,\"config\":{"
                     "\"quota_total\":%d,\"quota_duration\":86400}}]}",
                     instagram_count_recent(c, SHADOW_MEDIA), INSTAGRAM_QUOTA);
    call_answer(c, text, (size_t)n);
}

/* POST /{media}/comments */
static void instagram_comment(struct call *c)
{
    const char *message = call_param(c, "message");
    if (!call_check_params(c, "message")) {
        return;
    }
    if (message == NULL || message[0] == '\0' ||
        instagram_length(message) > INSTAGRAM_CAPTION_MAX) {
        call_fail_param(c, "message");
        return;
    }
    struct shadow_object *o = shadow_object_new(SHADOW_COMMENT, c->object->id);
    o->is_instagram = true;
    o->is_rehearsal = c->is_rehearsal;
    o->is_published = true;
    o->at_ms = call_now_ms(c);
    shadow_object_set(&o->text, message);
    MEM_SET_TEXT(o->parent, c->object->id);
    shadow_objects_save(&c->shadow->objects, o);
    call_answer_id(c, o->id);
}

/* POST /{media}: comments on or off; captions cannot be edited. */
static void instagram_edit(struct call *c)
{
    if (!call_check_params(c, "comment_enabled")) {
        return;
    }
    if (call_param(c, "comment_enabled") == NULL) {
        call_fail_param(c, "comment_enabled");
        return;
    }
    call_answer_success(c);
}

static void instagram_delete(struct call *c)
{
    if (!call_check_params(c, "")) {
        return;
    }
    c->object->is_deleted = true;
    shadow_objects_save(&c->shadow->objects, c->object);
    call_answer_success(c);
}

static void instagram_unsupported(struct call *c)
{
    call_fail(c, &(struct call_error){
                     100, 33, "GraphMethodException",
                     "Unsupported request. Please read the Graph API "
                     "documentation"});
}

static void instagram_profile_call(struct call *c)
{
    bool is_post = strcmp(c->method, "POST") == 0;
    bool is_get = strcmp(c->method, "GET") == 0;
    static const struct view_list media = {
        .kind = SHADOW_MEDIA, .is_published = true, .fields = "id"};
    if (is_get && c->edge[0] == '\0') {
        view_answer_target(c);
    } else if (is_post && strcmp(c->edge, "media") == 0) {
        instagram_create(c);
    } else if (is_post && strcmp(c->edge, "media_publish") == 0) {
        instagram_publish(c);
    } else if (is_get && strcmp(c->edge, "media") == 0) {
        view_answer_list(c, &media);
    } else if (is_get && strcmp(c->edge, "content_publishing_limit") == 0) {
        instagram_quota(c);
    } else {
        instagram_unsupported(c);
    }
}

static void instagram_media_call(struct call *c)
{
    bool is_get = strcmp(c->method, "GET") == 0;
    struct view_list comments = {.kind = SHADOW_COMMENT,
                                 .is_published = true,
                                 .parent = c->object->id,
                                 .fields = "id,text,timestamp"};
    if (strcmp(c->edge, "comments") == 0 && c->object->kind == SHADOW_MEDIA) {
        if (is_get) {
            view_answer_list(c, &comments);
        } else {
            instagram_comment(c);
        }
    } else if (c->edge[0] != '\0' ||
               (!is_get && c->object->kind == SHADOW_CONTAINER)) {
        instagram_unsupported(c);
    } else if (is_get) {
        if (call_check_params(c, "")) {
            view_answer_object(c, c->object, "id");
        }
    } else if (strcmp(c->method, "POST") == 0) {
        instagram_edit(c);
    } else {
        instagram_delete(c);
    }
}

void instagram_call(struct call *c)
{
    if (c->object != NULL) {
        instagram_media_call(c);
    } else {
        instagram_profile_call(c);
    }
}
