/* The website as a state channel: takes files, writes those whose bytes
 * differ, durably and in order, and reads them back over HTTP.
 *
 *   publish   tmp, fsync, rename, fsync(folder) per file, in a worker; then
 *             `changed`, then the request's `done` with outcome done. Items
 *             of length 0 are removed. One job at a time, others wait.
 *   confirm   GET of every item from public_url and byte comparison: FOUND
 *             when all are equal; equal only at local_url: ABSENT, "nur lokal
 *             gesehen"; other bytes: ABSENT; no answer: UNREADABLE.
 *   check     folder writable, room on the disk, public_url answers.
 *
 * It never decides what is true: site.h does. A crash at any moment leaves
 * every file with its old or its new bytes; leftovers are removed at open. */
#ifndef CHANNELS_WEBSITE_WEBSITE_H
#define CHANNELS_WEBSITE_WEBSITE_H

#include <stdbool.h>
#include <uv.h>

#include "channels/channel.h"
#include "service/base/clock.h"
#include "service/base/err.h"

struct http_client;

/* On the loop, after a publish changed at least one file and before its
 * `done`: the moment to load the folder into the public listener. */
typedef void (*website_changed_cb)(void *data);

struct website_config {
    const char *directory;  /* made when missing */
    const char *public_url; /* of the root, with or without the last slash */
    const char *local_url;  /* the own listener; NULL or "": none */
    bool rehearsal;         /* target "rehearsal:website" */
    website_changed_cb changed; /* may be NULL */
    void *changed_data;
};

/* Opens the channel on `loop`; config's texts are copied, loop, clock and
 * client are borrowed until close. Removes leftovers of a crash from the
 * folder. *out is a channel of type website_type, ended by its close().
 * ERR_IO, ERR_DENIED when the folder cannot be made or written. */
enum err_code website_open(uv_loop_t *loop, const struct clock *clock,
                           struct http_client *client,
                           const struct website_config *config,
                           struct channel **out, struct err *e);

extern const struct channel_type website_type;

#endif
