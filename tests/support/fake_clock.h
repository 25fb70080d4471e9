/* A clock that tests own: it stands until it is moved. */
#ifndef TESTS_SUPPORT_FAKE_CLOCK_H
#define TESTS_SUPPORT_FAKE_CLOCK_H

#include "service/base/clock.h"

struct fake_clock {
    struct clock clock; /* pass &f.clock */
    int64_t wall_ms;
    int64_t mono_ms;
};

void fake_clock_init(struct fake_clock *f, int64_t wall_ms);

/* Moves both clocks forward. */
void fake_clock_advance(struct fake_clock *f, int64_t by_ms);

#endif
