#include "service/api/templates.h"

#include <stdlib.h>
#include <string.h>

#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/json.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/http/request.h"
#include "service/store/family.h"
#include "service/store/store.h"
#include "templates/family.h"
#include "templates/lint.h"
#include "templates/places.h"

/* Takes `object`. */
static void templates_reply(struct api_call *c, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, status, text);
    free(text);
}

static json_t *templates_object(const struct family_version *v)
{
    json_t *object = json_object();
    json_put_text(object, "id", v->id);
    json_put_text(object, "title", v->title);
    json_put_int(object, "version", v->version);
    json_put_text(object, "hash", v->hash);
    json_put_text(object, "state", family_state_name(v->state));
    json_put_int(object, "approvals", v->approvals);
    json_put_int(object, "needed", FAMILY_APPROVALS_NEEDED);
    json_put_text(object, "author", v->author);
    json_put_time(object, "imported_at", v->imported_at_ms);
    json_put_time(object, "approved_at", v->approved_at_ms);
    return object;
}

/* A changed byte blocks the family, here as at egress. */
static void templates_block(struct api *api, const struct family_version *v)
{
    struct err e;
    log_error("template=%s version=%d blocked: its bytes are not what was "
              "approved",
              v->id, v->version);
    store_begin(api->store);
    family_version_block(api->store, v->id, v->version);
    if (store_commit(api->store, &e) != ERR_OK) {
        log_error("template=%s: %s", v->id, e.msg);
    }
}

/* The description of a version, NULL and *e when it cannot be used. */
static char *templates_describe(struct api *api, const struct family_version *v,
                                struct err *e)
{
    char *bytes = NULL;
    char *text = NULL;
    size_t len = 0;
    struct family *family = NULL;
    enum err_code code =
        family_version_load(api->store, v->id, v->version, &bytes, &len, e);
    if (code == ERR_CORRUPT) {
        templates_block(api, v);
    }
    if (code == ERR_OK && family_parse(bytes, len, &family, e) == ERR_OK) {
        struct places *places = places_builtin();
        text = family_describe(family, v->version, places, api->config->phones);
        places_free(places);
    }
    family_free(family);
    free(bytes);
    return text;
}

/* ---- GET ---- */

struct templates_list {
    size_t n;
    struct family_version *items;
};

static void templates_collect(void *data, const struct family_version *v)
{
    struct templates_list *list = data;
    struct family_version *items =
        realloc(list->items, (list->n + 1) * sizeof(list->items[0]));
    check(items != NULL);
    list->items = items;
    items[list->n++] = *v;
}

static json_t *templates_item(struct api *api, bool all,
                              const struct family_version *v)
{
    struct err e;
    if (all) {
        return templates_object(v);
    }
    char *text = templates_describe(api, v, &e);
    json_t *object =
        text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    free(text);
    return object;
}

void api_templates_get(struct api_call *c)
{
    struct templates_list list = {0};
    const char *query = http_request_query(c->request, "all");
    bool all = query != NULL && strcmp(query, "1") == 0;
    json_t *items = json_array();
    json_t *answer = json_object();
    family_version_each(c->api->store, !all, templates_collect, &list);
    for (size_t i = 0; i < list.n; i++) {
        json_t *item = templates_item(c->api, all, &list.items[i]);
        if (item != NULL) {
            check(json_array_append_new(items, item) == 0);
        }
    }
    free(list.items);
    json_put(answer, "items", items);
    templates_reply(c, 200, answer);
}

void api_template_get(struct api_call *c)
{
    struct family_version v;
    struct err e;
    if (!family_version_in_force(c->api->store, c->parameters[0], &v)) {
        api_problem(c, 404, NULL,
                    "Eine freigegebene Vorlage mit diesem Namen gibt es "
                    "nicht.");
        return;
    }
    char *text = templates_describe(c->api, &v, &e);
    if (text == NULL) {
        api_problem(c, 409, "template-blocked",
                    "Die Vorlage ist gesperrt: Ihr Inhalt ist nicht mehr der "
                    "freigegebene. Andere Vorlagen sind nicht betroffen. "
                    "Bitte neu einlesen und freigeben.");
        return;
    }
    api_reply_json(c, 200, text);
    free(text);
}

/* ---- POST ---- */

