/* Two small files beside the pages: einbinden.html, a fragment that the
 * county's own website includes on its server (no script, no frame), and
 * barrierefreiheit.html, what the site promises its readers. */
#ifndef CHANNELS_WEBSITE_FRAGMENT_H
#define CHANNELS_WEBSITE_FRAGMENT_H

#include "channels/website/view.h"

/* Links are absolute: it stands in somebody else's page. */
void fragment_compose(struct buf *b, const struct view *v);

void fragment_compose_about(struct buf *b, const struct view *v);

#endif
