#include "service/flow/trigger.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

enum { TRIGGER_DEPTH_MAX = 8 };

/* Names every string with a NUL in it: no text of ours has one, and as a C
 * string it would be cut silently. False when the value is nested too deep. */
static bool trigger_look(json_t *value, const char *path, int depth,
                         struct fields *f)
{
    char inner[FIELD_NAME_MAX];
    if (depth > TRIGGER_DEPTH_MAX) {
        return false;
    }
    if (json_is_string(value) &&
        strlen(json_string_value(value)) != json_string_length(value)) {
        fields_add(f, path, "Steuerzeichen sind nicht erlaubt.");
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        if (!trigger_look(json_array_get(value, i), path, depth + 1, f)) {
            return false;
        }
    }
    for (void *iter = json_object_iter(value); iter != NULL;
         iter = json_object_iter_next(value, iter)) {
        (void)snprintf(inner, sizeof(inner), "%.40s%s%.40s", path,
                       path[0] == '\0' ? "" : ".", json_object_iter_key(iter));
        if (!trigger_look(json_object_iter_value(iter), inner, depth + 1, f)) {
            return false;
        }
    }
    return true;
}

static bool trigger_known(const char *name, enum trigger_use use)
{
    static const char *const names[] = {
        "template", "kind",    "incident",      "parameters", "status",
        "channels", "confirm", "preconditions", "break_glass"};
    size_t n = use == TRIGGER_PREVIEW ? 6 : sizeof(names) / sizeof(names[0]);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void trigger_refuse_unknown(json_t *body, enum trigger_use use,
                                   struct fields *f)
{
    void *iter = json_object_iter(body);
    for (; iter != NULL; iter = json_object_iter_next(body, iter)) {
        const char *name = json_object_iter_key(iter);
        if (!trigger_known(name, use)) {
            fields_add(f, name, "Dieses Feld gibt es nicht. Entfernen Sie es.");
        }
    }
}

/* The value at name; NULL when absent or null (contract: the same). */
static const json_t *trigger_get(const json_t *body, const char *name)
{
    const json_t *value = json_object_get(body, name);
    return json_is_null(value) ? NULL : value;
}

static void trigger_text(const json_t *body, const char *name, char *field,
                         size_t size, struct fields *f)
{
    const json_t *value = trigger_get(body, name);
    field[0] = '\0';
    if (value == NULL) {
        return;
    }
    if (!json_is_string(value)) {
        fields_add(f, name, "Hier wird ein Text erwartet.");
        return;
    }
    if (json_string_length(value) >= size) {
        fields_add(f, name, "Zu lang: höchstens %zu Zeichen.", size - 1);
        return;
    }
    mem_copy_text(field, size, json_string_value(value));
}

static void trigger_kind(const json_t *body, struct trigger *t,
                         struct fields *f)
{
    const json_t *value = trigger_get(body, "kind");
    enum alert_kind kind = t->kind;
    if (value == NULL) {
        return;
    }
    if (!json_is_string(value) ||
        !alert_kind_parse(json_string_value(value), &kind)) {
        fields_add(f, "kind",
                   "Erlaubt sind alert, update, all_clear, "
                   "retraction und correction.");
        return;
    }
    if (t->marker[0] != '\0' && kind != t->kind) {
        fields_add(f, "kind",
                   "Die Art steht schon in der Adresse des Aufrufs "
                   "und ist dort eine andere.");
        return;
    }
    t->kind = kind;
}

static void trigger_incident(const json_t *body, struct trigger *t,
                             struct fields *f)
{
    char marker[ID_MAX];
    trigger_text(body, "incident", marker, sizeof(marker), f);
    if (marker[0] == '\0') {
        return;
    }
    if (t->marker[0] != '\0' && strcmp(t->marker, marker) != 0) {
        fields_add(f, "incident",
                   "Das Ereignis steht schon in der Adresse des "
                   "Aufrufs und ist dort ein anderes.");
        return;
    }
    MEM_SET_TEXT(t->marker, marker);
}

static void trigger_status(const json_t *body, struct trigger *t,
                           struct fields *f)
{
    const json_t *value = trigger_get(body, "status");
    if (value == NULL) {
        if (t->marker[0] == '\0') {
            fields_add(f, "status",
                       "Sagen Sie ausdrücklich actual (echt) oder "
                       "exercise (Übung).");
        }
        return;
    }
    if (!json_is_string(value) ||
        !alert_status_parse(json_string_value(value), &t->status)) {
        fields_add(f, "status",
                   "Erlaubt sind actual (echt) und exercise "
                   "(Übung).");
        return;
    }
    t->has_status = true;
}

static void trigger_channels(const json_t *body, struct trigger *t,
                             struct fields *f)
{
    const json_t *list = trigger_get(body, "channels");
    if (list == NULL) {
        return;
    }
    if (!json_is_array(list) || json_array_size(list) == 0) {
        fields_add(f, "channels", "Hier wird eine Liste von Kanälen erwartet.");
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        enum channel_id id = CHANNEL_FACEBOOK;
        if (name == NULL || !channel_id_parse(name, &id)) {
            fields_add(f, "channels",
                       "Erlaubt sind facebook, instagram, "
                       "website und displays.");
            return;
        }
        t->channels |= 1U << id;
    }
}

static void trigger_parameters(const json_t *body, struct trigger *t,
                               struct fields *f)
{
    const json_t *value = trigger_get(body, "parameters");
    if (value != NULL && !json_is_object(value)) {
        fields_add(f, "parameters", "Hier wird ein Objekt erwartet.");
        value = NULL;
    }
    t->parameters = value == NULL
                        ? mem_strdup("{}")
                        : json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
    check(t->parameters != NULL);
}

static void trigger_preconditions(const json_t *body, struct trigger *t,
                                  struct fields *f)
{
    const json_t *list = trigger_get(body, "preconditions");
    if (list == NULL) {
        return;
    }
    if (!json_is_array(list) ||
        json_array_size(list) > TRIGGER_PRECONDITIONS_MAX) {
        fields_add(f, "preconditions",
                   "Hier wird eine Liste von Kennungen "
                   "der Vorbedingungen erwartet.");
        return;
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *id = json_string_value(json_array_get(list, i));
        if (id == NULL || strlen(id) >= TRIGGER_PRECONDITION_MAX) {
            fields_add(f, "preconditions",
                       "Jede Vorbedingung ist eine Kennung aus der Vorlage.");
            return;
        }
        MEM_SET_TEXT(t->preconditions[t->n_preconditions], id);
        t->n_preconditions++;
    }
}

static void trigger_break_glass(const json_t *body, struct trigger *t,
                                struct fields *f)
{
    const json_t *value = trigger_get(body, "break_glass");
    if (value == NULL) {
        return;
    }
    const json_t *reason = trigger_get(value, "reason");
    if (!json_is_object(value) || json_object_size(value) != 1 ||
        !json_is_string(reason)) {
        fields_add(f, "break_glass", "Erwartet wird {\"reason\": \"Grund\"}.");
        return;
    }
    size_t len = json_string_length(reason);
    if (len < 3 || len >= sizeof(t->break_glass)) {
        fields_add(f, "break_glass.reason",
                   "Der Grund braucht 3 bis %zu Zeichen.",
                   sizeof(t->break_glass) - 1);
        return;
    }
    MEM_SET_TEXT(t->break_glass, json_string_value(reason));
}

static void trigger_digest(const json_t *body, const char *call,
                           struct trigger *t)
{
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS);
    check(text != NULL);
    size_t len = strlen(text) + strlen(call) + 2;
    char *whole = mem_zalloc(len);
    (void)snprintf(whole, len, "%s\n%s", call, text);
    struct digest d = digest_of(whole, strlen(whole));
    digest_named(&d, t->body_digest);
    free(whole);
    free(text);
}

