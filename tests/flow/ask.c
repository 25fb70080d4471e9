/* What people ask of the world: previews, submissions, releases. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "tests/flow/world.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

struct actor world_person(const char *name)
{
    struct actor a = {.via = ACTOR_SESSION,
                      .roles = ROLE_RELEASER,
                      .enrolled = true,
                      .step_up_until_ms = INT64_MAX};
    MEM_SET_TEXT(a.name, name);
    return a;
}

/* What each kind needs; %s is when there will be news. */
static const char *world_default(enum alert_kind kind)
{
    switch (kind) {
    case KIND_ALERT:
        return "{\"gemeinden\":[\"08336050\"],\"gebiet_kurz\":"
               "\"Rheinfelden\",\"pegel_cm\":790,\"tendenz\":\"steigt\","
               "\"telefon\":\"07621 410-0\",\"naechste_info\":\"%s\"}";
    case KIND_UPDATE:
        return "{\"neu\":\"Die Unterführung ist gesperrt.\","
               "\"naechste_info\":\"%s\"}";
    case KIND_CORRECTION:
        return "{\"falsch\":\"Pegel 790\",\"richtig\":\"Pegel 690\"}";
    case KIND_ALL_CLEAR:
    case KIND_RETRACTION: return "{}";
    }
    return "{}";
}

/* The same text for a quarter of an hour: a preview and its submission. */
static void world_parameters(const struct world *w,
                             const struct world_wish *wish, char *out,
                             size_t size)
{
    static const int64_t quarter_ms = 900000;
    char at[TIMESTAMP_MAX];
    const char *text =
        wish->parameters == NULL ? world_default(wish->kind) : wish->parameters;
    const char *time = strstr(text, "%s");
    size_t before = time == NULL ? strlen(text) : (size_t)(time - text);
    timestamp_format((w->clock.wall_ms / quarter_ms + 4) * quarter_ms, at);
    (void)snprintf(out, size, "%.*s%s%s", (int)before, text,
                   time == NULL ? "" : at, time == NULL ? "" : time + 2);
}

static void world_body(const struct world *w, const struct world_wish *wish,
                       const char *confirm, char *out, size_t size)
{
    char parameters[1024];
    const char *id = wish->template_id == NULL ? "hw-rhein" : wish->template_id;
    int n = 0;
    if (wish->kind == KIND_ALERT) {
        n = snprintf(out, size, "{\"template\":\"%s\",\"status\":\"%s\"", id,
                     alert_status_name(wish->status));
    } else {
        n = snprintf(out, size, "{\"kind\":\"%s\",\"incident\":\"%s\"",
                     alert_kind_name(wish->kind), wish->marker);
    }
    world_parameters(w, wish, parameters, sizeof(parameters));
    n += snprintf(out + n, size - (size_t)n, ",\"parameters\":%s", parameters);
    if (wish->channels != NULL) {
        n += snprintf(out + n, size - (size_t)n, ",\"channels\":%s",
                      wish->channels);
    }
    if (confirm != NULL && wish->break_glass != NULL) {
        n +=
            snprintf(out + n, size - (size_t)n,
                     ",\"break_glass\":{\"reason\":\"%s\"}", wish->break_glass);
    }
    if (confirm != NULL) {
        n +=
            snprintf(out + n, size - (size_t)n, ",\"confirm\":\"%s\"", confirm);
    }
    n += snprintf(out + n, size - (size_t)n, "}");
    check((size_t)n < size);
}

/* All preconditions of the kind are ticked. */
static void world_tick_preconditions(const struct world_wish *wish,
                                     struct trigger *t)
{
    struct family *family = catalogue_family(
        wish->template_id == NULL ? "hw-rhein" : wish->template_id);
    const struct family_kind *kind = family_find_kind(family, wish->kind);
    t->n_preconditions = kind->n_preconditions;
    for (size_t i = 0; i < kind->n_preconditions; i++) {
        MEM_SET_TEXT(t->preconditions[i], kind->preconditions[i].id);
    }
    family_free(family);
}