/* The place and what is wrong, "kinds.alert…: fehlt", as a field error. */
static void templates_field(struct fields *f, const char *message)
{
    char field[FIELD_NAME_MAX] = "template";
    const char *colon = strstr(message, ": ");
    size_t len = colon == NULL ? 0 : (size_t)(colon - message);
    if (len > 0 && len < sizeof(field) && memchr(message, ' ', len) == NULL) {
        memcpy(field, message, len);
        field[len] = '\0';
        message = colon + 2;
    }
    fields_add(f, field, "%s", message);
}

/* Errors of the linter stand in the way of approval, so they stand in the way
 * here already. */
static void templates_lint(const struct family *family, struct fields *f)
{
    struct lint_report *report = mem_zalloc(sizeof(*report));
    struct places *places = places_builtin();
    lint_family(family, places, report);
    for (size_t i = 0; i < report->n; i++) {
        if (report->items[i].severity == LINT_ERROR) {
            fields_add(f, report->items[i].field, "%s",
                       report->items[i].message);
        }
    }
    places_free(places);
    free(report);
}

/* Commits and answers with the version, or with what went wrong. */
static void templates_finish(struct api_call *c, int status,
                             const struct family_version *v)
{
    struct err e;
    if (store_commit(c->api->store, &e) != ERR_OK) {
        log_error("template=%s: %s", v->id, e.msg);
        api_problem_err(c, &e);
        return;
    }
    log_info("template=%s version=%d state=%s", v->id, v->version,
             family_state_name(v->state));
    templates_reply(c, status, templates_object(v));
}

void api_templates_post(struct api_call *c)
{
    struct fields fields = {0};
    struct family *family = NULL;
    struct err e;
    size_t len = 0;
    if (!api_require_role(c, ROLE_AUTHOR | ROLE_OPERATOR)) {
        return;
    }
    const char *bytes = http_request_body(c->request, &len);
    json_t *object = body_parse(c);
    if (object == NULL) {
        return;
    }
    json_decref(object);
    if (family_parse(bytes, len, &family, &e) != ERR_OK) {
        templates_field(&fields, e.msg);
    } else {
        templates_lint(family, &fields);
    }
    if (fields.n > 0) {
        family_free(family);
        api_problem_fields(c, &fields);
        return;
    }
    struct family_version v = {0};
    MEM_SET_TEXT(v.id, family->id);
    mem_copy_text(v.title, sizeof(v.title), family->title);
    MEM_SET_TEXT(v.author, c->actor.name);
    family_free(family);
    store_begin(c->api->store);
    family_version_import(c->api->store, &v, bytes, len);
    templates_finish(c, 201, &v);
}

/* The version that the body means: the newest, with the hash it names. */
static bool templates_chosen(struct api_call *c, struct family_version *v)
{
    static const char *const names[] = {"hash", NULL};
    struct fields fields = {0};
    json_t *body = body_parse(c);
    if (body == NULL) {
        return false;
    }
    body_only(body, names, &fields);
    const char *hash = body_text(body, "hash", DIGEST_NAMED_MAX, &fields);
    bool found = family_version_newest(c->api->store, c->parameters[0], v);
    bool same = found && (hash == NULL || strcmp(hash, v->hash) == 0);
    json_decref(body);
    if (fields.n > 0) {
        api_problem_fields(c, &fields);
    } else if (!found) {
        api_problem(c, 404, NULL, "Diese Vorlage gibt es nicht.");
    } else if (!same) {
        api_problem(c, 409, "template-changed",
                    "Die neueste Version hat einen anderen Inhalt als den, den "
                    "Sie gelesen haben. Es wurde nichts freigegeben. Bitte "
                    "die neue Version lesen.");
    }
    return fields.n == 0 && same;
}

void api_template_approve(struct api_call *c)
{
    struct family_version v;
    struct err e;
    if (!api_require_role(c, ROLE_APPROVER) || !templates_chosen(c, &v)) {
        return;
    }
    char *text = templates_describe(c->api, &v, &e);
    if (text == NULL) {
        api_problem(c, 409, "template-blocked",
                    "Die Vorlage ist gesperrt: Ihr Inhalt ist nicht mehr der "
                    "eingelesene. Bitte neu einlesen.");
        return;
    }
    free(text);
    store_begin(c->api->store);
    enum err_code code =
        family_version_approve(c->api->store, &v, c->actor.name, &e);
    if (code != ERR_OK) {
        store_rollback(c->api->store);
        api_problem_err(c, &e);
        return;
    }
    templates_finish(c, 200, &v);
}