static void trigger_read(json_t *body, enum trigger_use use, struct trigger *t,
                         struct fields *f)
{
    char call[ID_MAX + 32];
    (void)snprintf(call, sizeof(call), "%s %s", alert_kind_name(t->kind),
                   t->marker);
    trigger_digest(body, call, t);
    trigger_refuse_unknown(body, use, f);
    trigger_text(body, "template", t->template_id, sizeof(t->template_id), f);
    /* The kind first: a marker that is known by then is the address's. */
    trigger_kind(body, t, f);
    trigger_incident(body, t, f);
    trigger_status(body, t, f);
    trigger_channels(body, t, f);
    trigger_parameters(body, t, f);
    if (use == TRIGGER_SUBMIT) {
        trigger_text(body, "confirm", t->confirm, sizeof(t->confirm), f);
        trigger_preconditions(body, t, f);
        trigger_break_glass(body, t, f);
        if (t->confirm[0] == '\0' && f->n == 0) {
            fields_add(f, "confirm",
                       "Es fehlt der Prüfwert der Vorschau "
                       "(digest aus POST /previews).");
        }
    }
    if (t->kind == KIND_ALERT && t->marker[0] != '\0') {
        fields_add(f, "incident",
                   "Eine neue Meldung eröffnet ihr Ereignis "
                   "selbst. Für ein bestehendes Ereignis nehmen "
                   "Sie update, correction, all_clear oder "
                   "retraction.");
    }
    if (t->kind != KIND_ALERT && t->marker[0] == '\0') {
        fields_add(f, "incident", "Zu welchem Ereignis gehört die Meldung?");
    }
    if (t->template_id[0] == '\0' && t->marker[0] == '\0') {
        fields_add(f, "template", "Es fehlt die Vorlage.");
    }
}

