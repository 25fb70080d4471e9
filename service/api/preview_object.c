/* What a preview answers: the texts exactly as they will be sent, with their
 * lengths as each channel counts them (contract 4, "Previews"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/flow/broadcast.h"
#include "templates/render.h"

enum { PREVIEW_LIVES_MS = 15 * 60 * 1000, PREVIEW_URL_MAX = 512 };

static json_t *preview_object_image(const struct content *c,
                                    const char *card_base)
{
    char url[PREVIEW_URL_MAX];
    json_t *o = json_object();
    (void)snprintf(url, sizeof(url), "%.400s/karte/%s.jpg", card_base,
                   c->image_name);
    json_put_text(o, "url", url);
    json_put_text(o, "sha256", c->image_digest);
    json_put_text(o, "alt", c->alt_text);
    return o;
}

/* One row of channels[]: one text as one channel shows it. */
static json_t *preview_object_text(enum channel_id id, const char *language,
                                   const char *text)
{
    json_t *o = json_object();
    size_t limit = render_limit(id);
    json_put_text(o, "channel", channel_id_name(id));
    json_put_text(o, "language", language);
    json_put(o, "text", json_string(text));
    json_put_int(o, "length", (int64_t)render_length(id, text));
    if (limit > 0) {
        json_put_int(o, "limit", (int64_t)limit);
    }
    return o;
}

static void preview_object_add(json_t *list, json_t *o)
{
    check(json_array_append_new(list, o) == 0);
}

static void preview_object_website(json_t *list, const struct content *c)
{
    for (size_t i = 0; i < c->n_languages; i++) {
        char *text = render_page_text(&c->languages[i]);
        preview_object_add(list,
                           preview_object_text(CHANNEL_WEBSITE,
                                               c->languages[i].language, text));
        free(text);
    }
}

static void preview_object_displays(json_t *list, const struct content *c)
{
    for (size_t i = 0; i < c->n_languages; i++) {
        const struct content_language *l = &c->languages[i];
        for (size_t p = 0; p < l->n_pages; p++) {
            json_t *o =
                preview_object_text(CHANNEL_DISPLAYS, l->language, l->pages[p]);
            json_put_int(o, "page", (int64_t)p + 1);
            preview_object_add(list, o);
        }
    }
}

static json_t *preview_object_channels(const struct alert *a,
                                       const char *card_base)
{
    const struct content *c = &a->content;
    json_t *list = json_array();
    if ((a->channels & 1U << CHANNEL_FACEBOOK) != 0) {
        preview_object_add(
            list, preview_object_text(CHANNEL_FACEBOOK, "de", c->facebook));
    }
    if ((a->channels & 1U << CHANNEL_INSTAGRAM) != 0) {
        json_t *o = preview_object_text(CHANNEL_INSTAGRAM, "de", c->instagram);
        json_put(o, "image", preview_object_image(c, card_base));
        preview_object_add(list, o);
    }
    if ((a->channels & 1U << CHANNEL_WEBSITE) != 0) {
        preview_object_website(list, c);
    }
    if ((a->channels & 1U << CHANNEL_DISPLAYS) != 0) {
        preview_object_displays(list, c);
    }
    return list;
}

static json_t *preview_object_warnings(const struct broadcast_preview *p)
{
    json_t *list = json_array();
    for (size_t i = 0; i < p->n_warnings; i++) {
        json_t *o = json_object();
        json_put_text(o, "code", p->warnings[i].code);
        json_put_text(o, "message", p->warnings[i].message);
        preview_object_add(list, o);
    }
    return list;
}

json_t *object_preview(const struct broadcast_preview *p, const char *card_base)
{
    const struct alert *a = &p->draft.alert;
    json_t *o = json_object();
    json_t *areas = json_array();
    for (size_t i = 0; i < a->areas.n; i++) {
        preview_object_add(areas, json_string(a->areas.ags[i]));
    }
    json_put_text(o, "digest", p->draft.digest);
    json_put_text(o, "id", a->id);
    json_put_text(o, "marker", a->marker);
    json_put_text(o, "kind", alert_kind_name(a->kind));
    json_put_text(o, "status", alert_status_name(a->status));
    json_put_int(o, "level", a->level);
    json_put_time(o, "expires_at", p->draft.made_at_ms + PREVIEW_LIVES_MS);
    json_put_time(o, "alert_expires_at", a->expires_at_ms);
    json_put(o, "channels", preview_object_channels(a, card_base));
    json_put(o, "areas", areas);
    json_put(o, "warnings", preview_object_warnings(p));
    return o;
}
