/* What a display must not forget: the number and digest of the last state of
 * each stream that it showed. Durable before the picture changes, so that a
 * display that was switched off cannot be shown an older state. */
#ifndef CHANNELS_DISPLAYS_PLAYER_MEMORY_H
#define CHANNELS_DISPLAYS_PLAYER_MEMORY_H

#include <stddef.h>

#include "channels/displays/player/accept.h"
#include "service/base/err.h"

enum { MEMORY_STREAMS_MAX = 6 };

struct memory {
    const char *folder; /* "": kept only while it runs */
    size_t n;
    struct {
        char stream[STREAM_NAME_MAX];
        struct accept_memory last;
    } items[MEMORY_STREAMS_MAX];
};

/* Makes the folder and reads what is there. ERR_CORRUPT names the file. */
enum err_code memory_load(struct memory *m, const char *folder, struct err *e);

/* The last of stream; epoch 0 when there is none. */
struct accept_memory memory_get(const struct memory *m, const char *stream);

/* Remembers and writes durably. */
enum err_code memory_set(struct memory *m, const char *stream,
                         const struct accept_memory *last, struct err *e);

#endif
