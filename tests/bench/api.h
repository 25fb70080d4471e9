/* The API as the benchmark uses it: over the UNIX socket, as two people. */
#ifndef TESTS_BENCH_API_H
#define TESTS_BENCH_API_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/sample.h"
#include "tests/bench/world.h"

struct api_client;

/* The world is borrowed and outlives the client. NULL, said on stderr, when
 * the request cannot be read. */
struct api_client *api_client_new(const struct world *w);
void api_client_free(struct api_client *api);

/* Previews and submits one alert, each for the next municipality in turn (a
 * display shows eight alerts at most); it then waits for its approval. False,
 * said on stderr, when it was refused. */
bool api_submit(struct api_client *api, struct sample *sample);

/* Approves all n at the same time, each over a connection of its own, and
 * notes begun_us and answered_us. False when one was refused. */
bool api_approve(struct api_client *api, struct sample *samples, size_t n);

#endif
