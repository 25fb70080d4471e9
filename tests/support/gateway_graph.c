#include "tests/support/gateway_graph.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <jansson.h>

#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"

static const char gateway_good_token[] =
    "{\"data\":{\"app_id\":\"700000000000001\",\"type\":\"PAGE\","
    "\"is_valid\":true,\"expires_at\":0,\"scopes\":[\"pages_manage_posts\","
    "\"pages_read_engagement\",\"pages_show_list\",\"instagram_basic\","
    "\"instagram_content_publish\",\"instagram_manage_comments\"]}}";

int64_t gateway_graph_now_ms(void)
{
    return clock_wall_ms(clock_real());
}

void gateway_graph_init(struct gateway_graph *g)
{
    memset(g, 0, sizeof(*g));
    g->log_fd = -1;
}

static void gateway_list_fini(struct gateway_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        free(list->items[i]->text);
        free(list->items[i]->link);
        free(list->items[i]);
    }
}

void gateway_graph_fini(struct gateway_graph *g)
{
    gateway_list_fini(&g->posts);
    gateway_list_fini(&g->media);
    gateway_list_fini(&g->comments);
    for (size_t i = 0; i < g->n_containers; i++) {
        free(g->containers[i]->caption);
        free(g->containers[i]);
    }
    free(g->token_info);
    if (g->log_fd >= 0) {
        (void)close(g->log_fd);
    }
}

/* ---- parameters and answers --------------------------------------------- */

static int gateway_hex(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);
    return at != NULL && c != '\0' ? (int)(at - digits) : 0;
}

/* Percent-decodes text in place. */
static void gateway_decode(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '%' && from[1] != '\0' && from[2] != '\0') {
            unsigned char byte = (unsigned char)(gateway_hex(from[1]) * 16 +
                                                 gateway_hex(from[2]));
            memcpy(to++, &byte, 1);
            from += 2;
        } else if (*from == '+') {
            *to++ = ' ';
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
}

static char *gateway_form_param(const char *form, const char *name)
{
    size_t name_len = strlen(name);
    for (const char *p = form; p != NULL && *p != '\0';) {
        size_t len = strcspn(p, "&");
        if (len > name_len && strncmp(p, name, name_len) == 0 &&
            p[name_len] == '=') {
            char *value = mem_dup(p + name_len + 1, len - name_len - 1);
            gateway_decode(value);
            return value;
        }
        p += len + (p[len] == '&' ? 1 : 0);
    }
    return NULL;
}

char *gateway_graph_param(const struct gateway_ask *ask, const char *name)
{
    json_t *root = json_loads(ask->body, JSON_REJECT_DUPLICATES, NULL);
    char *value = mem_strdup(json_string_value(json_object_get(root, name)));
    json_decref(root);
    if (value == NULL) {
        value = gateway_form_param(ask->body, name);
    }
    return value != NULL ? value : gateway_form_param(ask->query, name);
}

/* Takes root. */
static struct gateway_reply gateway_json(int status, json_t *root)
{
    check(root != NULL);
    char *body = json_dumps(root, JSON_COMPACT | JSON_ENSURE_ASCII);
    check(body != NULL);
    json_decref(root);
    return (struct gateway_reply){.status = status, .body = body};
}

struct gateway_reply gateway_graph_error(int status, int code, int subcode,
                                         const char *message)
{
    json_t *error =
        json_pack("{s:s, s:s, s:i, s:s}", "message", message, "type",
                  "OAuthException", "code", code, "fbtrace_id", "AbCdEf123");
    if (subcode != 0) {
        check(json_object_set_new(error, "error_subcode",
                                  json_integer(subcode)) == 0);
    }
    return gateway_json(status, json_pack("{s:o}", "error", error));
}

static struct gateway_reply gateway_missing(void)
{
    return gateway_graph_error(400, 100, 33,
                               "Unsupported get request. Object does not "
                               "exist or cannot be loaded");
}

/* One line for each effect, before anybody hears of it. */
static void gateway_log(const struct gateway_graph *g, const char *effect,
                        const struct gateway_post *p)
{
    if (g->log_fd < 0) {
        return;
    }
    json_t *root = json_pack("{s:s, s:s, s:s, s:s, s:I}", "effect", effect,
                             "id", p->id, "owner", p->owner, "text", p->text,
                             "at", (json_int_t)gateway_graph_now_ms());
    char *line = json_dumps(root, JSON_COMPACT);
    check(line != NULL);
    size_t len = strlen(line);
    line[len] = '\n'; /* in the place of the NUL: one write, one line */
    check(write(g->log_fd, line, len + 1) == (ssize_t)(len + 1));
    free(line);
    json_decref(root);
}

