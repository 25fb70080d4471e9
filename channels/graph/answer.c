#include "channels/graph/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "channels/graph/marker.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"

static const char *graph_string(const json_t *object, const char *key,
                                const char *other)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text
                        : json_string_value(json_object_get(object, other));
}

/* Graph writes "2026-11-24T13:30:00+0000", RFC 3339 without the colon. */
static int64_t graph_time_ms(const char *text)
{
    char with_colon[40];
    size_t len = text != NULL ? strlen(text) : 0;
    int64_t at_ms = 0;
    if (len < 6 || len > 32) {
        return 0;
    }
    if (text[len - 5] == '+' || text[len - 5] == '-') {
        (void)snprintf(with_colon, sizeof(with_colon), "%.*s:%s",
                       (int)(len - 2), text, text + len - 2);
        text = with_colon;
    }
    return timestamp_parse(text, &at_ms) ? at_ms : 0;
}

static bool graph_post_read(const json_t *object, struct graph_post *post)
{
    memset(post, 0, sizeof(*post));
    const char *id = json_string_value(json_object_get(object, "id"));
    size_t len = id != NULL ? strlen(id) : 0;
    if (len == 0 || len >= sizeof(post->id) || strpbrk(id, "/?#% &") != NULL) {
        return false;
    }
    memcpy(post->id, id, len + 1);
    const char *link = graph_string(object, "permalink_url", "permalink");
    if (link != NULL && strlen(link) < sizeof(post->permalink)) {
        MEM_SET_TEXT(post->permalink, link);
    }
    post->at_ms =
        graph_time_ms(graph_string(object, "created_time", "timestamp"));
    const char *text = graph_string(object, "message", "caption");
    post->text = mem_strdup(text != NULL ? text : "");
    return true;
}

void graph_post_fini(struct graph_post *post)
{
    free(post->text);
    memset(post, 0, sizeof(*post));
}

void graph_hits_fini(struct graph_hits *hits)
{
    graph_post_fini(&hits->oldest);
    memset(hits, 0, sizeof(*hits));
}

enum err_code graph_post_parse(const char *body, size_t len,
                               struct graph_post *post, struct err *e)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    bool good = graph_post_read(root, post);
    json_decref(root);
    return good ? ERR_OK : err_set(e, ERR_CORRUPT, "answer is not a post");
}

/* A listing is newest first, so a later hit is older. */
static void graph_hits_add(struct graph_hits *hits, struct graph_post *post)
{
    if (hits->n == 0) {
        MEM_SET_TEXT(hits->youngest, post->id);
    }
    graph_post_fini(&hits->oldest);
    hits->oldest = *post;
    hits->n++;
}

static bool graph_list_read(const json_t *data, const char *alert_id,
                            struct graph_hits *hits)
{
    if (!json_is_array(data)) {
        return false;
    }
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(data, i, item)
    {
        struct graph_post post;
        if (!graph_post_read(item, &post)) {
            return false;
        }
        if (marker_has(post.text, alert_id)) {
            graph_hits_add(hits, &post);
        } else {
            graph_post_fini(&post);
        }
    }
    return true;
}

/* "next" alone says that there is more; its address holds the token, so only
 * the cursor is used. */
static bool graph_list_cursor(const json_t *paging,
                              char after[GRAPH_CURSOR_MAX])
{
    after[0] = '\0';
    if (json_object_get(paging, "next") == NULL) {
        return true;
    }
    const char *cursor = json_string_value(
        json_object_get(json_object_get(paging, "cursors"), "after"));
    size_t len = cursor != NULL ? strlen(cursor) : 0;
    if (len == 0 || len >= GRAPH_CURSOR_MAX) {
        return false;
    }
    memcpy(after, cursor, len + 1);
    return true;
}

enum err_code graph_list_parse(const char *body, size_t len,
                               const char *alert_id, struct graph_hits *hits,
                               char after[GRAPH_CURSOR_MAX], struct err *e)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    bool good =
        graph_list_read(json_object_get(root, "data"), alert_id, hits) &&
        graph_list_cursor(json_object_get(root, "paging"), after);
    json_decref(root);
    return good ? ERR_OK : err_set(e, ERR_CORRUPT, "listing is not whole");
}

bool graph_list_says(const char *body, size_t len, const char *key,
                     const char *text)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    bool found = false;
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(root, "data"), i, item)
    {
        const char *said = json_string_value(json_object_get(item, key));
        found = found || (said != NULL && strcmp(said, text) == 0);
    }
    json_decref(root);
    return found;
}
