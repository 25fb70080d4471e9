#include "service/api/drills.h"

#include <stdlib.h>
#include <string.h>

#include "drills/drills.h"
#include "drills/report.h"
#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/events.h"
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "service/http/request.h"

enum {
    DRILLS_PAGE = 100,
    DRILLS_PAGE_MAX = 500,
    DRILLS_DURATION_S = 600,
    DRILLS_DURATION_MAX_S = 24 * 3600,
    DRILLS_TIME_MAX = 40,
};

/* Answers with an object and gives it up. */
static void drills_reply(struct api_call *c, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, status, text);
    free(text);
}

/* Reading. */

void api_drills_get(struct api_call *c)
{
    struct drill_list page;
    const char *text = http_request_query(c->request, "limit");
    long limit = text == NULL ? DRILLS_PAGE : strtol(text, NULL, 10);
    if (limit < 1 || limit > DRILLS_PAGE_MAX) {
        limit = DRILLS_PAGE;
    }
    json_t *answer = json_object();
    json_t *items = json_array();
    drill_load_page(c->api->store, http_request_query(c->request, "after"),
                    (size_t)limit + 1, &page); /* is there a next page? */
    for (size_t i = 0; i < page.n && i < (size_t)limit; i++) {
        check(json_array_append_new(items, object_drill(&page.items[i])) == 0);
    }
    json_put(answer, "items", items);
    if (page.n > (size_t)limit) {
        json_put_text(answer, "next", page.items[limit - 1].id);
    }
    drill_list_fini(&page);
    drills_reply(c, 200, answer);
}

/* False: answered. */
static bool drills_load(struct api_call *c, struct drill *d)
{
    if (drill_load(c->api->store, c->parameters[0], d)) {
        return true;
    }
    api_problem(c, 404, NULL, "Diese Übung gibt es nicht.");
    return false;
}

void api_drill_get(struct api_call *c)
{
    struct drill d;
    if (drills_load(c, &d)) {
        json_t *object = object_drill(&d);
        drill_fini(&d);
        drills_reply(c, 200, object);
    }
}

static json_t *drills_report_steps(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_steps; i++) {
        json_t *step = json_object();
        json_put_text(step, "name", r->steps[i].name);
        json_put_time(step, "at", r->steps[i].at_ms);
        check(json_array_append_new(list, step) == 0);
    }
    return list;
}

static json_t *drills_report_channels(const struct report *r)
{
    json_t *list = json_array();
    for (size_t i = 0; i < r->n_channels; i++) {
        const struct report_channel *from = &r->channels[i];
        json_t *channel = json_object();
        json_put_text(channel, "channel", channel_id_name(from->channel));
        json_put_time(channel, "queued_at", from->queued_at_ms);
        json_put_time(channel, "accepted_at", from->accepted_at_ms);
        json_put_time(channel, "visible_at", from->visible_at_ms);
        json_put_time(channel, "ended_at", from->ended_at_ms);
        check(json_array_append_new(list, channel) == 0);
    }
    return list;
}

void api_drill_report(struct api_call *c)
{
    struct drill d;
    struct report report;
    if (!drills_load(c, &d)) {
        return;
    }
    report_load(c->api->store, &d, &report);
    json_t *o = json_object();
    json_put_text(o, "id", d.id);
    json_put_text(o, "name", d.name);
    json_put_text(o, "state", drill_state_name(d.state));
    json_put_text(o, "mode", d.is_public ? "public" : "internal");
    json_put_text(o, "incident", d.marker);
    json_put_text(o, "reason", d.reason);
    json_put(o, "steps", drills_report_steps(&report));
    json_put(o, "channels", drills_report_channels(&report));
    drill_fini(&d);
    drills_reply(c, 200, o);
}

/* Planning. */

struct drills_call {
    struct drills_plan plan;
    struct api_call *call;
};

static void drills_on_plan(struct drills_plan *p)
{
    struct drills_call *d = p->data;
    struct api_call *c = d->call;
    if (p->status == ERR_OK) {
        drills_reply(c, 201, object_drill(&p->drill));
    } else if (p->status == ERR_INVALID && p->fields.n > 0) {
        api_problem_fields(c, &p->fields);
    } else {
        api_problem_typed(c, &p->err, p->problem);
    }
    drill_fini(&p->drill);
    free(d);
}

static void drills_read_channels(const json_t *body, struct drill *d,
                                 struct fields *f)
{
    const json_t *list = json_object_get(body, "channels");
    size_t i = 0;
    const json_t *item = NULL;
    if (list == NULL || json_is_null(list)) {
        return;
    }
    if (!json_is_array(list) || json_array_size(list) == 0) {
        fields_add(f, "channels", "Hier wird eine Liste von Kanälen erwartet.");
        return;
    }
    json_array_foreach(list, i, item)
    {
        enum channel_id id = CHANNEL_FACEBOOK;
        if (!json_is_string(item) ||
            !channel_id_parse(json_string_value(item), &id)) {
            fields_add(f, "channels",
                       "Erlaubt sind facebook, instagram, "
                       "website und displays.");
            return;
        }
        d->channels |= 1U << id;
    }
}

/* "now" is 0. */
static void drills_read_time(struct api_call *c, const json_t *body,
                             struct drill *d, struct fields *f)
{
    const char *text =
        body_text_required(body, "starts_at", DRILLS_TIME_MAX, f);
    if (text == NULL || strcmp(text, "now") == 0) {
        return;
    }
    if (!timestamp_parse(text, &d->next_at_ms)) {
        fields_add(f, "starts_at",
                   "Erwartet wird „now“ oder eine Zeit wie "
                   "2026-11-24T16:00:00+01:00.");
    } else if (d->next_at_ms <= clock_wall_ms(c->api->clock)) {
        fields_add(f, "starts_at", "Dieser Zeitpunkt ist schon vorbei.");
    }
}