/* ---- objects ------------------------------------------------------------ */

struct gateway_post *gateway_graph_add(struct gateway_list *list,
                                       const char *id, const char *owner,
                                       const char *text, int64_t at_ms)
{
    check(list->n < GATEWAY_ITEMS_MAX);
    struct gateway_post *p = mem_zalloc(sizeof(*p));
    (void)snprintf(p->id, sizeof(p->id), "%s", id);
    (void)snprintf(p->owner, sizeof(p->owner), "%s", owner);
    p->text = mem_strdup(text);
    p->link = mem_strdup("");
    p->created_ms = at_ms;
    p->visible_at_ms = at_ms;
    list->items[list->n++] = p;
    return p;
}

static bool gateway_readable(const struct gateway_post *p)
{
    return !p->deleted && p->visible_at_ms <= gateway_graph_now_ms();
}

static struct gateway_post *gateway_find(const struct gateway_list *list,
                                         const char *id)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i]->id, id) == 0 &&
            gateway_readable(list->items[i])) {
            return list->items[i];
        }
    }
    return NULL;
}

static struct gateway_container *
gateway_container(const struct gateway_graph *g, const char *id)
{
    for (size_t i = 0; i < g->n_containers; i++) {
        if (strcmp(g->containers[i]->id, id) == 0) {
            return g->containers[i];
        }
    }
    return NULL;
}

bool gateway_graph_is_container(const struct gateway_graph *g, const char *id)
{
    return gateway_container(g, id) != NULL;
}

static json_t *gateway_post_json(const struct gateway_post *p, bool media)
{
    char at[40];
    char link[128];
    time_t seconds = (time_t)(p->created_ms / 1000);
    struct tm day;
    check(gmtime_r(&seconds, &day) != NULL);
    check(strftime(at, sizeof(at), "%Y-%m-%dT%H:%M:%S+0000", &day) > 0);
    (void)snprintf(link, sizeof(link), "https://social.example/%s", p->id);
    return json_pack("{s:s, s:s, s:s, s:s}", "id", p->id,
                     media ? "caption" : "message", p->text,
                     media ? "timestamp" : "created_time", at,
                     media ? "permalink" : "permalink_url", link);
}

/* ---- listings ----------------------------------------------------------- */

/* Newest first: the i-th readable item of owner since `since_s`. */
static const struct gateway_post *
gateway_nth_newest(const struct gateway_list *list, const char *owner,
                   int64_t since_s, size_t nth)
{
    for (size_t i = list->n; i > 0; i--) {
        const struct gateway_post *p = list->items[i - 1];
        bool fits = strcmp(p->owner, owner) == 0 && gateway_readable(p) &&
                    p->created_ms / 1000 >= since_s;
        if (fits && nth-- == 0) {
            return p;
        }
    }
    return NULL;
}

static int64_t gateway_number(const struct gateway_ask *ask, const char *name,
                              int64_t otherwise)
{
    char *text = gateway_graph_param(ask, name);
    int64_t value = text != NULL ? strtoll(text, NULL, 10) : otherwise;
    free(text);
    return value;
}

static struct gateway_reply gateway_listing(const struct gateway_list *list,
                                            const struct gateway_ask *ask,
                                            bool media)
{
    int64_t since_s = gateway_number(ask, "since", 0);
    size_t limit = (size_t)gateway_number(ask, "limit", 25);
    size_t from = (size_t)gateway_number(ask, "after", 0);
    json_t *data = json_array();
    size_t i = 0;
    for (; i < limit; i++) {
        const struct gateway_post *p =
            gateway_nth_newest(list, ask->id, since_s, from + i);
        if (p == NULL) {
            break;
        }
        check(json_array_append_new(data, gateway_post_json(p, media)) == 0);
    }
    char after[24];
    (void)snprintf(after, sizeof(after), "%zu", from + i);
    bool more = gateway_nth_newest(list, ask->id, since_s, from + i) != NULL;
    json_t *paging =
        json_pack("{s:{s:s, s:s}}", "cursors", "before", "x", "after", after);
    if (more) {
        check(json_object_set_new(
                  paging, "next",
                  json_string("https://social.example/?access_token=x")) == 0);
    }
    return gateway_json(
        200, json_pack("{s:o, s:o}", "data", data, "paging", paging));
}

