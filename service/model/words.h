/* The words of the house as enums, and their spelling in the API, the
 * database and the audit log. CAP 1.2's words where CAP has one. No enum has
 * a default; zero is never a meaning by accident. */
#ifndef SERVICE_MODEL_WORDS_H
#define SERVICE_MODEL_WORDS_H

#include <stdbool.h>

/* CAP 1.2 section 3.2.1 <status>; set at submission and immutable. */
#define ALERT_STATUSES(X) X(ACTUAL, "actual") X(EXERCISE, "exercise")

#define ALERT_KINDS(X)          \
    X(ALERT, "alert")           \
    X(UPDATE, "update")         \
    X(ALL_CLEAR, "all_clear")   \
    X(RETRACTION, "retraction") \
    X(CORRECTION, "correction")

#define ALERT_STATES(X)                       \
    X(AWAITING_APPROVAL, "awaiting_approval") \
    X(RELEASED, "released")                   \
    X(REJECTED, "rejected")                   \
    X(LAPSED, "lapsed")                       \
    X(SUPERSEDED, "superseded")               \
    X(ALL_CLEAR, "all_clear")                 \
    X(RETRACTED, "retracted")                 \
    X(EXPIRED, "expired")                     \
    X(PREEMPTED, "preempted")

#define CHANNEL_IDS(X)        \
    X(FACEBOOK, "facebook")   \
    X(INSTAGRAM, "instagram") \
    X(WEBSITE, "website")     \
    X(DISPLAYS, "displays")

/* Where something shows: actual alerts and public drills go to the real
 * targets, internal drills to the rehearsal ones (contract 4, "Drills"). */
#define STREAMS(X)          \
    X(ACTUAL, "actual")     \
    X(EXERCISE, "exercise") \
    X(REHEARSAL, "rehearsal")

#define DELIVERY_STATES(X)              \
    X(QUEUED, "queued")                 \
    X(SENDING, "sending")               \
    X(RETRY_WAIT, "retry_wait")         \
    X(UNKNOWN, "unknown")               \
    X(NEEDS_OPERATOR, "needs_operator") \
    X(ACCEPTED, "accepted")             \
    X(VISIBLE, "visible")               \
    X(HAND_POSTED, "hand_posted")       \
    X(FAILED, "failed")                 \
    X(SUPERSEDED, "superseded")         \
    X(CANCELLED, "cancelled")           \
    X(EXPIRED, "expired")               \
    X(ABANDONED, "abandoned")           \
    X(QUARANTINED, "quarantined")

/* The four words for the end of an attempt (architecture). */
#define OUTCOMES(X)         \
    X(NONE, "none")         \
    X(NOT_SENT, "not_sent") \
    X(REFUSED, "refused")   \
    X(UNKNOWN, "unknown")   \
    X(DONE, "done")

#define READINESSES(X)      \
    X(READY, "ready")       \
    X(DEGRADED, "degraded") \
    X(DOWN, "down")         \
    X(OFF, "off")

/* The tag cannot stand in parentheses where a type is wanted. */
/* NOLINTBEGIN(bugprone-macro-parentheses) */
#define WORDS_ENUM(tag, prefix, LIST)                                     \
    enum tag { LIST(prefix) };                                            \
    const char *tag##_name(enum tag value);                               \
    /* False when text is none of the words; *value is then untouched. */ \
    bool tag##_parse(const char *text, enum tag *value);
/* NOLINTEND(bugprone-macro-parentheses) */

#define WORDS_STATUS(name, text)    STATUS_##name,
#define WORDS_KIND(name, text)      KIND_##name,
#define WORDS_STATE(name, text)     ALERT_##name,
#define WORDS_CHANNEL(name, text)   CHANNEL_##name,
#define WORDS_STREAM(name, text)    STREAM_##name,
#define WORDS_DELIVERY(name, text)  DELIVERY_##name,
#define WORDS_OUTCOME(name, text)   OUTCOME_##name,
#define WORDS_READINESS(name, text) READINESS_##name,

WORDS_ENUM(alert_status, WORDS_STATUS, ALERT_STATUSES)
WORDS_ENUM(alert_kind, WORDS_KIND, ALERT_KINDS)
WORDS_ENUM(alert_state, WORDS_STATE, ALERT_STATES)
WORDS_ENUM(channel_id, WORDS_CHANNEL, CHANNEL_IDS)
WORDS_ENUM(stream, WORDS_STREAM, STREAMS)
WORDS_ENUM(delivery_state, WORDS_DELIVERY, DELIVERY_STATES)
WORDS_ENUM(outcome, WORDS_OUTCOME, OUTCOMES)
WORDS_ENUM(readiness, WORDS_READINESS, READINESSES)

enum {
    N_STATUSES = 2,
    N_CHANNELS = 4,
    N_STREAMS = 3,
    N_KINDS = 5,
    N_DELIVERY_STATES = 14,
};

/* facebook and instagram append posts; website and displays show what is true
 * now. */
bool channel_id_appends(enum channel_id id);

#endif
