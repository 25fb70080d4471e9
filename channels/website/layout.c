#include "channels/website/layout.h"

#include <string.h>

#include "channels/website/warning.h"
#include "service/base/markup.h"

static void layout_meta(struct buf *b, const char *property,
                        const char *content)
{
    buf_printf(b, "<meta property=\"%s\"", property);
    markup_attribute(b, "content", content);
    buf_add_text(b, ">\n");
}

/* What Facebook and others show when somebody posts the address. */
static void layout_preview(struct buf *b, const struct layout *l)
{
    struct buf url;
    buf_init(&url, LIMIT_TEXT_BYTES);
    buf_printf(&url, "%s%s", l->view->url, l->path);
    layout_meta(b, "og:type", "article");
    layout_meta(b, "og:title", l->title);
    layout_meta(b, "og:url", buf_text(&url));
    if (*l->description != '\0') {
        layout_meta(b, "og:description", l->description);
    }
    if (*l->image != '\0') {
        buf_reset(&url);
        buf_printf(&url, "%s/karte/%s.jpg", l->view->url, l->image);
        layout_meta(b, "og:image", buf_text(&url));
    }
    buf_fini(&url);
}

static void layout_head(struct buf *b, const struct layout *l)
{
    buf_add_text(b, "<!DOCTYPE html>\n<html");
    markup_attribute(b, "lang", phrase_names(l->language)->html);
    buf_add_text(b, ">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    markup_text(b, l->title);
    buf_add_text(b, " – ");
    markup_text(b, l->view->config->authority);
    buf_printf(b,
               "</title>\n"
               "<meta name=\"viewport\" content=\"width=device-width, "
               "initial-scale=1\">\n"
               "<meta name=\"color-scheme\" content=\"light dark\">\n"
               "<meta name=\"format-detection\" content=\"telephone=no\">\n"
               "<link rel=\"icon\" type=\"image/svg+xml\" "
               "href=\"%sicon.svg\">\n"
               "<link rel=\"stylesheet\" href=\"%sstyle.css\">\n"
               "<link rel=\"alternate\" type=\"application/atom+xml\" "
               "href=\"%sfeed.atom\"",
               l->root, l->root, l->root);
    markup_attribute(b, "title", phrase(PHRASE_TITLE, l->language));
    buf_add_text(b, ">\n");
    layout_preview(b, l);
    buf_add_text(b, "</head>\n");
}

static size_t layout_count_languages(const struct layout *l)
{
    size_t n = 0;
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        n += l->languages[i] != NULL;
    }
    return n;
}

static void layout_languages(struct buf *b, const struct layout *l)
{
    if (layout_count_languages(l) < 2) {
        return;
    }
    buf_add_text(b, "<nav class=\"languages\"");
    markup_attribute(b, "aria-label", phrase(PHRASE_LANGUAGES, l->language));
    buf_add_text(b, ">\n<ul>\n");
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        const struct phrase_names *names =
            phrase_names((enum phrase_language)i);
        const char *href = l->languages[i];
        if (href == NULL) {
            continue;
        }
        buf_add_text(b, "<li><a");
        markup_attribute(b, "href", href);
        markup_attribute(b, "lang", names->html);
        markup_attribute(b, "hreflang", names->html);
        if (i == (int)l->language) {
            markup_attribute(b, "aria-current", *href == '#' ? "true" : "page");
        }
        buf_add_char(b, '>');
        markup_text(b, names->name);
        buf_add_text(b, "</a></li>\n");
    }
    buf_add_text(b, "</ul>\n</nav>\n");
}

void layout_open(struct buf *b, const struct layout *l)
{
    const struct view *v = l->view;
    layout_head(b, l);
    buf_add_text(b, "<body>\n<a class=\"skip\" href=\"#inhalt\">");
    markup_text(b, phrase(PHRASE_SKIP, l->language));
    buf_add_text(b, "</a>\n");
    buf_add_text(b, "<header>\n");
    if (v->rehearsal) {
        buf_add_text(b, "<p class=\"mode\" lang=\"de\">ÜBUNG – nichts wird "
                        "veröffentlicht</p>\n");
    } else if (v->config->demonstration) {
        buf_add_text(b, "<p class=\"mode\" lang=\"de\">VORFÜHRUNG – keine "
                        "echten Meldungen</p>\n");
    }
    buf_add_text(b, "<p class=\"sender\"><a");
    struct buf home;
    buf_init(&home, VIEW_VALUE_MAX);
    buf_printf(&home, "%s%s", l->root, phrase_names(l->language)->folder);
    markup_attribute(b, "href", home.len == 0 ? "./" : buf_text(&home));
    buf_fini(&home);
    buf_add_text(b, "><strong>");
    markup_text(b, v->config->authority);
    buf_add_text(b, "</strong> · ");
    markup_text(b, phrase(PHRASE_ABOUT, l->language));
    buf_add_text(b, "</a></p>\n");
    layout_languages(b, l);
    buf_add_text(b, "</header>\n<main id=\"inhalt\" tabindex=\"-1\">\n");
}

void layout_link(struct buf *b, const char *root, const char *href,
                 const char *text)
{
    buf_add_text(b, "<a href=\"");
    markup_text(b, root);
    markup_text(b, href);
    buf_add_text(b, "\">");
    markup_text(b, text);
    buf_add_text(b, "</a>");
}

static void layout_item(struct buf *b, const struct layout *l, const char *href,
                        enum phrase_id text)
{
    buf_add_text(b, "<li>");
    layout_link(b, l->root, href, phrase(text, l->language));
    buf_add_text(b, "</li>\n");
}

static void layout_emergency(struct buf *b, const struct layout *l)
{
    char phone[VIEW_VALUE_MAX];
    buf_add_text(b, "<p class=\"emergency\"><strong>");
    markup_text(b, phrase(PHRASE_EMERGENCY, l->language));
    buf_add_text(b, "</strong><br>");
    markup_text(b, phrase(PHRASE_EMERGENCY_HINT, l->language));
    if (view_phone(l->view, NULL, phone)) {
        buf_add_text(b, "<br>");
        markup_text(b, phrase(PHRASE_PHONE, l->language));
        buf_add_char(b, ' ');
        warning_phone(b, phone);
    }
    buf_add_text(b, "</p>\n");
}

void layout_close(struct buf *b, const struct layout *l)
{
    const char *netiquette = l->view->config->netiquette_url;
    buf_add_text(b, "</main>\n<footer>\n");
    layout_emergency(b, l);
    buf_add_text(b, "<ul class=\"links\">\n");
    layout_item(b, l, "feed.atom", PHRASE_FEED);
    layout_item(b, l, "barrierefreiheit.html", PHRASE_ACCESSIBILITY);
    if (netiquette != NULL && *netiquette != '\0') {
        buf_add_text(b, "<li>");
        layout_link(b, "", netiquette, phrase(PHRASE_NETIQUETTE, l->language));
        buf_add_text(b, "</li>\n");
    }
    layout_item(b, l, "barrierefreiheit.html#programme", PHRASE_MACHINE);
    buf_add_text(b, "</ul>\n<p>");
    markup_text(b, l->view->config->authority);
    buf_add_text(b, "</p>\n</footer>\n</body>\n</html>\n");
}
