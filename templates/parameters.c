#include "templates/parameters.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "templates/placeholder.h"
#include "templates/places.h"
#include "templates/value.h"

enum { PARAMETERS_LIST_MAX = 10, PARAMETERS_LIST_BYTES = 1024 };

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

/* ---- Readers by type: false with *why ---- */

static bool parameters_wrong(char why[VALUE_WHY_MAX], const char *what)
{
    (void)snprintf(why, VALUE_WHY_MAX, "Erwartet wird hier: %s.", what);
    return false;
}

static bool parameters_read_areas(struct parameters_job *job, json_t *value,
                                  char why[VALUE_WHY_MAX])
{
    struct areas *areas = &job->out->areas;
    *areas = (struct areas){0};
    if (!json_is_array(value) || json_array_size(value) == 0) {
        return parameters_wrong(why, "eine Liste von Gemeindeschlüsseln, zum "
                                     "Beispiel [\"08336050\"]");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *ags = json_string_value(json_array_get(value, i));
        if (ags == NULL || places_find(job->in->places, ags) == NULL ||
            !areas_add(areas, ags)) {
            (void)snprintf(why, VALUE_WHY_MAX,
                           "„%.20s“ ist kein Gemeindeschlüssel des "
                           "Landkreises.",
                           ags == NULL ? "?" : ags);
            return false;
        }
    }
    places_collapse(job->in->places, areas);
    return true;
}

static bool parameters_read_choices(struct parameters_job *job, json_t *value,
                                    struct parameters_value *v,
                                    char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    if (p->municipalities) {
        return parameters_read_areas(job, value, why);
    }
    size_t n = json_array_size(value);
    size_t most = p->max > 0 ? (size_t)p->max : p->n_values;
    if (!json_is_array(value) || n < (size_t)p->min || n > most || n == 0) {
        return parameters_wrong(why, "eine Liste von Werten zur Wahl");
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        size_t index;
        if (!value_choice(text == NULL ? "" : text, p, &index, why)) {
            return false;
        }
        for (size_t j = 0; j < v->n_items; j++) {
            if (v->choices[j] == index) {
                return parameters_wrong(why, "jeder Wert nur einmal");
            }
        }
        v->choices[v->n_items++] = index;
    }
    return true;
}

/* One object of a list as a line: "Halle, Hauptstraße 1, 8 bis 18 Uhr". */
static bool parameters_read_entry(const struct family_parameter *p,
                                  json_t *object, struct buf *line,
                                  char why[VALUE_WHY_MAX])
{
    size_t used = 0;
    for (size_t i = 0; i < p->n_fields; i++) {
        const struct family_field *field = &p->fields[i];
        json_t *value = json_object_get(object, field->name);
        const char *raw = json_string_value(value);
        char *text = NULL;
        used += value != NULL;
        if (raw == NULL && (i == 0 || value != NULL)) {
            (void)snprintf(why, VALUE_WHY_MAX, "%s: fehlt oder ist kein Text.",
                           field->name);
            return false;
        }
        if (raw != NULL && !value_text(raw, field->max_len, "", &text, why)) {
            return false;
        }
        if (text != NULL && text[0] != '\0') {
            buf_add_text(line, line->len > 0 ? ", " : "");
            buf_add_text(line, text);
        }
        free(text);
    }
    return used == json_object_size(object) ||
           parameters_wrong(why, "ein Eintrag ohne unbekannte Felder");
}

