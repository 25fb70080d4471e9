#include "templates/family.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"

static const char *const parameter_type_names[] = {
    [PARAMETER_TEXT] = "text",         [PARAMETER_PHONE] = "phone",
    [PARAMETER_URL] = "url",           [PARAMETER_INT] = "int",
    [PARAMETER_DATETIME] = "datetime", [PARAMETER_TIME] = "time",
    [PARAMETER_ENUM] = "enum",         [PARAMETER_ENUM_MULTI] = "enum_multi",
    [PARAMETER_LIST] = "list",
};

const char *parameter_type_name(enum parameter_type type)
{
    check((int)type >= 0 && type <= PARAMETER_LIST);
    return parameter_type_names[type];
}

static void family_free_texts(char *const texts[N_LANGUAGES])
{
    for (int i = 0; i < N_LANGUAGES; i++) {
        free(texts[i]);
    }
}

static void family_free_parameter(struct family_parameter *p)
{
    free(p->name);
    free(p->label);
    free(p->hint);
    free(p->pattern);
    free(p->default_value);
    free(p->unit);
    free(p->after);
    for (size_t i = 0; i < p->n_values; i++) {
        free(p->values[i].value);
        free(p->values[i].label);
        family_free_texts(p->values[i].text);
    }
    free(p->values);
    for (size_t i = 0; i < p->n_fields; i++) {
        free(p->fields[i].name);
        free(p->fields[i].label);
    }
}

static void family_free_language(struct family_texts *t)
{
    free(t->headline);
    free(t->facebook);
    free(t->instagram);
    free(t->alt_text);
    free(t->card_headline);
    free(t->card_body);
    for (size_t i = 0; i < t->n_display; i++) {
        free(t->display[i]);
    }
    for (size_t i = 0; i < t->n_sections; i++) {
        free(t->sections[i].heading);
        free(t->sections[i].text);
    }
}

static void family_free_kind(struct family_kind *k)
{
    free(k->title);
    free(k->urgency);
    free(k->certainty);
    free(k->response);
    for (size_t i = 0; i < k->n_preconditions; i++) {
        free(k->preconditions[i].id);
        free(k->preconditions[i].label);
    }
    for (size_t i = 0; i < k->n_hashtags; i++) {
        free(k->hashtags[i]);
    }
    for (int i = 0; i < N_LANGUAGES; i++) {
        family_free_language(&k->texts[i]);
    }
}

static void family_free_frame(struct family_frame *frame)
{
    free(frame->link);
    free(frame->link_short);
    free(frame->replies_open);
    free(frame->replies_closed);
    free(frame->netiquette);
    family_free_texts(frame->county);
    family_free_texts(frame->others);
    family_free_texts(frame->except);
    family_free_texts(frame->german);
    family_free_texts(frame->line);
}

void family_free(struct family *f)
{
    if (f == NULL) {
        return;
    }
    free(f->title);
    family_free_texts(f->event);
    free(f->bbk);
    free(f->category);
    free(f->review_until);
    for (size_t i = 0; i < f->n_who; i++) {
        free(f->who[i]);
    }
    for (size_t i = 0; i < f->n_parameters; i++) {
        family_free_parameter(&f->parameters[i]);
    }
    for (size_t i = 0; i < f->n_constants; i++) {
        free(f->constants[i].name);
        family_free_texts(f->constants[i].text);
    }
    family_free_frame(&f->frame);
    for (int i = 0; i < N_KINDS; i++) {
        family_free_kind(&f->kinds[i]);
    }
    free(f);
}

const struct family_parameter *family_find_parameter(const struct family *f,
                                                     const char *name)
{
    for (size_t i = 0; i < f->n_parameters; i++) {
        if (strcmp(f->parameters[i].name, name) == 0) {
            return &f->parameters[i];
        }
    }
    return NULL;
}

const struct family_kind *family_find_kind(const struct family *f,
                                           enum alert_kind kind)
{
    check((int)kind >= 0 && (int)kind < N_KINDS);
    return f->kinds[kind].present ? &f->kinds[kind] : NULL;
}
