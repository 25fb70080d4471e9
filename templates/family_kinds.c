/* Kinds, texts and frame of a family file. */
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "templates/family_read.h"

static void family_read_sections(struct reader *r, json_t *object,
                                 struct family_texts *t)
{
    static const char *const keys[] = {"heading", "text", "cap", NULL};
    json_t *list =
        reader_array(r, object, "website", LIMIT_SECTIONS, READER_REQUIRED);
    size_t before = reader_enter(r, "website");
    for (size_t i = 0; i < json_array_size(list); i++) {
        size_t at = reader_enter_item(r, i);
        json_t *item = json_array_get(list, i);
        struct family_section *s = &t->sections[t->n_sections++];
        if (json_is_object(item)) {
            reader_only(r, item, keys);
        }
        s->heading = reader_text(r, item, "heading", READER_REQUIRED);
        s->text = reader_text(r, item, "text", READER_REQUIRED);
        char *role = reader_text(r, item, "cap", READER_REQUIRED);
        if (strcmp(role, "instruction") == 0) {
            s->role = SECTION_INSTRUCTION;
        } else if (strcmp(role, "description") != 0) {
            reader_fail(r, "cap: description oder instruction");
        }
        free(role);
        reader_leave(r, at);
    }
    reader_leave(r, before);
}

static void family_read_display(struct reader *r, json_t *object,
                                struct family_texts *t)
{
    json_t *list = reader_array(r, object, "display", 2, READER_REQUIRED);
    size_t before = reader_enter(r, "display");
    for (size_t i = 0; i < json_array_size(list); i++) {
        t->display[t->n_display++] = reader_item(r, list, i);
    }
    if (t->n_display == 0) {
        reader_fail(r, "ist leer");
    }
    reader_leave(r, before);
}

static void family_read_language(struct reader *r, json_t *object,
                                 enum language l, struct family_texts *t)
{
    static const char *const keys[] = {"headline",      "display",   "website",
                                       "facebook",      "instagram", "alt_text",
                                       "card_headline", "card_body", NULL};
    static const char *const own[] = {"headline", "display", "website", NULL};
    enum reader_need need =
        l == LANGUAGE_DE ? READER_REQUIRED : READER_OPTIONAL;
    reader_only(r, object, l == LANGUAGE_DE ? keys : own);
    t->present = true;
    t->headline = reader_text(r, object, "headline", READER_REQUIRED);
    family_read_display(r, object, t);
    family_read_sections(r, object, t);
    t->facebook = reader_text(r, object, "facebook", need);
    t->instagram = reader_text(r, object, "instagram", need);
    t->alt_text = reader_text(r, object, "alt_text", need);
    t->card_headline = reader_text(r, object, "card_headline", need);
    t->card_body = reader_text(r, object, "card_body", need);
}

static void family_read_texts(struct reader *r, json_t *object,
                              struct family_kind *k)
{
    static const char *const keys[] = {"de", "de-simple", "en", "fr", NULL};
    json_t *texts = reader_object(r, object, "texts", READER_REQUIRED);
    size_t before = reader_enter(r, "texts");
    if (texts != NULL) {
        reader_only(r, texts, keys);
    }
    for (int i = 0; i < N_LANGUAGES; i++) {
        const char *name = language_name((enum language)i);
        json_t *language =
            reader_object(r, texts, name,
                          i == LANGUAGE_DE ? READER_REQUIRED : READER_OPTIONAL);
        size_t at = reader_enter(r, name);
        if (language != NULL) {
            family_read_language(r, language, (enum language)i, &k->texts[i]);
        }
        reader_leave(r, at);
    }
    reader_leave(r, before);
}

static bool family_uses(const struct family_kind *k, size_t index)
{
    for (size_t i = 0; i < k->n_parameters; i++) {
        if (k->parameters[i] == index) {
            return true;
        }
    }
    return false;
}

