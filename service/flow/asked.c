/* What a trigger means here and now: which family, incident, channels and
 * values. The preview renders it; a submission that does not fit its preview
 * is told from it what is wrong. */
#include "service/flow/asked.h"

#include <string.h>

#include "service/base/mem.h"
#include "service/config/config.h"
#include "service/store/alert.h"
#include "templates/family.h"

/* The alert of the incident that is true now: the newest released one. */
static const struct alert *asked_newest(const struct alert_list *incident)
{
    const struct alert *newest = NULL;
    for (size_t i = 0; i < incident->n; i++) {
        if (incident->items[i].released_at_ms > 0) {
            newest = &incident->items[i];
        }
    }
    return newest;
}

/* After an all-clear nothing "gilt weiter", after a retraction nothing at all:
 * what comes then is a new event. An all-clear can be corrected. */
static bool asked_is_over(const struct alert *newest, enum alert_kind next)
{
    return newest->state != ALERT_RELEASED || newest->kind == KIND_RETRACTION ||
           (newest->kind == KIND_ALL_CLEAR &&
            (next == KIND_UPDATE || next == KIND_ALL_CLEAR));
}

/* How it ended, for a person. */
static const char *asked_end(const struct alert *newest)
{
    if (newest->state != ALERT_RELEASED) {
        return alert_state_name(newest->state);
    }
    return newest->kind == KIND_RETRACTION ? "zurückgezogen" : "Entwarnung";
}

bool asked_may_follow(const struct alert_list *incident, enum alert_kind kind,
                      int number)
{
    const struct alert *newest = asked_newest(incident);
    return newest != NULL && newest->number < number &&
           !asked_is_over(newest, kind);
}

enum err_code asked_closed(const struct alert *a, struct err *e)
{
    return err_set(e, ERR_CONFLICT,
                   "Das Ereignis %s ist abgeschlossen oder schon weiter. Es "
                   "wurde nichts gesendet. Bei neuer Gefahr eröffnen Sie eine "
                   "neue Meldung.",
                   a->marker);
}

/* Template, status and stream of a follow-up are the incident's. */
static enum err_code asked_follow(struct asked *w)
{
    struct broadcast_preview *p = w->preview;
    struct trigger *t = &p->trigger;
    const struct alert *newest = asked_newest(&w->incident);
    if (newest == NULL) {
        return err_set(&p->err, ERR_NOT_FOUND,
                       "Das Ereignis %.40s gibt es nicht.", t->marker);
    }
    if (t->template_id[0] != '\0' &&
        strcmp(t->template_id, newest->template_id) != 0) {
        fields_add(&p->fields, "template",
                   "Das Ereignis gehört zur Vorlage %s.", newest->template_id);
    }
    if (t->has_status && t->status != newest->status) {
        fields_add(&p->fields, "status", "Das Ereignis hat den Status %s.",
                   alert_status_name(newest->status));
    }
    if (p->fields.n > 0) {
        return err_set(&p->err, ERR_INVALID,
                       "Die Angaben passen nicht zum "
                       "Ereignis.");
    }
    MEM_SET_TEXT(t->template_id, newest->template_id);
    t->status = newest->status;
    p->draft.alert.stream = newest->stream;
    if (asked_is_over(newest, t->kind)) {
        p->problem = "incident-closed";
        return err_set(&p->err, ERR_CONFLICT,
                       "Das Ereignis %s ist abgeschlossen (%s). Eröffnen Sie "
                       "eine neue Meldung.",
                       newest->marker, asked_end(newest));
    }
    enum err_code code =
        families_get(p->broadcast, newest->template_id,
                     newest->template_version, &w->family, &p->err);
    p->draft.alert.template_version = newest->template_version;
    return code;
}

