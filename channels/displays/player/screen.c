#include "channels/displays/player/screen.h"

#include <stdio.h>
#include <string.h>

#include "service/base/timestamp.h"

enum {
    SCREEN_MARGIN = 2,
    SCREEN_WORDS_MAX = 96,
    SCREEN_FOOT_MAX = 320,
    SCREEN_FOOT_LINES = 2,
    PAGE_LEAST_MS = 8000,
    PAGE_FREE_CHARACTERS = 60,
    PAGE_CHARACTERS_A_SECOND = 12,
};

/* Ground and text, as red;green;blue (display-and-style.md, section 1). */
struct screen_colours {
    const char *ground;
    const char *text;
};

static const struct screen_colours colours_level[] = {
    {"0;100;60", "255;255;255"}, /* all-clear */
    {"164;0;29", "255;255;255"},
    {"242;140;0", "0;0;0"},
    {"255;213;0", "0;0;0"},
};
static const struct screen_colours colours_drill = {"0;75;141", "255;255;255"};
static const struct screen_colours colours_rest = {"242;242;242", "26;26;26"};

static const char *const level_words[] = {"", "!!  Extreme Gefahr – Stufe 1",
                                          "!  Gefahr – Stufe 2",
                                          "i  Gefahreninformation – Stufe 3"};

/* A line under way. */
struct screen_line {
    const struct screen *s;
    struct buf *out;
    int lines; /* written so far */
};

static bool screen_starts_character(char c)
{
    return ((unsigned char)c & 0xC0U) != 0x80U;
}

/* Columns: one a character; soft hyphens do not count. */
static int screen_width(const char *text, size_t len)
{
    int n = 0;
    for (size_t i = 0; i < len; i++) {
        n += screen_starts_character(text[i]) ? 1 : 0;
        if (i + 1 < len && memcmp(text + i, "\xC2\xAD", 2) == 0) {
            n--;
        }
    }
    return n;
}

/* Nothing of a message ever steers the terminal. */
static void screen_add_text(struct buf *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        unsigned char next = i + 1 < len ? (unsigned char)text[i + 1] : 0;
        if (c == 0xC2 && (next < 0xA0 || next == 0xAD)) {
            i++; /* C1 controls and soft hyphens */
        } else {
            buf_add(out, c < 0x20 || c == 0x7F ? " " : text + i, 1);
        }
    }
}

static void screen_line_end(struct screen_line *l)
{
    buf_add_text(l->out, l->s->colour ? "\033[0m\033[K\n" : "\n");
    l->lines++;
}

/* One line on a coloured ground over the whole width. */
static void screen_band_line(struct screen_line *l,
                             const struct screen_colours *c, const char *text)
{
    int room = l->s->width - SCREEN_MARGIN - screen_width(text, strlen(text));
    if (l->s->colour) {
        buf_printf(l->out, "\033[48;2;%sm\033[38;2;%sm\033[1m", c->ground,
                   c->text);
    }
    buf_printf(l->out, "%*s%s", SCREEN_MARGIN, "", text);
    if (l->s->colour && room > 0) {
        buf_printf(l->out, "%*s", room, "");
    }
    screen_line_end(l);
}

static void screen_band(struct screen_line *l, const struct screen_colours *c,
                        const char *text)
{
    if (l->s->colour) {
        screen_band_line(l, c, "");
        screen_band_line(l, c, text);
        screen_band_line(l, c, "");
    } else {
        char framed[SCREEN_WORDS_MAX + 16];
        (void)snprintf(framed, sizeof(framed), "=== %s ===", text);
        screen_band_line(l, c, framed);
    }
}

/* The piece of text that fits a line; *next is where the rest begins. */
static size_t screen_fit(const char *text, int columns, size_t *next)
{
    size_t end = 0;
    size_t at = 0;
    while (text[at] != '\0' && text[at] != '\n') {
        size_t word = at + strcspn(text + at, " \n");
        if (end > 0 && screen_width(text, word) > columns) {
            break;
        }
        end = word;
        at = word + (text[word] == ' ' ? 1 : 0);
    }
    *next = text[at] == '\n' && at == end ? at + 1 : at;
    return end;
}

static void screen_paragraph(struct screen_line *l, const char *text, bool bold)
{
    int columns = l->s->width - 2 * SCREEN_MARGIN;
    while (*text != '\0') {
        size_t next = 0;
        size_t len = screen_fit(text, columns, &next);
        buf_printf(l->out, "%*s", SCREEN_MARGIN, "");
        buf_add_text(l->out, bold && l->s->colour ? "\033[1m" : "");
        screen_add_text(l->out, text, len);
        screen_line_end(l);
        text += next > 0 ? next : strlen(text);
    }
}

