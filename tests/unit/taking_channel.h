/* A channel that takes everything – or refuses – and counts it. */
#ifndef TESTS_UNIT_TAKING_CHANNEL_H
#define TESTS_UNIT_TAKING_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "channels/channel.h"

struct taking_channel {
    struct channel channel;
    uv_loop_t *loop;
    uv_timer_t soon; /* answers what waits */
    struct channel_request *waiting[64];
    size_t n_waiting;
    int n_published; /* posts, or items of a state channel with bytes */
    bool is_refusing;
    channel_close_cb close_cb;
    void *close_data;
};

/* Opens it, as facebook or as website; keeps its counts over a restart. */
void taking_open(struct taking_channel *c, uv_loop_t *loop, bool is_facebook,
                 bool is_rehearsal);

#endif
