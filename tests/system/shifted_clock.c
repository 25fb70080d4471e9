/* A wall clock that is ahead, for programs that cannot know: preloaded before
 * the C library, it adds TUERMER_CLOCK_SHIFT seconds to every reading of the
 * wall clock. Monotonic clocks stay as they are (libfaketime breaks sleeps
 * when told to leave them alone). Built without sanitizers. */
#include <errno.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shifted_clock_seconds(void)
{
    const char *text = getenv("TUERMER_CLOCK_SHIFT");
    return text == NULL ? 0 : strtol(text, NULL, 10);
}

/* The C library's headers name the parameters with leading underscores. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name) */
int clock_gettime(clockid_t id, struct timespec *t)
{
    if (syscall(SYS_clock_gettime, id, t) != 0) {
        return -1;
    }
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) {
        t->tv_sec += shifted_clock_seconds();
    }
    return 0;
}

/* The C library's own declares the parameter as never null and untyped. */
int gettimeofday(struct timeval *restrict t, void *restrict zone)
{
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    t->tv_sec = now.tv_sec;
    t->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out)
{
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return (time_t)-1;
    }
    if (out != NULL) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
