#include "service/base/markup.h"

static const char *markup_reference(char c)
{
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

/* XML 1.0 section 2.2 allows tab and the line ends only; HTML calls the
 * others an error. */
static bool markup_allows(char c)
{
    unsigned char u = (unsigned char)c;
    return (u >= 0x20 && u != 0x7f) || c == '\t' || c == '\n';
}

void markup_text(struct buf *b, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        const char *reference = markup_reference(*p);
        if (reference != NULL) {
            buf_add_text(b, reference);
        } else if (markup_allows(*p)) {
            buf_add_char(b, *p);
        }
    }
}

void markup_attribute(struct buf *b, const char *name, const char *value)
{
    buf_printf(b, " %s=\"", name);
    markup_text(b, value);
    buf_add_char(b, '"');
}

void markup_element(struct buf *b, const char *name, const char *text)
{
    buf_printf(b, "<%s>", name);
    markup_text(b, text);
    buf_printf(b, "</%s>\n", name);
}
