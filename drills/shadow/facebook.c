/* Calls about pages: posts, photos, comments. */
#include <stdlib.h>
#include <string.h>

#include "drills/shadow/call.h"
#include "drills/shadow/upload.h"
#include "drills/shadow/view.h"
#include "service/base/mem.h"

enum {
    FACEBOOK_TEXT_MAX = 63206, /* characters */
    FACEBOOK_SOON_S = 10 * 60,
    FACEBOOK_LATE_S = 30 * 24 * 3600,
};

static const char facebook_fields[] = "created_time,message,id";

static size_t facebook_length(const char *text)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        n += ((unsigned char)*text & 0xc0U) != 0x80U;
    }
    return n;
}

/* Meta's only guard: the page's newest post has the same text. */
static bool facebook_is_repeated(const struct call *c, const char *message)
{
    const struct shadow_objects *all = &c->shadow->objects;
    for (size_t i = all->n; i > 0; i--) {
        const struct shadow_object *o = all->items[i - 1];
        if (o->kind == SHADOW_POST && o->is_rehearsal == c->is_rehearsal &&
            o->is_published && !o->is_deleted) {
            return strcmp(o->text, message) == 0;
        }
    }
    return false;
}

/* False: answered. */
static bool facebook_check_text(struct call *c, const char *message,
                                const char *link)
{
    if (message == NULL && link == NULL) {
        call_fail_param(c, "message");
        return false;
    }
    if (message != NULL && facebook_length(message) > FACEBOOK_TEXT_MAX) {
        call_fail_param(c, "message");
        return false;
    }
    if (link != NULL && strncmp(link, "http://", 7) != 0 &&
        strncmp(link, "https://", 8) != 0) {
        call_fail(
            c, &(struct call_error){1609005, 0, NULL,
                                    "(#1609005) The link could not be loaded"});
        return false;
    }
    if (message != NULL && call_flag(c, "published", true) &&
        facebook_is_repeated(c, message)) {
        call_fail(c, &(struct call_error){
                         506, 0, NULL,
                         "(#506) Duplicate status message. Duplicate posts "
                         "cannot be published consecutively. Change the "
                         "content and try again."});
        return false;
    }
    return true;
}

/* 0: not scheduled; -1: not within 10 minutes and 30 days. */
static int64_t facebook_schedule(const struct call *c)
{
    const char *text = call_param(c, "scheduled_publish_time");
    if (text == NULL) {
        return 0;
    }
    int64_t at_s = strtoll(text, NULL, 10);
    int64_t in_s = at_s - call_now_ms(c) / 1000;
    return in_s >= FACEBOOK_SOON_S && in_s <= FACEBOOK_LATE_S ? at_s * 1000
                                                              : -1;
}

static struct shadow_object *facebook_new(struct call *c, enum shadow_kind kind,
                                          const char *owner)
{
    struct shadow_object *o = shadow_object_new(kind, owner);
    o->is_rehearsal = c->is_rehearsal;
    o->is_published = true;
    o->at_ms = call_now_ms(c);
    return o;
}

/* POST /{page}/feed */
static void facebook_post(struct call *c)
{
    const char *message = call_param(c, "message");
    const char *link = call_param(c, "link");
    int64_t schedule_ms = facebook_schedule(c);
    if (!call_check_params(c, "message link published "
                              "scheduled_publish_time") ||
        !facebook_check_text(c, message, link)) {
        return;
    }
    if (schedule_ms < 0 ||
        (schedule_ms > 0 && call_flag(c, "published", true))) {
        call_fail_param(c, "scheduled_publish_time");
        return;
    }
    struct shadow_object *o = facebook_new(c, SHADOW_POST, c->target->id);
    shadow_object_set(&o->text, message == NULL ? "" : message);
    shadow_object_set(&o->link, link == NULL ? "" : link);
    o->is_published = call_flag(c, "published", true);
    o->ready_ms = schedule_ms;
    shadow_objects_save(&c->shadow->objects, o);
    view_answer_object(c, o, "id");
}

