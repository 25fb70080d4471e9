/* family_describe(): what GET /templates/{id} answers. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "templates/family.h"
#include "templates/places.h"
#include "templates/value.h"

static void describe_put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

static void describe_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        describe_put(object, name, json_string(text));
    }
}

static void describe_number(json_t *object, const char *name, int64_t number)
{
    if (number != 0) {
        describe_put(object, name, json_integer(number));
    }
}

static void describe_value(json_t *list, const char *value, const char *label)
{
    json_t *object = json_object();
    describe_put(object, "value", json_string(value));
    describe_put(object, "label", json_string(label));
    check(json_array_append_new(list, object) == 0);
}

static json_t *describe_values(const struct family_parameter *p,
                               const struct places *places)
{
    json_t *list = json_array();
    if (p->municipalities) {
        describe_value(list, places->county.ags, places->county.name);
        for (size_t i = 0; i < places->n; i++) {
            describe_value(list, places->items[i].ags, places->items[i].name);
        }
    }
    for (size_t i = 0; i < p->n_values; i++) {
        describe_value(list, p->values[i].value, p->values[i].label);
    }
    return list;
}

static json_t *describe_fields(const struct family_parameter *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->n_fields; i++) {
        json_t *field = json_object();
        describe_put(field, "name", json_string(p->fields[i].name));
        describe_put(field, "label", json_string(p->fields[i].label));
        describe_put(field, "max_len", json_integer(p->fields[i].max_len));
        check(json_array_append_new(list, field) == 0);
    }
    return list;
}

static void describe_default(json_t *object, const struct family_parameter *p,
                             const char *phones)
{
    char phone[32];
    if (p->type == PARAMETER_PHONE && p->default_value[0] == '\0') {
        value_first_phone(phones, phone);
        describe_text(object, "default", phone);
    } else if (p->type == PARAMETER_INT && p->default_value[0] != '\0') {
        describe_put(object, "default",
                     json_integer(strtoll(p->default_value, NULL, 10)));
    } else {
        describe_text(object, "default", p->default_value);
    }
}

static json_t *describe_parameter(const struct family_parameter *p,
                                  const struct places *places,
                                  const char *phones)
{
    json_t *object = json_object();
    bool limits = p->max != 0 || p->min != 0;
    describe_put(object, "name", json_string(p->name));
    describe_put(object, "label", json_string(p->label));
    describe_put(object, "type", json_string(parameter_type_name(p->type)));
    describe_put(object, "required", json_boolean(p->required));
    if (limits) {
        describe_put(object, "min", json_integer(p->min));
        describe_put(object, "max", json_integer(p->max));
    }
    describe_number(object, "step", p->step);
    describe_number(object, "max_len", p->max_len);
    describe_text(object, "pattern", p->pattern);
    describe_text(object, "hint", p->hint);
    describe_default(object, p, phones);
    if (p->n_values > 0 || p->municipalities) {
        describe_put(object, "values", describe_values(p, places));
    }
    if (p->n_fields > 0) {
        describe_put(object, "fields", describe_fields(p));
    }
    return object;
}

static json_t *describe_preconditions(const struct family_kind *k)
{
    json_t *list = json_array();
    for (size_t i = 0; i < k->n_preconditions; i++) {
        json_t *item = json_object();
        describe_put(item, "id", json_string(k->preconditions[i].id));
        describe_put(item, "label", json_string(k->preconditions[i].label));
        describe_put(item, "required",
                     json_boolean(k->preconditions[i].required));
        check(json_array_append_new(list, item) == 0);
    }
    return list;
}

static json_t *describe_kind(const struct family *f,
                             const struct family_kind *k,
                             const struct places *places, const char *phones)
{
    json_t *object = json_object();
    json_t *parameters = json_array();
    for (size_t i = 0; i < k->n_parameters; i++) {
        json_t *p = describe_parameter(&f->parameters[k->parameters[i]], places,
                                       phones);
        check(json_array_append_new(parameters, p) == 0);
    }
    describe_text(object, "title", k->title);
    describe_put(object, "approvals", json_integer(k->approvals));
    describe_put(object, "break_glass", json_boolean(k->break_glass));
    describe_put(object, "preconditions", describe_preconditions(k));
    describe_put(object, "parameters", parameters);
    return object;
}

static json_t *describe_languages(const struct family *f)
{
    json_t *list = json_array();
    for (int i = 0; i < N_LANGUAGES; i++) {
        if (f->kinds[KIND_ALERT].texts[i].present) {
            const char *name = language_name((enum language)i);
            check(json_array_append_new(list, json_string(name)) == 0);
        }
    }
    return list;
}

char *family_describe(const struct family *f, int version,
                      const struct places *places, const char *phones)
{
    json_t *object = json_object();
    json_t *kinds = json_object();
    json_t *who = json_array();
    for (size_t i = 0; i < f->n_who; i++) {
        check(json_array_append_new(who, json_string(f->who[i])) == 0);
    }
    for (int i = 0; i < N_KINDS; i++) {
        if (f->kinds[i].present) {
            describe_put(kinds, alert_kind_name((enum alert_kind)i),
                         describe_kind(f, &f->kinds[i], places, phones));
        }
    }
    describe_put(object, "id", json_string(f->id));
    describe_put(object, "title", json_string(f->title));
    describe_put(object, "version", json_integer(version));
    describe_put(object, "hash", json_string(f->hash));
    describe_put(object, "review_until", json_string(f->review_until));
    describe_put(object, "public_drill", json_boolean(f->public_drill));
    describe_put(object, "level", json_integer(f->level));
    describe_number(object, "expires_h", f->expires_h);
    describe_put(object, "who", who);
    describe_put(object, "languages", describe_languages(f));
    describe_put(object, "kinds", kinds);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    return text;
}
