#include "templates/parameters.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "templates/parameters_value.h"
#include "templates/placeholder.h"
#include "templates/places.h"
#include "templates/value.h"

/* One reading of one object. */
struct parameters_job {
    const struct parameters_input *in;
    const struct family_kind *kind;
    struct parameters *out;
    struct fields *complaints;
    bool failed;
    json_t *given;
    json_t *known[PARAMETERS_KNOWN_MAX];
    size_t n_known;
};

static void parameters_no(struct parameters_job *job, const char *name,
                          const char *why)
{
    char field[FIELD_NAME_MAX];
    job->failed = true;
    (void)snprintf(field, sizeof(field), "parameters.%s", name);
    fields_add(job->complaints, field, "%s", why);
}

static bool parameters_is_listed(const struct parameters_job *job,
                                 const char *name)
{
    const struct family *f = job->in->family;
    for (size_t i = 0; i < job->kind->n_parameters; i++) {
        if (strcmp(f->parameters[job->kind->parameters[i]].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static void parameters_check_names(struct parameters_job *job)
{
    const char *key;
    json_t *value;
    json_object_foreach(job->given, key, value)
    {
        (void)value;
        if (parameters_is_listed(job, key)) {
            continue;
        }
        if (strncmp(key, "auto_", 5) == 0 ||
            automatic_parse(key) != AUTOMATIC_NONE) {
            parameters_no(job, key,
                          "Diese Angabe setzt der Dienst selbst. Bitte "
                          "weglassen.");
        } else {
            parameters_no(job, key,
                          "Diese Angabe kennt die Vorlage hier nicht.");
        }
    }
}

/* ---- Where a value comes from ---- */

static json_t *parameters_default(const struct parameters_job *job,
                                  const struct family_parameter *p)
{
    char phone[32] = "";
    if (p->municipalities && job->in->inherited != NULL) {
        json_t *list = json_array();
        for (size_t i = 0; i < job->in->inherited->n; i++) {
            check(json_array_append_new(
                      list, json_string(job->in->inherited->ags[i])) == 0);
        }
        return list;
    }
    if (p->type == PARAMETER_PHONE && p->default_value[0] == '\0') {
        value_first_phone(job->in->phones, phone);
        return phone[0] == '\0' ? NULL : json_string(phone);
    }
    if (p->default_value[0] == '\0') {
        return NULL;
    }
    return p->type == PARAMETER_INT
               ? json_integer(strtoll(p->default_value, NULL, 10))
               : json_string(p->default_value);
}

/* A new reference, or NULL: given, then known, then the default. */
static json_t *parameters_source(const struct parameters_job *job,
                                 const struct family_parameter *p)
{
    json_t *value = json_object_get(job->given, p->name);
    if (value != NULL && !json_is_null(value)) {
        return json_incref(value);
    }
    for (size_t i = job->n_known; p->inherit && i > 0; i--) {
        value = json_object_get(job->known[i - 1], p->name);
        if (value != NULL && !json_is_null(value)) {
            return json_incref(value);
        }
    }
    return parameters_default(job, p);
}

static void parameters_read_one(struct parameters_job *job,
                                const struct family_parameter *p)
{
    char why[VALUE_WHY_MAX] = "";
    struct parameters_value *v = &job->out->values[job->out->n];
    *v = (struct parameters_value){.parameter = p};
    json_t *value = parameters_source(job, p);
    bool empty = false;
    if (value != NULL &&
        !parameters_value_read(job->in, value, v, &job->out->areas, why)) {
        parameters_no(job, p->name, why);
        parameters_value_fini(v);
        json_decref(value);
        return;
    }
    empty = value == NULL || (v->text != NULL && v->text[0] == '\0');
    if (empty && p->required) {
        parameters_no(job, p->name, "Diese Angabe fehlt.");
    }
    if (empty) {
        parameters_value_fini(v);
    } else {
        job->out->n++;
    }
    json_decref(value);
}

/* ---- What holds between values ---- */

static void parameters_check_order(struct parameters_job *job)
{
    const int64_t hour_ms = 3600000;
    for (size_t i = 0; i < job->out->n; i++) {
        const struct parameters_value *v = &job->out->values[i];
        const struct family_parameter *p = v->parameter;
        const struct parameters_value *o =
            p->after[0] == '\0' ? NULL : parameters_find(job->out, p->after);
        int64_t from = o != NULL ? o->number : job->in->now_ms;
        char why[VALUE_WHY_MAX];
        if (p->type != PARAMETER_DATETIME || p->after[0] == '\0') {
            continue;
        }
        if (v->number <= from) {
            (void)snprintf(why, sizeof(why),
                           "Der Zeitpunkt muss nach %s liegen.",
                           o != NULL ? p->after : "jetzt");
            parameters_no(job, p->name, why);
        } else if (p->within_h > 0 &&
                   v->number > from + p->within_h * hour_ms) {
            (void)snprintf(why, sizeof(why),
                           "Der Zeitpunkt darf höchstens %d Tage nach %s "
                           "liegen.",
                           p->within_h / 24, o != NULL ? p->after : "jetzt");
            parameters_no(job, p->name, why);
        }
    }
}

static void parameters_set_areas(struct parameters_job *job)
{
    struct areas *areas = &job->out->areas;
    if (areas->n > 0) {
        return;
    }
    if (job->in->inherited != NULL && job->in->inherited->n > 0) {
        *areas = *job->in->inherited;
    } else {
        check(areas_add(areas, job->in->places->county.ags));
    }
}

/* A value of the level parameter, this alert's or an earlier one's. */
static void parameters_set_level(struct parameters_job *job)
{
    const struct parameters_value *v = parameters_find(job->out, "stufe");
    enum alert_kind kind = job->in->kind;
    if (kind == KIND_ALL_CLEAR || kind == KIND_RETRACTION) {
        job->out->level = 0;
        return;
    }
    job->out->level = job->in->family->level;
    if (v != NULL) {
        const char *text = v->parameter->values[v->number].value;
        job->out->level = text[0] - '0';
    }
}

/* CAP `expires`: the family's life time; an all-clear's and a retraction's is
 * six hours (catalogue, "Folgemeldungen"). */
static void parameters_set_expiry(struct parameters_job *job)
{
    const int64_t hour_ms = 3600000;
    const struct parameters_value *end = parameters_find(job->out, "ende");
    enum alert_kind kind = job->in->kind;
    int hours = job->in->family->expires_h;
    if (kind == KIND_ALL_CLEAR || kind == KIND_RETRACTION) {
        hours = 6;
    } else if (hours == 0 && end != NULL) {
        job->out->expires_at_ms = end->number;
        return;
    } else if (hours == 0) {
        hours = 12;
    }
    job->out->expires_at_ms = job->in->now_ms + hours * hour_ms;
}

/* ---- Canonical JSON ---- */

static void parameters_encode(struct parameters_job *job)
{
    json_t *object = json_object();
    for (size_t i = 0; i < job->out->n; i++) {
        const struct parameters_value *v = &job->out->values[i];
        json_t *value = v->parameter->type == PARAMETER_LIST
                            ? parameters_source(job, v->parameter)
                            : parameters_value_encode(v, &job->out->areas);
        if (value != NULL) {
            check(json_object_set_new(object, v->parameter->name, value) == 0);
        }
    }
    job->out->json = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    check(job->out->json != NULL);
    json_decref(object);
}

/* ---- The whole ---- */

static void parameters_load_known(struct parameters_job *job)
{
    const struct parameters_input *in = job->in;
    size_t skip = in->n_known > PARAMETERS_KNOWN_MAX
                      ? in->n_known - PARAMETERS_KNOWN_MAX
                      : 0;
    for (size_t i = skip; i < in->n_known; i++) {
        json_t *object = json_loads(in->known[i], JSON_REJECT_DUPLICATES, NULL);
        if (object != NULL) {
            job->known[job->n_known++] = object;
        }
    }
}

static void parameters_read_all(struct parameters_job *job)
{
    const struct family *f = job->in->family;
    parameters_check_names(job);
    for (size_t i = 0; i < job->kind->n_parameters; i++) {
        parameters_read_one(job, &f->parameters[job->kind->parameters[i]]);
    }
    parameters_check_order(job);
    parameters_set_areas(job);
    parameters_set_level(job);
    parameters_set_expiry(job);
}

bool parameters_read(const struct parameters_input *in, struct parameters *out,
                     struct fields *complaints)
{
    struct parameters_job job = {.in = in,
                                 .kind = family_find_kind(in->family, in->kind),
                                 .out = out,
                                 .complaints = complaints};
    *out = (struct parameters){0};
    if (job.kind == NULL) {
        fields_add(complaints, "kind",
                   "Die Vorlage hat keine Texte für diese Art von Meldung.");
        return false;
    }
    job.given = json_loads(in->json == NULL ? "{}" : in->json,
                           JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(job.given)) {
        fields_add(complaints, "parameters",
                   "Hier steht ein Objekt mit den Angaben der Vorlage.");
        json_decref(job.given);
        return false;
    }
    parameters_load_known(&job);
    parameters_read_all(&job);
    bool good = !job.failed;
    if (good) {
        parameters_encode(&job);
    } else {
        parameters_fini(out);
    }
    for (size_t i = 0; i < job.n_known; i++) {
        json_decref(job.known[i]);
    }
    json_decref(job.given);
    return good;
}

void parameters_fini(struct parameters *p)
{
    for (size_t i = 0; i < p->n; i++) {
        parameters_value_fini(&p->values[i]);
    }
    free(p->json);
    *p = (struct parameters){0};
}

const struct parameters_value *parameters_find(const struct parameters *p,
                                               const char *name)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->values[i].parameter->name, name) == 0) {
            return &p->values[i];
        }
    }
    return NULL;
}
