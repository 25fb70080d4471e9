#include "channels/website/current.h"

#include <jansson.h>

#include "service/base/check.h"
#include "service/base/timestamp.h"

static void current_put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

static void current_put_text(json_t *object, const char *name, const char *text)
{
    current_put(object, name, json_string(text));
}

static void current_put_time(json_t *object, const char *name, int64_t at_ms)
{
    char text[TIMESTAMP_MAX];
    timestamp_format(at_ms, text);
    current_put_text(object, name, text);
}

static void current_put_address(json_t *object, const char *name,
                                const struct view *v, const char *path)
{
    current_put(object, name, json_sprintf("%s/%s", v->url, path));
}

static json_t *current_headlines(const struct alert *a)
{
    json_t *object = json_object();
    for (size_t i = 0; i < a->content.n_languages; i++) {
        const struct content_language *l = &a->content.languages[i];
        current_put_text(object, l->language, l->headline);
    }
    return object;
}

static json_t *current_areas(const struct alert *a)
{
    json_t *array = json_array();
    for (size_t i = 0; i < a->areas.n; i++) {
        check(json_array_append_new(array, json_string(a->areas.ags[i])) == 0);
    }
    return array;
}

static json_t *current_alert(const struct view *v, const struct alert *a)
{
    const struct content_language *l = view_language(a, PHRASE_DE);
    json_t *object = json_object();
    struct buf path;
    buf_init(&path, VIEW_VALUE_MAX);
    current_put_text(object, "id", a->id);
    current_put_text(object, "marker", a->marker);
    current_put_text(object, "kind", alert_kind_name(a->kind));
    current_put_text(object, "status", alert_status_name(a->status));
    current_put(object, "level", json_integer(a->level));
    current_put_text(object, "event", l == NULL ? "" : l->event);
    current_put(object, "headline", current_headlines(a));
    current_put(object, "areas", current_areas(a));
    current_put_time(object, "sent", a->released_at_ms);
    current_put_time(object, "expires", a->expires_at_ms);
    buf_printf(&path, "w/%s", a->marker);
    current_put_address(object, "url", v, buf_text(&path));
    buf_reset(&path);
    buf_printf(&path, "cap/%s.xml", a->id);
    current_put_address(object, "cap", v, buf_text(&path));
    buf_fini(&path);
    return object;
}

static void current_add(json_t *alerts, const struct view *v,
                        const struct state *state, enum alert_status status)
{
    for (size_t i = 0; i < state->n_incidents; i++) {
        const struct alert *a = state->incidents[i].current;
        if (a != NULL && a->status == status) {
            check(json_array_append_new(alerts, current_alert(v, a)) == 0);
        }
    }
}

char *current_compose(const struct view *v, enum alert_status status)
{
    json_t *object = json_object();
    json_t *alerts = json_array();
    current_put_time(object, "updated", view_updated_ms(v, status));
    for (size_t i = 0; i < v->n_states; i++) {
        current_add(alerts, v, v->states[i], status);
    }
    current_put(object, "alerts", alerts);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    return text;
}
