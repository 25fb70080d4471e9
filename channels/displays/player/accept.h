/* May a display show these bytes? Pure: signature over the exact bytes, then
 * parsing, then the contract's rules (6). Everything between service and
 * display may lie, delay, drop or repeat (security.md, row 5). */
#ifndef CHANNELS_DISPLAYS_PLAYER_ACCEPT_H
#define CHANNELS_DISPLAYS_PLAYER_ACCEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/displays/state.h"
#include "service/base/digest.h"
#include "service/base/id.h"
#include "service/base/limits.h"
#include "service/model/words.h"
#include "service/seal/key.h"

enum {
    /* The service's own and "weitere Meldungen", in every language. */
    ACCEPT_PAGES_MAX = (LIMIT_DISPLAY_PAGES + 1) * LIMIT_LANGUAGES,
    ACCEPT_LANGUAGE_MAX = 12,
};

struct accept_page {
    char language[ACCEPT_LANGUAGE_MAX];
    char *text; /* owned */
};

struct accept_alert {
    char id[ID_MAX];
    enum alert_kind kind;
    int level;
    char *headline; /* German, owned */
    int64_t expires;
    size_t n_pages;
    struct accept_page pages[ACCEPT_PAGES_MAX]; /* German ones first */
};

struct accept_state {
    int64_t epoch;
    int64_t seq;
    int64_t valid_until;
    char sha256[DIGEST_HEX_MAX]; /* of the whole payload */
    size_t n_alerts;
    struct accept_alert alerts[LIMIT_STATE_ALERTS];
};

void accept_state_fini(struct accept_state *s);

/* What was last stored of a stream; epoch 0: nothing yet. */
struct accept_memory {
    int64_t epoch;
    int64_t seq;
    char sha256[DIGEST_HEX_MAX];
};

enum accept_verdict {
    ACCEPT_SHOW,      /* new, or what it shows already */
    ACCEPT_UNSIGNED,  /* no key allowed for this stream signed these bytes */
    ACCEPT_MALFORMED, /* signed, but not a state */
    ACCEPT_MISPLACED, /* signed for another stream than the topic's */
    ACCEPT_UNMARKED,  /* an exercise that does not say so, or the reverse */
    ACCEPT_OLD,       /* a lower number than the last */
    ACCEPT_CONFLICT,  /* the same number with other bytes: to be reported */
    ACCEPT_EXPIRED,
};

/* "signature", "malformed", …: for reports. */
const char *accept_verdict_name(enum accept_verdict verdict);

/* Which of the keys a stream, "heartbeat" or "keys" may be signed with: the
 * last but one part of the key's name says it. */
bool accept_key_is_for(const struct key_public *key, const char *purpose);

struct accept_rules {
    enum stream kind;
    const char *stream; /* what the topic says: actual/08336050 */
    const struct key_public *keys;
    size_t n_keys;
};

/* *state is filled only for ACCEPT_SHOW, the caller's to
 * accept_state_fini(). now: Unix seconds. */
enum accept_verdict state_accept(const struct accept_rules *rules,
                                 const void *bytes, size_t len,
                                 const struct accept_memory *last, int64_t now,
                                 struct accept_state *state);

/* A signed heartbeat. */
struct accept_heartbeat {
    int64_t time;
    int64_t epoch; /* of the stream that was asked for; 0: not in it */
    int64_t seq;
};

/* False when it is not signed by a heartbeat key or not a heartbeat. */
bool heartbeat_accept(const struct accept_rules *rules, const void *bytes,
                      size_t len, struct accept_heartbeat *h);

/* True when a key for `purpose` signed the bytes. */
bool note_accept(const struct accept_rules *rules, const char *purpose,
                 const void *bytes, size_t len, size_t *body_len);

#endif
