/* What Meta says about posts and media, read into structs of our own. Pure.
 * Facebook's and Instagram's names for the same things are both understood:
 * message/caption, created_time/timestamp, permalink_url/permalink. */
#ifndef CHANNELS_GRAPH_ANSWER_H
#define CHANNELS_GRAPH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/delivery.h"

enum { GRAPH_CURSOR_MAX = 512 };

struct graph_post {
    char id[REMOTE_ID_MAX];
    char permalink[PERMALINK_MAX]; /* "" when not told */
    int64_t at_ms;                 /* 0 when not told */
    char *text;                    /* never NULL; owned */
};

/* Every post of a listing, over all its pages, that bears an alert's line. */
struct graph_hits {
    int n;
    struct graph_post oldest;
    char youngest[REMOTE_ID_MAX];
};

/* Reads one object; *post is the caller's to graph_post_fini(). ERR_CORRUPT
 * when it has no usable id. */
enum err_code graph_post_parse(const char *body, size_t len,
                               struct graph_post *post, struct err *e);
void graph_post_fini(struct graph_post *post);

/* Reads one page of a listing and adds those with the line "Meldung
 * <alert_id>" to hits. `after` gets the cursor of the next page, "" when this
 * was the last. ERR_CORRUPT when the page is not whole: then the listing
 * proves nothing. */
enum err_code graph_list_parse(const char *body, size_t len,
                               const char *alert_id, struct graph_hits *hits,
                               char after[GRAPH_CURSOR_MAX], struct err *e);
void graph_hits_fini(struct graph_hits *hits);

/* True when one element of "data" says exactly `text` in its member `key`. */
bool graph_list_says(const char *body, size_t len, const char *key,
                     const char *text);

#endif
