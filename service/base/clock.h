/* The only source of time. Wall time is for what people and records see;
 * monotonic time is for deadlines and never jumps. Tests own a clock of their
 * own (tests/support/fake_clock.h). */
#ifndef SERVICE_BASE_CLOCK_H
#define SERVICE_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*wall_ms)(const struct clock *c); /* since 1970, UTC */
    int64_t (*mono_ms)(const struct clock *c); /* since some start */
};

/* The machine's clocks. */
const struct clock *clock_real(void);

int64_t clock_wall_ms(const struct clock *c);
int64_t clock_mono_ms(const struct clock *c);

#endif