static enum err_code asked_open(struct asked *w)
{
    struct broadcast_preview *p = w->preview;
    struct trigger *t = &p->trigger;
    struct alert *a = &p->draft.alert;
    enum err_code code =
        families_in_force(p->broadcast, t->template_id, &a->template_version,
                          &w->family, &p->err);
    if (code == ERR_NOT_FOUND) {
        fields_add(&p->fields, "template", "%s", p->err.msg);
        return err_set(&p->err, ERR_INVALID, "Die Vorlage ist unbekannt.");
    }
    a->stream = t->status == STATUS_ACTUAL ? STREAM_ACTUAL
                : p->public_drill          ? STREAM_EXERCISE
                                           : STREAM_REHEARSAL;
    if (code == ERR_OK && a->stream == STREAM_EXERCISE &&
        !w->family->public_drill) {
        fields_add(&p->fields, "template",
                   "Diese Vorlage ist nicht für öffentliche Übungen gedacht.");
        return err_set(&p->err, ERR_INVALID, "Vorlage und Übung passen nicht.");
    }
    return code;
}

static unsigned asked_channels_on(const struct broadcast *b, enum stream stream)
{
    unsigned on = 0;
    for (int c = 0; c < N_CHANNELS; c++) {
        if (broadcast_channel(b, stream, (enum channel_id)c) != NULL) {
            on |= 1U << c;
        }
    }
    return on;
}

enum err_code asked_resolve(struct asked *w)
{
    struct broadcast_preview *p = w->preview;
    struct broadcast *b = p->broadcast;
    struct trigger *t = &p->trigger;
    enum err_code code;
    if (t->marker[0] != '\0') {
        alert_load_incident(b->o.store, t->marker, &w->incident);
        code = asked_follow(w);
    } else {
        code = asked_open(w);
    }
    if (code == ERR_CONFLICT && p->problem == NULL) {
        p->problem = "template-blocked";
    }
    if (code != ERR_OK) {
        return code;
    }
    unsigned on = asked_channels_on(b, p->draft.alert.stream);
    t->channels = t->channels == 0 ? on : t->channels;
    if ((t->channels & ~on) != 0) {
        fields_add(&p->fields, "channels",
                   "Ein gewählter Kanal ist nicht eingerichtet.");
        return err_set(&p->err, ERR_INVALID, "Ein Kanal ist aus.");
    }
    trigger_asked(t, p->draft.request);
    return ERR_OK;
}

enum err_code asked_parameters(struct asked *w, struct parameters *out)
{
    struct broadcast_preview *p = w->preview;
    const struct config *config = p->broadcast->o.config;
    const char *known[PARAMETERS_KNOWN_MAX];
    struct parameters_input in = {.family = w->family,
                                  .kind = p->trigger.kind,
                                  .places = p->broadcast->o.places,
                                  .json = p->trigger.parameters,
                                  .known = known,
                                  .phones = config->phones,
                                  .url_hosts = config->url_hosts,
                                  .now_ms = broadcast_now_ms(p->broadcast),
                                  .relative_times = p->relative_times};
    if (p->as_of_ms != 0) {
        in.now_ms = p->as_of_ms;
    }
    const struct alert *newest = asked_newest(&w->incident);
    for (size_t i = 0; i < w->incident.n && in.n_known < PARAMETERS_KNOWN_MAX;
         i++) {
        if (w->incident.items[i].released_at_ms > 0) {
            known[in.n_known++] = w->incident.items[i].parameters;
        }
    }
    in.inherited = newest == NULL ? NULL : &newest->areas;
    return parameters_read(&in, out, &p->fields)
               ? ERR_OK
               : err_set(&p->err, ERR_INVALID,
                         "Angaben fehlen oder sind falsch.");
}

void asked_complain(struct broadcast *b, const struct trigger *t,
                    struct fields *fields)
{
    struct broadcast_preview p = {
        .trigger = *t, .drill_id = "", .broadcast = b};
    struct asked w = {.preview = &p};
    struct parameters parameters;
    draft_init(&p.draft);
    if (asked_resolve(&w) == ERR_OK &&
        asked_parameters(&w, &parameters) == ERR_OK) {
        parameters_fini(&parameters);
    }
    for (size_t i = 0; i < p.fields.n; i++) {
        fields_add(fields, p.fields.items[i].field, "%s",
                   p.fields.items[i].message);
    }
    draft_fini(&p.draft);
    alert_list_fini(&w.incident);
}
