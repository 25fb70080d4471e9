/* render: from a trigger to a stored draft. Everything that will be sent is
 * made here – id, time, texts, card – and fixed by one digest. The card is
 * drawn in a worker and its file put on the website before the answer. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "service/config/config.h"
#include "service/flow/asked.h"
#include "service/flow/authorise.h"
#include "service/store/alert.h"
#include "service/store/draft.h"
#include "service/store/store.h"
#include "templates/card.h"
#include "templates/family.h"
#include "templates/hours.h"
#include "templates/parameters.h"
#include "templates/render.h"
#include "templates/times.h"

static const int64_t preview_minute_ms = 60000;

/* The preview's private half, until its callback. */
struct preview_work {
    struct broadcast_preview *preview;
    uv_work_t work;
    uv_async_t
        answer; /* for what needs no worker: never from inside the call */
    struct card_input card;
    uint8_t *jpeg;
    size_t jpeg_len;
    struct digest jpeg_digest;
    enum err_code card_code;
    struct err card_err;
    struct channel_request request;
    struct channel_item item;
    char item_name[ID_MAX + 16];
    struct asked asked;
    bool draft_made;
};

static void preview_warn(struct broadcast_preview *p, const char *code,
                         const char *message)
{
    if (p->n_warnings < BROADCAST_WARNINGS_MAX) {
        struct broadcast_warning *w = &p->warnings[p->n_warnings++];
        MEM_SET_TEXT(w->code, code);
        MEM_SET_TEXT(w->message, message);
    }
}

static void preview_on_answer_closed(uv_handle_t *handle)
{
    struct preview_work *w = container_of(handle, struct preview_work, answer);
    struct broadcast_preview *p = w->preview;
    alert_list_fini(&w->asked.incident);
    trigger_fini(&p->trigger);
    if (w->draft_made && p->status != ERR_OK) {
        draft_fini(&p->draft);
    }
    free(w->jpeg);
    free(w);
    p->work = NULL;
    struct broadcast *b = p->broadcast;
    b->n_previews--;
    p->done(p);
    broadcast_maybe_closed(b);
}

static void preview_finish(struct preview_work *w, enum err_code status)
{
    w->preview->status = status;
    uv_close((uv_handle_t *)&w->answer, preview_on_answer_closed);
}

/* The id is fixed now; a draft that comes too late is stale. */
static void preview_name(struct preview_work *w)
{
    struct broadcast_preview *p = w->preview;
    struct broadcast *b = p->broadcast;
    struct alert *a = &p->draft.alert;
    if (p->trigger.marker[0] != '\0') {
        MEM_SET_TEXT(a->marker, p->trigger.marker);
    } else {
        do {
            id_marker(b->o.config->marker_prefix, a->marker);
        } while (alert_count_incident(b->o.store, a->marker) > 0);
    }
    a->number = alert_count_incident(b->o.store, a->marker) + 1;
    (void)snprintf(a->id, sizeof(a->id), "%.50s-%d", a->marker, a->number);
}

static int preview_origin_level(const struct alert_list *incident)
{
    int level = 0;
    for (size_t i = 0; i < incident->n; i++) {
        if (incident->items[i].released_at_ms > 0 &&
            incident->items[i].level > 0) {
            level = incident->items[i].level;
        }
    }
    return level;
}

/* A text that has no room is for the person who wrote it: 422, not 413. Which
 * value is too long the renderer cannot tell; its message names the text. */
static enum err_code preview_too_long(struct broadcast_preview *p,
                                      enum err_code code)
{
    if (code != ERR_LIMIT) {
        return code;
    }
    fields_add(&p->fields, "parameters", "%s", p->err.msg);
    return err_set(&p->err, ERR_INVALID, "Angaben sind zu lang.");
}

/* The stand that the alert printed, so that both texts name the same minute;
 * submission may have come a little later. */
static int64_t preview_stand_of(const struct alert *a)
{
    int64_t at_ms = a->submitted_at_ms;
    (void)times_read_stand(a->content.stand, &at_ms);
    return at_ms;
}

