/* The state of one area as displays get it (contract 6): a signed note whose
 * body is one line of JSON. Pure: what is true comes from the flow's struct
 * state, epoch, sequence and times from the caller, who stores the exact
 * bytes before it publishes them (D5).
 *
 *     displays_state_compose(s, area, host, &st, &e)    what the area shows
 *     same digest as the stored one, and young?         nothing to do
 *     displays_state_seal(&st, &number, key, &note, &e) exact payload
 *     store (stream, epoch, seq, note), commit, publish
 */
#ifndef CHANNELS_DISPLAYS_STATE_H
#define CHANNELS_DISPLAYS_STATE_H

#include <stddef.h>
#include <stdint.h>

#include "service/base/buf.h"
#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/limits.h"
#include "service/model/areas.h"
#include "service/model/state.h"
#include "service/model/words.h"

struct key_pair;

/* "rehearsal/08336050" and the NUL; also the topic below the prefix. */
enum { STREAM_NAME_MAX = 24 };

/* contract 6: a state is valid for 24 h and issued again every 6 h. */
enum {
    DISPLAYS_VALID_S = 24 * 60 * 60,
    DISPLAYS_REISSUE_S = 6 * 60 * 60,
    DISPLAYS_HEARTBEAT_S = 30,
};

/* "actual/08336050"; area is five or eight digits. */
void displays_stream_name(enum stream stream, const char *area,
                          char out[STREAM_NAME_MAX]);

struct displays_state {
    char stream[STREAM_NAME_MAX];
    struct buf alerts;    /* the JSON array, without numbers and times */
    struct digest digest; /* of alerts: equal digests, equal screens */
    /* Indexes into state.incidents of what is in it, in order. */
    size_t n_shown;
    size_t shown[LIMIT_STATE_ALERTS];
    /* Those that concern the area too but had no room: "verdrängt". */
    size_t n_hidden;
    size_t *hidden; /* owned */
};

/* Picks the current incidents of `area`: those whose newest alert names it
 * (the county's topic gets only alerts for the whole county), in the order of
 * s, at most LIMIT_STATE_ALERTS and LIMIT_STATE_BYTES; when some have no room
 * the last one's German pages end with "weitere Meldungen: <host>". *out is
 * the caller's to displays_state_fini(), also after a failure. ERR_LIMIT when
 * not even the first alert has room. */
enum err_code displays_state_compose(const struct state *s, const char *area,
                                     const char *host,
                                     struct displays_state *out, struct err *e);
void displays_state_fini(struct displays_state *st);

/* What the caller decides and stores; times in Unix seconds. */
struct displays_number {
    int64_t epoch;
    int64_t seq;
    int64_t issued;
    int64_t valid_until; /* issued + DISPLAYS_VALID_S */
};

/* Appends the body: one line of JSON and its LF. */
void displays_state_body(const struct displays_state *st,
                         const struct displays_number *number,
                         struct buf *body);

/* Appends the whole MQTT payload: body, empty line, signature by `key`, which
 * must be the stream's. ERR_LIMIT above LIMIT_STATE_BYTES. */
enum err_code displays_state_seal(const struct displays_state *st,
                                  const struct displays_number *number,
                                  const struct key_pair *key, struct buf *note,
                                  struct err *e);

#endif
