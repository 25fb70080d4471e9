/* What the shadow received, for people (HTML, German) and for tests. For this
 * folder. */
#ifndef DRILLS_SHADOW_PAGES_H
#define DRILLS_SHADOW_PAGES_H

#include "drills/shadow/parts.h"
#include "service/http/request.h"

/* Answers "/", "/p/…", "/_shadow/…" (but faults) and "/rehearsal/…"; a page
 * that there is not gets its 404. */
void pages_answer(struct shadow *s, struct http_request *r);

/* rehearsal.c: /rehearsal/…, a file of the rehearsal site. */
void rehearsal_answer(struct shadow *s, struct http_request *r);

#endif