static void world_parse(struct world *w, const struct world_wish *wish,
                        const char *confirm, struct trigger *t)
{
    char body[2048];
    struct err e = {.msg = ""};
    w->fields = (struct fields){.n = 0};
    world_body(w, wish, confirm, body, sizeof(body));
    bool follows = confirm != NULL && wish->kind != KIND_ALERT;
    struct trigger_source source = {.body = body,
                                    .len = strlen(body),
                                    .use = confirm == NULL ? TRIGGER_PREVIEW
                                                           : TRIGGER_SUBMIT,
                                    .kind = follows ? wish->kind : KIND_ALERT,
                                    .marker = follows ? wish->marker : ""};
    if (trigger_parse(&source, t, &w->fields, &e) != ERR_OK) {
        fail_msg("%s: %s %s %s", body, e.msg, w->fields.items[0].field,
                 w->fields.items[0].message);
    }
}

static void world_on_preview(struct broadcast_preview *p)
{
    struct world *w = p->data;
    w->is_previewed = true;
    w->preview_status = p->status;
    w->preview_problem = p->problem;
    w->fields = p->fields;
    if (p->status == ERR_OK) {
        MEM_SET_TEXT(w->digest, p->draft.digest);
        MEM_SET_TEXT(w->preview_id, p->draft.alert.id);
        draft_fini(&p->draft);
    }
}

static bool world_is_previewed(void *data)
{
    return ((const struct world *)data)->is_previewed;
}

enum err_code world_preview(struct world *w, const struct world_wish *wish)
{
    struct broadcast_preview p = {.actor = world_person("anna"),
                                  .drill_id = "",
                                  .public_drill = wish->is_public,
                                  .done = world_on_preview,
                                  .data = w};
    world_parse(w, wish, NULL, &p.trigger);
    w->is_previewed = false;
    broadcast_preview(w->broadcast, &p);
    assert_true(wire_run_until(&w->loop, world_is_previewed, w));
    return w->preview_status;
}

enum err_code world_submit(struct world *w, const struct world_wish *wish,
                           const struct actor *actor, const char *key,
                           struct broadcast_answer *answer)
{
    struct trigger t;
    struct err e;
    world_parse(w, wish, w->digest, &t);
    world_tick_preconditions(wish, &t);
    struct broadcast_submission s = {.actor = actor,
                                     .trigger = &t,
                                     .key = key,
                                     .drill_id = "",
                                     .public_drill = wish->is_public};
    enum err_code code =
        broadcast_submit(w->broadcast, &s, answer, &w->fields, &e);
    trigger_fini(&t);
    if (code == ERR_OK) {
        struct outside *o = w->outside;
        check(o->n_accepted < 16);
        (void)snprintf(o->accepted[o->n_accepted++], 32, "%.31s", key);
    }
    broadcast_stop_if_failed(w->broadcast);
    return code;
}

void world_release(struct world *w, const struct world_wish *wish,
                   const char *key, char id[ID_MAX])
{
    struct broadcast_answer answer;
    struct actor anna = world_person("anna");
    struct actor bert = world_person("bert");
    const char *problem = NULL;
    struct err e = {.msg = ""};
    enum err_code code = world_preview(w, wish);
    if (code == ERR_UNCERTAIN) {
        broadcast_uncertain(w->broadcast); /* as the door does */
        broadcast_stop_if_failed(w->broadcast);
    }
    if (code != ERR_OK) {
        fail_msg("preview of %s: %s %s", key, w->fields.items[0].field,
                 w->fields.items[0].message);
    }
    if (world_submit(w, wish, &anna, key, &answer) != ERR_OK) {
        fail_msg("submission of %s refused: %s", key,
                 answer.problem == NULL ? "" : answer.problem);
    }
    mem_copy_text(id, ID_MAX, answer.id);
    if (world_alert_state(w, id) == ALERT_AWAITING_APPROVAL &&
        broadcast_approve(w->broadcast, &bert, id, &problem, &e) != ERR_OK) {
        broadcast_stop_if_failed(w->broadcast);
        fail_msg("%s", e.msg);
    }
}
