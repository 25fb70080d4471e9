/* feed.atom (RFC 4287): the newest alert of every incident until its own
 * expiry, an all-clear included, each with a link to its CAP file. */
#ifndef CHANNELS_WEBSITE_FEED_H
#define CHANNELS_WEBSITE_FEED_H

#include "channels/website/view.h"

/* `path` is the feed's own address below the root: "feed.atom". */
void feed_compose(struct buf *b, const struct view *v, enum alert_status status,
                  const char *path);

#endif