static bool parameters_read_list(json_t *value, struct parameters_value *v,
                                 char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n == 0 || n > (size_t)p->max ||
        n > PARAMETERS_LIST_MAX) {
        return parameters_wrong(why, "eine Liste mit Einträgen");
    }
    v->items = mem_calloc(n, sizeof(v->items[0]));
    for (size_t i = 0; i < n; i++) {
        json_t *object = json_array_get(value, i);
        struct buf line;
        buf_init(&line, PARAMETERS_LIST_BYTES);
        bool good = json_is_object(object) &&
                    parameters_read_entry(p, object, &line, why);
        v->items[v->n_items++] = buf_take(&line);
        if (!good && !json_is_object(object)) {
            return parameters_wrong(why, "ein Objekt je Eintrag");
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool parameters_read_string(struct parameters_job *job, const char *raw,
                                   struct parameters_value *v,
                                   char why[VALUE_WHY_MAX])
{
    const struct parameters_input *in = job->in;
    const struct family_parameter *p = v->parameter;
    size_t index = 0;
    switch (p->type) {
    case PARAMETER_TEXT:
        return value_text(raw, p->max_len, p->pattern, &v->text, why);
    case PARAMETER_PHONE:
        return value_phone(raw, p->pattern, in->phones, &v->text, why);
    case PARAMETER_URL:
        return value_url(raw, p->max_len, in->url_hosts, &v->text, why);
    case PARAMETER_DATETIME:
        return value_datetime(raw, p, in->now_ms, in->relative_times,
                              &v->number, why);
    case PARAMETER_TIME: return value_time(raw, &v->text, why);
    case PARAMETER_ENUM:
        if (!value_choice(raw, p, &index, why)) {
            return false;
        }
        v->number = (int64_t)index;
        return true;
    case PARAMETER_INT:
    case PARAMETER_ENUM_MULTI:
    case PARAMETER_LIST: break;
    }
    return false;
}

static bool parameters_read_value(struct parameters_job *job, json_t *value,
                                  struct parameters_value *v,
                                  char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    if (p->type == PARAMETER_ENUM_MULTI) {
        return parameters_read_choices(job, value, v, why);
    }
    if (p->type == PARAMETER_LIST) {
        return parameters_read_list(value, v, why);
    }
    if (p->type == PARAMETER_INT) {
        v->number = json_integer_value(value);
        return json_is_integer(value)
                   ? value_int(v->number, p, why)
                   : parameters_wrong(why, "eine ganze Zahl");
    }
    const char *raw = json_string_value(value);
    return raw != NULL ? parameters_read_string(job, raw, v, why)
                       : parameters_wrong(why, "ein Text in Anführungszeichen");
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

static void parameters_value_fini(struct parameters_value *v)
{
    free(v->text);
    for (size_t i = 0; i < v->n_items && v->items != NULL; i++) {
        free(v->items[i]);
    }
    free(v->items);
    *v = (struct parameters_value){0};
}

static void parameters_read_one(struct parameters_job *job,
                                const struct family_parameter *p)
{
    char why[VALUE_WHY_MAX] = "";
    struct parameters_value *v = &job->out->values[job->out->n];
    *v = (struct parameters_value){.parameter = p};
    json_t *value = parameters_source(job, p);
    bool empty = false;
    if (value != NULL && !parameters_read_value(job, value, v, why)) {
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

static json_t *parameters_encode_value(const struct parameters *out,
                                       const struct parameters_value *v)
{
    const struct family_parameter *p = v->parameter;
    char at[TIMESTAMP_MAX];
    json_t *list;
    switch (p->type) {
    case PARAMETER_INT: return json_integer(v->number);
    case PARAMETER_DATETIME:
        timestamp_format(v->number, at);
        return json_string(at);
    case PARAMETER_ENUM: return json_string(p->values[v->number].value);
    case PARAMETER_ENUM_MULTI:
        list = json_array();
        for (size_t i = 0; p->municipalities && i < out->areas.n; i++) {
            check(json_array_append_new(list, json_string(out->areas.ags[i])) ==
                  0);
        }
        for (size_t i = 0; !p->municipalities && i < v->n_items; i++) {
            const char *value = p->values[v->choices[i]].value;
            check(json_array_append_new(list, json_string(value)) == 0);
        }
        return list;
    case PARAMETER_TEXT:
    case PARAMETER_PHONE:
    case PARAMETER_URL:
    case PARAMETER_TIME:
    case PARAMETER_LIST: break;
    }
    return json_string(v->text);
}

static void parameters_encode(struct parameters_job *job)
{
    json_t *object = json_object();
    for (size_t i = 0; i < job->out->n; i++) {
        const struct parameters_value *v = &job->out->values[i];
        json_t *value = v->parameter->type == PARAMETER_LIST
                            ? parameters_source(job, v->parameter)
                            : parameters_encode_value(job->out, v);
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
