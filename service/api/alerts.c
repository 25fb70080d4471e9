#include "service/api/alerts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/flow/broadcast.h"
#include "service/http/request.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"

enum { ALERTS_PAGE = 100, ALERTS_PAGE_MAX = 500 };

/* Answers with an object and gives it up. */
static void alerts_reply(struct api_call *c, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, status, text);
    free(text);
}

static bool alerts_parse(struct api_call *c, enum trigger_use use,
                         enum alert_kind kind, const char *marker,
                         struct trigger *t)
{
    struct trigger_source source = {.use = use, .kind = kind, .marker = marker};
    struct fields fields = {0};
    struct err e;
    source.body = http_request_body(c->request, &source.len);
    enum err_code code = trigger_parse(&source, t, &fields, &e);
    if (code == ERR_CORRUPT) {
        api_problem(c, 400, "json", e.msg);
    } else if (code == ERR_INVALID) {
        api_problem_fields(c, &fields);
    }
    return code == ERR_OK;
}

/* ---- previews ---- */

struct alerts_preview {
    struct broadcast_preview preview;
    struct api_call *call;
};

static void alerts_on_preview(struct broadcast_preview *p)
{
    struct alerts_preview *a = p->data;
    struct api_call *c = a->call;
    if (p->status == ERR_OK) {
        const char *base =
            broadcast_card_base(c->api->broadcast, p->draft.alert.stream);
        alerts_reply(c, 200, object_preview(p, base));
        draft_fini(&p->draft);
    } else if (p->status == ERR_INVALID && p->fields.n > 0) {
        api_problem_fields(c, &p->fields);
    } else {
        api_problem_typed(c, &p->err, p->problem);
    }
    free(a);
}

void api_previews_post(struct api_call *c)
{
    struct trigger t;
    if (!alerts_parse(c, TRIGGER_PREVIEW, KIND_ALERT, "", &t)) {
        return;
    }
    struct alerts_preview *a = mem_zalloc(sizeof(*a));
    a->call = c;
    a->preview = (struct broadcast_preview){.actor = c->actor,
                                            .trigger = t,
                                            .drill_id = "",
                                            .done = alerts_on_preview,
                                            .data = a};
    broadcast_preview(c->api->broadcast, &a->preview);
}

/* ---- submitting ---- */

static void alerts_accepted(struct api_call *c,
                            const struct broadcast_answer *answer)
{
    json_t *object = object_alert_by_id(c->api->store, answer->id);
    char location[ID_MAX + 32];
    check(object != NULL);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    (void)snprintf(location, sizeof(location), "/api/v1/alerts/%s", answer->id);
    struct http_field headers[] = {{"Content-Type", "application/json"},
                                   {"Cache-Control", "no-store"},
                                   {"Location", location},
                                   {"Idempotent-Replay", "true"}};
    http_reply(c->request, 202, headers, answer->replayed ? 4 : 3, text,
               strlen(text));
    free(text);
    free(c);
}

static void alerts_submit(struct api_call *c, enum alert_kind kind,
                          const char *marker)
{
    struct trigger t;
    struct broadcast_answer answer;
    struct fields fields = {0};
    struct err e;
    if (!alerts_parse(c, TRIGGER_SUBMIT, kind, marker, &t)) {
        return;
    }
    struct broadcast *b = c->api->broadcast;
    struct broadcast_submission s = {
        .actor = &c->actor,
        .trigger = &t,
        .key = http_request_header(c->request, "Idempotency-Key"),
        .drill_id = ""};
    enum err_code code = broadcast_submit(b, &s, &answer, &fields, &e);
    trigger_fini(&t);
    if (code == ERR_OK) {
        alerts_accepted(c, &answer);
    } else if (code == ERR_INVALID && fields.n > 0) {
        api_problem_fields(c, &fields);
    } else {
        api_problem_typed(c, &e, answer.problem);
    }
    broadcast_stop_soon_if_failed(b);
}

void api_alerts_post(struct api_call *c)
{
    alerts_submit(c, KIND_ALERT, "");
}

void api_incident_update(struct api_call *c)
{
    alerts_submit(c, KIND_UPDATE, c->parameters[0]);
}

void api_incident_all_clear(struct api_call *c)
{
    alerts_submit(c, KIND_ALL_CLEAR, c->parameters[0]);
}

void api_incident_retraction(struct api_call *c)
{
    alerts_submit(c, KIND_RETRACTION, c->parameters[0]);
}

void api_incident_correction(struct api_call *c)
{
    alerts_submit(c, KIND_CORRECTION, c->parameters[0]);
}

/* ---- reading ---- */

static size_t alerts_limit(const struct api_call *c)
{
    const char *text = http_request_query(c->request, "limit");
    long limit = text == NULL ? ALERTS_PAGE : strtol(text, NULL, 10);
    return limit < 1 || limit > ALERTS_PAGE_MAX ? ALERTS_PAGE : (size_t)limit;
}

/* A state that is no word would find nothing, for ever. */
static bool alerts_state_is_word(struct api_call *c)
{
    const char *text = http_request_query(c->request, "state");
    enum alert_state state;
    struct fields fields = {0};
    if (text == NULL || alert_state_parse(text, &state)) {
        return true;
    }
    fields_add(&fields, "state",
               "Diesen Stand gibt es nicht, zum Beispiel: released.");
    api_problem_fields(c, &fields);
    return false;
}

