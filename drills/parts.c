/* What planning, the calendar and runs have in common: time, the transaction,
 * the leaf, the request at the conductor's door, the end. */
#include "drills/parts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/store.h"

int64_t drills_now_ms(const struct drills *d)
{
    return clock_wall_ms(d->o.clock);
}

int64_t drills_mono_ms(const struct drills *d)
{
    return clock_mono_ms(d->o.clock);
}

void drills_commit(struct drills *d)
{
    struct err e;
    if (store_commit(d->o.store, &e) != ERR_OK) {
        d->o.fatal(&e, d->o.data);
    }
}

int64_t drills_leaf(struct drills *d, const struct drill *drill,
                    const char *type, const char *actor, const char *outcome)
{
    return log_append(d->o.store, &(struct log_entry){
                                      .type = type,
                                      .actor = actor,
                                      .incident = drill->marker,
                                      .alert = drill->alert_id,
                                      .status = "exercise",
                                      .drill = drill->id,
                                      .outcome = outcome,
                                      .template_id = drill->template_id,
                                  });
}

void drills_tell(struct drills *d, const struct drill *drill, int64_t leaf)
{
    log_info("drill=%s state=%s exercise=1", drill->id,
             drill_state_name(drill->state));
    d->o.changed(drill, leaf, d->o.data);
}

struct actor drills_actor(const struct drill *drill)
{
    struct actor a = {.via = ACTOR_DRILL};
    MEM_SET_TEXT(a.name, drill->planned_by);
    return a;
}

static json_t *drills_channels(unsigned channels)
{
    json_t *list = json_array();
    check(list != NULL);
    for (int c = 0; c < N_CHANNELS; c++) {
        if ((channels & 1U << c) != 0) {
            check(json_array_append_new(list, json_string(channel_id_name(
                                                  (enum channel_id)c))) == 0);
        }
    }
    return list;
}

enum err_code drills_trigger(const struct drill *drill, const char *marker,
                             const char *confirm, struct trigger *t,
                             struct fields *fields, struct err *e)
{
    bool is_end = marker[0] != '\0';
    json_t *body = json_pack("{s:s,s:s}", "template", drill->template_id,
                             "status", "exercise");
    check(body != NULL);
    if (!is_end) {
        json_t *parameters =
            json_loads(drill->parameters, JSON_REJECT_DUPLICATES, NULL);
        check(json_object_set_new(body, "parameters",
                                  parameters == NULL ? json_object()
                                                     : parameters) == 0);
    }
    if (drill->channels != 0) {
        check(json_object_set_new(body, "channels",
                                  drills_channels(drill->channels)) == 0);
    }
    if (confirm != NULL) {
        check(json_object_set_new(body, "confirm", json_string(confirm)) == 0);
    }
    char *text = json_dumps(body, JSON_COMPACT);
    check(text != NULL);
    json_decref(body);
    const struct trigger_source source = {
        .body = text,
        .len = strlen(text),
        .use = confirm == NULL ? TRIGGER_PREVIEW : TRIGGER_SUBMIT,
        .kind = is_end ? KIND_ALL_CLEAR : KIND_ALERT,
        .marker = marker};
    enum err_code code = trigger_parse(&source, t, fields, e);
    free(text);
    return code;
}

static void drills_on_tick_closed(uv_handle_t *handle)
{
    struct drills *d = container_of((uv_timer_t *)handle, struct drills, tick);
    drills_close_cb cb = d->close_cb;
    void *data = d->close_data;
    free(d);
    cb(data);
}

void drills_maybe_closed(struct drills *d)
{
    if (!d->is_closing || d->is_tick_closed) {
        return;
    }
    if (d->n_plans == 0 && d->runs == NULL) {
        d->is_tick_closed = true;
        uv_close((uv_handle_t *)&d->tick, drills_on_tick_closed);
    }
}
