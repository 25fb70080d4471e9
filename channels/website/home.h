/* The overview of what is true now, in one language: "/", "/en/", "/fr/",
 * "/einfach/". */
#ifndef CHANNELS_WEBSITE_HOME_H
#define CHANNELS_WEBSITE_HOME_H

#include "channels/website/view.h"

void home_compose(struct buf *b, const struct view *v, enum phrase_language l);

#endif
