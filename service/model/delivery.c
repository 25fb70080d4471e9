#include "service/model/delivery.h"

#include <stdlib.h>

#include "service/base/sm.h"

#define D(state) SM_TO(DELIVERY_##state)

/* What is certainly not out may be put aside. What may be out stays what it
 * is until a reading or a person says more: an accepted post does not become
 * "expired", one under way does not become "cancelled". */
#define DELIVERY_ENDS (D(SUPERSEDED) | D(CANCELLED) | D(EXPIRED))

static const uint32_t delivery_moves[] = {
    [DELIVERY_QUEUED] =
        D(SENDING) | D(ACCEPTED) | D(FAILED) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_SENDING] =
        D(ACCEPTED) | D(FAILED) | D(UNKNOWN) | D(RETRY_WAIT) | D(QUARANTINED),
    [DELIVERY_RETRY_WAIT] = D(QUEUED) | D(SENDING) | D(NEEDS_OPERATOR) |
                            D(FAILED) | D(QUARANTINED) | DELIVERY_ENDS,
    [DELIVERY_UNKNOWN] = D(VISIBLE) | D(QUEUED) | D(NEEDS_OPERATOR) |
                         D(FAILED) | D(QUARANTINED) | D(SUPERSEDED) |
                         D(EXPIRED),
    [DELIVERY_NEEDS_OPERATOR] =
        D(VISIBLE) | D(QUEUED) | D(HAND_POSTED) | D(ABANDONED) | D(QUARANTINED),
    [DELIVERY_ACCEPTED] = D(VISIBLE) | D(QUARANTINED),
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

bool delivery_is_at_rest(const struct delivery *d, int64_t now_ms)
{
    return delivery_is_final(d->state) ||
           (d->state == DELIVERY_ACCEPTED && now_ms >= d->expires_at_ms);
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
