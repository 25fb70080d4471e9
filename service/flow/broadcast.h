/* The conductor of the flow: trigger -> authorise -> render -> commit ->
 * fanout -> record. Doors (API, console, drills) call what is here; results
 * come back by callback or as events. One per process, on the loop.
 *
 * Start-up is the ordinary path: broadcast_start() reads what is open and
 * goes on with it. */
#ifndef SERVICE_FLOW_BROADCAST_H
#define SERVICE_FLOW_BROADCAST_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "channels/channel.h"
#include "service/base/clock.h"
#include "service/base/err.h"
#include "service/base/fields.h"
#include "service/flow/trigger.h"
#include "service/model/actor.h"
#include "service/model/draft.h"
#include "service/seal/key.h"

struct broadcast;
struct config;
struct family;
struct places;
struct store;

/* The two sets of targets: what everybody sees, and rehearsal. */
enum realm { REALM_LIVE, REALM_REHEARSAL, N_REALMS };

enum realm broadcast_realm(enum stream stream);

/* What changed; for the event stream, drills and displays of the console. */
enum broadcast_event_kind {
    BROADCAST_ALERT,
    BROADCAST_DELIVERY,
    BROADCAST_DISPLAY,
    BROADCAST_CHANNEL,
};

struct broadcast_event {
    enum broadcast_event_kind kind;
    const char *id;       /* of the alert, delivery, display or channel */
    const char *alert_id; /* delivery: its alert; else "" */
    int64_t leaf;         /* index in the log; -1 when there is none */
};

typedef void (*broadcast_event_cb)(const struct broadcast_event *event,
                                   void *data);

struct broadcast_options {
    uv_loop_t *loop;
    const struct clock *clock;
    struct store *store;
    const struct config *config;
    const struct places *places;
    /* A channel that is off is NULL. Displays are one channel in both. */
    struct channel *channels[N_REALMS][N_CHANNELS];
    /* Where the site of a realm is seen, without a slash at the end. */
    const char *public_url[N_REALMS];
    /* `<host>` of keys and short links. */
    const char *host;
    /* Signing keys: the streams', the heartbeat's, the log's. */
    const struct key_pair *stream_keys[N_STREAMS];
    const struct key_pair *heartbeat_key;
    const struct key_pair *audit_key;
    /* The signed key list of …/keys and the text of /keys. */
    const char *key_list;
    const char *key_texts;
    broadcast_event_cb event;
    /* The store failed in a way that only a restart heals; must not return
     * in production. */
    void (*fatal)(const struct err *e, void *data);
    void *data; /* for event and fatal */
};

/* Everything in options is borrowed until broadcast_close()'s callback. */
struct broadcast *broadcast_open(const struct broadcast_options *options);

/* Marks what a crash interrupted, signs first states, begins to deliver.
 * Once. */
void broadcast_start(struct broadcast *b);

/* The first half of the end, before the channels are closed: nothing new is
 * taken or started. */
void broadcast_stop(struct broadcast *b);

/* The second half, after the channels were closed (their work in flight has
 * answered): ends timers, frees everything, then cb, from the loop. */
typedef void (*broadcast_close_cb)(void *data);
void broadcast_close(struct broadcast *b, broadcast_close_cb cb, void *data);

/* ---- preview ------------------------------------------------------------ */

struct broadcast_preview;
typedef void (*broadcast_preview_cb)(struct broadcast_preview *p);

enum { BROADCAST_WARNINGS_MAX = 6 };

struct broadcast_warning {
    char code[32];
    char message[ERR_MESSAGE_MAX];
};

/* One preview. The caller owns it until the callback. */
struct broadcast_preview {
    struct actor actor;
    struct trigger trigger; /* taken: of trigger_parse() */
    const char *drill_id;   /* "" unless a drill asks; borrowed */
    bool public_drill;
    bool relative_times; /* parameters may say "+90min" and "16:00" */
    int64_t as_of_ms;    /* times in parameters are judged from then; 0: now */
    broadcast_preview_cb done;
    void *data;

    /* The answer. OK: `draft` is stored, the caller's to draft_fini().
     * INVALID: `fields` says what is wrong. NOT_FOUND: no such incident.
     * CONFLICT with problem "template-blocked", "incident-closed". DENIED. */
    enum err_code status;
    struct err err;
    const char *problem; /* last part of the problem's type, or NULL */
    struct fields fields;
    struct draft draft;
    size_t n_warnings;
    struct broadcast_warning warnings[BROADCAST_WARNINGS_MAX];

