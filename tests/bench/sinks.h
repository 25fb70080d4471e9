/* Where an alert arrives: the gateway (its log says when, for Facebook and
 * Instagram), the website (polled), the broker (subscribed). */
#ifndef TESTS_BENCH_SINKS_H
#define TESTS_BENCH_SINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/sample.h"
#include "tests/bench/world.h"

struct sinks;

/* Connects and starts to listen; the world is borrowed and outlives it. NULL,
 * said on stderr, when the broker cannot be reached. */
struct sinks *sinks_new(const struct world *w);
void sinks_free(struct sinks *s);

/* From now on these are looked for; the samples are the caller's and are
 * written by other threads until sinks_wait() returns. */
void sinks_watch(struct sinks *s, struct sample *samples, size_t n);

/* Until every sink has every alert, at most so long; true when they have. */
bool sinks_wait(struct sinks *s, int seconds);

#endif
