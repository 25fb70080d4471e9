/* Requests of a channel whose items are acknowledged one by one: open ones
 * until every item is, answered ones until their turn on the loop comes (an
 * answer never runs inside the call that asked). For displays.c. */
#ifndef CHANNELS_DISPLAYS_REQUESTS_H
#define CHANNELS_DISPLAYS_REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "channels/channel.h"

struct request {
    struct request *next;
    struct channel_request *r;
    int64_t deadline_ms; /* monotonic */
    size_t n_open;
    enum outcome worst; /* of the items acknowledged so far */
    int mids[];         /* of the items; 0: acknowledged */
};

struct requests {
    uv_async_t ready; /* the owner closes it */
    struct request *open;
    struct request *answered;
};

void requests_init(struct requests *q, uv_loop_t *loop);

/* A request of n items, with an empty result; neither open nor answered. */
struct request *requests_new(struct channel_request *r, size_t n);

/* The text that goes with the result. */
void requests_detail(struct channel_request *r, const char *text);

/* Waits for its acknowledgements until deadline_ms. */
void requests_wait(struct requests *q, struct request *w, int64_t deadline_ms);

/* Answers a request that is not open; its callback runs later, from the
 * loop. */
void requests_answer(struct requests *q, struct request *w,
                     enum outcome outcome);

/* The broker's word about one item (MQTT 5 reason code). Answers the request
 * when it was the last one. */
void requests_acknowledged(struct requests *q, int mid, int reason);

/* Answers `unknown`: every open request, or those whose time is up. */
void requests_lose(struct requests *q, const char *detail);
void requests_time_out(struct requests *q, int64_t now_ms);

/* Runs the waiting callbacks now, before the async handle is closed. */
void requests_drain(struct requests *q);

#endif
