/* Drills and the slots at which they fired. Writing functions are called
 * inside a transaction. */
#ifndef SERVICE_STORE_DRILL_H
#define SERVICE_STORE_DRILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/model/alert.h"
#include "service/model/delivery.h"
#include "service/model/words.h"

struct store;

#define DRILL_STATES(X)       \
    X(PLANNED, "planned")     \
    X(RUNNING, "running")     \
    X(PASSED, "passed")       \
    X(FAILED, "failed")       \
    X(CANCELLED, "cancelled") \
    X(MISSED, "missed")       \
    X(PREEMPTED, "preempted")

#define WORDS_DRILL(name, text) DRILL_##name,

WORDS_ENUM(drill_state, WORDS_DRILL, DRILL_STATES)

enum { DRILL_NAME_MAX = 121 };

struct drill {
    char id[ID_MAX];
    char name[DRILL_NAME_MAX];
    bool is_public; /* real targets, marked PROBE; else rehearsal targets */
    char template_id[TEMPLATE_ID_MAX];
    char *parameters;  /* JSON object; owned */
    unsigned channels; /* bit 1 << enum channel_id; 0: all that are on */
    char planned_by[ACTOR_NAME_MAX];
    char approved_by[ACTOR_NAME_MAX];  /* public ones need it */
    char cancelled_by[ACTOR_NAME_MAX]; /* who ended it early */
    int64_t planned_at_ms;
    int64_t next_at_ms; /* 0: none */
    int64_t duration_s;
    enum drill_state state;
    char reason[DETAIL_MAX]; /* German: why it did not pass */
    /* Of its last run; "" and 0 before it. */
    char marker[ID_MAX];
    char alert_id[ID_MAX];
    char all_clear_id[ID_MAX];
    int64_t started_at_ms;
    int64_t ended_at_ms;
};

void drill_fini(struct drill *d);

/* A list that owns its drills. */
struct drill_list {
    size_t n;
    struct drill *items;
};

void drill_list_fini(struct drill_list *l);

void drill_insert(struct store *s, const struct drill *d);

/* Writes everything that may change. */
void drill_save(struct store *s, const struct drill *d);

/* False when there is none; *d is then untouched. Else the caller's to
 * drill_fini(). */
bool drill_load(struct store *s, const char *id, struct drill *d);

/* Planned and running ones, the next first. */
void drill_load_open(struct store *s, struct drill_list *list);

/* Newest first, behind the drill `after` (NULL or "": from the newest). */
void drill_load_page(struct store *s, const char *after, size_t limit,
                     struct drill_list *list);

/* The slot has fired (D7); a second time is a failed transaction. */
void drill_slot_insert(struct store *s, const char *drill_id, int64_t slot_ms,
                       const char *alert_id);

/* True when that slot has fired. */
bool drill_slot_is_used(struct store *s, const char *drill_id, int64_t slot_ms);

#endif
