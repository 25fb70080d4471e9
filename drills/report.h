/* What a drill showed: when what happened, per channel (contract 4). */
#ifndef DRILLS_REPORT_H
#define DRILLS_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include "service/model/words.h"
#include "service/store/drill.h"

enum { REPORT_STEPS_MAX = 5 };

struct report_step {
    const char *name; /* planned, started, all_clear, ended, next */
    int64_t at_ms;
};

/* 0: not (yet). */
struct report_channel {
    enum channel_id channel;
    int64_t queued_at_ms;
    int64_t accepted_at_ms; /* of the exercise */
    int64_t visible_at_ms;
    int64_t ended_at_ms; /* the all-clear was seen, or accepted */
};

struct report {
    size_t n_steps;
    struct report_step steps[REPORT_STEPS_MAX];
    size_t n_channels;
    struct report_channel channels[N_CHANNELS];
};

/* Reads it from the drill, its alerts and their deliveries. */
void report_load(struct store *s, const struct drill *d, struct report *out);

#endif
