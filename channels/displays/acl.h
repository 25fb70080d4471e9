/* Who may read and write what at the broker (contract 6), as lines of a
 * mosquitto acl_file. Pure. A broker that lies is caught by signatures; the
 * ACL keeps honest parts from each other's topics. */
#ifndef CHANNELS_DISPLAYS_ACL_H
#define CHANNELS_DISPLAYS_ACL_H

#include <stdbool.h>

#include "service/base/buf.h"

/* The service's broker account: reads everything below prefix, writes it too
 * except what displays write. */
void acl_service(struct buf *b, const char *username, const char *prefix);

/* One display's account. county is the five-digit AGS. */
struct acl_display {
    const char *username;
    const char *prefix;
    const char *id;
    const char *area;
    const char *county;
    bool rehearsal;
};

void acl_display(struct buf *b, const struct acl_display *d);

/* The topics a display reads, below the prefix, NULL-terminated; each valid
 * as long as *t is. */
enum { ACL_TOPICS_MAX = 10, ACL_TOPIC_MAX = 24 };

struct acl_topics {
    char text[ACL_TOPICS_MAX][ACL_TOPIC_MAX];
    unsigned n;
};

void acl_display_topics(const char *area, const char *county, bool rehearsal,
                        struct acl_topics *t);

#endif