enum err_code trigger_parse(const struct trigger_source *source,
                            struct trigger *t, struct fields *fields,
                            struct err *e)
{
    json_error_t problem;
    json_t *object =
        json_loadb(source->body, source->len,
                   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &problem);
    *t = (struct trigger){.kind = source->kind};
    if (!json_is_object(object) || !trigger_look(object, "", 0, fields) ||
        strlen(source->marker) >= sizeof(t->marker)) {
        json_decref(object);
        return err_set(e, ERR_CORRUPT,
                       "Der Inhalt ist kein gültiges JSON-Objekt (Zeile %d: "
                       "%.80s). Es wurde nichts gespeichert.",
                       problem.line,
                       object == NULL ? problem.text : "kein Objekt");
    }
    MEM_SET_TEXT(t->marker, source->marker);
    if (fields->n == 0) {
        trigger_read(object, source->use, t, fields);
    }
    json_decref(object);
    if (fields->n > 0) {
        trigger_fini(t);
        return err_set(e, ERR_INVALID, "Angaben fehlen oder sind falsch.");
    }
    return ERR_OK;
}

void trigger_fini(struct trigger *t)
{
    free(t->parameters);
    t->parameters = NULL;
}

void trigger_asked(const struct trigger *t, char out[DIGEST_NAMED_MAX])
{
    json_t *asked =
        json_pack("{s:s, s:s, s:s, s:s, s:i, s:s}", "template", t->template_id,
                  "kind", alert_kind_name(t->kind), "incident", t->marker,
                  "status", alert_status_name(t->status), "channels",
                  (int)t->channels, "parameters", t->parameters);
    char *text = json_dumps(asked, JSON_COMPACT | JSON_SORT_KEYS);
    check(text != NULL);
    struct digest d = digest_of(text, strlen(text));
    digest_named(&d, out);
    free(text);
    json_decref(asked);
}

bool trigger_key_valid(const char *key)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "0123456789._:-";
    size_t len = strlen(key);
    return len > 0 && len < TRIGGER_KEY_MAX && strspn(key, allowed) == len;
}
