/* Measures the fan-out of a running installation from outside: the time from
 * right before the releasing call (approve) to its answer, and to receipt at
 * each of the four sinks, in sequence and in bursts. Beside it the floor: what
 * a C program needs at least on the same machine (floor.h).
 *
 *     fanout WORLD SEQUENCE BURST     one "phase.what µs" a line
 *     fanout WORLD floor REPETITIONS  the same
 *
 * tests/bench/run starts the installation, calls this and makes the table. It
 * asserts nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/bench/api.h"
#include "tests/bench/floor.h"
#include "tests/bench/sinks.h"

enum { FANOUT_SINK_SECONDS = 60 };

static void fanout_print(const char *phase, const struct sample *s)
{
    static const char *const names[SAMPLE_SINKS] = {"facebook", "instagram",
                                                    "website", "displays"};
    int64_t last = s->answered_us;
    (void)printf("%s.answer %lld\n", phase,
                 (long long)(s->answered_us - s->begun_us));
    for (int i = 0; i < SAMPLE_SINKS; i++) {
        if (s->seen_us[i] == 0) {
            (void)printf("%s.%s missing\n", phase, names[i]);
            return;
        }
        if (s->seen_us[i] > last) {
            last = s->seen_us[i];
        }
        (void)printf("%s.%s %lld\n", phase, names[i],
                     (long long)(s->seen_us[i] - s->begun_us));
    }
    (void)printf("%s.last %lld\n", phase, (long long)(last - s->begun_us));
}

/* Submits n, has them approved together, waits for every sink. */
static bool fanout_round(struct api_client *api, struct sinks *sinks,
                         const char *phase, size_t n)
{
    struct sample *samples = calloc(n, sizeof(*samples));
    bool ok = samples != NULL;
    for (size_t i = 0; ok && i < n; i++) {
        ok = api_submit(api, &samples[i]);
    }
    if (ok) {
        sinks_watch(sinks, samples, n);
        ok = api_approve(api, samples, n);
        (void)sinks_wait(sinks, FANOUT_SINK_SECONDS);
    }
    for (size_t i = 0; ok && i < n; i++) {
        fanout_print(phase, &samples[i]);
    }
    free(samples);
    return ok;
}

static int fanout_measure(const struct world *w, long sequence, long burst)
{
    struct api_client *api = api_client_new(w);
    struct sinks *sinks = sinks_new(w);
    bool ok = api != NULL && sinks != NULL;
    for (long i = 0; ok && i < sequence; i++) {
        ok = fanout_round(api, sinks, "sequence", 1);
    }
    if (ok && burst > 0) {
        ok = fanout_round(api, sinks, "burst", (size_t)burst);
    }
    sinks_free(sinks);
    api_client_free(api);
    return ok ? 0 : 1;
}

int main(int argc, char **argv)
{
    struct world w;
    if (argc != 4) {
        (void)fputs("usage: see the head of tests/bench/fanout.c\n", stderr);
        return 2;
    }
    if (!world_load(argv[1], &w)) {
        return 1;
    }
    long n = strtol(argv[3], NULL, 10);
    if (strcmp(argv[2], "floor") == 0) {
        return floor_measure(&w, argv[1], n);
    }
    return fanout_measure(&w, strtol(argv[2], NULL, 10), n);
}
