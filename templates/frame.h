/* The frame around the full text of a post (templates.md, "Frame"):
 *
 *     line 1   [PROBE – |ÜBUNG – ]<first line of the text>
 *     line 2   Meldung LOE-7K3Q9F-1
 *     body     the rest of the text
 *              one line each in English and French: headline and link
 *     foot     link, sentence about replies, netiquette
 *     last     hashtags, at most three
 *
 * Pure. */
#ifndef TEMPLATES_FRAME_H
#define TEMPLATES_FRAME_H

#include "service/model/content.h"
#include "templates/render.h"

/* "PROBE – ", or "" for no mark; the caller's to free(). */
char *frame_front(const char *mark);

/* The framed text of Facebook or Instagram; the caller's to free(). `content`
 * has the languages' headlines already. */
char *frame_post(const struct render_input *in, enum channel_id channel,
                 const struct content *content);

#endif
