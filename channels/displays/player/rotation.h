/* In which order the pages of what is shown stand, and for how long. Pure. */
#ifndef CHANNELS_DISPLAYS_PLAYER_ROTATION_H
#define CHANNELS_DISPLAYS_PLAYER_ROTATION_H

#include <stddef.h>
#include <stdint.h>

#include "channels/displays/player/slots.h"

enum { ROTATION_MAX = 1024 };

struct rotation {
    size_t n;
    size_t at;
    int64_t until_ms; /* monotonic */
    struct {
        const struct accept_alert *alert;
        const struct accept_page *page;
    } items[ROTATION_MAX];
};

/* German first, then the other languages; a German page comes back before 30
 * seconds of other languages have passed. Begins at the first page. The shown
 * alerts are borrowed until the next call. */
void rotation_build(struct rotation *r, const struct slots_shown *shown,
                    int64_t now_ms);

/* Goes on to the next page when its time has come. */
void rotation_step(struct rotation *r, int64_t now_ms);

#endif
