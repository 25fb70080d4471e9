/* Writes HTML and XML. Whatever comes from a template or a person goes
 * through markup_text() or markup_attribute(), which are the same for both
 * languages: the five special characters become references, and control
 * characters, which neither language may hold, are left out. */
#ifndef SERVICE_BASE_MARKUP_H
#define SERVICE_BASE_MARKUP_H

#include "service/base/buf.h"

/* Appends text with & < > " ' escaped: right between tags and inside a
 * quoted attribute alike. */
void markup_text(struct buf *b, const char *text);

/* Appends  name="escaped value"  with a leading space. */
void markup_attribute(struct buf *b, const char *name, const char *value);

/* Appends <name>escaped text</name> and a line end. */
void markup_element(struct buf *b, const char *name, const char *text);

#endif
