/* One alert of the benchmark and when what happened to it, in microseconds of
 * CLOCK_REALTIME (the gateway is another process). 0: not yet. */
#ifndef TESTS_BENCH_SAMPLE_H
#define TESTS_BENCH_SAMPLE_H

#include <stdint.h>

enum sample_sink {
    SAMPLE_FACEBOOK,
    SAMPLE_INSTAGRAM,
    SAMPLE_WEBSITE,
    SAMPLE_DISPLAYS,
    SAMPLE_SINKS
};

struct sample {
    char id[65];
    int64_t begun_us;    /* right before the releasing call */
    int64_t answered_us; /* its answer is complete */
    int64_t seen_us[SAMPLE_SINKS];
};

int64_t sample_now_us(void);

#endif
