/* What the files of the player share; for this folder only. */
#ifndef CHANNELS_DISPLAYS_PLAYER_PLAYER_PARTS_H
#define CHANNELS_DISPLAYS_PLAYER_PLAYER_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "channels/displays/mqtt.h"
#include "channels/displays/player/player.h"
#include "channels/displays/player/rotation.h"
#include "channels/displays/player/slots.h"
#include "service/base/buf.h"

enum {
    PLAYER_TICK_MS = 250,
    PLAYER_SILENCE_MS = 90 * 1000, /* contract 6: link lost is said */
    PLAYER_SILENCE_S = 90,
    PLAYER_STATUS_MS = 60 * 1000,
    PLAYER_BAD_MS = 10 * 60 * 1000, /* a bad signature is remembered */
    PLAYER_PICTURE_MAX = 256 * 1024,
    PLAYER_REPORT_MAX = 4096,
    PLAYER_HOST_MAX = KEY_NAME_MAX,
    PLAYER_WIDTH = 80,
    PLAYER_HEIGHT = 24,
};

struct player {
    struct player_options options;
    char *id;
    char *area;
    char *prefix;
    char *store;
    char host[PLAYER_HOST_MAX];
    const struct clock *clock;
    struct mqtt *mqtt;
    uv_timer_t tick;
    struct slots slots;
    struct slots_shown shown;
    struct rotation rotation;

    /* Signed times are a lower bound of now: a display whose clock lags does
     * not show what has ended. */
    int64_t signed_s;       /* newest heartbeat; 0: none */
    int64_t signed_at_ms;   /* monotonic, when it came */
    int64_t clock_offset_s; /* our wall clock minus the heartbeat's */
    int64_t heard_ms;       /* monotonic, last contact; 0: never */
    int64_t heard_at_s;     /* the same for people */
    int64_t bad_ms;         /* monotonic, last bad signature; 0: never */
    int64_t status_due_ms;  /* monotonic */
    const char *status;     /* what was last said */
    const char *link;       /* the same for the link */
    struct digest picture;  /* of what is shown, without time and page */
    struct digest drawn;    /* of the bytes on the terminal */
    struct digest told[SLOTS_MAX];
    bool shown_due;

    player_close_cb close_cb;
    void *close_data;
};

/* player_time.c */
/* Unix seconds: the wall clock, but never before the newest signed time. */
int64_t player_now_s(const struct player *p);

/* A signed sign of life. */
void player_heard(struct player *p);

/* Nothing heard for 90 s, or a newer state is being withheld. */
bool player_disturbed(const struct player *p);

/* player_picture.c: expires, chooses, draws or prints what has changed. */
void player_show(struct player *p, int64_t now_ms);

/* player_reports.c: what this display says. The last will's body too. */
void player_status_body(const struct player *p, const char *state,
                        struct buf *body);
void player_say_status(struct player *p, int64_t now_ms);
void player_say_shown(struct player *p);

#endif
