/* Deliveries and their attempts. Changes are made inside the caller's
 * transaction, together with their leaf. */
#ifndef SERVICE_STORE_DELIVERY_H
#define SERVICE_STORE_DELIVERY_H

#include <stdbool.h>
#include <stdint.h>

#include "service/model/delivery.h"

struct store;

/* A new, queued delivery (part of D1). */
void delivery_insert(struct store *s, const struct delivery *d);

/* Writes everything that may change. The caller has checked the move with
 * delivery_may_move(). */
void delivery_save(struct store *s, const struct delivery *d);

/* False when there is none; *d is then untouched. */
bool delivery_load(struct store *s, const char *id, struct delivery *d);

/* The deliveries of an alert, by channel. */
void delivery_load_alert(struct store *s, const char *alert_id,
                         struct delivery_list *list);

/* Every delivery that is not at rest (delivery_is_at_rest), of released alerts;
 * actual before exercise, then by age: the order in which they are served. */
void delivery_load_open(struct store *s, int64_t now_ms,
                        struct delivery_list *list);

/* Those of one incident on one channel, oldest alert first, whatever their
 * state. */
void delivery_load_lane(struct store *s, const char *marker,
                        enum channel_id channel, struct delivery_list *list);

/* How many deliveries a channel has in each state, of all time. */
struct delivery_counts {
    int64_t n[N_CHANNELS][N_DELIVERY_STATES];
};

void delivery_count(struct store *s, struct delivery_counts *counts);

/* The intent to try, on disk before the first byte (D2). */
void attempt_insert(struct store *s, const struct delivery *d);

/* The outcome of the delivery's last attempt (D3). */
void attempt_save_end(struct store *s, const struct delivery *d,
                      int64_t ended_at_ms);

/* The digest of the files that the website of a realm shows (D6). */
void site_save(struct store *s, const char *realm, const char *digest,
               int64_t at_ms);

#endif
