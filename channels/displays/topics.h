/* What the channel last wrote to each of its topics, by digest: so that a
 * message found there can be told from one of somebody else. Pure. */
#ifndef CHANNELS_DISPLAYS_TOPICS_H
#define CHANNELS_DISPLAYS_TOPICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"

/* A broker that crashed may give back an older retained message of ours. */
enum { TOPICS_KEPT = 16, TOPICS_MAX = 512 };

struct topic {
    char *name; /* owned, below the prefix */
    struct digest sent[TOPICS_KEPT];
    unsigned n_sent;     /* all in all */
    bool known;          /* something was sent before this connection */
    int64_t told_at_ms;  /* monotonic; a foreign publish was reported */
    bool told;           /* ever */
    bool foreign_untold; /* another one came within the second */
};

struct topics {
    size_t n;
    struct topic *items;
};

void topics_fini(struct topics *t);

/* Finds or makes it; NULL when there are TOPICS_MAX. */
struct topic *topics_get(struct topics *t, const char *name);

/* These bytes are ours. */
void topics_sent(struct topics *t, const char *name, const void *bytes,
                 size_t len);

/* A connection begins: what was kept at the broker is judged from now on on
 * every topic that we wrote to before. */
void topics_connected(struct topics *t);

/* Is this message at `name` somebody else's? A live one always is (the broker
 * does not send us ours); a retained one when we know what we wrote there and
 * this is none of it. */
bool topics_foreign(struct topics *t, const char *name, const void *bytes,
                    size_t len, bool retained);

#endif
