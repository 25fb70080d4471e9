/* cap/<id>.xml: one alert as CAP 1.2 (OASIS standard, 1 July 2010). Written
 * once and never edited: what it says depends on this alert and the earlier
 * ones of its incident only. */
#ifndef CHANNELS_WEBSITE_CAP_H
#define CHANNELS_WEBSITE_CAP_H

#include "channels/website/view.h"

/* `a` is one of the incident's alerts. */
void cap_compose(struct buf *b, const struct view *v,
                 const struct state_incident *incident, const struct alert *a);

#endif
