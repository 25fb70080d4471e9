/* The permanent page of an incident, /w/MARKER: its newest alert in every
 * language, then all earlier ones, newest first. */
#ifndef CHANNELS_WEBSITE_HISTORY_H
#define CHANNELS_WEBSITE_HISTORY_H

#include "channels/website/view.h"

void history_compose(struct buf *b, const struct view *v,
                     const struct state_incident *incident);

#endif