static struct gateway_reply gateway_comments(const struct gateway_graph *g,
                                             const char *media)
{
    json_t *data = json_array();
    for (size_t i = 0; i < g->comments.n; i++) {
        const struct gateway_post *p = g->comments.items[i];
        if (strcmp(p->owner, media) == 0) {
            check(
                json_array_append_new(data, json_pack("{s:s, s:s}", "id", p->id,
                                                      "text", p->text)) == 0);
        }
    }
    return gateway_json(200, json_pack("{s:o}", "data", data));
}

/* ---- what changes something --------------------------------------------- */

static struct gateway_reply gateway_made(struct gateway_graph *g,
                                         struct gateway_post *p,
                                         const char *effect)
{
    p->visible_at_ms += g->late_ms;
    gateway_log(g, effect, p);
    return gateway_json(200, json_pack("{s:s}", "id", p->id));
}

static struct gateway_reply gateway_feed(struct gateway_graph *g,
                                         const struct gateway_ask *ask)
{
    char *message = gateway_graph_param(ask, "message");
    char *link = gateway_graph_param(ask, "link");
    char id[64];
    if (message == NULL) {
        free(link);
        return gateway_graph_error(400, 100, 0, "message is missing");
    }
    (void)snprintf(id, sizeof(id), "%.40s_%zu", ask->id, g->posts.n + 1);
    struct gateway_post *p = gateway_graph_add(&g->posts, id, ask->id, message,
                                               gateway_graph_now_ms());
    free(message);
    if (link != NULL) {
        free(p->link);
        p->link = link;
    }
    return gateway_made(g, p, "post");
}

static struct gateway_reply gateway_edit(struct gateway_graph *g,
                                         const struct gateway_ask *ask)
{
    struct gateway_post *p = gateway_find(&g->posts, ask->id);
    char *message = gateway_graph_param(ask, "message");
    if (p == NULL || message == NULL) {
        free(message);
        return gateway_missing();
    }
    free(p->text);
    p->text = message;
    gateway_log(g, "edit", p);
    return gateway_json(200, json_pack("{s:b}", "success", 1));
}

static struct gateway_reply gateway_delete(struct gateway_graph *g,
                                           const struct gateway_ask *ask)
{
    struct gateway_post *p = gateway_find(&g->posts, ask->id);
    p = p != NULL ? p : gateway_find(&g->media, ask->id);
    if (p == NULL) {
        return gateway_missing();
    }
    p->deleted = true;
    gateway_log(g, "delete", p);
    return gateway_json(200, json_pack("{s:b}", "success", 1));
}

static struct gateway_reply gateway_media_create(struct gateway_graph *g,
                                                 const struct gateway_ask *ask)
{
    char *image = gateway_graph_param(ask, "image_url");
    char *caption = gateway_graph_param(ask, "caption");
    bool good = image != NULL && caption != NULL;
    free(image);
    if (!good || g->n_containers == GATEWAY_ITEMS_MAX) {
        free(caption);
        return gateway_graph_error(400, 100, 0, "image_url or caption missing");
    }
    struct gateway_container *c = mem_zalloc(sizeof(*c));
    (void)snprintf(c->id, sizeof(c->id), "88%06zu", g->n_containers + 1);
    (void)snprintf(c->owner, sizeof(c->owner), "%s", ask->id);
    (void)snprintf(c->status_code, sizeof(c->status_code), "%s", "FINISHED");
    c->caption = caption;
    c->polls_left = g->polls;
    g->containers[g->n_containers++] = c;
    return gateway_json(200, json_pack("{s:s}", "id", c->id));
}

static struct gateway_reply
gateway_container_read(const struct gateway_graph *g, const char *id)
{
    struct gateway_container *c = gateway_container(g, id);
    check(c != NULL); /* the router asked for this container */
    const char *status = c->status_code;
    if (c->polls_left > 0 && strcmp(status, "FINISHED") == 0) {
        c->polls_left--;
        status = "IN_PROGRESS";
    }
    return gateway_json(200,
                        json_pack("{s:s, s:s, s:s}", "id", c->id, "status_code",
                                  status, "status", status));
}

