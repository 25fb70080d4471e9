#include "templates/placeholder.h"

#include <string.h>

#include "templates/family.h"

static const char *const automatic_names[N_AUTOMATIC] = {
    [AUTOMATIC_STAND] = "stand",
    [AUTOMATIC_STAND_HM] = "stand_hm",
    [AUTOMATIC_LINK] = "link",
    [AUTOMATIC_LINK_SHORT] = "link_kurz",
    [AUTOMATIC_AREAS] = "gemeinden",
    [AUTOMATIC_COLOUR] = "farbe",
    [AUTOMATIC_ORIGIN_TITLE] = "ursprung_titel",
    [AUTOMATIC_ORIGIN_STAND] = "ursprung_stand",
    [AUTOMATIC_ORIGIN_HM] = "ursprung_hm",
    [AUTOMATIC_NETIQUETTE] = "netiquette",
    [AUTOMATIC_HEADLINE] = "headline",
};

enum automatic automatic_parse(const char *name)
{
    for (int i = 0; i < N_AUTOMATIC; i++) {
        if (strcmp(automatic_names[i], name) == 0) {
            return (enum automatic)i;
        }
    }
    return AUTOMATIC_NONE;
}

const char *automatic_name(enum automatic a)
{
    return a == AUTOMATIC_NONE ? "" : automatic_names[a];
}

bool placeholder_read(const char *at, char name[PLACEHOLDER_MAX],
                      const char **end)
{
    if (*at != '{') {
        return false;
    }
    size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (len == 0 || len >= PLACEHOLDER_MAX || at[1 + len] != '}') {
        return false;
    }
    memcpy(name, at + 1, len);
    name[len] = '\0';
    *end = at + len + 2;
    return true;
}

bool placeholder_next(const char **at, char name[PLACEHOLDER_MAX], bool *broken)
{
    *broken = false;
    const char *brace = strpbrk(*at, "{}");
    if (brace == NULL) {
        *at += strlen(*at);
        return false;
    }
    if (!placeholder_read(brace, name, at)) {
        *broken = true;
        return false;
    }
    return true;
}

static bool placeholder_automatic(enum alert_kind kind, enum automatic a)
{
    switch (a) {
    case AUTOMATIC_STAND:
    case AUTOMATIC_STAND_HM:
    case AUTOMATIC_LINK:
    case AUTOMATIC_LINK_SHORT:
    case AUTOMATIC_AREAS:
    case AUTOMATIC_COLOUR: return true;
    case AUTOMATIC_ORIGIN_TITLE:
    case AUTOMATIC_ORIGIN_STAND:
    case AUTOMATIC_ORIGIN_HM: return kind != KIND_ALERT;
    case AUTOMATIC_NETIQUETTE:
    case AUTOMATIC_HEADLINE:
    case AUTOMATIC_NONE: break;
    }
    return false;
}

bool placeholder_known(const struct family *f, enum alert_kind kind,
                       const char *name)
{
    if (placeholder_automatic(kind, automatic_parse(name))) {
        return true;
    }
    for (size_t i = 0; i < f->n_constants; i++) {
        if (strcmp(f->constants[i].name, name) == 0) {
            return true;
        }
    }
    const struct family_kind *k = &f->kinds[kind];
    for (size_t i = 0; i < k->n_parameters; i++) {
        if (strcmp(f->parameters[k->parameters[i]].name, name) == 0) {
            return true;
        }
    }
    return false;
}
