/* The line by which a post is known again: "Meldung LOE-7K3Q9F-1". Compared as
 * a whole line, because the platforms trim texts and change line ends. */
#ifndef CHANNELS_GRAPH_MARKER_H
#define CHANNELS_GRAPH_MARKER_H

#include <stdbool.h>

/* text (NULL: no) has the line "Meldung <alert_id>". */
bool marker_has(const char *text, const char *alert_id);

/* line is one of the lines in front of the "Meldung …" line, or the very
 * first one: the post is marked so already. */
bool marker_has_line_above(const char *text, const char *line);

#endif
