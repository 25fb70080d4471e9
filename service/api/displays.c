#include "service/api/displays.h"

#include <stdlib.h>
#include <string.h>

#include "channels/displays/acl.h"
#include "channels/displays/report.h"
#include "service/api/api.h"
#include "service/api/body.h"
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/base/log.h"
#include "service/config/config.h"
#include "service/seal/keyring.h"
#include "service/store/display.h"
#include "service/store/store.h"
#include "templates/places.h"

enum { DISPLAYS_ACL_BYTES = 16 * 1024 };

/* Takes `object`. */
static void displays_reply(struct api_call *c, int status, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    api_reply_json(c, status, text);
    free(text);
}

void api_displays_get(struct api_call *c)
{
    struct display_list list;
    json_t *items = json_array();
    json_t *answer = json_object();
    display_list_load(c->api->store, &list);
    for (size_t i = 0; i < list.n; i++) {
        json_t *item =
            object_display(&list.items[i], clock_wall_ms(c->api->clock));
        check(json_array_append_new(items, item) == 0);
    }
    display_list_fini(&list);
    json_put(answer, "items", items);
    displays_reply(c, 200, answer);
}

/* ---- pairing ---- */

struct displays_pairing {
    const char *id;
    const char *area;
    bool rehearsal;
};

static bool displays_id_valid(const char *id)
{
    char topic[ID_MAX + 32];
    char found[ID_MAX];
    (void)snprintf(topic, sizeof(topic), "display/%.*s/shown", ID_MAX, id);
    return report_topic_parse(topic, found) == REPORT_SHOWN;
}

static bool displays_area_known(const char *area)
{
    struct places *places = places_builtin();
    bool known = places_find(places, area) != NULL;
    places_free(places);
    return known;
}

static void displays_pairing_read(json_t *body, struct displays_pairing *p,
                                  struct fields *f)
{
    static const char *const names[] = {"id", "area", "rehearsal", NULL};
    const json_t *rehearsal = json_object_get(body, "rehearsal");
    body_only(body, names, f);
    p->id = body_text_required(body, "id", ID_MAX - 1, f);
    p->area = body_text_required(body, "area", AGS_MAX - 1, f);
    p->rehearsal = json_is_true(rehearsal);
    if (p->id != NULL && !displays_id_valid(p->id)) {
        fields_add(f, "id", "1 bis 64 Buchstaben, Ziffern, „_“ oder „-“");
    }
    if (p->area != NULL && !displays_area_known(p->area)) {
        fields_add(f, "area",
                   "unbekannt: der achtstellige Schlüssel einer Gemeinde oder "
                   "der fünfstellige des Landkreises");
    }
    if (rehearsal != NULL && !json_is_boolean(rehearsal) &&
        !json_is_null(rehearsal)) {
        fields_add(f, "rehearsal", "true oder false");
    }
}

/* The lines of a text as an array. Takes the buffer's text. */
static json_t *displays_lines(struct buf *b)
{
    json_t *lines = json_array();
    check(buf_ok(b));
    for (const char *at = buf_text(b); *at != '\0';) {
        size_t len = strcspn(at, "\n");
        check(json_array_append_new(lines, json_stringn(at, len)) == 0);
        at += len + (at[len] == '\n' ? 1 : 0);
    }
    buf_fini(b);
    return lines;
}

static json_t *displays_topics(const struct api *api,
                               const struct displays_pairing *p)
{
    struct acl_topics topics;
    struct buf b;
    buf_init(&b, DISPLAYS_ACL_BYTES);
    acl_display_topics(p->area, api->config->area, p->rehearsal, &topics);
    for (unsigned i = 0; i < topics.n; i++) {
        buf_printf(&b, "%s/%s\n", api->config->displays_topic_prefix,
                   topics.text[i]);
    }
    return displays_lines(&b);
}

/* Whom the display may believe: never the rehearsal key unless paired so. */
static json_t *displays_keys(const struct api *api,
                             const struct displays_pairing *p)
{
    static const enum keyring_use uses[] = {KEYRING_ACTUAL, KEYRING_EXERCISE,
                                            KEYRING_HEARTBEAT, KEYRING_KEYS,
                                            KEYRING_REHEARSAL};
    json_t *keys = json_array();
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        char text[KEY_TEXT_MAX];
        if (uses[i] != KEYRING_REHEARSAL || p->rehearsal) {
            key_format(&api->keys->keys[uses[i]].open, text);
            check(json_array_append_new(keys, json_string(text)) == 0);
        }
    }
    return keys;
}

static json_t *displays_acl(const struct api *api,
                            const struct displays_pairing *p)
{
    struct buf b;
    buf_init(&b, DISPLAYS_ACL_BYTES);
    acl_display(
        &b, &(struct acl_display){.username = p->id,
                                  .prefix = api->config->displays_topic_prefix,
                                  .id = p->id,
                                  .area = p->area,
                                  .county = api->config->area,
                                  .rehearsal = p->rehearsal});
    return displays_lines(&b);
}

static json_t *displays_paired(const struct api *api,
                               const struct displays_pairing *p)
{
    json_t *o = json_object();
    json_put_text(o, "id", p->id);
    json_put_text(o, "area", p->area);
    json_put_bool(o, "rehearsal", p->rehearsal);
    json_put(o, "topics", displays_topics(api, p));
    json_put(o, "keys", displays_keys(api, p));
    json_put(o, "acl", displays_acl(api, p));
    return o;
}

static bool displays_commit(struct api_call *c, const char *id)
{
    struct err e;
    if (store_commit(c->api->store, &e) == ERR_OK) {
        return true;
    }
    log_error("display=%s: %s", id, e.msg);
    api_problem_err(c, &e);
    return false;
}

void api_displays_post(struct api_call *c)
{
    struct displays_pairing p = {0};
    struct fields fields = {0};
    if (!api_require_role(c, ROLE_OPERATOR)) {
        return;
    }
    json_t *body = body_parse(c);
    if (body == NULL) {
        return;
    }
    displays_pairing_read(body, &p, &fields);
    if (fields.n > 0) {
        json_decref(body);
        api_problem_fields(c, &fields);
        return;
    }
    store_begin(c->api->store);
    display_pair(c->api->store, p.id, p.area, p.rehearsal, c->actor.name);
    if (displays_commit(c, p.id)) {
        displays_reply(c, 201, displays_paired(c->api, &p));
    }
    json_decref(body);
}

void api_display_revoke(struct api_call *c)
{
    static const char *const names[] = {NULL};
    const char *id = c->parameters[0];
    struct fields fields = {0};
    struct display d;
    if (!api_require_role(c, ROLE_OPERATOR)) {
        return;
    }
    json_t *body = body_parse(c);
    if (body == NULL) {
        return;
    }
    body_only(body, names, &fields);
    json_decref(body);
    if (fields.n > 0) {
        api_problem_fields(c, &fields);
        return;
    }
    store_begin(c->api->store);
    if (!display_revoke(c->api->store, id, c->actor.name)) {
        store_rollback(c->api->store);
        api_problem(c, 404, NULL,
                    "Eine gekoppelte Anzeige dieses Namens gibt es nicht.");
        return;
    }
    if (displays_commit(c, id) && display_load(c->api->store, id, &d)) {
        displays_reply(c, 200,
                       object_display(&d, clock_wall_ms(c->api->clock)));
    }
}
