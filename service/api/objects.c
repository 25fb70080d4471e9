#include "service/api/objects.h"

#include <stdlib.h>
#include <string.h>

#include "service/api/json.h"
#include "service/base/check.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"

json_t *object_delivery(const struct delivery *d)
{
    json_t *o = json_object();
    json_put_text(o, "id", d->id);
    json_put_text(o, "alert", d->alert_id);
    json_put_text(o, "channel", channel_id_name(d->channel));
    json_put_text(o, "target", d->target);
    json_put_text(o, "state", delivery_state_name(d->state));
    json_put_text(o, "outcome", outcome_name(d->outcome));
    json_put_int(o, "attempts", d->attempts);
    json_put_text(o, "remote_id", d->remote_id);
    json_put_text(o, "permalink", d->permalink);
    json_put_time(o, "queued_at", d->queued_at_ms);
    json_put_time(o, "accepted_at", d->accepted_at_ms);
    json_put_time(o, "visible_at", d->visible_at_ms);
    json_put_time(o, "next_try_at",
                  delivery_is_final(d->state) ? 0 : d->next_try_at_ms);
    json_put_text(o, "detail", d->detail);
    if (d->channel == CHANNEL_DISPLAYS) {
        json_t *shown = json_object();
        json_put_int(shown, "expected", d->shown_expected);
        json_put_int(shown, "confirmed", d->shown_confirmed);
        json_put(o, "shown", shown);
    }
    return o;
}

static json_t *object_areas(const struct areas *areas)
{
    json_t *list = json_array();
    for (size_t i = 0; i < areas->n; i++) {
        check(json_array_append_new(list, json_string(areas->ags[i])) == 0);
    }
    return list;
}

static void object_put_people(json_t *o, const struct alert *a)
{
    json_put_text(o, "submitted_by", a->submitted_by);
    json_put_time(o, "submitted_at", a->submitted_at_ms);
    json_put_text(o, "approved_by", a->approved_by);
    json_put_time(o, "released_at", a->released_at_ms);
    json_put_time(o, "expires_at", a->expires_at_ms);
    json_put_bool(o, "office_hours", a->office_hours);
    if (a->break_glass[0] != '\0') {
        json_t *glass = json_object();
        json_put_text(glass, "reason", a->break_glass);
        json_put(o, "break_glass", glass);
    }
    json_put_bool(o, "countersign_owed", a->countersign_owed);
    json_put_text(o, "drill", a->drill_id);
}

json_t *object_alert(struct store *s, const struct alert *a)
{
    json_t *o = json_object();
    json_t *parameters = json_loads(a->parameters, 0, NULL);
    json_t *list = json_array();
    struct delivery_list deliveries;
    json_put_text(o, "id", a->id);
    json_put_text(o, "marker", a->marker);
    json_put_text(o, "kind", alert_kind_name(a->kind));
    json_put_text(o, "status", alert_status_name(a->status));
    json_put_text(o, "state", alert_state_name(a->state));
    json_put_text(o, "template", a->template_id);
    json_put_int(o, "template_version", a->template_version);
    json_put_text(o, "template_hash", a->template_hash);
    json_put(o, "parameters", parameters == NULL ? json_object() : parameters);
    json_put_int(o, "level", a->level);
    json_put(o, "areas", object_areas(&a->areas));
    object_put_people(o, a);
    delivery_load_alert(s, a->id, &deliveries);
    for (size_t i = 0; i < deliveries.n; i++) {
        check(json_array_append_new(
                  list, object_delivery(&deliveries.items[i])) == 0);
    }
    delivery_list_fini(&deliveries);
    json_put(o, "deliveries", list);
    return o;
}

json_t *object_alert_by_id(struct store *s, const char *id)
{
    struct alert a;
    if (!alert_load(s, id, &a)) {
        return NULL;
    }
    json_t *o = object_alert(s, &a);
    alert_fini(&a);
    return o;
}

/* What the newest released alert made of it; of one that was never released,
 * the newest alert's state. A refused update changes nothing. */
static const char *object_incident_state(const struct alert_list *alerts)
{
    const struct alert *newest = &alerts->items[alerts->n - 1];
    for (size_t i = 0; i < alerts->n; i++) {
        if (alerts->items[i].released_at_ms > 0) {
            newest = &alerts->items[i];
        }
    }
    if (newest->state != ALERT_RELEASED) {
        return alert_state_name(newest->state);
    }
    if (newest->kind == KIND_ALL_CLEAR) {
        return alert_state_name(ALERT_ALL_CLEAR);
    }
    return newest->kind == KIND_RETRACTION ? alert_state_name(ALERT_RETRACTED)
                                           : "open";
}

json_t *object_incident(struct store *s, const char *marker)
{
    struct alert_list alerts;
    json_t *o = NULL;
    alert_load_incident(s, marker, &alerts);
    if (alerts.n > 0) {
        json_t *list = json_array();
        o = json_object();
        json_put_text(o, "marker", marker);
        json_put_text(o, "state", object_incident_state(&alerts));
        for (size_t i = 0; i < alerts.n; i++) {
            check(json_array_append_new(
                      list, object_alert(s, &alerts.items[i])) == 0);
        }
        json_put(o, "alerts", list);
    }
    alert_list_fini(&alerts);
    return o;
}
