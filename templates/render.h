/* From family and parameters to the texts that are sent. Pure: the same input
 * gives the same bytes; local times are in the process's TZ. */
#ifndef TEMPLATES_RENDER_H
#define TEMPLATES_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/content.h"
#include "service/model/words.h"
#include "templates/family.h"

struct parameters;
struct places;

struct render_input { /* borrowed until the call returns */
    const struct family *family;
    enum alert_kind kind;
    const struct parameters *parameters; /* of parameters_read() */
    const struct places *places;
    const char *alert_id;       /* LOE-7K3Q9F-1: line 2 of the posts */
    const char *mark;           /* render_mark() of the stream */
    int64_t stand_ms;           /* now, to the minute */
    const char *link;           /* https://host/w/LOE-7K3Q9F, without a mark */
    const char *netiquette_url; /* "": no such line */
    bool in_office_hours;       /* hours_contain(), templates/hours.h */

    /* Follow-ups: the alert with which the incident began. */
    int64_t origin_stand_ms;
    int origin_level;             /* of the newest alert that had one */
    const struct content *origin; /* its pages still hold in an update */
};

/* "" for actual, "PROBE" for public drills, "ÜBUNG" for internal ones. */
const char *render_mark(enum stream stream);

/* Fills *out, which content_init() made: every text with mark, frame and
 * automatic parameters; image_name and image_digest stay empty. ERR_INVALID
 * when the family has no such kind, ERR_LIMIT when a text is too long for its
 * channel (lint proves that an approved family's never is). */
enum err_code render_content(const struct render_input *in, struct content *out,
                             struct err *e);

/* Length of a text as its channel counts: code points after NFC, UTF-16 units
 * for Instagram. */
size_t render_length(enum channel_id channel, const char *text);

/* The limit for one text there: Facebook's message, Instagram's caption, one
 * display page; 0 for the website, which has none. */
size_t render_limit(enum channel_id channel);

/* One text of the website in one language, as the preview shows it: headline,
 * then every section's heading and text. The caller's to free(). */
char *render_page_text(const struct content_language *l);

#endif
