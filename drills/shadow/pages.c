#include "drills/shadow/pages.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/shadow/answer.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/markup.h"
#include "service/base/timestamp.h"

enum {
    PAGES_MAX = 8 * 1024 * 1024,
    PAGES_POSTS = 50, /* shown of one page or profile */
    PAGES_PATH_MAX = 4096,
    PAGES_IMAGE_MAX = 8 * 1024 * 1024,
    PAGES_WHEN_MAX = 80,
};

static const char pages_style[] =
    ":root{color-scheme:light dark}"
    "body{font:17px/1.5 system-ui,sans-serif;margin:0 auto;max-width:110rem;"
    "padding:1rem}"
    ".band{background:#7a4d00;color:#fff;padding:.6rem 1rem;border-radius:.3rem"
    "}"
    "main{display:grid;gap:1.5rem;align-items:start}"
    "@media(min-width:40rem){main{grid-template-columns:1fr 1fr}}"
    "@media(min-width:80rem){main{grid-template-columns:repeat(4,1fr)}}"
    "article{border:1px solid #8886;border-radius:.5rem;padding:1rem;"
    "margin:1rem 0}"
    "article p{white-space:pre-line;overflow-wrap:anywhere;margin:.5rem 0}"
    "article img{width:100%;height:auto;border-radius:.3rem}"
    "small{opacity:.8}"
    ".comment{border-left:4px solid #8886;padding-left:.8rem}";

static bool pages_is_shown(const struct shadow_object *o)
{
    return (o->kind == SHADOW_POST || o->kind == SHADOW_MEDIA) &&
           o->is_published && !o->is_deleted;
}

static void pages_add_comments(struct shadow *s, struct buf *b, const char *id)
{
    const struct shadow_objects *all = &s->objects;
    for (size_t i = 0; i < all->n; i++) {
        const struct shadow_object *o = all->items[i];
        if (o->kind == SHADOW_COMMENT && !o->is_deleted &&
            strcmp(o->parent, id) == 0) {
            buf_add_text(b, "<p class=\"comment\">");
            markup_text(b, o->text);
            buf_add_text(b, "</p>\n");
        }
    }
}

static void pages_add_image(struct buf *b, const struct shadow_object *o)
{
    char source[SHADOW_OBJECT_ID_MAX + 32];
    (void)snprintf(source, sizeof source, "/_shadow/bild/%s.jpg", o->id);
    buf_add_text(b, "<img");
    markup_attribute(b, "src", source);
    markup_attribute(b, "alt", o->alt);
    buf_add_text(b, ">\n");
}

static void pages_when(int64_t at_ms, char out[PAGES_WHEN_MAX])
{
    struct tm tm = timestamp_local(at_ms);
    (void)snprintf(out, PAGES_WHEN_MAX, "%02d.%02d.%d, %02d:%02d:%02d Uhr",
                   tm.tm_mday, tm.tm_mon + 1, tm.tm_year + 1900, tm.tm_hour,
                   tm.tm_min, tm.tm_sec);
}

static void pages_add_post(struct shadow *s, struct buf *b,
                           const struct shadow_object *o)
{
    char at[PAGES_WHEN_MAX];
    char link[SHADOW_OBJECT_ID_MAX + 8];
    pages_when(o->at_ms, at);
    (void)snprintf(link, sizeof link, "/p/%s", o->id);
    buf_add_text(b, "<article>\n<small>");
    markup_text(b, s->authority);
    buf_add_text(b, " · <a");
    markup_attribute(b, "href", link);
    buf_add_text(b, ">");
    markup_text(b, at);
    buf_add_text(b, "</a></small>\n");
    if (o->has_image) {
        pages_add_image(b, o);
    }
    buf_add_text(b, "<p>");
    markup_text(b, o->text);
    buf_add_text(b, "</p>\n");
    if (strncmp(o->link, "http", 4) == 0) {
        buf_add_text(b, "<p><a rel=\"noreferrer\"");
        markup_attribute(b, "href", o->link);
        buf_add_text(b, ">");
        markup_text(b, o->link);
        buf_add_text(b, "</a></p>\n");
    }
    pages_add_comments(s, b, o->id);
    buf_add_text(b, "</article>\n");
}

struct pages_section {
    const char *id;
    const char *title;
    bool is_instagram;
    bool is_rehearsal;
};

static void pages_add_section(struct shadow *s, struct buf *b,
                              const struct pages_section *section)
{
    const struct shadow_objects *all = &s->objects;
    int n = 0;
    buf_printf(b, "<section aria-labelledby=\"%s\">\n<h2 id=\"%s\">",
               section->id, section->id);
    markup_text(b, section->title);
    buf_add_text(b, "</h2>\n");
    for (size_t i = all->n; i > 0 && n < PAGES_POSTS; i--) {
        const struct shadow_object *o = all->items[i - 1];
        if (pages_is_shown(o) && o->is_instagram == section->is_instagram &&
            o->is_rehearsal == section->is_rehearsal) {
            pages_add_post(s, b, o);
            n++;
        }
    }
    if (n == 0) {
        buf_add_text(b, "<p>Noch nichts empfangen.</p>\n");
    }
    buf_add_text(b, "</section>\n");
}

