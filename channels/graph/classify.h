/* What an answer of the Graph API proves: one pure function over a table of
 * codes. The class belongs to the kind of call: after a call that makes
 * something public everything that is not certain is UNKNOWN, for an error
 * answer does not prove that nothing was published.
 *
 * Sources: Meta's error handling guide and Instagram's list of error codes,
 * and what was seen in the field; where the guide says "wait and retry" for
 * codes 1 and 2, that advice made duplicates, so they are UNKNOWN here. */
#ifndef CHANNELS_GRAPH_CLASSIFY_H
#define CHANNELS_GRAPH_CLASSIFY_H

#include <stdint.h>

#include "service/model/delivery.h"

struct http_answer;

enum graph_platform { GRAPH_FACEBOOK, GRAPH_INSTAGRAM };

enum graph_kind {
    GRAPH_READ,   /* any JSON object is good */
    GRAPH_EDIT,   /* of a known object: {"success":true} or an id */
    GRAPH_CREATE, /* makes something nobody sees: an id */
    GRAPH_COMMIT, /* makes something public: an id */
};

enum graph_class {
    GRAPH_OK,
    GRAPH_NOT_SENT,  /* certainly not done; may be repeated */
    GRAPH_REFUSED,   /* certainly not done, and never will be; a person */
    GRAPH_THROTTLED, /* refused before execution; repeat later */
    GRAPH_UNKNOWN,   /* may have been done: read back, never blindly repeat */
};

enum { GRAPH_TRACE_MAX = 48 };

/* Codes that somebody looks for. */
enum {
    GRAPH_CODE_OBJECT = 100,         /* with subcode 33: */
    GRAPH_SUBCODE_MISSING = 33,      /* no such object, or no right to it */
    GRAPH_SUBCODE_EARLY = 2207027,   /* container not ready yet */
    GRAPH_SUBCODE_EXPIRED = 2207020, /* media expired */
};

struct graph_verdict {
    enum graph_class class;
    int code; /* of the error envelope, 0 without */
    int subcode;
    int64_t retry_after_ms;      /* 0: no wish */
    char id[REMOTE_ID_MAX];      /* OK: "" when there was none */
    char trace[GRAPH_TRACE_MAX]; /* fbtrace_id, for Meta's support */
    char detail[DETAIL_MAX];     /* German, "" when OK */
};

/* "Facebook", "Instagram". */
const char *graph_platform_name(enum graph_platform platform);

/* Judges the answer to a call of that kind. */
void graph_classify(enum graph_platform platform, enum graph_kind kind,
                    const struct http_answer *answer,
                    struct graph_verdict *verdict);

/* The attempt's outcome that a class means: OK done, THROTTLED not_sent. */
enum outcome graph_outcome(enum graph_class class);

/* Formats German text into `detail`, cut at a character. */
void graph_say(char detail[DETAIL_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
