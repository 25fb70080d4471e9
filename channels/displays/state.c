#include "channels/displays/state.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/notices.h"
#include "service/base/check.h"
#include "service/base/mem.h"

/* Kept free of LIMIT_STATE_BYTES for what is not an alert: numbers, the page
 * "weitere Meldungen" with the longest host, the signature line. */
enum { STATE_FRAME_BYTES = 1024, STATE_MORE_MAX = 384 };

/* contract 6: German first, always. */
static const char *const state_languages[] = {"de", "de-simple", "en", "fr"};

enum {
    N_STATE_LANGUAGES = sizeof(state_languages) / sizeof(state_languages[0])
};

void displays_stream_name(enum stream stream, const char *area,
                          char out[STREAM_NAME_MAX])
{
    int n = snprintf(out, STREAM_NAME_MAX, "%s/%s", stream_name(stream), area);
    check(n > 0 && n < STREAM_NAME_MAX);
}

/* The page that tells of alerts without room; an exercise's page begins like
 * every other page of it. */
static void state_more_page(enum stream stream, const char *host,
                            char out[STATE_MORE_MAX])
{
    static const char *const marks[] = {
        [STREAM_ACTUAL] = "",
        [STREAM_EXERCISE] = "PROBE – ",
        [STREAM_REHEARSAL] = "ÜBUNG – ",
    };
    (void)snprintf(out, STATE_MORE_MAX, "%sweitere Meldungen: %s",
                   marks[stream], host);
}

static json_t *state_pages(const struct content_language *l, const char *more)
{
    json_t *pages = json_array();
    for (size_t i = 0; i < l->n_pages; i++) {
        (void)json_array_append_new(pages, json_string(l->pages[i]));
    }
    if (more != NULL) {
        (void)json_array_append_new(pages, json_string(more));
    }
    return pages;
}

/* One alert as JSON text, the caller's to free(); more: one German page
 * behind its own, or NULL. NULL when its texts are not UTF-8. */
static char *state_alert_text(const struct alert *a, const char *more)
{
    const struct content_language *de = content_find(&a->content, "de");
    json_t *headline = json_object();
    json_t *pages = json_object();
    check(de != NULL);
    for (size_t i = 0; i < N_STATE_LANGUAGES; i++) {
        const struct content_language *l =
            content_find(&a->content, state_languages[i]);
        if (l != NULL) {
            (void)json_object_set_new(headline, l->language,
                                      json_string(l->headline));
            (void)json_object_set_new(pages, l->language,
                                      state_pages(l, l == de ? more : NULL));
        }
    }
    json_t *object =
        json_pack("{s:s, s:s, s:i, s:s, s:o, s:o, s:I}", "id", a->id, "kind",
                  alert_kind_name(a->kind), "level", a->level, "event",
                  de->event, "headline", headline, "pages", pages, "expires",
                  (json_int_t)(alert_stands_until_ms(a) / 1000));
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text;
}

static bool state_concerns(const struct state_incident *incident,
                           const struct state *s, const char *area)
{
    return incident->current != NULL &&
           alert_stands_until_ms(incident->current) > s->now_ms &&
           areas_contain(&incident->current->areas, area);
}

/* What fits and what does not, by index. */
static void state_choose(const struct state *s, const char *area,
                         struct displays_state *st)
{
    size_t used = 0;
    for (size_t i = 0; i < s->n_incidents; i++) {
        if (!state_concerns(&s->incidents[i], s, area)) {
            continue;
        }
        char *text = state_alert_text(s->incidents[i].current, NULL);
        size_t len = text == NULL ? LIMIT_STATE_BYTES : strlen(text) + 1;
        free(text);
        /* Nothing overtakes: who has no room hides all below. */
        if (st->n_hidden > 0 || st->n_shown == LIMIT_STATE_ALERTS ||
            used + len > LIMIT_STATE_BYTES - STATE_FRAME_BYTES) {
            st->hidden[st->n_hidden++] = i;
            continue;
        }
        used += len;
        st->shown[st->n_shown++] = i;
    }
}

enum err_code displays_state_compose(const struct state *s, const char *area,
                                     const char *host,
                                     struct displays_state *out, struct err *e)
{
    char more[STATE_MORE_MAX];
    *out = (struct displays_state){0};
    buf_init(&out->alerts, LIMIT_STATE_BYTES);
    out->hidden = mem_calloc(s->n_incidents + 1, sizeof(out->hidden[0]));
    displays_stream_name(s->stream, area, out->stream);
    state_choose(s, area, out);
    if (out->n_hidden > 0 && out->n_shown == 0) {
        return err_set(e, ERR_LIMIT, "%s: the first alert alone is too long",
                       out->stream);
    }
    state_more_page(s->stream, host, more);
    buf_add_char(&out->alerts, '[');
    for (size_t i = 0; i < out->n_shown; i++) {
        bool tells_more = out->n_hidden > 0 && i + 1 == out->n_shown;
        char *text = state_alert_text(s->incidents[out->shown[i]].current,
                                      tells_more ? more : NULL);
        if (i > 0) {
            buf_add_char(&out->alerts, ',');
        }
        buf_add_text(&out->alerts, text == NULL ? "" : text);
        free(text);
    }
    buf_add_char(&out->alerts, ']');
    check(buf_ok(&out->alerts));
    out->digest = digest_of(out->alerts.data, out->alerts.len);
    return ERR_OK;
}

void displays_state_fini(struct displays_state *st)
{
    buf_fini(&st->alerts);
    free(st->hidden);
    st->hidden = NULL;
}

void displays_state_body(const struct displays_state *st,
                         const struct displays_number *number, struct buf *body)
{
    buf_printf(body,
               "{\"v\":1,\"stream\":\"%s\",\"epoch\":%lld,\"seq\":%lld,"
               "\"issued\":%lld,\"valid_until\":%lld,\"alerts\":",
               st->stream, (long long)number->epoch, (long long)number->seq,
               (long long)number->issued, (long long)number->valid_until);
    buf_add_text(body, buf_text(&st->alerts));
    buf_add_text(body, "}\n");
}

enum err_code displays_state_seal(const struct displays_state *st,
                                  const struct displays_number *number,
                                  const struct key_pair *key, struct buf *note,
                                  struct err *e)
{
    struct buf body;
    buf_init(&body, LIMIT_STATE_BYTES);
    displays_state_body(st, number, &body);
    enum err_code rv = displays_seal(&body, key, note, e);
    buf_fini(&body);
    if (rv == ERR_OK && note->len > LIMIT_STATE_BYTES) {
        rv = err_set(e, ERR_LIMIT, "%s: more than %d bytes", st->stream,
                     LIMIT_STATE_BYTES);
    }
    return rv;
}
