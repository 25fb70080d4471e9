/* The frame around every page: head, banner, languages, foot. */
#ifndef CHANNELS_WEBSITE_LAYOUT_H
#define CHANNELS_WEBSITE_LAYOUT_H

#include "channels/website/view.h"

/* One page; everything borrowed. */
struct layout {
    const struct view *view;
    enum phrase_language language;
    const char *root;        /* how the site's root is reached: "" or "../" */
    const char *title;       /* unescaped */
    const char *path;        /* "/w/LOE-7K3Q9F": the page's own address */
    const char *description; /* for previews in networks; "" for none */
    const char *image;       /* name of the card; "" for none */
    /* The addresses of the page in the other languages below root, or "#en"
     * on a page that holds them all; NULL entries are left out. */
    const char *languages[N_PHRASE_LANGUAGES];
};

/* Everything up to <main>. */
void layout_open(struct buf *b, const struct layout *l);

/* Everything from </main>. */
void layout_close(struct buf *b, const struct layout *l);

/* Appends <a href="ROOT HREF">text</a>. */
void layout_link(struct buf *b, const char *root, const char *href,
                 const char *text);

#endif