static const struct screen_colours *screen_colours(const struct screen *s)
{
    if (s->kind != SCREEN_ALERT ||
        (s->stream == STREAM_ACTUAL && s->alert->kind == KIND_RETRACTION)) {
        return &colours_rest;
    }
    return s->stream == STREAM_ACTUAL ? &colours_level[s->alert->level]
                                      : &colours_drill;
}

static const char *screen_alert_words(const struct accept_alert *a)
{
    if (a->kind == KIND_ALL_CLEAR) {
        return "✓  Entwarnung";
    }
    if (a->kind == KIND_RETRACTION) {
        return "–  Meldung zurückgenommen";
    }
    return level_words[a->level];
}

/* A drill never uses the warning colours; its level is only written. */
static void screen_band_words(const struct screen *s,
                              char out[SCREEN_WORDS_MAX])
{
    if (s->kind == SCREEN_NO_LINK) {
        (void)snprintf(out, SCREEN_WORDS_MAX, "Keine Verbindung");
    } else if (s->kind == SCREEN_IDLE) {
        (void)snprintf(out, SCREEN_WORDS_MAX, "Zurzeit keine Warnung");
    } else if (s->stream == STREAM_ACTUAL) {
        (void)snprintf(out, SCREEN_WORDS_MAX, "%s",
                       screen_alert_words(s->alert));
    } else {
        const char *mark = s->stream == STREAM_EXERCISE ? "PROBE" : "ÜBUNG";
        if (s->alert->level > 0) {
            (void)snprintf(out, SCREEN_WORDS_MAX, "%s – wäre Stufe %d", mark,
                           s->alert->level);
        } else {
            (void)snprintf(out, SCREEN_WORDS_MAX, "%s – %s", mark,
                           screen_alert_words(s->alert));
        }
    }
}

static void screen_foot(struct screen_line *l)
{
    const struct screen *s = l->s;
    char text[SCREEN_FOOT_MAX] = "Noch kein Kontakt";
    if (s->heard_at_s > 0) {
        struct tm tm = timestamp_local(s->heard_at_s * 1000);
        (void)snprintf(text, sizeof(text), "Stand %02d:%02d Uhr%s", tm.tm_hour,
                       tm.tm_min, s->disturbed ? ", Verbindung gestört" : "");
    }
    size_t len = strlen(text);
    if (s->kind == SCREEN_ALERT && s->page != NULL && s->n_pages > 1) {
        (void)snprintf(text + len, sizeof(text) - len, " · Seite %zu von %zu",
                       s->page_number, s->n_pages);
        len = strlen(text);
    }
    (void)snprintf(text + len, sizeof(text) - len, " · %s", s->host);
    screen_paragraph(l, text, false);
}

static void screen_middle(struct screen_line *l)
{
    const struct screen *s = l->s;
    char text[SCREEN_FOOT_MAX];
    if (s->kind == SCREEN_IDLE) {
        screen_paragraph(l, "Für dieses Gebiet liegt keine Warnung vor.", true);
        return;
    }
    if (s->kind == SCREEN_NO_LINK) {
        (void)snprintf(text, sizeof(text),
                       "Diese Anzeige weiß nicht, ob eine Warnung vorliegt. "
                       "Bitte informieren Sie sich: Radio, %s",
                       s->host);
        screen_paragraph(l, text, true);
        return;
    }
    screen_paragraph(l, s->alert->headline, true);
    for (size_t i = 0; i < s->alert->n_pages; i++) {
        const char *page = s->page != NULL ? s->page : s->alert->pages[i].text;
        screen_line_end(l);
        screen_paragraph(l, page, false);
        if (s->page != NULL) {
            return;
        }
    }
}

void screen_draw(const struct screen *s, struct buf *out)
{
    struct screen_line l = {.s = s, .out = out};
    const struct screen_colours *c = screen_colours(s);
    bool drill = s->kind == SCREEN_ALERT && s->stream != STREAM_ACTUAL;
    char words[SCREEN_WORDS_MAX];
    screen_band_words(s, words);
    screen_band(&l, c, words);
    screen_line_end(&l);
    screen_middle(&l);
    screen_line_end(&l);
    int below = SCREEN_FOOT_LINES + (drill ? 3 : 0);
    while (l.lines < s->height - below) {
        screen_line_end(&l);
    }
    screen_foot(&l);
    if (drill) {
        screen_line_end(&l);
        screen_band(&l, c, words);
    }
}

int64_t screen_page_ms(const char *text)
{
    int characters = screen_width(text, strlen(text));
    int above = characters - PAGE_FREE_CHARACTERS;
    return above <= 0 ? PAGE_LEAST_MS
                      : PAGE_LEAST_MS +
                            (int64_t)1000 * above / PAGE_CHARACTERS_A_SECOND;
}
