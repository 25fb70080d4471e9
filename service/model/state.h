/* What is true now, for one stream: the input of website and displays. Made
 * by the flow's state_compose(), borrowed by whoever turns it into files or
 * signed bodies. */
#ifndef SERVICE_MODEL_STATE_H
#define SERVICE_MODEL_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/model/alert.h"

/* One incident, with all its released alerts, oldest first. */
struct state_incident {
    const char *marker;
    size_t n_alerts;
    const struct alert *const *alerts;
    /* The newest alert, when it still stands; else NULL: the incident has its
     * permanent page but is in no list of what is true now. */
    const struct alert *current;
    /* Differs from what was last shown: its page has to be made anew. */
    bool changed;
};

struct state {
    enum stream stream;
    int64_t now_ms;
    size_t n_incidents;
    const struct state_incident *incidents; /* current ones first: by level
                                               (1, 2, 3, then 0), then age */
};

#endif
