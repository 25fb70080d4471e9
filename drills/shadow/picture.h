/* Instagram's picture: fetched from its address as Meta does, and checked.
 * This file alone of the folder knows the HTTP client. */
#ifndef DRILLS_SHADOW_PICTURE_H
#define DRILLS_SHADOW_PICTURE_H

#include <stddef.h>

#include "service/base/clock.h"

struct uv_loop_s;
struct pictures;

enum picture_verdict {
    PICTURE_GOOD,
    PICTURE_SLOW,        /* -2/2207003 */
    PICTURE_UNREACHABLE, /* 9004/2207052: not 200 image/jpeg */
    PICTURE_TOO_LARGE,   /* 36000/2207004: more than 8 MB */
    PICTURE_NO_JPEG,     /* 36001/2207005 */
    PICTURE_BAD_RATIO,   /* 36003/2207009: not 4:5 to 1.91:1 */
};

/* bytes are the fetch's until the callback returns; NULL unless GOOD. */
typedef void (*picture_cb)(void *data, enum picture_verdict verdict,
                           const void *bytes, size_t len);

struct pictures *pictures_open(struct uv_loop_s *loop,
                               const struct clock *clock);

/* One callback, later, from the loop. url is copied. */
void pictures_fetch(struct pictures *p, const char *url, picture_cb cb,
                    void *data);

/* Ends fetches (PICTURE_SLOW), then cb runs, last. */
void pictures_close(struct pictures *p, void (*cb)(void *data), void *data);

/* Pure: what these bytes are. */
enum picture_verdict picture_judge(const void *bytes, size_t len);

#endif
