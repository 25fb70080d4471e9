#include "service/base/clock.h"

#include <time.h>

#include "service/base/check.h"

static int64_t clock_read_ms(clockid_t id)
{
    struct timespec now;
    check(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t clock_real_wall_ms(const struct clock *c)
{
    (void)c;
    return clock_read_ms(CLOCK_REALTIME);
}

static int64_t clock_real_mono_ms(const struct clock *c)
{
    (void)c;
    return clock_read_ms(CLOCK_MONOTONIC);
}

static const struct clock clock_of_the_machine = {
    .wall_ms = clock_real_wall_ms,
    .mono_ms = clock_real_mono_ms,
};

const struct clock *clock_real(void)
{
    return &clock_of_the_machine;
}

int64_t clock_wall_ms(const struct clock *c)
{
    return c->wall_ms(c);
}

int64_t clock_mono_ms(const struct clock *c)
{
    return c->mono_ms(c);
}