static enum err_code preview_render(struct preview_work *w,
                                    const struct parameters *parameters)
{
    struct broadcast_preview *p = w->preview;
    struct broadcast *b = p->broadcast;
    struct alert *a = &p->draft.alert;
    int64_t now = broadcast_now_ms(b);
    struct tm local = timestamp_local(now);
    const struct alert *origin =
        w->asked.incident.n > 0 ? &w->asked.incident.items[0] : NULL;
    char link[CONFIG_TEXT_MAX + ID_MAX];
    (void)snprintf(link, sizeof(link), "%s/w/%s",
                   b->o.public_url[broadcast_realm(a->stream)], a->marker);
    a->office_hours = hours_contain(b->o.config->office_hours, &local);
    struct render_input in = {
        .family = w->asked.family,
        .kind = p->trigger.kind,
        .parameters = parameters,
        .places = b->o.places,
        .alert_id = a->id,
        .mark = render_mark(a->stream),
        .stand_ms = now / preview_minute_ms * preview_minute_ms,
        .link = link,
        .netiquette_url = b->o.config->netiquette_url,
        .in_office_hours = a->office_hours,
        .origin_stand_ms = origin == NULL ? 0 : preview_stand_of(origin),
        .origin_level =
            origin == NULL ? 0 : preview_origin_level(&w->asked.incident),
        .origin = origin == NULL ? NULL : &origin->content};
    return preview_too_long(p, render_content(&in, &a->content, &p->err));
}

static void preview_fill_alert(struct preview_work *w,
                               const struct parameters *parameters)
{
    struct broadcast_preview *p = w->preview;
    struct alert *a = &p->draft.alert;
    a->kind = p->trigger.kind;
    a->status = p->trigger.status;
    a->channels = p->trigger.channels;
    a->level = parameters->level;
    a->areas = parameters->areas;
    a->expires_at_ms = parameters->expires_at_ms;
    a->released_leaf = -1;
    content_set(&a->parameters, parameters->json);
    MEM_SET_TEXT(a->template_id, p->trigger.template_id);
    MEM_SET_TEXT(a->template_hash, w->asked.family->hash);
    MEM_SET_TEXT(p->draft.made_by, p->actor.name);
    p->draft.made_at_ms = broadcast_now_ms(p->broadcast);
}

/* ---- digest and store ---- */

static void preview_digest(struct draft *d)
{
    const struct alert *a = &d->alert;
    char areas[LIMIT_AREAS * AGS_MAX + 1];
    char *content = content_encode(&a->content);
    struct buf all;
    areas_format(&a->areas, areas, sizeof(areas));
    buf_init(&all, strlen(content) + 4096);
    buf_printf(&all, "%s\n%s\n%s\n%s\n%s\n%s\n%lld\n%u\n", a->id,
               a->template_hash, alert_status_name(a->status),
               stream_name(a->stream), alert_kind_name(a->kind), areas,
               (long long)a->expires_at_ms, a->channels);
    buf_add_text(&all, content);
    check(buf_ok(&all));
    struct digest digest = digest_of(buf_text(&all), all.len);
    digest_named(&digest, d->digest);
    buf_fini(&all);
    free(content);
}

static void preview_store(struct preview_work *w)
{
    struct broadcast_preview *p = w->preview;
    struct broadcast *b = p->broadcast;
    struct err e;
    preview_digest(&p->draft);
    store_begin(b->o.store);
    draft_insert(b->o.store, &p->draft);
    card_insert(b->o.store, p->draft.alert.content.image_name, w->jpeg,
                w->jpeg_len, p->draft.made_at_ms);
    enum err_code code = store_commit(b->o.store, &e);
    if (code != ERR_OK) {
        p->err = e;
    }
    preview_finish(w, code);
}

static void preview_on_put(struct channel_request *r)
{
    struct preview_work *w = container_of(r, struct preview_work, request);
    if (r->result.outcome != OUTCOME_DONE) {
        preview_warn(w->preview, "card-not-served",
                     "Die Bildkarte ist noch nicht auf der Website; Instagram "
                     "wartet auf sie. Andere Kanäle sind nicht betroffen.");
        log_warn("alert=%s card not written: %s", w->preview->draft.alert.id,
                 r->result.detail);
    }
    preview_store(w);
}

/* The card's file, where Instagram and people fetch it. */
static void preview_put_card(struct preview_work *w)
{
    struct broadcast_preview *p = w->preview;
    struct alert *a = &p->draft.alert;
    struct channel *site =
        broadcast_channel(p->broadcast, a->stream, CHANNEL_WEBSITE);
    char name[ID_MAX];
    id_random(name);
    MEM_SET_TEXT(a->content.image_name, name);
    digest_named(&w->jpeg_digest, a->content.image_digest);
    if (site == NULL) {
        preview_warn(p, "website-off",
                     "Ohne Website gibt es keine Seite und keine Bildkarte.");
        preview_store(w);
        return;
    }
    (void)snprintf(w->item_name, sizeof(w->item_name), "karte/%s.jpg",
                   a->content.image_name);
    w->item = (struct channel_item){
        .name = w->item_name, .bytes = w->jpeg, .len = w->jpeg_len};
    w->request = (struct channel_request){
        .items = &w->item, .n_items = 1, .done = preview_on_put};
    site->type->publish(site, &w->request);
}

