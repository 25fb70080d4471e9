/* What time it is for a display, and since when it has heard nothing. */
#include "channels/displays/player/player_parts.h"

int64_t player_now_s(const struct player *p)
{
    int64_t wall_s = clock_wall_ms(p->clock) / 1000;
    int64_t least_s =
        p->signed_s + (clock_mono_ms(p->clock) - p->signed_at_ms) / 1000;
    return p->signed_s != 0 && least_s > wall_s ? least_s : wall_s;
}

void player_heard(struct player *p)
{
    p->heard_ms = clock_mono_ms(p->clock);
    p->heard_at_s = player_now_s(p);
}

bool player_disturbed(const struct player *p)
{
    return p->heard_ms == 0 || slots_behind(&p->slots) ||
           clock_mono_ms(p->clock) - p->heard_ms >= PLAYER_SILENCE_MS;
}