    /* The conductor's until the callback. */
    struct broadcast *broadcast;
    void *work;
};

/* Checks, renders, draws the card, stores the draft. Exactly one callback,
 * from the loop, never before the call returned. */
void broadcast_preview(struct broadcast *b, struct broadcast_preview *p);

/* Where cards of a stream are served: append "/karte/<name>.jpg". */
const char *broadcast_card_base(const struct broadcast *b, enum stream stream);

/* ---- submit and decide --------------------------------------------------- */

struct broadcast_submission {
    const struct actor *actor;
    const struct trigger *trigger; /* of trigger_parse(), TRIGGER_SUBMIT */
    const char *key;               /* Idempotency-Key, valid */
    const char *drill_id;          /* "" unless a drill fires */
    bool public_drill;
    /* Written in the same transaction, when it is a new alert: a drill's slot
     * (D7). NULL for none. */
    void (*in_transaction)(struct store *s, const struct alert *a, void *data);
    void *data;
};

struct broadcast_answer {
    char id[ID_MAX];
    bool replayed;       /* the key was used for the same before */
    const char *problem; /* last part of the problem's type, or NULL */
};

/* Accepts the previewed alert: on disk before it returns ERR_OK (D1).
 * ERR_INVALID: *fields. ERR_CONFLICT: preview-stale, key-reused,
 * template-blocked, drill-refused. ERR_DENIED: problem may be
 * "step-up-required". ERR_UNCERTAIN: outcome unknown. */
enum err_code broadcast_submit(struct broadcast *b,
                               const struct broadcast_submission *s,
                               struct broadcast_answer *answer,
                               struct fields *fields, struct err *e);

/* Another releaser's decision about an alert that waits for it. ERR_NOT_FOUND,
 * ERR_CONFLICT when it does not wait, ERR_DENIED (*problem may be set),
 * ERR_UNCERTAIN. */
enum err_code broadcast_approve(struct broadcast *b, const struct actor *actor,
                                const char *alert_id, const char **problem,
                                struct err *e);
enum err_code broadcast_reject(struct broadcast *b, const struct actor *actor,
                               const char *alert_id, const char *reason,
                               struct err *e);
enum err_code broadcast_countersign(struct broadcast *b,
                                    const struct actor *actor,
                                    const char *alert_id, const char **problem,
                                    struct err *e);

/* After an ERR_UNCERTAIN was answered: stops the process through `fatal`; the
 * restart finds on disk what is true. Does nothing when no commit failed. */
void broadcast_stop_if_failed(struct broadcast *b);
/* The same for a door: a moment later, so that its answer leaves first. */
void broadcast_stop_soon_if_failed(struct broadcast *b);
/* A door met an ERR_UNCERTAIN of another part's commit: nothing more is taken,
 * and the process stops as above. */
void broadcast_uncertain(struct broadcast *b);

/* What an operator decides about one delivery. */
enum broadcast_decision {
    BROADCAST_RETRY,
    BROADCAST_MARK_VISIBLE,
    BROADCAST_HAND_POST,
};

enum err_code broadcast_decide(struct broadcast *b, const struct actor *actor,
                               const char *delivery_id,
                               enum broadcast_decision decision,
                               const char *note, struct err *e);

/* ---- what is ready --------------------------------------------------------
 */

struct broadcast_readiness {
    enum readiness state;
    int64_t checked_at_ms; /* 0: never yet */
    int64_t expires_at_ms; /* of the token; 0 none */
    char detail[DETAIL_MAX];
};

/* The last check of a live channel. */
struct broadcast_readiness broadcast_readiness(const struct broadcast *b,
                                               enum channel_id id);

/* Checks every channel now; cb, from the loop, when all have answered. Only
 * one such call at a time: a second one joins it. */
typedef void (*broadcast_checked_cb)(void *data);
void broadcast_check(struct broadcast *b, broadcast_checked_cb cb, void *data);

/* Recovered, and able to accept a release. */
bool broadcast_is_ready(const struct broadcast *b);

/* A new drill may begin: no actual alert of level 1 or 2 is open (level 3
 * needs the lead's confirmation). */
bool broadcast_drill_may_start(struct broadcast *b, bool confirmed);

/* A display's word: display/<id>/status or display/<id>/shown (app wires the
 * displays channel's events to these four). */
void broadcast_displays_connected(struct broadcast *b);
void broadcast_displays_disconnected(struct broadcast *b);
void broadcast_displays_message(struct broadcast *b, const char *topic,
                                const void *bytes, size_t len);
void broadcast_displays_foreign(struct broadcast *b, const char *topic);

#endif
