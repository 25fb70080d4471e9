#include "channels/displays/topics.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

void topics_fini(struct topics *t)
{
    for (size_t i = 0; i < t->n; i++) {
        free(t->items[i].name);
    }
    free(t->items);
    *t = (struct topics){0};
}

struct topic *topics_get(struct topics *t, const char *name)
{
    for (size_t i = 0; i < t->n; i++) {
        if (strcmp(t->items[i].name, name) == 0) {
            return &t->items[i];
        }
    }
    if (t->n == TOPICS_MAX) {
        return NULL;
    }
    if (t->items == NULL) {
        t->items = mem_calloc(TOPICS_MAX, sizeof(*t->items));
    }
    t->items[t->n].name = mem_strdup(name);
    return &t->items[t->n++];
}

void topics_sent(struct topics *t, const char *name, const void *bytes,
                 size_t len)
{
    struct topic *topic = topics_get(t, name);
    check(topic != NULL); /* our own topics are far fewer */
    topic->sent[topic->n_sent++ % TOPICS_KEPT] = digest_of(bytes, len);
}

void topics_connected(struct topics *t)
{
    for (size_t i = 0; i < t->n; i++) {
        t->items[i].known = t->items[i].n_sent > 0;
    }
}

static bool topics_is_ours(const struct topic *topic, const void *bytes,
                           size_t len)
{
    struct digest found = digest_of(bytes, len);
    unsigned n = topic->n_sent < TOPICS_KEPT ? topic->n_sent : TOPICS_KEPT;
    for (unsigned i = 0; i < n; i++) {
        if (memcmp(topic->sent[i].bytes, found.bytes, DIGEST_SIZE) == 0) {
            return true;
        }
    }
    return false;
}

bool topics_foreign(struct topics *t, const char *name, const void *bytes,
                    size_t len, bool retained)
{
    struct topic *topic = topics_get(t, name);
    if (topic == NULL) {
        return true;
    }
    return !retained || (topic->known && !topics_is_ours(topic, bytes, len));
}
