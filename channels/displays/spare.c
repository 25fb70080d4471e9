#include "channels/displays/spare.h"

#include <fcntl.h>
#include <unistd.h>

void spare_init(struct spare *s)
{
    for (int i = 0; i < SPARE_DESCRIPTORS; i++) {
        s->fds[i] = -1;
    }
}

void spare_take(struct spare *s)
{
    for (int i = 0; i < SPARE_DESCRIPTORS; i++) {
        if (s->fds[i] < 0) {
            s->fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
    }
}

void spare_drop(struct spare *s)
{
    for (int i = 0; i < SPARE_DESCRIPTORS; i++) {
        if (s->fds[i] >= 0) {
            (void)close(s->fds[i]); /* nothing was written to it */
            s->fds[i] = -1;
        }
    }
}
