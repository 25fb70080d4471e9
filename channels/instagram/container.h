/* What Instagram says about a container and the day's quota. Pure. */
#ifndef CHANNELS_INSTAGRAM_CONTAINER_H
#define CHANNELS_INSTAGRAM_CONTAINER_H

#include <stdbool.h>
#include <stddef.h>

/* Meta's status_code of a container. */
enum container_state {
    CONTAINER_UNCLEAR, /* none of the words */
    CONTAINER_IN_PROGRESS,
    CONTAINER_FINISHED,  /* ready to be published */
    CONTAINER_PUBLISHED, /* is public */
    CONTAINER_ERROR,
    CONTAINER_EXPIRED, /* was not published within 24 hours */
};

enum { CONTAINER_REASON_MAX = 80 };

/* reason gets `status`, which has the error's number in its text. */
enum container_state container_parse(const char *body, size_t len,
                                     char reason[CONTAINER_REASON_MAX]);

/* False when the answer has no quota in it. */
bool container_quota_parse(const char *body, size_t len, int *used, int *total);

#endif
