/* The typed parameters of a family file. */
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "templates/family_read.h"
#include "templates/placeholder.h"

enum { FAMILY_HOURS_MAX = 24 * 366 };

static const char *const parameter_keys[] = {
    "name",    "label",    "hint",           "pattern", "default",  "unit",
    "after",   "type",     "required",       "place",   "sentence", "inherit",
    "future",  "within_h", "municipalities", "min",     "max",      "step",
    "max_len", "values",   "fields",         NULL};

static bool family_parameter_is_name(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < PLACEHOLDER_MAX && text[0] >= 'a' &&
           text[0] <= 'z' &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static void family_parameter_read_type(struct reader *r, json_t *object,
                                       struct family_parameter *p)
{
    char *type = reader_text(r, object, "type", READER_REQUIRED);
    bool found = false;
    for (int i = 0; i <= PARAMETER_LIST && !found; i++) {
        if (strcmp(type, parameter_type_name((enum parameter_type)i)) == 0) {
            p->type = (enum parameter_type)i;
            found = true;
        }
    }
    if (!found) {
        reader_fail(r, "type: unbekannter Typ");
    }
    free(type);
}

static void family_parameter_read_values(struct reader *r, json_t *object,
                                         struct family_parameter *p)
{
    static const char *const keys[] = {"value", "label", "text", NULL};
    json_t *values =
        reader_array(r, object, "values", FAMILY_VALUES_MAX, READER_OPTIONAL);
    size_t n = json_array_size(values);
    if (n == 0) {
        return;
    }
    p->values = mem_calloc(n, sizeof(p->values[0]));
    p->n_values = n;
    for (size_t i = 0; i < n; i++) {
        size_t before = reader_enter_item(r, i);
        json_t *item = json_array_get(values, i);
        if (!json_is_object(item)) {
            reader_fail(r, "values: muss ein Objekt sein");
        } else {
            reader_only(r, item, keys);
        }
        struct family_value *v = &p->values[i];
        v->value = reader_text(r, item, "value", READER_REQUIRED);
        v->label = reader_text(r, item, "label", READER_REQUIRED);
        reader_localised(r, item, "text", v->text);
        if (v->text[LANGUAGE_DE] == NULL) {
            reader_fail(r, "text.de: fehlt");
        }
        reader_leave(r, before);
    }
}

static void family_parameter_read_fields(struct reader *r, json_t *object,
                                         struct family_parameter *p)
{
    json_t *fields =
        reader_array(r, object, "fields", FAMILY_FIELDS_MAX, READER_OPTIONAL);
    for (size_t i = 0; i < json_array_size(fields); i++) {
        json_t *item = json_array_get(fields, i);
        struct family_field *field = &p->fields[p->n_fields++];
        field->name = reader_text(r, item, "name", READER_REQUIRED);
        field->label = reader_text(r, item, "label", READER_REQUIRED);
        field->max_len = (int)reader_int(r, item, "max_len", 1, 200, 80);
    }
}

static void family_parameter_read_limits(struct reader *r, json_t *object,
                                         struct family_parameter *p)
{
    const int64_t most = INT64_C(1000000000);
    p->min = reader_int(r, object, "min", -most, most, 0);
    p->max = reader_int(r, object, "max", -most, most, 0);
    p->step = reader_int(r, object, "step", 1, most, 0);
    p->max_len = (int)reader_int(r, object, "max_len", 1, 1000, 0);
    p->within_h =
        (int)reader_int(r, object, "within_h", 1, FAMILY_HOURS_MAX, 0);
    p->required = reader_bool(r, object, "required", true);
    p->municipalities = reader_bool(r, object, "municipalities", false);
    p->place = reader_bool(r, object, "place", false);
    p->sentence = reader_bool(r, object, "sentence", false);
    p->inherit = reader_bool(r, object, "inherit", true);
    p->future = reader_bool(r, object, "future", false);
}

/* What a type needs, and what the names mean. */
static void family_parameter_check(struct reader *r,
                                   const struct family_parameter *p)
{
    bool choice = p->type == PARAMETER_ENUM || p->type == PARAMETER_ENUM_MULTI;
    bool areas = strcmp(p->name, "gemeinden") == 0;
    regex_t pattern;
    if (!family_parameter_is_name(p->name)) {
        reader_fail(r, "name: nur a-z, 0-9 und _, höchstens 48 Zeichen");
    } else if (!areas && automatic_parse(p->name) != AUTOMATIC_NONE) {
        reader_fail(r, "name: setzt der Dienst selbst");
    } else if (areas != p->municipalities ||
               (areas && p->type != PARAMETER_ENUM_MULTI)) {
        reader_fail(r, "municipalities gehört zu gemeinden, enum_multi");
    } else if (choice && !areas && p->n_values == 0) {
        reader_fail(r, "values: fehlt");
    } else if (p->type == PARAMETER_TEXT && p->max_len == 0) {
        reader_fail(r, "max_len: fehlt");
    } else if (p->type == PARAMETER_INT && p->max <= p->min) {
        reader_fail(r, "min und max: fehlen");
    } else if (p->type == PARAMETER_LIST &&
               (p->n_fields == 0 || p->max < 1 || p->max > 10)) {
        reader_fail(r, "fields und max (1 bis 10): fehlen");
    } else if (regcomp(&pattern, p->pattern, REG_EXTENDED | REG_NOSUB) != 0) {
        reader_fail(r, "pattern: kein gültiges Muster");
    } else {
        regfree(&pattern);
    }
}

static void family_parameter_read_one(struct reader *r, json_t *object,
                                      struct family *f)
{
    struct family_parameter *p = &f->parameters[f->n_parameters++];
    if (!json_is_object(object)) {
        reader_fail(r, "muss ein Objekt sein");
    } else {
        reader_only(r, object, parameter_keys);
    }
    p->name = reader_text(r, object, "name", READER_REQUIRED);
    p->label = reader_text(r, object, "label", READER_REQUIRED);
    p->hint = reader_text(r, object, "hint", READER_OPTIONAL);
    p->pattern = reader_text(r, object, "pattern", READER_OPTIONAL);
    p->default_value = reader_text(r, object, "default", READER_OPTIONAL);
    p->unit = reader_text(r, object, "unit", READER_OPTIONAL);
    p->after = reader_text(r, object, "after", READER_OPTIONAL);
    family_parameter_read_type(r, object, p);
    family_parameter_read_limits(r, object, p);
    family_parameter_read_values(r, object, p);
    family_parameter_read_fields(r, object, p);
    if (r->code == ERR_OK) {
        family_parameter_check(r, p);
    }
    if (r->code == ERR_OK && family_find_parameter(f, p->name) != p) {
        reader_fail(r, "name: kommt zweimal vor");
    }
}

static void family_parameter_read_constants(struct reader *r, json_t *root,
                                            struct family *f)
{
    json_t *object = reader_object(r, root, "constants", READER_OPTIONAL);
    size_t before = reader_enter(r, "constants");
    const char *key;
    json_t *value;
    if (json_object_size(object) > FAMILY_CONSTANTS_MAX) {
        reader_fail(r, "zu viele");
        reader_leave(r, before);
        return;
    }
    json_object_foreach(object, key, value)
    {
        struct family_constant *c = &f->constants[f->n_constants++];
        (void)value;
        c->name = mem_strdup(key);
        reader_localised(r, object, key, c->text);
        if (!family_parameter_is_name(key) || c->text[LANGUAGE_DE] == NULL ||
            automatic_parse(key) != AUTOMATIC_NONE ||
            family_find_parameter(f, key) != NULL) {
            reader_fail(r, "%s: kein freier Name, oder kein deutscher Text",
                        key);
        }
    }
    reader_leave(r, before);
}

void family_read_parameters(struct reader *r, json_t *root, struct family *f)
{
    json_t *list = reader_array(r, root, "parameters", FAMILY_PARAMETERS_MAX,
                                READER_REQUIRED);
    size_t before = reader_enter(r, "parameters");
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t item = reader_enter_item(r, i);
        family_parameter_read_one(r, json_array_get(list, i), f);
        reader_leave(r, item);
    }
    reader_leave(r, before);
    family_parameter_read_constants(r, root, f);
}
