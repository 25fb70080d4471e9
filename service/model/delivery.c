#include "service/model/delivery.h"

#include <stdlib.h>

#include "service/base/sm.h"

#define D(state) SM_TO(DELIVERY_##state)

/* Every state an open delivery may be put aside to. */
#define DELIVERY_ENDS (D(SUPERSEDED) | D(CANCELLED) | D(EXPIRED))

static const uint32_t delivery_moves[] = {
    [DELIVERY_QUEUED] =
        D(SENDING) | D(ACCEPTED) | D(FAILED) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_SENDING] = D(ACCEPTED) | D(FAILED) | D(UNKNOWN) | D(RETRY_WAIT) |
                         D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_RETRY_WAIT] = D(QUEUED) | D(SENDING) | D(NEEDS_OPERATOR) |
                            D(FAILED) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_UNKNOWN] = D(VISIBLE) | D(QUEUED) | D(NEEDS_OPERATOR) |
                         D(FAILED) | D(ACCEPTED) | D(QUARANTINED) |
                         DELIVERY_ENDS,
    [DELIVERY_NEEDS_OPERATOR] = D(VISIBLE) | D(QUEUED) | D(HAND_POSTED) |
                                D(ABANDONED) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_ACCEPTED] = D(VISIBLE) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_FAILED] = D(QUEUED) | D(HAND_POSTED) | D(ABANDONED),
    [DELIVERY_QUARANTINED] =
        D(QUEUED) | D(VISIBLE) | D(HAND_POSTED) | D(ABANDONED),
    [DELIVERY_VISIBLE] = 0,
    [DELIVERY_HAND_POSTED] = 0,
    [DELIVERY_SUPERSEDED] = 0,
    [DELIVERY_CANCELLED] = 0,
    [DELIVERY_EXPIRED] = 0,
    [DELIVERY_ABANDONED] = 0,
};

bool delivery_may_move(enum delivery_state from, enum delivery_state to)
{
    return sm_may_move(delivery_moves, (int)from, (int)to);
}

bool delivery_is_final(enum delivery_state state)
{
    return delivery_moves[state] == 0 || state == DELIVERY_FAILED;
}

bool delivery_on_wire(enum delivery_state state)
{
    return state == DELIVERY_SENDING || state == DELIVERY_UNKNOWN ||
           state == DELIVERY_NEEDS_OPERATOR;
}

void delivery_list_fini(struct delivery_list *l)
{
    free(l->items);
    *l = (struct delivery_list){0};
}
