/* The second step of the flow: who may do what with which alert. Pure: who
 * somebody is was found out by the doors. */
#ifndef SERVICE_FLOW_AUTHORISE_H
#define SERVICE_FLOW_AUTHORISE_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/actor.h"

enum authorise_act {
    AUTHORISE_PREVIEW,
    AUTHORISE_SUBMIT,
    AUTHORISE_APPROVE,
    AUTHORISE_REJECT,
    AUTHORISE_COUNTERSIGN,
    AUTHORISE_OPERATE, /* retry, mark-visible, hand-post */
};

enum authorise_answer {
    AUTHORISE_ALLOWED,
    AUTHORISE_WAIT,    /* accepted, but another releaser must agree */
    AUTHORISE_REFUSED, /* 403 */
    AUTHORISE_STEP_UP, /* 403 …/step-up-required */
};

struct authorise_question {
    const struct actor *actor;
    enum authorise_act act;
    enum alert_status status;
    enum stream stream;
    const char *submitted_by; /* approve, reject, countersign; else "" */
    int approvals;            /* of the family for this kind */
    bool break_glass_allowed; /* by the family for this kind */
    bool break_glass_asked;
    int64_t now_ms;
};

/* False, with a German sentence, for somebody who may submit nothing at all,
 * whatever it is. */
bool authorise_may_submit(const struct actor *a, struct err *e);

/* The answer, with a German sentence in *e when it is not ALLOWED or WAIT. */
enum authorise_answer authorise_decide(const struct authorise_question *q,
                                       struct err *e);

#endif
