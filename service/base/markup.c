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

void markup_text(struct buf *b, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        const char *reference = markup_reference(*p);
        if (reference != NULL) {
            buf_add_text(b, reference);
        } else {
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
