/* The website's own words in its four languages: everything that is not an
 * approved text. Exact German: console.md screen 9. */
#ifndef CHANNELS_WEBSITE_PHRASE_H
#define CHANNELS_WEBSITE_PHRASE_H

#include <stdint.h>

#include "service/base/buf.h"

enum phrase_language {
    PHRASE_DE,
    PHRASE_SIMPLE,
    PHRASE_EN,
    PHRASE_FR,
    N_PHRASE_LANGUAGES,
};

/* One language's names for the places that need one. */
struct phrase_names {
    const char *content; /* in struct content: "de-simple" */
    const char *html;    /* lang attribute: "de" */
    const char *cap;     /* CAP <language>: "de-x-simple" */
    const char *folder;  /* of its home page: "einfach/" */
    const char *anchor;  /* on an incident's page: "einfach" */
    const char *name;    /* in itself: "In einfachen Worten" */
};

const struct phrase_names *phrase_names(enum phrase_language l);

enum phrase_id {
    PHRASE_TITLE,
    PHRASE_NONE,
    PHRASE_NONE_HINT,
    PHRASE_ABOUT,
    PHRASE_SKIP,
    PHRASE_LANGUAGES,
    PHRASE_STAND,
    PHRASE_AREA,
    PHRASE_DO,
    PHRASE_PHONE,
    PHRASE_VALID,
    PHRASE_NEXT,
    PHRASE_MORE,
    PHRASE_STILL_VALID,
    PHRASE_GERMAN_ONLY,
    PHRASE_NEWS_GERMAN,
    PHRASE_MESSAGE,
    PHRASE_HISTORY,
    PHRASE_BACK,
    PHRASE_CHANGED,
    PHRASE_LEVEL,
    PHRASE_WOULD_BE,
    PHRASE_LEVEL_1,
    PHRASE_LEVEL_2,
    PHRASE_LEVEL_3,
    PHRASE_ALL_CLEAR,
    PHRASE_RETRACTED,
    PHRASE_EXPIRED,
    PHRASE_PREEMPTED,
    PHRASE_ENDED,
    PHRASE_ENDED_HINT,
    PHRASE_DRILL,
    PHRASE_DRILL_HINT,
    PHRASE_EMERGENCY,
    PHRASE_EMERGENCY_HINT,
    PHRASE_SIRENS,
    PHRASE_SIREN_WARNING,
    PHRASE_SIREN_WARNING_DO,
    PHRASE_SIREN_CLEAR,
    PHRASE_SIREN_CLEAR_DO,
    PHRASE_ACCESSIBILITY,
    PHRASE_NETIQUETTE,
    PHRASE_FEED,
    PHRASE_MACHINE,
    PHRASE_EMBED,
    PHRASE_PROOF,
    N_PHRASES,
};

/* Never NULL. */
const char *phrase(enum phrase_id id, enum phrase_language l);

/* Appends a time as that language writes it, in local time: "24.11.2026,
 * 14:30 Uhr" with a no-break space, "24 November 2026, 14:30", "24 novembre
 * 2026 à 14 h 30". Nothing in it needs escaping. */
void phrase_time(struct buf *b, int64_t at_ms, enum phrase_language l);

#endif
