/* Alerts and their incidents. Changes are made inside the caller's
 * transaction, together with their leaf. */
#ifndef SERVICE_STORE_ALERT_H
#define SERVICE_STORE_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/alert.h"

struct store;

/* Who used an Idempotency-Key, and for what. */
struct alert_key {
    char alert_id[ID_MAX];
    char submitted_by[ACTOR_NAME_MAX];
    char request[DIGEST_NAMED_MAX];
};

/* Writes the alert, and its incident when it is the first of it (D1). `key`
 * is the Idempotency-Key, `request` the digest of the accepted body. */
void alert_insert(struct store *s, const struct alert *a, const char *key,
                  const char *request);

/* False when the key was never used. */
bool alert_key_find(struct store *s, const char *key, struct alert_key *found);

/* *a must be empty; the caller's to alert_fini(). False when there is none;
 * *a is then untouched. */
bool alert_load(struct store *s, const char *id, struct alert *a);

/* Releases: state, who agreed ("" when nobody needed to), when, which leaf. */
void alert_save_release(struct store *s, const char *id,
                        const char *approved_by, int64_t at_ms, int64_t leaf);

/* Moves to another state; closed_at_ms is 0 while the alert stays open. */
void alert_save_state(struct store *s, const char *id, enum alert_state state,
                      int64_t closed_at_ms);

/* The countersignature that a break-glass release owed was given. */
void alert_save_countersigned(struct store *s, const char *id);

/* All alerts of an incident, oldest first, whatever their state. */
void alert_load_incident(struct store *s, const char *marker,
                         struct alert_list *list);

/* Alerts of every incident that has one released since `since_ms` or that is
 * still open (awaiting_approval, released), oldest first. */
void alert_load_recent(struct store *s, int64_t since_ms,
                       struct alert_list *list);

/* How many alerts of that status ever went out; how many wait for approval. */
int64_t alert_count_released(struct store *s, enum alert_status status);
int64_t alert_count_awaiting(struct store *s);

/* What GET /alerts filters by; empty fields do not filter. */
struct alert_filter {
    const char *marker;
    const char *state;
    const char *after; /* id of the last alert of the page before */
    size_t limit;
};

/* Newest first, at most filter->limit. */
void alert_load_page(struct store *s, const struct alert_filter *filter,
                     struct alert_list *list);

/* How many alerts the incident has (their numbers are 1 to that). */
int alert_count_incident(struct store *s, const char *marker);

/* True while an actual alert is released, not closed and not expired. */
bool alert_actual_is_open(struct store *s, int64_t now_ms, int level_max);

#endif
