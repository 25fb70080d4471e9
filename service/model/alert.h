/* An alert (Meldung): one message of an incident. Never edited; a new one
 * refers to the earlier ones. */
#ifndef SERVICE_MODEL_ALERT_H
#define SERVICE_MODEL_ALERT_H

#include <stdbool.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/base/id.h"
#include "service/model/areas.h"
#include "service/model/content.h"
#include "service/model/words.h"

enum { ACTOR_NAME_MAX = 65, TEMPLATE_ID_MAX = 49, REASON_MAX = 281 };

struct alert {
    char id[ID_MAX];     /* LOE-7K3Q9F-1 */
    char marker[ID_MAX]; /* LOE-7K3Q9F, the incident's */
    int number;          /* 1, 2, … within the incident */
    enum alert_kind kind;
    enum alert_status status;
    enum stream stream; /* follows from status and drill, stored */
    enum alert_state state;

    char template_id[TEMPLATE_ID_MAX];
    int template_version;
    char template_hash[DIGEST_NAMED_MAX];
    char *parameters; /* JSON object as accepted; owned */
    int level;        /* 1 to 3; 0 for all_clear and retraction */
    struct areas areas;
    unsigned channels; /* bit 1 << enum channel_id: where it goes */

    char submitted_by[ACTOR_NAME_MAX];
    char approved_by[ACTOR_NAME_MAX]; /* "" when nobody needed to */
    char break_glass[REASON_MAX];     /* the reason, or "" */
    bool countersign_owed;
    bool office_hours; /* submitted within them */
    char drill_id[ID_MAX];

    int64_t submitted_at_ms;
    int64_t released_at_ms; /* 0 while not released */
    int64_t expires_at_ms;
    int64_t closed_at_ms;  /* when a successor or the clock ended it; 0 open */
    int64_t released_leaf; /* index of alert.released in the log; -1 none */

    struct content content;
};

/* A released alert's place in the state of website and displays ends here:
 * its expiry, or for an all-clear and a retraction two hours after release. */
int64_t alert_stands_until_ms(const struct alert *a);

void alert_init(struct alert *a);
void alert_fini(struct alert *a);

/* A list that owns its alerts. */
struct alert_list {
    size_t n;
    struct alert *items;
};

void alert_list_fini(struct alert_list *l);

#endif
