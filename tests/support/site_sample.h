/* States as the flow would compose them, for tests of the website: a flood
 * with an update, a hazardous substance in four languages, an all-clear, and
 * a public or an internal drill. */
#ifndef TESTS_SUPPORT_SITE_SAMPLE_H
#define TESTS_SUPPORT_SITE_SAMPLE_H

#include "service/model/state.h"

enum { SITE_SAMPLE_ALERTS = 8, SITE_SAMPLE_INCIDENTS = 5 };

/* 24 November 2026, 14:30 in Lörrach. */
#define SITE_SAMPLE_NOW_MS INT64_C(1795527000000)

struct site_sample {
    struct alert alerts[SITE_SAMPLE_ALERTS];
    size_t n_alerts;
    const struct alert *borrowed[SITE_SAMPLE_ALERTS];
    struct state_incident incidents[SITE_SAMPLE_INCIDENTS];
    size_t n_incidents;
    struct state state;
};

/* Sets TZ to Europe/Berlin; an empty state of the stream. */
void site_sample_init(struct site_sample *s, enum stream stream);
void site_sample_fini(struct site_sample *s);

/* A new incident LOE-<name>; its alerts are added next. */
void site_sample_incident(struct site_sample *s, const char *name);

/* One more alert of the newest incident, German texts, released minutes after
 * the sample's now; it becomes the current one. Returned for changes. */
struct alert *site_sample_alert(struct site_sample *s, enum alert_kind kind,
                                int level, int minutes);

/* Texts in one more language. */
void site_sample_language(struct alert *a, const char *language,
                          const char *headline);

/* One more section in the language of that index. */
void site_sample_section(struct alert *a, size_t language, const char *heading,
                         const char *text, enum section_role role);

/* The state, ready to be composed. */
const struct state *site_sample_state(struct site_sample *s);

/* The whole scene: gefahrstoff (level 1, de, einfach, en, fr), hochwasser
 * (level 2, updated), strom (cleared). */
void site_sample_scene(struct site_sample *s);

/* The scene of the exercise or rehearsal stream: one probealarm. */
void site_sample_drill(struct site_sample *s);

#endif