static void family_read_uses(struct reader *r, json_t *object,
                             const struct family *f, struct family_kind *k)
{
    json_t *names = reader_array(r, object, "parameters", FAMILY_PARAMETERS_MAX,
                                 READER_REQUIRED);
    size_t before = reader_enter(r, "parameters");
    for (size_t i = 0; r->code == ERR_OK && i < json_array_size(names); i++) {
        char *name = reader_item(r, names, i);
        const struct family_parameter *p = family_find_parameter(f, name);
        size_t index = p == NULL ? 0 : (size_t)(p - f->parameters);
        if (p == NULL) {
            reader_fail(r, "%s ist kein Parameter der Vorlage", name);
        } else if (family_uses(k, index)) {
            reader_fail(r, "%s kommt zweimal vor", name);
        } else {
            k->parameters[k->n_parameters++] = index;
        }
        free(name);
    }
    reader_leave(r, before);
}

static void family_read_hashtags(struct reader *r, json_t *object,
                                 struct family_kind *k)
{
    json_t *list = reader_array(r, object, "hashtags", FAMILY_HASHTAGS_MAX,
                                READER_OPTIONAL);
    size_t before = reader_enter(r, "hashtags");
    for (size_t i = 0; i < json_array_size(list); i++) {
        char *tag = reader_item(r, list, i);
        k->hashtags[k->n_hashtags++] = tag;
        if (tag[0] != '#' || tag[1] == '\0' || strpbrk(tag, " \n{}") != NULL) {
            reader_fail(r, "muss mit # beginnen, ohne Leerzeichen");
        }
    }
    reader_leave(r, before);
}

/* CAP values: the kind's own, else the family's. */
static void family_read_cap(struct reader *r, json_t *root, json_t *object,
                            struct family_kind *k)
{
    static const char *const keys[] = {"category", "urgency", "certainty",
                                       "responseType", NULL};
    json_t *base = reader_object(r, root, "cap", READER_REQUIRED);
    json_t *own = reader_object(r, object, "cap", READER_OPTIONAL);
    if (base != NULL) {
        reader_only(r, base, keys);
    }
    if (own != NULL) {
        reader_only(r, own, keys);
    }
    k->urgency =
        reader_text(r, json_object_get(own, "urgency") != NULL ? own : base,
                    "urgency", READER_REQUIRED);
    k->certainty =
        reader_text(r, json_object_get(own, "certainty") != NULL ? own : base,
                    "certainty", READER_REQUIRED);
    k->response = reader_words(
        r, json_object_get(own, "responseType") != NULL ? own : base,
        "responseType");
}

static void family_read_preconditions(struct reader *r, json_t *root,
                                      struct family_kind *k)
{
    static const char *const keys[] = {"id", "label", "required", NULL};
    json_t *list = reader_array(r, root, "preconditions",
                                FAMILY_PRECONDITIONS_MAX, READER_OPTIONAL);
    size_t before = reader_enter(r, "preconditions");
    for (size_t i = 0; i < json_array_size(list); i++) {
        json_t *item = json_array_get(list, i);
        size_t at = reader_enter_item(r, i);
        struct family_precondition *p = &k->preconditions[k->n_preconditions++];
        if (json_is_object(item)) {
            reader_only(r, item, keys);
        }
        p->id = reader_text(r, item, "id", READER_REQUIRED);
        p->label = reader_text(r, item, "label", READER_REQUIRED);
        p->required = reader_bool(r, item, "required", true);
        reader_leave(r, at);
    }
    reader_leave(r, before);
}

/* Who must agree. A retraction never waits for anybody; an all-clear always
 * needs two people (catalogue, section 2). */
static void family_read_release(struct reader *r, json_t *root,
                                struct family *f)
{
    static const char *const keys[] = {"who", "approvals", "break_glass", NULL};
    json_t *release = reader_object(r, root, "release", READER_REQUIRED);
    size_t before = reader_enter(r, "release");
    if (release != NULL) {
        reader_only(r, release, keys);
    }
    bool glass = reader_bool(r, release, "break_glass", false);
    json_t *who =
        reader_array(r, release, "who", FAMILY_ROLES_MAX, READER_OPTIONAL);
    for (size_t i = 0; i < json_array_size(who); i++) {
        f->who[f->n_who++] = reader_item(r, who, i);
    }
    json_t *approvals = reader_object(r, release, "approvals", READER_REQUIRED);
    for (int i = 0; i < N_KINDS; i++) {
        enum alert_kind kind = (enum alert_kind)i;
        int most = kind == KIND_RETRACTION ? 0 : 1;
        f->kinds[i].approvals =
            (int)reader_int(r, approvals, alert_kind_name(kind), 0, most, most);
        f->kinds[i].break_glass =
            glass && kind != KIND_ALL_CLEAR && f->kinds[i].approvals > 0;
    }
    reader_leave(r, before);
}

