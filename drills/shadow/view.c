#include "drills/shadow/view.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    VIEW_LIMIT = 25,      /* Meta's default */
    VIEW_LIMIT_MAX = 100, /* and its most */
    VIEW_FIELD_MAX = 64,
    VIEW_URL_MAX = 512,
};

/* "2026-11-24T15:30:00+0000", as Meta writes it. */
static json_t *view_time(int64_t at_ms)
{
    time_t seconds = (time_t)(at_ms / 1000);
    struct tm utc = {.tm_year = 0};
    char text[32];
    check(gmtime_r(&seconds, &utc) != NULL);
    check(strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S+0000", &utc) > 0);
    return json_string(text);
}

void view_permalink(const struct call *c, const struct shadow_object *o,
                    char *out, size_t size)
{
    int n = snprintf(out, size, "%s/p/%s", c->shadow->base_url, o->id);
    check(n > 0 && (size_t)n < size);
}

static json_t *view_link(const struct call *c, const struct shadow_object *o)
{
    char url[VIEW_URL_MAX];
    view_permalink(c, o, url, sizeof url);
    return json_string(url);
}

static json_t *view_owner(const struct call *c)
{
    return json_pack("{s:s,s:s}", "id", c->target->id, "name",
                     c->shadow->authority);
}

static json_t *view_status(const struct call *c, const struct shadow_object *o,
                           bool is_code)
{
    bool is_ready = call_now_ms(c) >= o->ready_ms;
    if (o->parent[0] != '\0') {
        return json_string(is_code ? "PUBLISHED"
                                   : "Published: Media has been published.");
    }
    if (call_now_ms(c) - o->at_ms > INT64_C(24) * 3600 * 1000) {
        return json_string(is_code ? "EXPIRED" : "Expired: Media expired.");
    }
    if (is_ready) {
        return json_string(is_code ? "FINISHED"
                                   : "Finished: Media has been uploaded and it "
                                     "is ready to be published.");
    }
    return json_string(is_code
                           ? "IN_PROGRESS"
                           : "In Progress: Media is still being processed.");
}

static json_t *view_post_field(const struct call *c,
                               const struct shadow_object *o, const char *name)
{
    if (strcmp(name, "message") == 0) {
        return json_string(o->text);
    }
    if (strcmp(name, "created_time") == 0 ||
        strcmp(name, "updated_time") == 0) {
        return view_time(o->at_ms);
    }
    if (strcmp(name, "permalink_url") == 0) {
        return view_link(c, o);
    }
    if (strcmp(name, "is_published") == 0) {
        return json_boolean(o->is_published);
    }
    if (strcmp(name, "from") == 0) {
        return view_owner(c);
    }
    return NULL;
}

static json_t *view_media_field(const struct call *c,
                                const struct shadow_object *o, const char *name)
{
    char url[VIEW_URL_MAX];
    if (strcmp(name, "caption") == 0) {
        return json_string(o->text);
    }
    if (strcmp(name, "timestamp") == 0) {
        return view_time(o->at_ms);
    }
    if (strcmp(name, "permalink") == 0) {
        return view_link(c, o);
    }
    if (strcmp(name, "media_type") == 0) {
        return json_string("IMAGE");
    }
    if (strcmp(name, "media_url") == 0) {
        (void)snprintf(url, sizeof url, "%s/_shadow/bild/%s.jpg",
                       c->shadow->base_url, o->id);
        return json_string(url);
    }
    if (strcmp(name, "alt_text") == 0) {
        return json_string(o->alt);
    }
    return strcmp(name, "owner") == 0 ? view_owner(c) : NULL;
}

static json_t *view_comment_field(const struct call *c,
                                  const struct shadow_object *o,
                                  const char *name)
{
    if (strcmp(name, o->is_instagram ? "text" : "message") == 0) {
        return json_string(o->text);
    }
    if (strcmp(name, o->is_instagram ? "timestamp" : "created_time") == 0) {
        return view_time(o->at_ms);
    }
    return strcmp(name, "from") == 0 ? view_owner(c) : NULL;
}

/* A new reference, or NULL when objects of this kind have no such field. */
static json_t *view_field(const struct call *c, const struct shadow_object *o,
                          const char *name)
{
    if (strcmp(name, "id") == 0) {
        return json_string(o->id);
    }
    switch (o->kind) {
    case SHADOW_POST:
    case SHADOW_PHOTO: return view_post_field(c, o, name);
    case SHADOW_MEDIA: return view_media_field(c, o, name);
    case SHADOW_COMMENT: return view_comment_field(c, o, name);
    case SHADOW_CONTAINER:
        if (strcmp(name, "status_code") == 0) {
            return view_status(c, o, true);
        }
        return strcmp(name, "status") == 0 ? view_status(c, o, false) : NULL;
    }
    return NULL;
}

/* Cuts the next name off a list of fields; false at the end. */
static bool view_next(const char **list, char name[VIEW_FIELD_MAX])
{
    size_t len = strcspn(*list, ",");
    if (**list == '\0') {
        return false;
    }
    size_t n = len < VIEW_FIELD_MAX - 1 ? len : VIEW_FIELD_MAX - 1;
    memcpy(name, *list, n);
    name[n] = '\0';
    *list += len + ((*list)[len] == ',' ? 1 : 0);
    return true;
}

/* The object with these fields, a new reference; NULL names the field that
 * there is not. */
static json_t *view_object(const struct call *c, const struct shadow_object *o,
                           const char *fields, char bad[VIEW_FIELD_MAX])
{
    json_t *out = json_object();
    check(out != NULL);
    while (view_next(&fields, bad)) {
        json_t *value = view_field(c, o, bad);
        if (value == NULL) {
            json_decref(out);
            return NULL;
        }
        check(json_object_set_new(out, bad, value) == 0);
    }
    check(json_object_set_new(out, "id", json_string(o->id)) == 0);
    return out;
}

static void view_send(struct call *c, json_t *answer)
{
    check(answer != NULL);
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    call_answer(c, text, strlen(text));
    free(text);
}

static void view_refuse_field(struct call *c, const char *name)
{
    char message[160];
    (void)snprintf(message, sizeof message,
                   "(#100) Tried accessing nonexisting field (%s)", name);
    call_fail(c, &(struct call_error){100, 0, NULL, message});
}

void view_answer_object(struct call *c, const struct shadow_object *o,
                        const char *without)
{
    char bad[VIEW_FIELD_MAX];
    const char *fields = call_param(c, "fields");
    json_t *out = view_object(c, o, fields == NULL ? without : fields, bad);
    if (out == NULL) {
        view_refuse_field(c, bad);
        return;
    }
    view_send(c, out);
}

/* A number or a number of seconds; false when the parameter is none. */
static bool view_number(const struct call *c, const char *name, long long *out)
{
    const char *text = call_param(c, name);
    char *end = NULL;
    if (text == NULL) {
        return true;
    }
    *out = strtoll(text, &end, 10);
    return *end == '\0' && text[0] != '\0' && *out >= 0;
}

struct view_range {
    long long limit;
    long long since;
    long long until;
    const char *after;
};

static bool view_is_wanted(const struct call *c, const struct view_list *list,
                           const struct view_range *range,
                           const struct shadow_object *o)
{
    if (o->is_deleted || o->kind != list->kind ||
        o->is_instagram != c->is_instagram ||
        o->is_rehearsal != c->is_rehearsal ||
        o->is_published != list->is_published) {
        return false;
    }
    if (list->parent != NULL && strcmp(o->parent, list->parent) != 0) {
        return false;
    }
    return o->at_ms / 1000 >= range->since &&
           (range->until == 0 || o->at_ms / 1000 <= range->until);
}

static void view_send_list(struct call *c, json_t *data, const char *first,
                           const char *last, bool has_more)
{
    json_t *answer = json_pack("{s:o}", "data", data);
    check(answer != NULL);
    if (last[0] != '\0') {
        json_t *paging = json_pack("{s:{s:s,s:s}}", "cursors", "before", first,
                                   "after", last);
        check(paging != NULL);
        if (has_more) {
            char next[VIEW_URL_MAX];
            (void)snprintf(next, sizeof next, "%s%s?after=%s",
                           c->shadow->base_url, http_request_path(c->request),
                           last);
            check(json_object_set_new(paging, "next", json_string(next)) == 0);
        }
        check(json_object_set_new(answer, "paging", paging) == 0);
    }
    view_send(c, answer);
}

/* Fills `data` from the newest on; *has_more when the limit cut it. NULL: no
 * such field, already answered. */
static bool view_collect(struct call *c, const struct view_list *list,
                         const struct view_range *range, json_t *data,
                         bool *has_more)
{
    const struct shadow_objects *all = &c->shadow->objects;
    const char *fields = call_param(c, "fields");
    bool is_after = range->after == NULL;
    for (size_t i = all->n; i > 0; i--) {
        const struct shadow_object *o = all->items[i - 1];
        char bad[VIEW_FIELD_MAX];
        if (!is_after || !view_is_wanted(c, list, range, o)) {
            is_after = is_after || strcmp(o->id, range->after) == 0;
            continue;
        }
        if (json_array_size(data) == (size_t)range->limit) {
            *has_more = true;
            return true;
        }
        json_t *item =
            view_object(c, o, fields == NULL ? list->fields : fields, bad);
        if (item == NULL) {
            view_refuse_field(c, bad);
            return false;
        }
        check(json_array_append_new(data, item) == 0);
    }
    return true;
}

static const char *view_id_at(const json_t *data, size_t at)
{
    const char *id =
        json_string_value(json_object_get(json_array_get(data, at), "id"));
    return id == NULL ? "" : id;
}

void view_answer_list(struct call *c, const struct view_list *list)
{
    struct view_range range = {.limit = VIEW_LIMIT};
    if (!call_check_params(c, "limit since until after")) {
        return;
    }
    if (!view_number(c, "limit", &range.limit) || range.limit == 0 ||
        range.limit > VIEW_LIMIT_MAX) {
        call_fail_param(c, "limit");
        return;
    }
    if (!view_number(c, "since", &range.since) ||
        !view_number(c, "until", &range.until)) {
        call_fail_param(c, "since");
        return;
    }
    range.after = call_param(c, "after");
    bool has_more = false;
    json_t *data = json_array();
    check(data != NULL);
    if (!view_collect(c, list, &range, data, &has_more)) {
        json_decref(data);
        return;
    }
    size_t n = json_array_size(data);
    char first[SHADOW_OBJECT_ID_MAX];
    char last[SHADOW_OBJECT_ID_MAX];
    MEM_SET_TEXT(first, view_id_at(data, 0));
    MEM_SET_TEXT(last, n == 0 ? "" : view_id_at(data, n - 1));
    view_send_list(c, data, first, last, has_more);
}

static json_t *view_target_field(const struct call *c, const char *name)
{
    if (strcmp(name, "id") == 0) {
        return json_string(c->target->id);
    }
    if (strcmp(name, "name") == 0) {
        return json_string(c->shadow->authority);
    }
    if (strcmp(name, "username") == 0) {
        return json_string(c->is_rehearsal ? "uebung" : "schatten");
    }
    if (strcmp(name, "link") == 0) {
        return json_string(c->shadow->base_url);
    }
    return !c->is_instagram && strcmp(name, "is_published") == 0 ? json_true()
                                                                 : NULL;
}

void view_answer_target(struct call *c)
{
    const char *fields = call_param(c, "fields");
    char name[VIEW_FIELD_MAX];
    if (!call_check_params(c, "")) {
        return;
    }
    fields = fields == NULL ? "id,name" : fields;
    json_t *out = json_object();
    check(out != NULL);
    while (view_next(&fields, name)) {
        json_t *value = view_target_field(c, name);
        if (value == NULL) {
            json_decref(out);
            view_refuse_field(c, name);
            return;
        }
        check(json_object_set_new(out, name, value) == 0);
    }
    check(json_object_set_new(out, "id", json_string(c->target->id)) == 0);
    view_send(c, out);
}
