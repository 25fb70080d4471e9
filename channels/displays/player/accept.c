#include "channels/displays/player/accept.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/seal/note.h"

enum { ACCEPT_KEYS_MAX = 16, ACCEPT_HEARTBEAT_MAX = 64 * 1024 };

static const char *const accept_marks[] = {"PROBE – ", "ÜBUNG – "};

const char *accept_verdict_name(enum accept_verdict verdict)
{
    static const char *const names[] = {
        [ACCEPT_SHOW] = "show",           [ACCEPT_UNSIGNED] = "signature",
        [ACCEPT_MALFORMED] = "malformed", [ACCEPT_MISPLACED] = "stream",
        [ACCEPT_UNMARKED] = "mark",       [ACCEPT_OLD] = "old",
        [ACCEPT_CONFLICT] = "conflict",   [ACCEPT_EXPIRED] = "expired",
    };
    return names[verdict];
}

void accept_state_fini(struct accept_state *s)
{
    for (size_t i = 0; i < LIMIT_STATE_ALERTS; i++) {
        free(s->alerts[i].headline);
        for (size_t n = 0; n < ACCEPT_PAGES_MAX; n++) {
            free(s->alerts[i].pages[n].text);
        }
    }
    *s = (struct accept_state){0};
}

/* --- signature ----------------------------------------------------------- */

bool accept_key_is_for(const struct key_public *key, const char *purpose)
{
    const char *last = strrchr(key->name, '/');
    size_t len = strlen(purpose);
    if (last == NULL || (size_t)(last - key->name) <= len) {
        return false;
    }
    const char *part = last - len;
    return part[-1] == '/' && strncmp(part, purpose, len) == 0;
}

bool note_accept(const struct accept_rules *rules, const char *purpose,
                 const void *bytes, size_t len, size_t *body_len)
{
    struct key_public keys[ACCEPT_KEYS_MAX];
    struct note note;
    struct err e;
    size_t n = 0;
    for (size_t i = 0; i < rules->n_keys && n < ACCEPT_KEYS_MAX; i++) {
        if (accept_key_is_for(&rules->keys[i], purpose)) {
            keys[n++] = rules->keys[i];
        }
    }
    if (n == 0 || note_verify(bytes, len, keys, n, &note, &e) != ERR_OK) {
        return false;
    }
    *body_len = note.body_len;
    return true;
}

/* --- parsing ------------------------------------------------------------- */

static bool accept_int(const json_t *object, const char *name, int64_t least,
                       int64_t *value)
{
    const json_t *item = json_object_get(object, name);
    *value = json_integer_value(item);
    return json_is_integer(item) && *value >= least;
}

static bool accept_text(const json_t *object, const char *name, char *field,
                        size_t size)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (value == NULL || value[0] == '\0' || strlen(value) >= size) {
        return false;
    }
    mem_copy_text(field, size, value);
    return true;
}

static bool accept_pages_of(const char *language, const json_t *texts,
                            struct accept_alert *a)
{
    size_t n = json_array_size(texts);
    if (!json_is_array(texts) || n == 0 || n > LIMIT_DISPLAY_PAGES + 1 ||
        strlen(language) >= ACCEPT_LANGUAGE_MAX ||
        a->n_pages + n > ACCEPT_PAGES_MAX) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        if (text == NULL) {
            return false;
        }
        struct accept_page *page = &a->pages[a->n_pages++];
        MEM_SET_TEXT(page->language, language);
        page->text = mem_strdup(text);
    }
    return true;
}

static bool accept_pages(json_t *pages, struct accept_alert *a)
{
    const char *language;
    json_t *texts;
    if (!accept_pages_of("de", json_object_get(pages, "de"), a)) {
        return false;
    }
    json_object_foreach(pages, language, texts)
    {
        if (strcmp(language, "de") != 0 &&
            !accept_pages_of(language, texts, a)) {
            return false;
        }
    }
    return true;
}

static bool accept_alert(const json_t *item, struct accept_alert *a)
{
    int64_t level = 0;
    const char *kind = json_string_value(json_object_get(item, "kind"));
    const char *headline = json_string_value(
        json_object_get(json_object_get(item, "headline"), "de"));
    if (!accept_text(item, "id", a->id, sizeof(a->id)) || kind == NULL ||
        !alert_kind_parse(kind, &a->kind) || headline == NULL ||
        !accept_int(item, "level", 0, &level) || level > 3 ||
        !accept_int(item, "expires", 1, &a->expires)) {
        return false;
    }
    bool ends = a->kind == KIND_ALL_CLEAR || a->kind == KIND_RETRACTION;
    a->level = (int)level;
    a->headline = mem_strdup(headline);
    return ends == (level == 0) &&
           accept_pages(json_object_get(item, "pages"), a);
}

