#include "templates/frame.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "templates/fill.h"
#include "templates/placeholder.h"
#include "templates/text.h"

char *frame_front(const char *mark)
{
    struct buf out;
    buf_init(&out, 32);
    if (mark[0] != '\0') {
        buf_printf(&out, "%s – ", mark);
    }
    check(buf_ok(&out));
    return buf_take(&out);
}

static const char *frame_host(const char *link)
{
    const char *at = strstr(link, "://");
    return at == NULL ? link : at + 3;
}

/* Fills one line of the frame. */
static void frame_line(const char *line, const char *headline, const char *link,
                       struct buf *out)
{
    char name[PLACEHOLDER_MAX];
    const char *at = line;
    while (*at != '\0') {
        const char *end;
        if (!placeholder_read(at, name, &end)) {
            buf_add_char(out, *at++);
            continue;
        }
        at = end;
        buf_add_text(out, automatic_parse(name) == AUTOMATIC_HEADLINE ? headline
                                                                      : link);
    }
}

/* English and French, as far as this alert speaks them. */
static void frame_languages(const struct render_input *in, const char *link,
                            const struct content *content, struct buf *out)
{
    const struct family_kind *k = family_find_kind(in->family, in->kind);
    size_t lines = 0;
    for (int i = 0; i < N_LANGUAGES; i++) {
        enum language l = (enum language)i;
        const char *line = in->family->frame.line[l];
        const struct content_language *texts =
            content_find(content, language_name(l));
        if (line[0] == '\0' || !k->texts[l].present || texts == NULL) {
            continue;
        }
        struct buf one;
        buf_init(&one, LIMIT_FILL_BYTES);
        frame_line(line, texts->headline, link, &one);
        char *polished = text_polish(buf_text(&one), l);
        buf_add_text(out, lines++ == 0 ? "\n\n" : "\n");
        buf_add_text(out, polished);
        free(polished);
        buf_fini(&one);
    }
}

static void frame_foot(const struct render_input *in, bool brief,
                       const char *link, struct buf *out)
{
    const struct family_frame *frame = &in->family->frame;
    buf_add_text(out, "\n\n");
    frame_line(brief ? frame->link_short : frame->link, "", link, out);
    buf_add_char(out, '\n');
    buf_add_text(out, in->in_office_hours ? frame->replies_open
                                          : frame->replies_closed);
    if (in->netiquette_url != NULL && in->netiquette_url[0] != '\0') {
        const char *host = frame_host(in->netiquette_url);
        char *shorter = mem_dup(host, strcspn(host, "/?#"));
        buf_add_char(out, '\n');
        frame_line(frame->netiquette, "", brief ? shorter : in->netiquette_url,
                   out);
        free(shorter);
    }
}

static void frame_hashtags(const struct family_kind *k, struct buf *out)
{
    for (size_t i = 0; i < k->n_hashtags; i++) {
        buf_add_text(out, i == 0 ? "\n\n" : " ");
        buf_add_text(out, k->hashtags[i]);
    }
}

/* Lines 1 and 2 and the rest of the text. */
static void frame_body(const struct render_input *in, const char *text,
                       struct buf *out)
{
    char *front = frame_front(in->mark);
    size_t first = strcspn(text, "\n");
    buf_add_text(out, front);
    buf_add(out, text, first);
    buf_printf(out, "\nMeldung %s", in->alert_id);
    buf_add_text(out, text + first);
    free(front);
}

char *frame_post(const struct render_input *in, enum channel_id channel,
                 const struct content *content)
{
    const struct family_kind *k = family_find_kind(in->family, in->kind);
    const struct family_texts *t = &k->texts[LANGUAGE_DE];
    bool brief = channel == CHANNEL_INSTAGRAM;
    const char *link = brief ? frame_host(in->link) : in->link;
    struct fill fill = {.in = in, .language = LANGUAGE_DE, .brief = brief};
    struct buf out;
    buf_init(&out, LIMIT_FILL_BYTES);
    char *text = fill_polished(&fill, "", brief ? t->instagram : t->facebook);
    frame_body(in, text, &out);
    frame_languages(in, link, content, &out);
    frame_foot(in, brief, link, &out);
    frame_hashtags(k, &out);
    char *post = text_polish(buf_text(&out), LANGUAGE_DE);
    free(text);
    buf_fini(&out);
    return post;
}
