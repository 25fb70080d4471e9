/* Guessing is slowed down, nobody is locked out (security.md, row 11): after
 * some failures an account, and a network, must wait before the next try,
 * longer each time, a minute at most. A known device has an account of its
 * own here, so that a flood against a name does not stop its owner. A table
 * of fixed size in memory; a restart forgets it. */
#ifndef SERVICE_ACCESS_THROTTLE_H
#define SERVICE_ACCESS_THROTTLE_H

#include <stddef.h>

#include "service/base/clock.h"

enum {
    THROTTLE_ACCOUNT_FREE = 5,  /* failures that cost nothing */
    THROTTLE_NETWORK_FREE = 20, /* an office has one address */
    THROTTLE_WAIT_MAX_S = 60,
    THROTTLE_FORGET_MS = 15 * 60 * 1000, /* after the last failure */
};

struct throttle;

struct throttle *throttle_new(const struct clock *clock);
void throttle_free(struct throttle *t);

/* Who tries. Borrowed for the call. */
struct throttle_who {
    const char *account; /* the name typed */
    const char *network; /* an address as text; "" or NULL: none (socket) */
    const char *device;  /* a known device of that account, or NULL */
};

/* 0: try, and the try counts as failed until throttle_succeeded(). Above 0:
 * seconds to wait (Retry-After); nothing is counted. */
long throttle_try(struct throttle *t, const struct throttle_who *who);

/* The last try was good: what was counted against account (or device) is
 * forgotten, the network gets this try back. */
void throttle_succeeded(struct throttle *t, const struct throttle_who *who);

/* The network an address belongs to: IPv4 as it is, IPv4 in IPv6 unmapped,
 * IPv6 by its first 64 bits; other text unchanged. */
void throttle_network(const char *address, char *out, size_t size);

#endif
