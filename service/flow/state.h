/* What is true now, for website and displays: a pure function of the released
 * alerts and the time. Expiry, the end of an all-clear's standing time and a
 * restart are the same call. */
#ifndef SERVICE_FLOW_STATE_H
#define SERVICE_FLOW_STATE_H

#include <stdint.h>

#include "service/model/state.h"

/* A struct state and what it borrows from. */
struct state_composed {
    struct state state;
    struct state_incident *incidents;
    const struct alert **alerts;
    int64_t changes_at_ms; /* when time alone changes it next; 0 never */
};

/* Composes the state of one stream from all alerts of recent incidents (any
 * order, any state, any stream; those not released are passed over). The
 * alerts are borrowed until state_composed_fini(). */
void state_compose(const struct alert_list *alerts, enum stream stream,
                   int64_t now_ms, struct state_composed *out);

void state_composed_fini(struct state_composed *s);

#endif