/* In a worker. */
static void preview_draw(uv_work_t *work)
{
    struct preview_work *w = container_of(work, struct preview_work, work);
    w->card_code = card_render(&w->card, &w->jpeg, &w->jpeg_len, &w->card_err);
    if (w->card_code == ERR_OK) {
        w->jpeg_digest = digest_of(w->jpeg, w->jpeg_len);
    }
}

static void preview_on_drawn(uv_work_t *work, int status)
{
    struct preview_work *w = container_of(work, struct preview_work, work);
    struct broadcast_preview *p = w->preview;
    if (status != 0 || p->broadcast->closing) {
        preview_finish(w, err_set(&p->err, ERR_UNAVAILABLE,
                                  "Die Vorschau wurde abgebrochen."));
        return;
    }
    if (w->card_code != ERR_OK) {
        p->err = w->card_err;
        preview_finish(w, preview_too_long(p, w->card_code));
        return;
    }
    preview_put_card(w);
}

static void preview_start_card(struct preview_work *w)
{
    struct broadcast_preview *p = w->preview;
    const struct alert *a = &p->draft.alert;
    int origin = preview_origin_level(&w->asked.incident);
    w->card =
        (struct card_input){.kind = a->kind,
                            .level = a->level > 0 ? a->level
                                     : origin > 0 ? origin
                                                  : 3,
                            .mark = a->content.mark,
                            .headline = a->content.card_headline,
                            .body = a->content.card_body,
                            .stand = a->content.stand,
                            .authority = p->broadcast->o.config->authority,
                            .alert_id = a->id};
    check(uv_queue_work(p->broadcast->o.loop, &w->work, preview_draw,
                        preview_on_drawn) == 0);
}

static enum err_code preview_authorise(struct broadcast_preview *p)
{
    struct authorise_question q = {.actor = &p->actor,
                                   .act = AUTHORISE_PREVIEW,
                                   .submitted_by = "",
                                   .now_ms = broadcast_now_ms(p->broadcast)};
    return authorise_decide(&q, &p->err) == AUTHORISE_ALLOWED ? ERR_OK
                                                              : ERR_DENIED;
}

static enum err_code preview_make(struct preview_work *w)
{
    struct parameters parameters;
    enum err_code code = preview_authorise(w->preview);
    if (code == ERR_OK) {
        code = asked_resolve(&w->asked);
    }
    if (code == ERR_OK) {
        code = asked_parameters(&w->asked, &parameters);
    }
    if (code != ERR_OK) {
        return code;
    }
    preview_name(w);
    preview_fill_alert(w, &parameters);
    code = preview_render(w, &parameters);
    parameters_fini(&parameters);
    return code;
}

static void preview_on_answer(uv_async_t *answer)
{
    (void)answer; /* only its closing is used */
}

static const char *preview_language_word(const char *language)
{
    static const char *const words[][2] = {{"de-simple", "einfache Worte"},
                                           {"en", "Englisch"},
                                           {"fr", "Französisch"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(words[i][0], language) == 0) {
            return words[i][1];
        }
    }
    return language;
}

/* Missing languages are named in the preview (templates.md, "Languages"). */
static void preview_name_missing(struct broadcast_preview *p)
{
    static const char *const wanted[] = {"de-simple", "en", "fr"};
    char message[ERR_MESSAGE_MAX] = "";
    size_t used = 0;
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (content_find(&p->draft.alert.content, wanted[i]) == NULL) {
            used += (size_t)snprintf(message + used, sizeof(message) - used,
                                     "%s%s", used == 0 ? "" : ", ",
                                     preview_language_word(wanted[i]));
        }
    }
    if (used > 0) {
        (void)snprintf(message + used, sizeof(message) - used,
                       ": keine freigegebenen Texte, nur Deutsch.");
        preview_warn(p, "languages-missing", message);
    }
}

void broadcast_preview(struct broadcast *b, struct broadcast_preview *p)
{
    struct preview_work *w = mem_zalloc(sizeof(*w));
    check(!b->closing);
    b->n_previews++;
    w->preview = p;
    w->asked.preview = p;
    p->work = w;
    p->broadcast = b;
    p->problem = NULL;
    p->fields.n = 0;
    p->n_warnings = 0;
    check(uv_async_init(b->o.loop, &w->answer, preview_on_answer) == 0);
    draft_init(&p->draft);
    w->draft_made = true;
    enum err_code code = preview_make(w);
    if (code != ERR_OK) {
        preview_finish(w, code);
        return;
    }
    preview_name_missing(p);
    preview_start_card(w);
}
