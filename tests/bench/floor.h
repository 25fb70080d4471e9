/* The floor under the benchmark: the least that has to happen for one alert,
 * done by a C program that knows nothing else. One commit of one row (WAL,
 * synchronous=FULL), three HTTP posts over a warm connection, one MQTT publish
 * until its acknowledgement. */
#ifndef TESTS_BENCH_FLOOR_H
#define TESTS_BENCH_FLOOR_H

#include "tests/bench/world.h"

/* Prints "floor.commit µs", "floor.posts µs", "floor.publish µs" and
 * "floor.last µs" (their sum) per repetition; the database is made in
 * `folder`. 0 when it worked. */
int floor_measure(const struct world *w, const char *folder, long repetitions);

#endif
