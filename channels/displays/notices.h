/* The small bodies beside the states (contract 6): heartbeat, key list and
 * the service's own sign of life. Pure. Times are Unix seconds. Heartbeat and
 * keys are signed notes: the caller signs the body with the heartbeat's or
 * the keys' key (displays_seal()). */
#ifndef CHANNELS_DISPLAYS_NOTICES_H
#define CHANNELS_DISPLAYS_NOTICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/buf.h"
#include "service/base/err.h"

struct key_pair;

/* Topics below the prefix. */
#define DISPLAYS_TOPIC_HEARTBEAT  "heartbeat"
#define DISPLAYS_TOPIC_KEYS       "keys"
#define DISPLAYS_TOPIC_CHECKPOINT "checkpoint"
#define DISPLAYS_TOPIC_SERVICE    "service"
#define DISPLAYS_TOPIC_STAFF      "staff"

struct displays_stream_mark {
    const char *stream; /* actual/08336050 */
    int64_t epoch;
    int64_t seq; /* the last one stored */
};

struct displays_heartbeat {
    int64_t time;
    size_t n_streams;
    const struct displays_stream_mark *streams;
    int64_t tree_size;
    const char *tree_root; /* base64, as in the checkpoint */
};

/* Appends one line and its LF. */
void displays_heartbeat_body(const struct displays_heartbeat *h,
                             struct buf *body);

struct displays_key {
    const char *verifier; /* name+id+base64 */
    const char *purpose;  /* actual, exercise, rehearsal, heartbeat, keys */
    int64_t not_after;    /* 0: no end, then the field is left out */
};

/* Appends one line and its LF. version rises with every change of the list. */
void displays_keys_body(int64_t version, int64_t issued,
                        const struct displays_key *keys, size_t n,
                        struct buf *body);

/* Appends {"state":"online"|"offline","time":…} without a line end; it is not
 * signed. */
void displays_service_body(bool online, int64_t time, struct buf *body);

/* Appends body, an empty line and key's signature. */
enum err_code displays_seal(const struct buf *body, const struct key_pair *key,
                            struct buf *note, struct err *e);

#endif
