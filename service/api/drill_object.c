/* A drill as GET /drills and the event stream tell it (contract 4). */
#include <jansson.h>

#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/store/drill.h"

static json_t *drill_channel_names(unsigned channels)
{
    json_t *list = json_array();
    for (int c = 0; c < N_CHANNELS; c++) {
        if ((channels & 1U << c) != 0) {
            check(json_array_append_new(list, json_string(channel_id_name(
                                                  (enum channel_id)c))) == 0);
        }
    }
    return list;
}

json_t *object_drill(const struct drill *d)
{
    json_t *o = json_object();
    json_put_text(o, "id", d->id);
    json_put_text(o, "name", d->name);
    json_put_text(o, "state", drill_state_name(d->state));
    json_put_text(o, "mode", d->is_public ? "public" : "internal");
    json_put_text(o, "template", d->template_id);
    json_t *parameters =
        json_loads(d->parameters, JSON_REJECT_DUPLICATES, NULL);
    json_put(o, "parameters", parameters == NULL ? json_object() : parameters);
    if (d->channels != 0) {
        json_put(o, "channels", drill_channel_names(d->channels));
    }
    json_put_int(o, "duration_s", d->duration_s);
    json_put_time(o, "next_at", d->next_at_ms);
    json_put_text(o, "planned_by", d->planned_by);
    json_put_time(o, "planned_at", d->planned_at_ms);
    json_put_text(o, "approved_by", d->approved_by);
    json_put_time(o, "started_at", d->started_at_ms);
    json_put_time(o, "ended_at", d->ended_at_ms);
    json_put_text(o, "incident", d->marker);
    json_put_text(o, "reason", d->reason);
    return o;
}

char *object_drill_json(struct store *s, const char *id)
{
    struct drill d;
    if (!drill_load(s, id, &d)) {
        return NULL;
    }
    json_t *object = object_drill(&d);
    drill_fini(&d);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    return text;
}
