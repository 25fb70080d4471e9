/* What an alert says, in every language and on every channel: made by the
 * preview, stored with the draft, sent byte for byte. Owned texts are never
 * NULL after content_init(). */
#ifndef SERVICE_MODEL_CONTENT_H
#define SERVICE_MODEL_CONTENT_H

#include <stddef.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/limits.h"

enum { LANGUAGE_MAX = 12, IMAGE_NAME_MAX = 40 };

/* Which element of a CAP <info> a paragraph of the page becomes. */
enum section_role { SECTION_DESCRIPTION, SECTION_INSTRUCTION };

struct content_section {
    char *heading;
    char *text;
    enum section_role role;
};

struct content_language {
    char language[LANGUAGE_MAX]; /* de, en, fr, de-simple */
    char *headline;              /* CAP and display headline, page title */
    char *event;                 /* what it is about, e.g. the family's title */
    size_t n_pages;
    char *pages[LIMIT_DISPLAY_PAGES]; /* display pages */
    size_t n_sections;
    struct content_section sections[LIMIT_SECTIONS];
};

struct content {
    size_t n_languages;
    struct content_language languages[LIMIT_LANGUAGES]; /* first is de */
    char *facebook;  /* Facebook's `message`, framed */
    char *instagram; /* Instagram's `caption`, framed */
    char *alt_text;
    char *card_headline;
    char *card_body;
    char *stand; /* "24.11.2026, 14:30 Uhr" */
    char *link;  /* address of the incident's page */
    char *mark;  /* "", "PROBE" or "ÜBUNG": what the frame put in front */
    char image_name[IMAGE_NAME_MAX]; /* of /karte/<name>.jpg; "" for no card */
    char image_digest[DIGEST_NAMED_MAX];

    /* CAP 1.2 <info>, from the family; "" becomes "Unknown" or "Other". Words
     * of a list are separated by spaces: "CBRNE Health". */
    char *cap_category;
    char *cap_urgency;
    char *cap_certainty;
    char *cap_response; /* responseType */
};

/* An empty content: every text "". */
void content_init(struct content *c);
void content_fini(struct content *c);

/* Sets an owned text to a copy of value (NULL means ""). */
void content_set(char **text, const char *value);

/* One canonical JSON object of everything, the caller's to free(). The same
 * content always gives the same bytes: the draft's digest covers them. */
char *content_encode(const struct content *c);

/* The reverse; *c must be empty and is the caller's to content_fini().
 * ERR_CORRUPT when json is not what content_encode() writes. */
enum err_code content_decode(const char *json, struct content *c,
                             struct err *e);

/* The texts of `language`, or NULL. */
const struct content_language *content_find(const struct content *c,
                                            const char *language);

#endif