void api_alerts_get(struct api_call *c)
{
    size_t limit = alerts_limit(c);
    if (!alerts_state_is_word(c)) {
        return;
    }
    /* One more than shown tells whether there is a next page. */
    struct alert_filter filter = {
        .marker = http_request_query(c->request, "incident"),
        .state = http_request_query(c->request, "state"),
        .after = http_request_query(c->request, "after"),
        .limit = limit + 1};
    struct alert_list page;
    json_t *answer = json_object();
    json_t *items = json_array();
    alert_load_page(c->api->store, &filter, &page);
    for (size_t i = 0; i < page.n && i < limit; i++) {
        check(json_array_append_new(
                  items, object_alert(c->api->store, &page.items[i])) == 0);
    }
    json_put(answer, "items", items);
    if (page.n > limit) {
        json_put_text(answer, "next", page.items[limit - 1].id);
    }
    alert_list_fini(&page);
    alerts_reply(c, 200, answer);
}

void api_alert_get(struct api_call *c)
{
    json_t *object = object_alert_by_id(c->api->store, c->parameters[0]);
    if (object == NULL) {
        api_problem(c, 404, NULL, "Diese Meldung gibt es nicht.");
        return;
    }
    alerts_reply(c, 200, object);
}

void api_incident_get(struct api_call *c)
{
    json_t *object = object_incident(c->api->store, c->parameters[0]);
    if (object == NULL) {
        api_problem(c, 404, NULL, "Dieses Ereignis gibt es nicht.");
        return;
    }
    alerts_reply(c, 200, object);
}

/* ---- deciding ---- */

static void alerts_decided(struct api_call *c, enum err_code code,
                           const struct err *e, const char *problem)
{
    struct broadcast *b = c->api->broadcast;
    if (code != ERR_OK) {
        api_problem_typed(c, e, problem);
    } else {
        alerts_reply(c, 200,
                     object_alert_by_id(c->api->store, c->parameters[0]));
    }
    broadcast_stop_soon_if_failed(b);
}

/* A body with at most the named text; NULL names allow {} only. The text
 * goes to `out` ("" when absent). False: answered. */
static bool alerts_body(struct api_call *c, const char *name, bool required,
                        char *out, size_t size)
{
    const char *const names[] = {name, NULL};
    struct fields fields = {0};
    json_t *body = body_parse(c);
    if (body == NULL) {
        return false;
    }
    out[0] = '\0';
    body_only(body, names, &fields);
    if (name != NULL) {
        const char *text =
            required ? body_text_required(body, name, size - 1, &fields)
                     : body_text(body, name, size - 1, &fields);
        mem_copy_text(out, size, text == NULL ? "" : text);
    }
    json_decref(body);
    if (fields.n > 0) {
        api_problem_fields(c, &fields);
        return false;
    }
    return true;
}

void api_alert_approve(struct api_call *c)
{
    struct err e;
    const char *problem = NULL;
    char none[2];
    if (alerts_body(c, NULL, false, none, sizeof(none))) {
        enum err_code code = broadcast_approve(c->api->broadcast, &c->actor,
                                               c->parameters[0], &problem, &e);
        alerts_decided(c, code, &e, problem);
    }
}

void api_alert_reject(struct api_call *c)
{
    struct err e;
    char reason[REASON_MAX];
    if (alerts_body(c, "reason", true, reason, sizeof(reason))) {
        enum err_code code = broadcast_reject(c->api->broadcast, &c->actor,
                                              c->parameters[0], reason, &e);
        alerts_decided(c, code, &e, NULL);
    }
}

void api_alert_countersign(struct api_call *c)
{
    struct err e;
    const char *problem = NULL;
    char none[2];
    if (alerts_body(c, NULL, false, none, sizeof(none))) {
        enum err_code code = broadcast_countersign(
            c->api->broadcast, &c->actor, c->parameters[0], &problem, &e);
        alerts_decided(c, code, &e, problem);
    }
}

static void alerts_delivery(struct api_call *c,
                            enum broadcast_decision decision)
{
    struct broadcast *b = c->api->broadcast;
    struct delivery d;
    struct err e;
    char note[DETAIL_MAX];
    bool required = decision != BROADCAST_RETRY;
    if (!alerts_body(c, "note", required, note, sizeof(note))) {
        return;
    }
    enum err_code code =
        broadcast_decide(b, &c->actor, c->parameters[0], decision, note, &e);
    if (code == ERR_OK && delivery_load(c->api->store, c->parameters[0], &d)) {
        alerts_reply(c, 200, object_delivery(&d));
    } else {
        api_problem_err(c, &e);
    }
    broadcast_stop_soon_if_failed(b);
}

void api_delivery_retry(struct api_call *c)
{
    alerts_delivery(c, BROADCAST_RETRY);
}

void api_delivery_mark_visible(struct api_call *c)
{
    alerts_delivery(c, BROADCAST_MARK_VISIBLE);
}

void api_delivery_hand_post(struct api_call *c)
{
    alerts_delivery(c, BROADCAST_HAND_POST);
}