static struct gateway_reply gateway_media_publish(struct gateway_graph *g,
                                                  const struct gateway_ask *ask)
{
    char *creation = gateway_graph_param(ask, "creation_id");
    struct gateway_container *c =
        gateway_container(g, creation != NULL ? creation : "");
    free(creation);
    if (c == NULL || strcmp(c->owner, ask->id) != 0 ||
        strcmp(c->status_code, "FINISHED") != 0) {
        return gateway_graph_error(400, 24, 2207008, "container unknown");
    }
    if (c->polls_left > 0) {
        return gateway_graph_error(400, 9007, 2207027, "not ready");
    }
    char id[64];
    (void)snprintf(id, sizeof(id), "77%06zu", g->media.n + 1);
    (void)snprintf(c->status_code, sizeof(c->status_code), "%s", "PUBLISHED");
    return gateway_made(g,
                        gateway_graph_add(&g->media, id, ask->id, c->caption,
                                          gateway_graph_now_ms()),
                        "media");
}

static struct gateway_reply gateway_comment(struct gateway_graph *g,
                                            const struct gateway_ask *ask)
{
    char *message = gateway_graph_param(ask, "message");
    char id[64];
    if (message == NULL || gateway_find(&g->media, ask->id) == NULL) {
        free(message);
        return gateway_missing();
    }
    (void)snprintf(id, sizeof(id), "66%06zu", g->comments.n + 1);
    struct gateway_post *p = gateway_graph_add(&g->comments, id, ask->id,
                                               message, gateway_graph_now_ms());
    free(message);
    return gateway_made(g, p, "comment");
}

/* ---- the rest ----------------------------------------------------------- */

/* Ids of posts have a "_", those of media begin with 77; the rest are pages
 * and profiles, which are always there. */
static struct gateway_reply gateway_read(const struct gateway_graph *g,
                                         const char *id)
{
    const struct gateway_post *p = gateway_find(&g->posts, id);
    if (p != NULL) {
        return gateway_json(200, gateway_post_json(p, false));
    }
    p = gateway_find(&g->media, id);
    if (p != NULL) {
        return gateway_json(200, gateway_post_json(p, true));
    }
    if (strchr(id, '_') != NULL || strncmp(id, "77", 2) == 0) {
        return gateway_missing();
    }
    return gateway_json(200,
                        json_pack("{s:s, s:s}", "id", id, "name", "Landkreis"));
}

static struct gateway_reply gateway_quota(const struct gateway_graph *g)
{
    return gateway_json(200,
                        json_pack("{s:[{s:i, s:{s:i, s:i}}]}", "data",
                                  "quota_usage", g->quota_used, "config",
                                  "quota_total", 50, "quota_duration", 86400));
}

static struct gateway_reply gateway_text(const char *body)
{
    return (struct gateway_reply){.status = 200, .body = mem_strdup(body)};
}

struct gateway_reply gateway_graph_do(struct gateway_graph *g,
                                      const struct gateway_ask *ask)
{
    switch (ask->call) {
    case GATEWAY_FEED: return gateway_feed(g, ask);
    case GATEWAY_PUBLISHED_POSTS: return gateway_listing(&g->posts, ask, false);
    case GATEWAY_MEDIA_CREATE: return gateway_media_create(g, ask);
    case GATEWAY_MEDIA_PUBLISH: return gateway_media_publish(g, ask);
    case GATEWAY_MEDIA_LIST: return gateway_listing(&g->media, ask, true);
    case GATEWAY_QUOTA: return gateway_quota(g);
    case GATEWAY_DEBUG_TOKEN:
        return gateway_text(g->token_info != NULL ? g->token_info
                                                  : gateway_good_token);
    case GATEWAY_COMMENT: return gateway_comment(g, ask);
    case GATEWAY_COMMENTS_LIST: return gateway_comments(g, ask->id);
    case GATEWAY_READ: return gateway_read(g, ask->id);
    case GATEWAY_CONTAINER: return gateway_container_read(g, ask->id);
    case GATEWAY_EDIT: return gateway_edit(g, ask);
    case GATEWAY_DELETE: return gateway_delete(g, ask);
    case GATEWAY_CARD: return gateway_text("JPEG");
    case GATEWAY_OTHER: break;
    }
    return gateway_graph_error(400, 2500, 0, "Unknown path components");
}
