/* current.json: what is true now, for programs (contract 5). */
#ifndef CHANNELS_WEBSITE_CURRENT_H
#define CHANNELS_WEBSITE_CURRENT_H

#include "channels/website/view.h"

/* All current alerts of that status, in the state's order. The JSON text is
 * the caller's to free(). */
char *current_compose(const struct view *v, enum alert_status status);

#endif
