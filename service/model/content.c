#include "service/model/content.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

/* The owned texts of a content by their JSON names. */
static const struct content_field {
    const char *name;
    size_t offset;
} content_fields[] = {
    {"facebook", offsetof(struct content, facebook)},
    {"instagram", offsetof(struct content, instagram)},
    {"alt_text", offsetof(struct content, alt_text)},
    {"card_headline", offsetof(struct content, card_headline)},
    {"card_body", offsetof(struct content, card_body)},
    {"stand", offsetof(struct content, stand)},
    {"link", offsetof(struct content, link)},
    {"mark", offsetof(struct content, mark)},
    {"cap_category", offsetof(struct content, cap_category)},
    {"cap_urgency", offsetof(struct content, cap_urgency)},
    {"cap_certainty", offsetof(struct content, cap_certainty)},
    {"cap_response", offsetof(struct content, cap_response)},
};

enum { N_CONTENT_FIELDS = sizeof(content_fields) / sizeof(content_fields[0]) };

static char **content_field(struct content *c, size_t i)
{
    return (char **)(void *)((char *)c + content_fields[i].offset);
}

static const char *content_field_text(const struct content *c, size_t i)
{
    const char *base = (const char *)c + content_fields[i].offset;
    char *text;
    memcpy(&text, base, sizeof(text));
    return text;
}

static void content_language_init(struct content_language *l)
{
    *l = (struct content_language){.headline = mem_strdup(""),
                                   .event = mem_strdup("")};
    for (size_t i = 0; i < LIMIT_DISPLAY_PAGES; i++) {
        l->pages[i] = mem_strdup("");
    }
    for (size_t i = 0; i < LIMIT_SECTIONS; i++) {
        l->sections[i].heading = mem_strdup("");
        l->sections[i].text = mem_strdup("");
    }
}

static void content_language_fini(struct content_language *l)
{
    free(l->headline);
    free(l->event);
    for (size_t i = 0; i < LIMIT_DISPLAY_PAGES; i++) {
        free(l->pages[i]);
    }
    for (size_t i = 0; i < LIMIT_SECTIONS; i++) {
        free(l->sections[i].heading);
        free(l->sections[i].text);
    }
}

void content_init(struct content *c)
{
    *c = (struct content){0};
    for (size_t i = 0; i < N_CONTENT_FIELDS; i++) {
        *content_field(c, i) = mem_strdup("");
    }
    for (size_t i = 0; i < LIMIT_LANGUAGES; i++) {
        content_language_init(&c->languages[i]);
    }
}

void content_fini(struct content *c)
{
    for (size_t i = 0; i < N_CONTENT_FIELDS; i++) {
        free(*content_field(c, i));
    }
    for (size_t i = 0; i < LIMIT_LANGUAGES; i++) {
        content_language_fini(&c->languages[i]);
    }
    *c = (struct content){0};
}

void content_set(char **text, const char *value)
{
    char *copy = mem_strdup(value == NULL ? "" : value);
    free(*text);
    *text = copy;
}

static void content_put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

static void content_put_text(json_t *object, const char *name, const char *text)
{
    content_put(object, name, json_string(text));
}

static json_t *content_encode_language(const struct content_language *l)
{
    json_t *object = json_object();
    json_t *pages = json_array();
    json_t *sections = json_array();
    for (size_t i = 0; i < l->n_pages; i++) {
        check(json_array_append_new(pages, json_string(l->pages[i])) == 0);
    }
    for (size_t i = 0; i < l->n_sections; i++) {
        json_t *section = json_object();
        content_put_text(section, "heading", l->sections[i].heading);
        content_put_text(section, "text", l->sections[i].text);
        content_put(section, "instruction",
                    json_boolean(l->sections[i].role == SECTION_INSTRUCTION));
        check(json_array_append_new(sections, section) == 0);
    }
    content_put_text(object, "language", l->language);
    content_put_text(object, "headline", l->headline);
    content_put_text(object, "event", l->event);
    content_put(object, "pages", pages);
    content_put(object, "sections", sections);
    return object;
}

