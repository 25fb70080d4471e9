/* A delivery: one alert on one channel, and its tries. */
#ifndef SERVICE_MODEL_DELIVERY_H
#define SERVICE_MODEL_DELIVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/id.h"
#include "service/model/words.h"

enum {
    TARGET_MAX = 128,
    REMOTE_ID_MAX = 96,
    PERMALINK_MAX = 256,
    DETAIL_MAX = 192,
};

struct delivery {
    char id[ID_MAX];
    char alert_id[ID_MAX];
    char marker[ID_MAX];
    enum alert_kind kind;     /* of the alert */
    enum alert_status status; /* of the alert */
    enum stream stream;       /* of the alert */
    enum channel_id channel;
    char target[TARGET_MAX]; /* facebook:<page id>, rehearsal:… */
    enum delivery_state state;
    enum outcome outcome; /* of the last attempt */
    int attempts;
    char container_id[REMOTE_ID_MAX]; /* Instagram's, stored first (D4) */
    char remote_id[REMOTE_ID_MAX];
    char permalink[PERMALINK_MAX];
    char detail[DETAIL_MAX]; /* German, for people */
    int shown_expected;      /* displays */
    int shown_confirmed;
    int crashes;    /* in a row while it was being sent */
    int good_reads; /* read-backs since the attempt that proved absence */
    int64_t queued_at_ms;
    int64_t first_attempt_at_ms;
    int64_t last_attempt_at_ms;
    int64_t attempt_ended_at_ms; /* its connection closed */
    int64_t accepted_at_ms;
    int64_t visible_at_ms;
    int64_t next_try_at_ms; /* 0: none planned */
    int64_t expires_at_ms;  /* of the alert */
};

/* The drawing in architecture.md, "A delivery on a message channel". */
bool delivery_may_move(enum delivery_state from, enum delivery_state to);

/* No further move by itself: a good end, or given up. */
bool delivery_is_final(enum delivery_state state);

/* Nobody has to look at it again: final, or accepted (a good end too) and its
 * alert's time is over. */
bool delivery_is_at_rest(const struct delivery *d, int64_t now_ms);

/* On its way to the outside or possibly there. */
bool delivery_on_wire(enum delivery_state state);

struct delivery_list {
    size_t n;
    struct delivery *items;
};

void delivery_list_fini(struct delivery_list *l);

#endif
