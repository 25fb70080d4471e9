/* "May these bytes go to this target now?" The one guard before anything
 * leaves the house (architecture, "Egress guard"). Pure. */
#ifndef SERVICE_FLOW_EGRESS_H
#define SERVICE_FLOW_EGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/alert.h"
#include "service/model/delivery.h"

struct egress_question {
    const struct alert *alert;
    const char *target; /* of the channel that is to send */
    const char *text;   /* the final bytes: a post, a caption, a headline */
    /* The hash under which the alert's template version is approved today;
     * "" when it is approved no longer. */
    const char *approved_hash;
    int64_t now_ms;
};

/* ERR_OK, or ERR_DENIED with a German sentence: status, stream, target and
 * mark disagree; the family's bytes changed; expired; pre-empted. */
enum err_code egress_check(const struct egress_question *q, struct err *e);

/* The mark with which every text of the stream begins: "", "PROBE – " or
 * "ÜBUNG – ". */
const char *egress_mark(enum stream stream);

/* True when the text bears the mark of its stream and no other. */
bool egress_mark_fits(enum stream stream, const char *text);

/* For the state channels, per alert and before anything is composed: status
 * and stream agree, headline and every page in every language bear the mark.
 */
bool egress_alert_fits(const struct alert *a);

#endif
