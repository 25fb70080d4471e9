/* What every part of the conductor stands on: its clocks, its channels, the
 * commit with what follows from it, and the wish for another turn. */
#include "service/flow/parts.h"

#include <stdlib.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/store/store.h"

enum realm broadcast_realm(enum stream stream)
{
    return stream == STREAM_REHEARSAL ? REALM_REHEARSAL : REALM_LIVE;
}

int64_t broadcast_now_ms(const struct broadcast *b)
{
    return clock_wall_ms(b->o.clock);
}

int64_t broadcast_mono_ms(const struct broadcast *b)
{
    return clock_mono_ms(b->o.clock);
}

struct channel *broadcast_channel(const struct broadcast *b, enum stream stream,
                                  enum channel_id id)
{
    return b->o.channels[broadcast_realm(stream)][id];
}

const char *broadcast_card_base(const struct broadcast *b, enum stream stream)
{
    return b->o.public_url[broadcast_realm(stream)];
}

void broadcast_note(struct broadcast *b, const struct broadcast_news *news)
{
    if (b->n_news == b->news_cap) {
        b->news_cap = b->news_cap == 0 ? 16 : b->news_cap * 2;
        struct broadcast_news *grown =
            realloc(b->news, b->news_cap * sizeof(b->news[0]));
        check(grown != NULL);
        b->news = grown;
    }
    b->news[b->n_news++] = *news;
}

void broadcast_tell_news(struct broadcast *b)
{
    for (size_t i = 0; i < b->n_news; i++) {
        if (b->news[i].marker[0] != '\0') {
            incidents_refresh(b, b->news[i].marker);
        }
    }
    for (size_t i = 0; i < b->n_news; i++) {
        const struct broadcast_news *n = &b->news[i];
        struct broadcast_event event = {n->kind, n->id, n->alert_id, n->leaf};
        if (b->o.event != NULL) {
            b->o.event(&event, b->o.data);
        }
    }
    b->n_news = 0;
}

void broadcast_commit(struct broadcast *b)
{
    struct err e;
    if (store_commit(b->o.store, &e) != ERR_OK) {
        log_error("store: %s; stopping, a restart goes on from the disk",
                  e.msg);
        b->o.fatal(&e, b->o.data);
    }
    broadcast_tell_news(b);
}

void broadcast_wake(struct broadcast *b)
{
    if (b->started) {
        check(uv_idle_start(&b->idle, b->turn) == 0);
    }
}