static void pages_begin(struct buf *b, const char *title)
{
    buf_add_text(b, "<!DOCTYPE html>\n<html lang=\"de\">\n<head>\n<meta "
                    "charset=\"utf-8\">\n<meta name=\"viewport\" "
                    "content=\"width=device-width\">\n<meta name=\"robots\" "
                    "content=\"noindex\">\n<link rel=\"stylesheet\" "
                    "href=\"/_shadow/stil.css\">\n");
    markup_element(b, "title", title);
    buf_add_text(b, "</head>\n<body>\n<p class=\"band\">Schatten von Facebook "
                    "und Instagram: nichts hiervon ist öffentlich.</p>\n");
    markup_element(b, "h1", title);
    buf_add_text(b, "<main>\n");
}

static void pages_end(struct http_request *r, unsigned status, struct buf *b)
{
    buf_add_text(b, "</main>\n</body>\n</html>\n");
    if (buf_ok(b)) {
        answer_send(r, status, "text/html; charset=utf-8", buf_text(b), b->len);
    } else {
        answer_say(r, 500, "Die Seite ist zu groß.\n");
    }
    buf_fini(b);
}

static void pages_home(struct shadow *s, struct http_request *r)
{
    static const struct pages_section sections[] = {
        {"live-facebook", "Facebook: Ernstfall", false, false},
        {"live-instagram", "Instagram: Ernstfall", true, false},
        {"uebung-facebook", "Facebook: Übung", false, true},
        {"uebung-instagram", "Instagram: Übung", true, true},
    };
    struct buf b;
    buf_init(&b, PAGES_MAX);
    pages_begin(&b, "Was der Schatten empfangen hat");
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        pages_add_section(s, &b, &sections[i]);
    }
    pages_end(r, 200, &b);
}

static void pages_not_found(struct http_request *r)
{
    answer_say(r, 404, "Diese Seite gibt es im Schatten nicht.\n");
}

static void pages_one(struct shadow *s, struct http_request *r, const char *id)
{
    const struct shadow_object *o = shadow_objects_find(&s->objects, id);
    struct buf b;
    if (o == NULL || !pages_is_shown(o)) {
        pages_not_found(r);
        return;
    }
    buf_init(&b, PAGES_MAX);
    pages_begin(&b, o->is_instagram ? "Instagram-Beitrag" : "Facebook-Beitrag");
    pages_add_post(s, &b, o);
    pages_end(r, 200, &b);
}

/* name: "<id>.jpg" of an object that has a picture. */
static void pages_image(struct shadow *s, struct http_request *r,
                        const char *name)
{
    char id[SHADOW_OBJECT_ID_MAX] = "";
    char path[PAGES_PATH_MAX];
    size_t len = strlen(name);
    struct err e;
    if (len > 4 && len - 4 < sizeof id && strcmp(name + len - 4, ".jpg") == 0) {
        memcpy(id, name, len - 4);
        id[len - 4] = '\0';
    }
    const struct shadow_object *o = shadow_objects_find(&s->objects, id);
    char *bytes = NULL;
    if (o == NULL || !o->has_image) {
        pages_not_found(r);
        return;
    }
    shadow_objects_image_path(&s->objects, o->id, path, sizeof path);
    if (file_read(path, PAGES_IMAGE_MAX, &bytes, &len, &e) != ERR_OK) {
        pages_not_found(r);
        return;
    }
    answer_send(r, 200, "image/jpeg", bytes, len);
    free(bytes);
}

static json_t *pages_post(const struct shadow_object *o)
{
    char at[TIMESTAMP_MAX];
    timestamp_format(o->at_ms, at);
    json_t *item =
        json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:b}", "channel",
                  o->is_instagram ? "instagram" : "facebook", "remote_id",
                  o->id, "text", o->text, "received_at", at, "page",
                  o->is_rehearsal ? "rehearsal" : "live", "link", o->link,
                  "alt_text", o->alt, "image", (int)o->has_image);
    check(item != NULL);
    return item;
}

static void pages_answer_posts(struct shadow *s, struct http_request *r)
{
    const struct shadow_objects *all = &s->objects;
    json_t *items = json_array();
    check(items != NULL);
    for (size_t i = all->n; i > 0; i--) {
        if (pages_is_shown(all->items[i - 1])) {
            check(json_array_append_new(items, pages_post(all->items[i - 1])) ==
                  0);
        }
    }
    json_t *answer = json_pack("{s:o}", "items", items);
    check(answer != NULL);
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    answer_send(r, 200, "application/json", text, strlen(text));
    free(text);
}

/* The rest of path behind start; NULL when it does not begin so. */
static const char *pages_behind(const char *path, const char *start)
{
    size_t len = strlen(start);
    return strncmp(path, start, len) == 0 ? path + len : NULL;
}

void pages_answer(struct shadow *s, struct http_request *r)
{
    const char *path = http_request_path(r);
    const char *rest = NULL;
    if (strcmp(http_request_method(r), "GET") != 0) {
        answer_say(r, 405, "Diese Seiten kann man nur lesen.\n");
    } else if (strcmp(path, "/") == 0) {
        pages_home(s, r);
    } else if (strcmp(path, "/_shadow/posts") == 0) {
        pages_answer_posts(s, r);
    } else if (strcmp(path, "/_shadow/stil.css") == 0) {
        answer_send(r, 200, "text/css; charset=utf-8", pages_style,
                    sizeof pages_style - 1);
    } else if ((rest = pages_behind(path, "/_shadow/bild/")) != NULL) {
        pages_image(s, r, rest);
    } else if ((rest = pages_behind(path, "/p/")) != NULL) {
        pages_one(s, r, rest);
    } else if (pages_behind(path, "/rehearsal/") != NULL) {
        rehearsal_answer(s, r);
    } else {
        pages_not_found(r);
    }
}
