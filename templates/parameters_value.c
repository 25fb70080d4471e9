#include "templates/parameters_value.h"

#include <stdio.h>
#include <stdlib.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "templates/places.h"

enum { PARAMETERS_LIST_MAX = 10, PARAMETERS_LIST_BYTES = 4096 };

static bool value_wrong_type(char why[VALUE_WHY_MAX], const char *what)
{
    (void)snprintf(why, VALUE_WHY_MAX, "Erwartet wird hier: %s.", what);
    return false;
}

static bool parameters_read_areas(const struct parameters_input *in,
                                  json_t *value, struct areas *areas,
                                  char why[VALUE_WHY_MAX])
{
    *areas = (struct areas){0};
    if (!json_is_array(value) || json_array_size(value) == 0) {
        return value_wrong_type(why, "eine Liste von Gemeindeschlüsseln, zum "
                                     "Beispiel [\"08336050\"]");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        const char *ags = json_string_value(json_array_get(value, i));
        if (ags == NULL || places_find(in->places, ags) == NULL ||
            !areas_add(areas, ags)) {
            (void)snprintf(why, VALUE_WHY_MAX,
                           "„%.20s“ ist kein Gemeindeschlüssel des "
                           "Landkreises.",
                           ags == NULL ? "?" : ags);
            return false;
        }
    }
    places_collapse(in->places, areas);
    return true;
}

static bool parameters_has_choice(const struct parameters_value *v,
                                  size_t index)
{
    for (size_t i = 0; i < v->n_items; i++) {
        if (v->choices[i] == index) {
            return true;
        }
    }
    return false;
}

static bool parameters_read_choices(json_t *value, struct parameters_value *v,
                                    char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    size_t n = json_array_size(value);
    size_t most = p->max > 0 ? (size_t)p->max : p->n_values;
    if (!json_is_array(value) || n < (size_t)p->min || n > most || n == 0) {
        return value_wrong_type(why, "eine Liste von Werten zur Wahl");
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(value, i));
        size_t index = 0;
        if (!value_choice(text == NULL ? "" : text, p, &index, why)) {
            return false;
        }
        if (parameters_has_choice(v, index)) {
            return value_wrong_type(why, "jeder Wert nur einmal");
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
           value_wrong_type(why, "ein Eintrag ohne unbekannte Felder");
}

static bool parameters_read_list(json_t *value, struct parameters_value *v,
                                 char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    size_t n = json_array_size(value);
    if (!json_is_array(value) || n == 0 || n > (size_t)p->max ||
        n > PARAMETERS_LIST_MAX) {
        return value_wrong_type(why, "eine Liste mit Einträgen");
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
            return value_wrong_type(why, "ein Objekt je Eintrag");
        }
        if (!good) {
            return false;
        }
    }
    return true;
}

static bool parameters_read_string(const struct parameters_input *in,
                                   const char *raw, struct parameters_value *v,
                                   char why[VALUE_WHY_MAX])
{
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

bool parameters_value_read(const struct parameters_input *in, json_t *value,
                           struct parameters_value *v, struct areas *areas,
                           char why[VALUE_WHY_MAX])
{
    const struct family_parameter *p = v->parameter;
    if (p->type == PARAMETER_ENUM_MULTI) {
        return p->municipalities ? parameters_read_areas(in, value, areas, why)
                                 : parameters_read_choices(value, v, why);
    }
    if (p->type == PARAMETER_LIST) {
        return parameters_read_list(value, v, why);
    }
    if (p->type == PARAMETER_INT) {
        v->number = json_integer_value(value);
        return json_is_integer(value)
                   ? value_int(v->number, p, why)
                   : value_wrong_type(why, "eine ganze Zahl");
    }
    const char *raw = json_string_value(value);
    return raw != NULL ? parameters_read_string(in, raw, v, why)
                       : value_wrong_type(why, "ein Text in Anführungszeichen");
}

json_t *parameters_value_encode(const struct parameters_value *v,
                                const struct areas *areas)
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
        for (size_t i = 0; p->municipalities && i < areas->n; i++) {
            check(json_array_append_new(list, json_string(areas->ags[i])) == 0);
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

void parameters_value_fini(struct parameters_value *v)
{
    free(v->text);
    for (size_t i = 0; i < v->n_items && v->items != NULL; i++) {
        free(v->items[i]);
    }
    free(v->items);
    *v = (struct parameters_value){0};
}
