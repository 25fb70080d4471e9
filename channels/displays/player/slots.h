/* What a display holds of each stream it follows: own area and county, for
 * every kind of stream that it has a key for. Pure but for the memory. */
#ifndef CHANNELS_DISPLAYS_PLAYER_SLOTS_H
#define CHANNELS_DISPLAYS_PLAYER_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/displays/player/accept.h"
#include "channels/displays/player/memory.h"

enum { SLOTS_MAX = MEMORY_STREAMS_MAX };

struct slot {
    enum stream kind;
    char stream[STREAM_NAME_MAX];
    bool valid; /* holds a state that may be shown */
    struct accept_state state;
    int behind; /* heartbeats in a row that knew a newer state */
};

struct slots {
    const struct key_public *keys;
    size_t n_keys;
    struct memory memory;
    size_t n;
    struct slot items[SLOTS_MAX];
};

/* keys are borrowed; folder as for memory_load(). ERR_INVALID when no key is
 * for a stream. */
enum err_code slots_init(struct slots *s, const struct key_public *keys,
                         size_t n_keys, const char *area, const char *folder,
                         struct err *e);
void slots_fini(struct slots *s);

/* NULL when the topic below the prefix is none of its streams. */
struct slot *slots_find(struct slots *s, const char *topic);

/* A message on the slot's topic. For ACCEPT_SHOW the number is remembered
 * durably first, then the slot holds the state. *forgets is set when it could
 * not be remembered: it is shown all the same, because a display that hides a
 * warning is worse than one that could be shown an older one later. */
enum accept_verdict slots_take(struct slots *s, struct slot *slot,
                               const void *bytes, size_t len, int64_t now,
                               bool *forgets);

/* Compares with a heartbeat's last numbers (the exact bytes). Returns its
 * time, or 0 when it is none of the service's. */
int64_t slots_heartbeat(struct slots *s, const void *bytes, size_t len);

/* Lets go what has ended: alerts by `expires`, states by `valid_until`. */
void slots_expire(struct slots *s, int64_t now);

/* Every actual stream has a valid state. */
bool slots_complete(const struct slots *s);

/* The service knows of a newer state that never came. */
bool slots_behind(const struct slots *s);

struct slots_shown {
    enum stream kind;
    size_t n;
    const struct accept_alert *alerts[SLOTS_MAX * LIMIT_STATE_ALERTS];
};

/* What is on the screen: all actual alerts, or else all of a public drill, or
 * else all of an internal one; by level, then as the service ordered them. */
void slots_show(const struct slots *s, struct slots_shown *shown);

#endif
