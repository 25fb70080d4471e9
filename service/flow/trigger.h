/* The first step of the flow: foreign bytes become a trigger, or a list of
 * what is wrong with them. Pure; nothing is looked up here. */
#ifndef SERVICE_FLOW_TRIGGER_H
#define SERVICE_FLOW_TRIGGER_H

#include <stdbool.h>
#include <stddef.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/fields.h"
#include "service/model/alert.h"

enum {
    TRIGGER_PRECONDITIONS_MAX = 16,
    TRIGGER_PRECONDITION_MAX = 49,
    TRIGGER_KEY_MAX = 129, /* Idempotency-Key: 1 to 128 characters */
};

/* A preview may be asked for, or the previewed thing submitted. */
enum trigger_use { TRIGGER_PREVIEW, TRIGGER_SUBMIT };

struct trigger {
    char template_id[TEMPLATE_ID_MAX]; /* "" when left out (follow-ups) */
    enum alert_kind kind;
    char marker[ID_MAX]; /* the incident of a follow-up; "" for a new one */
    bool has_status;
    enum alert_status status;
    unsigned channels; /* bit 1 << enum channel_id; 0: all that are on */
    char *parameters;  /* JSON object as sent, keys sorted; owned */
    char confirm[DIGEST_NAMED_MAX]; /* digest of the preview; submit only */
    size_t n_preconditions;
    char preconditions[TRIGGER_PRECONDITIONS_MAX][TRIGGER_PRECONDITION_MAX];
    char break_glass[REASON_MAX];       /* the reason; "" when not asked for */
    char body_digest[DIGEST_NAMED_MAX]; /* of everything, path included:
                                           what an Idempotency-Key binds */
};

/* What came in. For the follow-up calls kind and marker are of the path. */
struct trigger_source {
    const char *body;
    size_t len;
    enum trigger_use use;
    enum alert_kind kind; /* else KIND_ALERT */
    const char *marker;   /* else "" */
};

/* Reads a body of POST /previews or POST /alerts.
 * ERR_CORRUPT: no JSON object, duplicate keys, wrong UTF-8 (400). ERR_INVALID:
 * *fields says what is wrong (422). On ERR_OK *t is the caller's to
 * trigger_fini(). */
enum err_code trigger_parse(const struct trigger_source *source,
                            struct trigger *t, struct fields *fields,
                            struct err *e);

void trigger_fini(struct trigger *t);

/* The digest of what was asked, in one canonical form: a submission must ask
 * for what was previewed. Template, status and channels are the resolved
 * ones. */
void trigger_asked(const struct trigger *t, char out[DIGEST_NAMED_MAX]);

/* True for 1 to 128 characters of [A-Za-z0-9._:-] (contract 4). */
bool trigger_key_valid(const char *key);

#endif
