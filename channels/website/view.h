/* What every file of the site is made from, and the questions that pages,
 * CAP, feed and JSON all ask about an alert. Pure. */
#ifndef CHANNELS_WEBSITE_VIEW_H
#define CHANNELS_WEBSITE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/website/phrase.h"
#include "channels/website/site.h"
#include "service/base/buf.h"
#include "service/model/state.h"

enum { VIEW_VALUE_MAX = 256 };

/* One composition; borrowed by everything below. */
struct view {
    const struct site_config *config;
    const struct state *const *states; /* real before exercise */
    size_t n_states;
    const char *url;           /* of the root, without the last slash */
    bool rehearsal;            /* the site of internal drills */
    int64_t actual_updated_ms; /* when the last real thing changed */
    int64_t exercise_updated_ms;
};

/* How an incident stands, for people: words and colour. */
enum view_tone {
    VIEW_LEVEL_1,
    VIEW_LEVEL_2,
    VIEW_LEVEL_3,
    VIEW_ALL_CLEAR,
    VIEW_RETRACTED,
    VIEW_ENDED, /* expired, pre-empted or replaced */
};

/* When the last thing of that status changed. */
int64_t view_updated_ms(const struct view *v, enum alert_status status);

/* The level 1 to 3 of an alert; of an all-clear or a retraction the level of
 * the latest alert before it. */
int view_level(const struct state_incident *incident, const struct alert *a);

/* The tone of one of the incident's alerts as if it stood. */
enum view_tone view_tone(const struct alert *a);

/* The newest alert; an incident always has one. */
const struct alert *view_newest(const struct state_incident *incident);

/* The alert whose advice `a` adds to (architecture: "An update adds"): the
 * latest one before it that was no addition; NULL when `a` is none. */
const struct alert *view_base(const struct state_incident *incident,
                              const struct alert *a);

/* Whether a text of that language already has this section's words. */
bool view_has_section(const struct content_language *l,
                      const struct content_section *s);

/* A text parameter of the alert as it was accepted ("telefon"); false when it
 * has none or one that is longer than VIEW_VALUE_MAX - 1. */
bool view_parameter(const struct alert *a, const char *name,
                    char out[VIEW_VALUE_MAX]);

/* The public phone number for this alert, or the first configured one. */
bool view_phone(const struct view *v, const struct alert *a,
                char out[VIEW_VALUE_MAX]);

/* When the next information was promised; false for no promise. */
bool view_next_info(const struct alert *a, int64_t *at_ms);

/* The time of `stand`, as the preview fixed it; the release when the stand is
 * not "24.11.2026, 14:30 Uhr". */
int64_t view_stand_ms(const struct alert *a);

/* Name of an area, its key when it has none. */
const char *view_area_name(const struct view *v, const char *ags);

/* Appends the names of all areas, separated by ", ", unescaped. */
void view_areas(struct buf *b, const struct view *v, const struct areas *areas);

/* The texts of the language, or the first there are; NULL for none at all. */
const struct content_language *view_language(const struct alert *a,
                                             enum phrase_language l);

#endif
