#include "tests/support/fake_clock.h"

#include "service/base/check.h"

static const struct fake_clock *fake_clock_of(const struct clock *c)
{
    return (const struct fake_clock *)(const void *)c;
}

static int64_t fake_clock_wall_ms(const struct clock *c)
{
    return fake_clock_of(c)->wall_ms;
}

static int64_t fake_clock_mono_ms(const struct clock *c)
{
    return fake_clock_of(c)->mono_ms;
}

void fake_clock_init(struct fake_clock *f, int64_t wall_ms)
{
    *f = (struct fake_clock){
        .clock = {.wall_ms = fake_clock_wall_ms, .mono_ms = fake_clock_mono_ms},
        .wall_ms = wall_ms,
        .mono_ms = 1000};
}

void fake_clock_advance(struct fake_clock *f, int64_t by_ms)
{
    f->wall_ms += by_ms;
    f->mono_ms += by_ms;
}
