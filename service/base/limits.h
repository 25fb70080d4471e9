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
    LIMIT_SITE_FILES = 4096,
    LIMIT_SITE_FILE_BYTES = 8 * 1024 * 1024, /* a page with its history */
    LIMIT_SITE_BYTES = 256 * 1024 * 1024,

    /* Templates */
    LIMIT_FAMILY_BYTES = 512 * 1024,
    LIMIT_LANGUAGES = 4,     /* de, en, fr, de-simple */
    LIMIT_DISPLAY_PAGES = 4, /* of one alert in one language, update included */
    LIMIT_SECTIONS = 16,     /* of a website text */
    LIMIT_TEXT_BYTES = 16384, /* one rendered text */
    LIMIT_AREAS = 36,         /* 35 municipalities, or the county alone */
    LIMIT_FIELD_ERRORS = 24,  /* told at once; the next ones wait */

    /* Outside answers */
    LIMIT_ANSWER_BYTES = 256 * 1024,

    /* Displays (contract 6) */
    LIMIT_STATE_BYTES = 32 * 1024,
    LIMIT_STATE_ALERTS = 8,

    /* Audit (architecture, "Audit log") */
    LIMIT_ENTRY_BYTES = 4096,
};

#endif
