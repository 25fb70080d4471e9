#include "templates/language.h"

#include <string.h>

#include "service/base/check.h"

static const char *const language_names[N_LANGUAGES] = {
    [LANGUAGE_DE] = "de",
    [LANGUAGE_SIMPLE] = "de-simple",
    [LANGUAGE_EN] = "en",
    [LANGUAGE_FR] = "fr",
};

const char *language_name(enum language l)
{
    check((int)l >= 0 && (int)l < N_LANGUAGES);
    return language_names[l];
}

bool language_parse(const char *text, enum language *l)
{
    for (int i = 0; i < N_LANGUAGES; i++) {
        if (strcmp(text, language_names[i]) == 0) {
            *l = (enum language)i;
            return true;
        }
    }
    return false;
}