static bool accept_alerts(const json_t *alerts, struct accept_state *s)
{
    size_t n = json_array_size(alerts);
    if (!json_is_array(alerts) || n > LIMIT_STATE_ALERTS) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        s->n_alerts++;
        if (!accept_alert(json_array_get(alerts, i), &s->alerts[i])) {
            return false;
        }
    }
    return true;
}

static bool accept_parse(const json_t *body, struct accept_state *s)
{
    int64_t version = 0;
    return accept_int(body, "v", 1, &version) && version == 1 &&
           accept_int(body, "epoch", 1, &s->epoch) &&
           accept_int(body, "seq", 1, &s->seq) &&
           accept_int(body, "valid_until", 1, &s->valid_until) &&
           accept_alerts(json_object_get(body, "alerts"), s);
}

/* --- the rules ----------------------------------------------------------- */

static bool accept_marked(enum stream kind, const char *text)
{
    for (size_t i = 0; i < sizeof(accept_marks) / sizeof(accept_marks[0]);
         i++) {
        bool begins =
            strncmp(text, accept_marks[i], strlen(accept_marks[i])) == 0;
        bool must = (kind == STREAM_EXERCISE && i == 0) ||
                    (kind == STREAM_REHEARSAL && i == 1);
        if (begins != must) {
            return false;
        }
    }
    return true;
}

static bool accept_alert_marked(enum stream kind, const struct accept_alert *a)
{
    bool marked = accept_marked(kind, a->headline);
    for (size_t i = 0; i < a->n_pages; i++) {
        marked = marked && accept_marked(kind, a->pages[i].text);
    }
    return marked;
}

static bool accept_all_marked(enum stream kind, const struct accept_state *s)
{
    bool marked = true;
    for (size_t i = 0; i < s->n_alerts; i++) {
        marked = marked && accept_alert_marked(kind, &s->alerts[i]);
    }
    return marked;
}

static enum accept_verdict accept_number(const struct accept_state *s,
                                         const struct accept_memory *last)
{
    if (s->epoch < last->epoch ||
        (s->epoch == last->epoch && s->seq < last->seq)) {
        return ACCEPT_OLD;
    }
    if (s->epoch == last->epoch && s->seq == last->seq &&
        strcmp(s->sha256, last->sha256) != 0) {
        return ACCEPT_CONFLICT;
    }
    return ACCEPT_SHOW;
}

static enum accept_verdict accept_body(const struct accept_rules *rules,
                                       const json_t *body,
                                       const struct accept_memory *last,
                                       int64_t now, struct accept_state *s)
{
    const char *stream = json_string_value(json_object_get(body, "stream"));
    if (stream == NULL || !accept_parse(body, s)) {
        return ACCEPT_MALFORMED;
    }
    if (strcmp(stream, rules->stream) != 0) {
        return ACCEPT_MISPLACED;
    }
    if (!accept_all_marked(rules->kind, s)) {
        return ACCEPT_UNMARKED;
    }
    enum accept_verdict verdict = accept_number(s, last);
    if (verdict == ACCEPT_SHOW && now >= s->valid_until) {
        verdict = ACCEPT_EXPIRED;
    }
    return verdict;
}

enum accept_verdict state_accept(const struct accept_rules *rules,
                                 const void *bytes, size_t len,
                                 const struct accept_memory *last, int64_t now,
                                 struct accept_state *state)
{
    size_t body_len = 0;
    *state = (struct accept_state){0};
    if (len > LIMIT_STATE_BYTES ||
        !note_accept(rules, stream_name(rules->kind), bytes, len, &body_len)) {
        return ACCEPT_UNSIGNED;
    }
    struct digest digest = digest_of(bytes, len);
    digest_hex(&digest, state->sha256);
    json_t *body = json_loadb(bytes, body_len, JSON_REJECT_DUPLICATES, NULL);
    enum accept_verdict verdict = accept_body(rules, body, last, now, state);
    json_decref(body);
    if (verdict != ACCEPT_SHOW) {
        accept_state_fini(state);
    }
    return verdict;
}

bool heartbeat_accept(const struct accept_rules *rules, const void *bytes,
                      size_t len, struct accept_heartbeat *h)
{
    size_t body_len = 0;
    *h = (struct accept_heartbeat){0};
    if (len > ACCEPT_HEARTBEAT_MAX ||
        !note_accept(rules, "heartbeat", bytes, len, &body_len)) {
        return false;
    }
    json_t *body = json_loadb(bytes, body_len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *mark =
        json_object_get(json_object_get(body, "streams"), rules->stream);
    bool ok = accept_int(body, "time", 1, &h->time);
    h->epoch = json_integer_value(json_array_get(mark, 0));
    h->seq = json_integer_value(json_array_get(mark, 1));
    json_decref(body);
    return ok;
}
