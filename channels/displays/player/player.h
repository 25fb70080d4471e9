/* The terminal player: a display of one area (contract 2, `display play`). It
 * trusts only the keys it was given: every message is verified over its exact
 * bytes, then parsed, then asked whether it may be shown (accept.h); its
 * sequence is durable before the picture changes. */
#ifndef CHANNELS_DISPLAYS_PLAYER_PLAYER_H
#define CHANNELS_DISPLAYS_PLAYER_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <uv.h>

#include "service/base/clock.h"
#include "service/base/err.h"
#include "service/seal/key.h"

struct player;

struct player_options {
    const char *id;       /* of the display */
    const char *broker;   /* mqtts://host:port */
    const char *area;     /* eight-digit AGS, or the county's five */
    const char *prefix;   /* tuermer/v1 */
    const char *username; /* NULL or "": none */
    const char *password;
    const char *ca_file; /* NULL or "": the system's */
    const char *store;   /* folder for the sequence; "" keeps none */
    const struct key_public *keys;
    size_t n_keys;
    bool json;     /* one object a change instead of the picture */
    bool terminal; /* colours and redrawing in place */
    int width;     /* columns; 0: 80 */
    int height;    /* lines; 0: 24 */
    FILE *out;
};

typedef void (*player_close_cb)(void *data);

/* Starts; borrowed: loop, clock, keys, out until closed. */
enum err_code player_open(uv_loop_t *loop, const struct clock *clock,
                          const struct player_options *options,
                          struct player **player, struct err *e);

/* Says goodbye (the last will), frees the player, then cb. */
void player_close(struct player *p, player_close_cb cb, void *data);

/* Reads a keys file: one verifier key a line, # comments. *keys is the
 * caller's to free(). ERR_INVALID names the line. */
enum err_code player_keys_load(const char *path, struct key_public **keys,
                               size_t *n, struct err *e);

#endif
