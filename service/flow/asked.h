/* What a trigger means here and now; shared by preview.c and commit.c. */
#ifndef SERVICE_FLOW_ASKED_H
#define SERVICE_FLOW_ASKED_H

#include "service/flow/parts.h"
#include "templates/parameters.h"

struct asked {
    struct broadcast_preview *preview; /* trigger in; draft, fields, err out */
    struct alert_list incident;        /* of a follow-up */
    const struct family *family;       /* borrowed from the conductor */
};

/* Fills in template, status, stream and channels of the preview's trigger and
 * draft, and finds the family. ERR_INVALID with fields, ERR_NOT_FOUND,
 * ERR_CONFLICT with preview->problem. */
enum err_code asked_resolve(struct asked *w);

/* Reads the parameters; on ERR_OK *out is the caller's to parameters_fini().
 * ERR_INVALID with fields. */
enum err_code asked_parameters(struct asked *w, struct parameters *out);

/* True when an alert of this kind and number may still be released: its
 * incident is open and has no later one. An all-clear can be corrected or
 * taken back; an update after it, or a second one, would contradict it. */
bool asked_may_follow(const struct alert_list *incident, enum alert_kind kind,
                      int number);

/* ERR_CONFLICT: what asked_may_follow() refused, in words. */
enum err_code asked_closed(const struct alert *a, struct err *e);

/* Notes what a preview of this trigger would complain about: a wrong value is
 * named as itself, not only as "not what was previewed". The trigger stays the
 * caller's. */
void asked_complain(struct broadcast *b, const struct trigger *t,
                    struct fields *fields);

#endif