char *content_encode(const struct content *c)
{
    json_t *object = json_object();
    json_t *languages = json_array();
    for (size_t i = 0; i < c->n_languages; i++) {
        check(json_array_append_new(
                  languages, content_encode_language(&c->languages[i])) == 0);
    }
    for (size_t i = 0; i < N_CONTENT_FIELDS; i++) {
        content_put_text(object, content_fields[i].name,
                         content_field_text(c, i));
    }
    content_put_text(object, "image_name", c->image_name);
    content_put_text(object, "image_digest", c->image_digest);
    content_put(object, "languages", languages);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    return text;
}

static bool content_get_text(const json_t *object, const char *name,
                             char **text)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (value == NULL) {
        return false;
    }
    content_set(text, value);
    return true;
}

static bool content_get_fixed(const json_t *object, const char *name,
                              char *field, size_t size)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (value == NULL || strlen(value) >= size) {
        return false;
    }
    mem_copy_text(field, size, value);
    return true;
}

static bool content_decode_section(const json_t *item,
                                   struct content_section *s)
{
    s->role = json_is_true(json_object_get(item, "instruction"))
                  ? SECTION_INSTRUCTION
                  : SECTION_DESCRIPTION;
    return content_get_text(item, "heading", &s->heading) &&
           content_get_text(item, "text", &s->text);
}

static bool content_decode_language(const json_t *item,
                                    struct content_language *l)
{
    const json_t *pages = json_object_get(item, "pages");
    const json_t *sections = json_object_get(item, "sections");
    l->n_pages = json_array_size(pages);
    l->n_sections = json_array_size(sections);
    if (l->n_pages > LIMIT_DISPLAY_PAGES || l->n_sections > LIMIT_SECTIONS ||
        !content_get_fixed(item, "language", l->language,
                           sizeof(l->language)) ||
        !content_get_text(item, "headline", &l->headline) ||
        !content_get_text(item, "event", &l->event)) {
        return false;
    }
    for (size_t i = 0; i < l->n_pages; i++) {
        const char *page = json_string_value(json_array_get(pages, i));
        if (page == NULL) {
            return false;
        }
        content_set(&l->pages[i], page);
    }
    for (size_t i = 0; i < l->n_sections; i++) {
        if (!content_decode_section(json_array_get(sections, i),
                                    &l->sections[i])) {
            return false;
        }
    }
    return true;
}

static bool content_decode_object(const json_t *object, struct content *c)
{
    const json_t *languages = json_object_get(object, "languages");
    c->n_languages = json_array_size(languages);
    if (c->n_languages > LIMIT_LANGUAGES) {
        c->n_languages = 0;
        return false;
    }
    for (size_t i = 0; i < c->n_languages; i++) {
        if (!content_decode_language(json_array_get(languages, i),
                                     &c->languages[i])) {
            return false;
        }
    }
    for (size_t i = 0; i < N_CONTENT_FIELDS; i++) {
        if (!content_get_text(object, content_fields[i].name,
                              content_field(c, i))) {
            return false;
        }
    }
    return content_get_fixed(object, "image_name", c->image_name,
                             sizeof(c->image_name)) &&
           content_get_fixed(object, "image_digest", c->image_digest,
                             sizeof(c->image_digest));
}

enum err_code content_decode(const char *json, struct content *c, struct err *e)
{
    json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_object(object) && content_decode_object(object, c);
    json_decref(object);
    return ok ? ERR_OK : err_set(e, ERR_CORRUPT, "stored content is damaged");
}

const struct content_language *content_find(const struct content *c,
                                            const char *language)
{
    for (size_t i = 0; i < c->n_languages; i++) {
        if (strcmp(c->languages[i].language, language) == 0) {
            return &c->languages[i];
        }
    }
    return NULL;
}
