#include "service/model/actor.h"

#include <string.h>

static const struct role_word {
    enum role role;
    const char *name;
} role_words[] = {
    {ROLE_AUTHOR, "author"},     {ROLE_APPROVER, "approver"},
    {ROLE_RELEASER, "releaser"}, {ROLE_DRILL_LEAD, "drill_lead"},
    {ROLE_OPERATOR, "operator"}, {ROLE_AUDITOR, "auditor"},
};

enum { N_ROLES = sizeof(role_words) / sizeof(role_words[0]) };

bool actor_has(const struct actor *a, enum role role)
{
    return (a->roles & (unsigned)role) != 0;
}

const char *role_name(enum role role)
{
    for (size_t i = 0; i < N_ROLES; i++) {
        if (role_words[i].role == role) {
            return role_words[i].name;
        }
    }
    return "";
}

static bool role_find(const char *text, size_t len, unsigned *roles)
{
    for (size_t i = 0; i < N_ROLES; i++) {
        if (strlen(role_words[i].name) == len &&
            strncmp(role_words[i].name, text, len) == 0) {
            *roles |= (unsigned)role_words[i].role;
            return true;
        }
    }
    return false;
}

bool role_parse_list(const char *text, unsigned *roles)
{
    *roles = 0;
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        if (!role_find(text, len, roles)) {
            return false;
        }
        text += len;
        if (*text == ',') {
            text++;
        }
    }
    return true;
}