static void drills_read_parameters(const json_t *body, struct drill *d,
                                   struct fields *f)
{
    const json_t *value = json_object_get(body, "parameters");
    if (value != NULL && !json_is_null(value) && !json_is_object(value)) {
        fields_add(f, "parameters", "Hier wird ein Objekt erwartet.");
        value = NULL;
    }
    d->parameters = value == NULL || json_is_null(value)
                        ? mem_strdup("{}")
                        : json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    check(d->parameters != NULL);
}

static void drills_read_words(const json_t *body, struct drill *d,
                              struct fields *f)
{
    const char *template =
        body_text_required(body, "template", TEMPLATE_ID_MAX - 1, f);
    const char *name = body_text(body, "name", DRILL_NAME_MAX - 1, f);
    const char *mode = body_text_required(body, "mode", 16, f);
    if (template != NULL) {
        MEM_SET_TEXT(d->template_id, template);
        MEM_SET_TEXT(d->name,
                     name == NULL || name[0] == '\0' ? template : name);
    }
    if (mode != NULL && strcmp(mode, "internal") != 0 &&
        strcmp(mode, "public") != 0) {
        fields_add(f, "mode", "Erlaubt sind internal und public.");
    }
    d->is_public = mode != NULL && strcmp(mode, "public") == 0;
    if (body_text(body, "rrule", 256, f) != NULL) {
        fields_add(f, "rrule",
                   "Wiederkehrende Übungen gibt es noch nicht. "
                   "Planen Sie jeden Termin einzeln.");
    }
}

void api_drills_post(struct api_call *c)
{
    static const char *const names[] = {"name",       "mode",      "template",
                                        "parameters", "starts_at", "duration_s",
                                        "rrule",      "channels",  NULL};
    struct fields fields = {.n = 0};
    struct drill drill = {.parameters = NULL};
    if (!api_require_role(c, ROLE_DRILL_LEAD)) {
        return;
    }
    json_t *body = body_parse(c);
    if (body == NULL) {
        return;
    }
    body_only(body, names, &fields);
    drills_read_words(body, &drill, &fields);
    drills_read_time(c, body, &drill, &fields);
    drills_read_channels(body, &drill, &fields);
    drills_read_parameters(body, &drill, &fields);
    drill.duration_s = body_int(body, "duration_s", 1, DRILLS_DURATION_MAX_S,
                                DRILLS_DURATION_S, &fields);
    json_decref(body);
    if (fields.n > 0) {
        drill_fini(&drill);
        api_problem_fields(c, &fields);
        return;
    }
    struct drills_call *d = mem_zalloc(sizeof *d);
    d->call = c;
    d->plan = (struct drills_plan){
        .actor = c->actor, .drill = drill, .done = drills_on_plan, .data = d};
    drills_plan(c->api->drills, &d->plan);
}

/* Deciding. */

/* False: answered. The body is {} or empty. */
static bool drills_body_is_empty(struct api_call *c)
{
    static const char *const none[] = {NULL};
    struct fields fields = {.n = 0};
    json_t *body = body_parse(c);
    if (body == NULL) {
        return false;
    }
    body_only(body, none, &fields);
    json_decref(body);
    if (fields.n > 0) {
        api_problem_fields(c, &fields);
    }
    return fields.n == 0;
}

static void drills_decided(struct api_call *c, enum err_code code,
                           struct drill *d, const struct err *e)
{
    if (code != ERR_OK) {
        api_problem_err(c, e);
        return;
    }
    json_t *object = object_drill(d);
    drill_fini(d);
    drills_reply(c, 200, object);
}

static bool drills_lack_approval(struct api_call *c)
{
    struct drill d;
    bool lacks = false;
    if (drill_load(c->api->store, c->parameters[0], &d)) {
        lacks = d.is_public && d.approved_by[0] == '\0';
        drill_fini(&d);
    }
    return lacks;
}

void api_drill_run(struct api_call *c)
{
    struct drill d;
    struct err e;
    if (api_require_role(c, ROLE_DRILL_LEAD) && drills_body_is_empty(c)) {
        enum err_code code =
            drills_run(c->api->drills, c->parameters[0], &d, &e);
        if (code == ERR_CONFLICT && drills_lack_approval(c)) {
            api_problem_typed(c, &e, "approval-missing");
            return;
        }
        drills_decided(c, code, &d, &e);
    }
}

void api_drill_cancel(struct api_call *c)
{
    struct drill d;
    struct err e;
    if (api_require_role(c, ROLE_DRILL_LEAD) && drills_body_is_empty(c)) {
        enum err_code code =
            drills_cancel(c->api->drills, &c->actor, c->parameters[0], &d, &e);
        drills_decided(c, code, &d, &e);
    }
}

void api_drill_approve(struct api_call *c)
{
    struct drill d;
    struct err e;
    if (drills_body_is_empty(c)) {
        enum err_code code =
            drills_approve(c->api->drills, &c->actor, c->parameters[0], &d, &e);
        drills_decided(c, code, &d, &e);
    }
}

void api_drills_changed(const struct drill *d, int64_t leaf, void *data)
{
    json_t *object = object_drill(d);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    events_send_object(data, "drill", text, leaf);
    free(text);
    json_decref(object);
}
