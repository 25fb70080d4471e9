#include "channels/displays/acl.h"

#include <stdio.h>
#include <string.h>

#include "channels/displays/notices.h"
#include "channels/displays/state.h"
#include "service/base/check.h"

_Static_assert((int)ACL_TOPIC_MAX >= (int)STREAM_NAME_MAX, "a topic has room");

/* Everything below the prefix except display/+/…, written as the list of what
 * remains: a line for each, so that a new topic is a decision. */
void acl_service(struct buf *b, const char *username, const char *prefix)
{
    static const char *const written[] = {
        "actual/+",
        "exercise/+",
        "rehearsal/+",
        DISPLAYS_TOPIC_HEARTBEAT,
        DISPLAYS_TOPIC_KEYS,
        DISPLAYS_TOPIC_CHECKPOINT,
        DISPLAYS_TOPIC_SERVICE,
        DISPLAYS_TOPIC_STAFF,
    };
    buf_printf(b, "user %s\ntopic read %s/#\n", username, prefix);
    for (size_t i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
        buf_printf(b, "topic write %s/%s\n", prefix, written[i]);
    }
}

static void acl_topic_add(struct acl_topics *t, const char *topic)
{
    check(t->n < ACL_TOPICS_MAX);
    int n = snprintf(t->text[t->n++], ACL_TOPIC_MAX, "%s", topic);
    check(n > 0 && n < ACL_TOPIC_MAX);
}

void acl_display_topics(const char *area, const char *county, bool rehearsal,
                        struct acl_topics *t)
{
    static const enum stream streams[] = {STREAM_ACTUAL, STREAM_EXERCISE,
                                          STREAM_REHEARSAL};
    bool county_only = strcmp(area, county) == 0;
    char name[STREAM_NAME_MAX];
    t->n = 0;
    for (size_t i = 0; i < (rehearsal ? 3U : 2U); i++) {
        displays_stream_name(streams[i], area, name);
        acl_topic_add(t, name);
        if (!county_only) {
            displays_stream_name(streams[i], county, name);
            acl_topic_add(t, name);
        }
    }
    acl_topic_add(t, DISPLAYS_TOPIC_HEARTBEAT);
    acl_topic_add(t, DISPLAYS_TOPIC_KEYS);
    acl_topic_add(t, DISPLAYS_TOPIC_SERVICE);
}

void acl_display(struct buf *b, const struct acl_display *d)
{
    struct acl_topics t;
    acl_display_topics(d->area, d->county, d->rehearsal, &t);
    buf_printf(b, "user %s\n", d->username);
    for (unsigned i = 0; i < t.n; i++) {
        buf_printf(b, "topic read %s/%s\n", d->prefix, t.text[i]);
    }
    buf_printf(b, "topic write %s/display/%s/+\n", d->prefix, d->id);
}
