#include "channels/website/view.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/base/timestamp.h"

static bool view_adds(const struct alert *a)
{
    return a->kind == KIND_UPDATE || a->kind == KIND_CORRECTION;
}

int64_t view_updated_ms(const struct view *v, enum alert_status status)
{
    return status == STATUS_ACTUAL ? v->actual_updated_ms
                                   : v->exercise_updated_ms;
}

int view_level(const struct state_incident *incident, const struct alert *a)
{
    int level = 0;
    for (size_t i = 0; i < incident->n_alerts; i++) {
        const struct alert *earlier = incident->alerts[i];
        if (earlier->number <= a->number && earlier->level != 0) {
            level = earlier->level;
        }
    }
    return level < 1 || level > 3 ? 3 : level;
}

enum view_tone view_tone(const struct alert *a)
{
    if (a->kind == KIND_ALL_CLEAR) {
        return VIEW_ALL_CLEAR;
    }
    if (a->kind == KIND_RETRACTION) {
        return VIEW_RETRACTED;
    }
    if (a->level == 1) {
        return VIEW_LEVEL_1;
    }
    return a->level == 2 ? VIEW_LEVEL_2 : VIEW_LEVEL_3;
}

const struct alert *view_newest(const struct state_incident *incident)
{
    return incident->alerts[incident->n_alerts - 1];
}

const struct alert *view_base(const struct state_incident *incident,
                              const struct alert *a)
{
    const struct alert *base = NULL;
    for (size_t i = 0; view_adds(a) && i < incident->n_alerts; i++) {
        const struct alert *earlier = incident->alerts[i];
        if (earlier->number < a->number && !view_adds(earlier)) {
            base = earlier;
        }
    }
    return base;
}

bool view_has_section(const struct content_language *l,
                      const struct content_section *s)
{
    for (size_t i = 0; i < l->n_sections; i++) {
        if (strcmp(l->sections[i].text, s->text) == 0) {
            return true;
        }
    }
    return false;
}

bool view_parameter(const struct alert *a, const char *name,
                    char out[VIEW_VALUE_MAX])
{
    json_t *object = json_loads(a->parameters, JSON_REJECT_DUPLICATES, NULL);
    const char *value = json_string_value(json_object_get(object, name));
    bool found =
        value != NULL && *value != '\0' && strlen(value) < VIEW_VALUE_MAX;
    if (found) {
        mem_copy_text(out, VIEW_VALUE_MAX, value);
    }
    json_decref(object);
    return found;
}

bool view_phone(const struct view *v, const struct alert *a,
                char out[VIEW_VALUE_MAX])
{
    if (a != NULL && view_parameter(a, "telefon", out)) {
        return true;
    }
    const char *phones = v->config->phones;
    if (phones == NULL || *phones == '\0') {
        return false;
    }
    int len = (int)strcspn(phones, ",");
    int n = snprintf(out, VIEW_VALUE_MAX, "%.*s", len, phones);
    return n > 0 && n < VIEW_VALUE_MAX;
}

bool view_next_info(const struct alert *a, int64_t *at_ms)
{
    char value[VIEW_VALUE_MAX];
    return view_parameter(a, "naechste_info", value) &&
           timestamp_parse(value, at_ms);
}

int64_t view_stand_ms(const struct alert *a)
{
    int day;
    int month;
    int year;
    int hour;
    int minute;
    /* Written by the frame; the widths bound every number. */
    int n = sscanf(a->content.stand, "%2d.%2d.%4d, %2d:%2d", /* NOLINT */
                   &day, &month, &year, &hour, &minute);
    if (n != 5) {
        return a->released_at_ms;
    }
    return timestamp_from_local(year, month, day, hour, minute);
}

const char *view_area_name(const struct view *v, const char *ags)
{
    const char *name = NULL;
    if (v->config->area_name != NULL) {
        name = v->config->area_name(v->config->area_data, ags);
    }
    return name == NULL ? ags : name;
}

void view_areas(struct buf *b, const struct view *v, const struct areas *areas)
{
    for (size_t i = 0; i < areas->n; i++) {
        if (i > 0) {
            buf_add_text(b, ", ");
        }
        buf_add_text(b, view_area_name(v, areas->ags[i]));
    }
}

const struct content_language *view_language(const struct alert *a,
                                             enum phrase_language l)
{
    const struct content *c = &a->content;
    const struct content_language *found =
        content_find(c, phrase_names(l)->content);
    if (found != NULL || c->n_languages == 0) {
        return found;
    }
    return &c->languages[0];
}