static void family_read_kind(struct reader *r, json_t *root, json_t *object,
                             enum alert_kind kind, struct family *f)
{
    static const char *const keys[] = {"title", "parameters", "hashtags",
                                       "cap",   "texts",      NULL};
    struct family_kind *k = &f->kinds[kind];
    reader_only(r, object, keys);
    k->present = true;
    k->title = reader_text(r, object, "title", READER_OPTIONAL);
    family_read_uses(r, object, f, k);
    family_read_hashtags(r, object, k);
    family_read_cap(r, root, object, k);
    family_read_texts(r, object, k);
    if (kind == KIND_ALERT) {
        family_read_preconditions(r, root, k);
    }
}

void family_read_kinds(struct reader *r, json_t *root, struct family *f)
{
    static const char *const keys[] = {"alert",      "update",     "all_clear",
                                       "retraction", "correction", NULL};
    family_read_release(r, root, f);
    json_t *cap = reader_object(r, root, "cap", READER_REQUIRED);
    f->category = reader_words(r, cap, "category");
    json_t *kinds = reader_object(r, root, "kinds", READER_REQUIRED);
    size_t before = reader_enter(r, "kinds");
    if (kinds != NULL) {
        reader_only(r, kinds, keys);
    }
    for (int i = 0; i < N_KINDS; i++) {
        const char *name = alert_kind_name((enum alert_kind)i);
        json_t *object =
            reader_object(r, kinds, name,
                          i == KIND_ALERT ? READER_REQUIRED : READER_OPTIONAL);
        size_t at = reader_enter(r, name);
        if (object != NULL) {
            family_read_kind(r, root, object, (enum alert_kind)i, f);
        }
        reader_leave(r, at);
    }
    reader_leave(r, before);
}

static void family_read_frame_language(struct reader *r, json_t *languages,
                                       enum language l,
                                       struct family_frame *frame)
{
    static const char *const keys[] = {"county", "others", "except",
                                       "german", "line",   NULL};
    json_t *object =
        reader_object(r, languages, language_name(l), READER_REQUIRED);
    size_t before = reader_enter(r, language_name(l));
    if (object != NULL) {
        reader_only(r, object, keys);
    }
    frame->county[l] = reader_text(r, object, "county", READER_REQUIRED);
    frame->others[l] = reader_text(r, object, "others", READER_REQUIRED);
    frame->except[l] = reader_text(r, object, "except", READER_REQUIRED);
    frame->german[l] = reader_text(r, object, "german", READER_OPTIONAL);
    frame->line[l] = reader_text(r, object, "line", READER_OPTIONAL);
    reader_leave(r, before);
}

void family_read_frame(struct reader *r, json_t *root, struct family *f)
{
    static const char *const keys[] = {"link",       "link_short", "replies",
                                       "netiquette", "languages",  NULL};
    static const char *const reply_keys[] = {"open", "closed", NULL};
    json_t *frame = reader_object(r, root, "frame", READER_REQUIRED);
    size_t before = reader_enter(r, "frame");
    if (frame != NULL) {
        reader_only(r, frame, keys);
    }
    f->frame.link = reader_text(r, frame, "link", READER_REQUIRED);
    f->frame.link_short = reader_text(r, frame, "link_short", READER_REQUIRED);
    f->frame.netiquette = reader_text(r, frame, "netiquette", READER_REQUIRED);
    json_t *replies = reader_object(r, frame, "replies", READER_REQUIRED);
    if (replies != NULL) {
        reader_only(r, replies, reply_keys);
    }
    f->frame.replies_open = reader_text(r, replies, "open", READER_REQUIRED);
    f->frame.replies_closed =
        reader_text(r, replies, "closed", READER_REQUIRED);
    json_t *languages = reader_object(r, frame, "languages", READER_REQUIRED);
    for (int i = 0; i < N_LANGUAGES; i++) {
        family_read_frame_language(r, languages, (enum language)i, &f->frame);
    }
    reader_leave(r, before);
}
