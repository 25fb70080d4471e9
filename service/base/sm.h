/* State machines: a table of allowed moves, asked before every move. */
#ifndef SERVICE_BASE_SM_H
#define SERVICE_BASE_SM_H

#include <stdbool.h>
#include <stdint.h>

/* moves[from] is a set of bits, one per state that may follow. */
static inline bool sm_may_move(const uint32_t *moves, int from, int to)
{
    return (moves[from] >> to & 1U) != 0;
}

#define SM_TO(state) (UINT32_C(1) << (state))

#endif