/* GET, POST, DELETE /{post} */
static void facebook_edit(struct call *c)
{
    const char *message = call_param(c, "message");
    if (!call_check_params(c, "message is_published is_pinned")) {
        return;
    }
    if (message == NULL && call_param(c, "is_published") == NULL &&
        call_param(c, "is_pinned") == NULL) {
        call_fail_param(c, "message");
        return;
    }
    if (message != NULL && facebook_length(message) > FACEBOOK_TEXT_MAX) {
        call_fail_param(c, "message");
        return;
    }
    if (message != NULL) {
        shadow_object_set(&c->object->text, message);
    }
    c->object->is_published =
        call_flag(c, "is_published", c->object->is_published);
    shadow_objects_save(&c->shadow->objects, c->object);
    call_answer_success(c);
}

static void facebook_delete(struct call *c)
{
    if (!call_check_params(c, "")) {
        return;
    }
    c->object->is_deleted = true;
    shadow_objects_save(&c->shadow->objects, c->object);
    call_answer_success(c);
}

/* POST /{post}/comments */
static void facebook_comment(struct call *c)
{
    const char *message = call_param(c, "message");
    if (!call_check_params(c, "message")) {
        return;
    }
    if (message == NULL || message[0] == '\0') {
        call_fail_param(c, "message");
        return;
    }
    struct shadow_object *o = facebook_new(c, SHADOW_COMMENT, c->object->id);
    shadow_object_set(&o->text, message);
    MEM_SET_TEXT(o->parent, c->object->id);
    shadow_objects_save(&c->shadow->objects, o);
    call_answer_id(c, o->id);
}

static void facebook_unsupported(struct call *c)
{
    call_fail(c, &(struct call_error){
                     100, 33, "GraphMethodException",
                     "Unsupported request. Please read the Graph API "
                     "documentation"});
}

static void facebook_page_call(struct call *c)
{
    bool is_post = strcmp(c->method, "POST") == 0;
    bool is_get = strcmp(c->method, "GET") == 0;
    struct view_list list = {
        .kind = SHADOW_POST, .is_published = true, .fields = facebook_fields};
    if (is_get && c->edge[0] == '\0') {
        view_answer_target(c);
    } else if (is_post && strcmp(c->edge, "feed") == 0) {
        facebook_post(c);
    } else if (is_get && (strcmp(c->edge, "feed") == 0 ||
                          strcmp(c->edge, "published_posts") == 0)) {
        view_answer_list(c, &list);
    } else if (is_get && strcmp(c->edge, "scheduled_posts") == 0) {
        list.is_published = false;
        view_answer_list(c, &list);
    } else if (is_post && strcmp(c->edge, "photos") == 0) {
        upload_photo(c);
    } else {
        facebook_unsupported(c);
    }
}

static void facebook_post_call(struct call *c)
{
    bool is_comments = strcmp(c->edge, "comments") == 0;
    bool is_get = strcmp(c->method, "GET") == 0;
    struct view_list list = {.kind = SHADOW_COMMENT,
                             .is_published = true,
                             .parent = c->object->id,
                             .fields = "created_time,message,id"};
    if (c->edge[0] != '\0' && !is_comments) {
        facebook_unsupported(c);
    } else if (is_comments && is_get) {
        view_answer_list(c, &list);
    } else if (is_comments) {
        facebook_comment(c);
    } else if (is_get) {
        if (call_check_params(c, "")) {
            view_answer_object(c, c->object, facebook_fields);
        }
    } else if (strcmp(c->method, "POST") == 0) {
        facebook_edit(c);
    } else {
        facebook_delete(c);
    }
}

void facebook_call(struct call *c)
{
    if (c->object != NULL) {
        facebook_post_call(c);
    } else {
        facebook_page_call(c);
    }
}
