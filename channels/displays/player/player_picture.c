/* From what the slots hold to what people see. */
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "channels/displays/player/events.h"
#include "channels/displays/player/player_parts.h"
#include "channels/displays/player/screen.h"

static void player_size(const struct player *p, struct screen *s)
{
    struct winsize size = {0};
    s->width = p->options.width > 0 ? p->options.width : PLAYER_WIDTH;
    s->height = p->options.height > 0 ? p->options.height : PLAYER_HEIGHT;
    if (p->options.terminal && p->options.width == 0 &&
        ioctl(fileno(p->options.out), TIOCGWINSZ, &size) == 0 &&
        size.ws_col > 0) {
        s->width = size.ws_col;
        s->height = size.ws_row;
    }
    s->height--; /* the line behind the last line end */
}

static enum screen_kind player_kind(const struct player *p)
{
    if (p->shown.n > 0) {
        return SCREEN_ALERT;
    }
    return slots_complete(&p->slots) && !player_disturbed(p) ? SCREEN_IDLE
                                                             : SCREEN_NO_LINK;
}

static struct screen player_screen(const struct player *p)
{
    struct screen s = {.kind = player_kind(p),
                       .stream = p->shown.kind,
                       .disturbed =
                           player_disturbed(p) || !slots_complete(&p->slots),
                       .heard_at_s = p->heard_at_s,
                       .host = p->host,
                       .colour = p->options.terminal};
    player_size(p, &s);
    return s;
}

/* On a terminal: one page in place, drawn when a byte differs. */
static void player_draw_terminal(struct player *p)
{
    struct screen s = player_screen(p);
    struct buf out;
    buf_init(&out, PLAYER_PICTURE_MAX);
    if (s.kind == SCREEN_ALERT) {
        s.alert = p->rotation.items[p->rotation.at].alert;
        s.page = p->rotation.items[p->rotation.at].page->text;
        s.page_number = p->rotation.at + 1;
        s.n_pages = p->rotation.n;
    }
    screen_draw(&s, &out);
    struct digest digest = digest_of(buf_text(&out), out.len);
    if (memcmp(digest.bytes, p->drawn.bytes, DIGEST_SIZE) != 0) {
        p->drawn = digest;
        (void)fprintf(p->options.out, "\033[H%s\033[J", buf_text(&out));
        (void)fflush(p->options.out);
    }
    buf_fini(&out);
}

/* Elsewhere: everything once, at every change. */
static void player_draw_plain(struct player *p)
{
    struct screen s = player_screen(p);
    struct buf out;
    buf_init(&out, PLAYER_PICTURE_MAX);
    s.height = 0;
    for (size_t i = 0; i < p->shown.n; i++) {
        s.alert = p->shown.alerts[i];
        screen_draw(&s, &out);
        buf_add_char(&out, '\n');
    }
    if (p->shown.n == 0) {
        screen_draw(&s, &out);
        buf_add_char(&out, '\n');
    }
    (void)fputs(buf_text(&out), p->options.out);
    (void)fflush(p->options.out);
    buf_fini(&out);
}

static void player_add_number(struct buf *b, const struct slot *slot)
{
    buf_printf(b, "%s %d %lld %lld %zu;", slot->stream, slot->valid,
               (long long)slot->state.epoch, (long long)slot->state.seq,
               slot->state.n_alerts);
}

/* A change of one stream, told and acknowledged once. */
static void player_tell(struct player *p)
{
    for (size_t i = 0; i < p->slots.n; i++) {
        const struct slot *slot = &p->slots.items[i];
        struct buf b;
        buf_init(&b, PLAYER_REPORT_MAX);
        player_add_number(&b, slot);
        struct digest digest = digest_of(buf_text(&b), b.len);
        buf_fini(&b);
        if (memcmp(digest.bytes, p->told[i].bytes, DIGEST_SIZE) == 0) {
            continue;
        }
        p->told[i] = digest;
        p->shown_due = true;
        if (slot->valid && p->options.json) {
            events_shown(p->options.out, slot);
        }
    }
}

/* True when what people see has changed (the page and the minute aside). */
static bool player_changed(struct player *p, const char *link)
{
    struct buf b;
    buf_init(&b, PLAYER_REPORT_MAX);
    buf_printf(&b, "%s %d;", link, (int)player_kind(p));
    for (size_t i = 0; i < p->slots.n; i++) {
        player_add_number(&b, &p->slots.items[i]);
    }
    struct digest digest = digest_of(buf_text(&b), b.len);
    buf_fini(&b);
    bool changed = memcmp(digest.bytes, p->picture.bytes, DIGEST_SIZE) != 0;
    p->picture = digest;
    return changed;
}

void player_show(struct player *p, int64_t now_ms)
{
    slots_expire(&p->slots, player_now_s(p));
    slots_show(&p->slots, &p->shown);
    enum screen_kind kind = player_kind(p);
    const char *link = kind == SCREEN_NO_LINK ? "none"
                       : player_disturbed(p)  ? "disturbed"
                                              : "ok";
    /* The rotation points into the slots: made anew before it is read. */
    bool changed = player_changed(p, link);
    if (changed) {
        rotation_build(&p->rotation, &p->shown, now_ms);
    }
    if (p->options.json) {
        if (link != p->link) {
            events_link(p->options.out, link, NULL);
        }
    } else if (p->options.terminal) {
        rotation_step(&p->rotation, now_ms);
        player_draw_terminal(p);
    } else if (changed) {
        player_draw_plain(p);
    }
    p->link = link;
    player_tell(p);
}
