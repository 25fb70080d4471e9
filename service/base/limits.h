/* Every limit of the program, with its name and its reason. */
#ifndef SERVICE_BASE_LIMITS_H
#define SERVICE_BASE_LIMITS_H

enum {
    /* HTTP */
    LIMIT_BODY_BYTES = 64 * 1024,           /* contract 4: 413 above it */
    LIMIT_DISCARD_BYTES = 16 * 1024 * 1024, /* read for a 413's sake */
    LIMIT_HTTP_CONNECTIONS = 2048,          /* of one listener */
    LIMIT_HTTP_HEAD_BYTES = 24 * 1024,      /* request line and headers */
    LIMIT_STREAM_BYTES = 256 * 1024,        /* waiting for one slow reader */
    LIMIT_STREAM_FIRST = 4 * 1024 * 1024,   /* … that has just come back */
    LIMIT_SITE_FILES = 4096,
    LIMIT_SITE_FILE_BYTES = 8 * 1024 * 1024, /* a page with its history */
    LIMIT_SITE_BYTES = 256 * 1024 * 1024,

    /* Templates */
    LIMIT_FAMILY_BYTES = 512 * 1024,
    LIMIT_LANGUAGES = 4,     /* de, en, fr, de-simple */
    LIMIT_DISPLAY_PAGES = 4, /* of one alert in one language, update included */
    LIMIT_SECTIONS = 16,     /* of a website text */
    LIMIT_TEXT_BYTES = 16384, /* one rendered text */
    LIMIT_PLACEHOLDERS = 40,  /* of one text; with the longest list: 1.3 MB */
    LIMIT_FILL_BYTES = 8 * 1024 * 1024, /* a text before it is measured */
    LIMIT_AREAS = 36,        /* 35 municipalities, or the county alone */
    LIMIT_FIELD_ERRORS = 24, /* told at once; the next ones wait */

    /* Lengths of texts, mark and frame counted, in code points after NFC
     * (Instagram in UTF-16 units); display-and-style.md sections 2 and 5.
     * Meta's own limits are far above. */
    LIMIT_HEADLINE = 160, /* CAP 1.2 section 3.2.2 suggests it */
    LIMIT_DISPLAY_PAGE = 120,
    LIMIT_CARD_HEADLINE = 44,
    LIMIT_CARD_BODY = 120,
    LIMIT_FACEBOOK = 1800,
    LIMIT_INSTAGRAM = 1500,
    LIMIT_ALT_TEXT = 400,

    /* Outside answers */
    LIMIT_ANSWER_BYTES = 256 * 1024,

    /* Displays (contract 6) */
    LIMIT_STATE_BYTES = 32 * 1024,
    LIMIT_STATE_ALERTS = 8,

    /* Audit (architecture, "Audit log") */
    LIMIT_ENTRY_BYTES = 4096,
};

#endif
