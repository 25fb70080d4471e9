/* Reads the website back as a reader would: GET of every file, compared byte
 * by byte.
 *
 *   PUBLIC --all equal--> found
 *     | other bytes or no answer
 *     v
 *   LOCAL  --all equal--> absent, "nur lokal gesehen"
 *     | else
 *     v
 *   absent (public answered with other bytes) | unreadable (it did not) */
#ifndef CHANNELS_WEBSITE_WEBREADER_H
#define CHANNELS_WEBSITE_WEBREADER_H

#include <stdbool.h>

#include "channels/channel.h"
#include "channels/transport/http_client.h"
#include "service/base/clock.h"
#include "service/base/err.h"

struct webreader;
typedef void (*webreader_cb)(struct webreader *r);

enum { WEBREADER_URL_MAX = 1024 };

struct webreader {
    /* The caller's, borrowed until the callback. */
    struct http_client *client;
    const struct clock *clock;
    const char *public_url; /* without the last slash */
    const char *local_url;  /* the same, or "" */
    const struct channel_item *items;
    size_t n_items;
    webreader_cb done;
    void *data;

    /* The callee's until the callback, then the answer. */
    enum channel_finding finding;
    char detail[DETAIL_MAX];
    bool local; /* PUBLIC or LOCAL */
    bool cancelled;
    bool public_answered; /* public gave a whole answer, though another */
    size_t at;            /* the item under way */
    char url[WEBREADER_URL_MAX];
    struct http_call request;
};

/* Compares all items (at least one); one callback, from the loop. */
void webreader_start(struct webreader *r);

/* Gives up: the callback comes soon, unreadable. */
void webreader_cancel(struct webreader *r);

#endif
