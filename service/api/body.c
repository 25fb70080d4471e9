#include "service/api/body.h"

#include <string.h>

#include "service/http/request.h"

json_t *body_parse(struct api_call *c)
{
    size_t len = 0;
    const char *bytes = http_request_body(c->request, &len);
    json_t *object = len == 0
                         ? json_object()
                         : json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(object)) {
        json_decref(object);
        api_problem(c, 400, "json",
                    "Der Inhalt ist kein gültiges JSON-Objekt. Es wurde nichts "
                    "gespeichert.");
        return NULL;
    }
    return object;
}

static bool body_is_named(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (strcmp(name, *names) == 0) {
            return true;
        }
    }
    return false;
}

void body_only(json_t *object, const char *const *names, struct fields *f)
{
    for (void *iter = json_object_iter(object); iter != NULL;
         iter = json_object_iter_next(object, iter)) {
        const char *name = json_object_iter_key(iter);
        if (!body_is_named(name, names)) {
            fields_add(f, name, "Dieses Feld gibt es nicht. Entfernen Sie es.");
        }
    }
}

const char *body_text(const json_t *object, const char *name, size_t max,
                      struct fields *f)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        return NULL;
    }
    if (!json_is_string(value)) {
        fields_add(f, name, "Hier wird ein Text erwartet.");
        return NULL;
    }
    if (json_string_length(value) > max) {
        fields_add(f, name, "Zu lang: höchstens %zu Zeichen.", max);
        return NULL;
    }
    return json_string_value(value);
}

const char *body_text_required(const json_t *object, const char *name,
                               size_t max, struct fields *f)
{
    size_t before = f->n;
    const char *text = body_text(object, name, max, f);
    if (f->n == before && (text == NULL || text[0] == '\0')) {
        fields_add(f, name, "Diese Angabe fehlt.");
        return NULL;
    }
    return text;
}

int64_t body_int(const json_t *object, const char *name, int64_t min,
                 int64_t max, int64_t otherwise, struct fields *f)
{
    const json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        return otherwise;
    }
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        fields_add(f, name,
                   "Hier wird eine ganze Zahl von %lld bis %lld "
                   "erwartet.",
                   (long long)min, (long long)max);
        return otherwise;
    }
    return json_integer_value(value);
}
