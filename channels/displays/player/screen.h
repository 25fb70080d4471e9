/* The picture (display-and-style.md): a band that always stands at the same
 * place with sign, word and number, what and where, what to do, and a foot
 * with the time of the last contact. Never by colour alone; nothing flashes
 * or scrolls. Pure. */
#ifndef CHANNELS_DISPLAYS_PLAYER_SCREEN_H
#define CHANNELS_DISPLAYS_PLAYER_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/displays/player/accept.h"
#include "service/base/buf.h"

enum screen_kind {
    SCREEN_NO_LINK, /* nothing valid to show: "Keine Verbindung" */
    SCREEN_IDLE,    /* a signed "nothing" */
    SCREEN_ALERT,
};

struct screen {
    enum screen_kind kind;
    enum stream stream;               /* of the alert */
    const struct accept_alert *alert; /* SCREEN_ALERT */
    const char *page;                 /* SCREEN_ALERT; NULL: all of them */
    size_t page_number;               /* 1, 2, … of n_pages */
    size_t n_pages;
    bool disturbed;     /* no contact for 90 s */
    int64_t heard_at_s; /* last contact; 0: never */
    const char *host;   /* where to look */
    int width;
    int height;  /* 0: as long as it is */
    bool colour; /* a terminal */
};

/* Appends the picture: lines, each ended by LF (in colour: each cleared to
 * its end). */
void screen_draw(const struct screen *s, struct buf *out);

/* How long a page stands: 8 s, and 1 s more for every 12 characters above
 * 60. */
int64_t screen_page_ms(const char *text);

#endif
