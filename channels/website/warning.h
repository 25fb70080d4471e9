/* One alert as HTML: its band, its facts, its approved sections. */
#ifndef CHANNELS_WEBSITE_WARNING_H
#define CHANNELS_WEBSITE_WARNING_H

#include "channels/website/view.h"

/* What a warning is drawn from; everything borrowed. */
struct warning {
    const struct view *view;
    const struct state_incident *incident;
    const struct alert *alert;
    enum phrase_language language; /* of the page around it */
    bool ended; /* it is over: the band says so, without colour */
    const char *instruction_id; /* anchor of the first instruction, or NULL */
};

/* The band: form, word and level; an exercise always in the drill's colours,
 * its level only written. */
void warning_band(struct buf *b, const struct warning *w);

/* Stand, areas, validity, promise and phone, as a <dl>. */
void warning_facts(struct buf *b, const struct warning *w);

/* Says so when the alert's news are not in the language of `w`: an addition
 * keeps the languages of what it adds to without words of its own. */
void warning_news_note(struct buf *b, const struct warning *w);

/* Every section of the alert in that language, then the instructions of its
 * base that it does not repeat, with <h2> to <h4> headings of `level`.
 * Texts of `l` stand in its own language whatever the page's is. */
void warning_sections(struct buf *b, const struct warning *w,
                      enum phrase_language l, int level);

/* For the overview: what to do, shortly: the first description and all
 * instructions, headings of `level`. */
void warning_summary(struct buf *b, const struct warning *w, int level);

/* The lang attribute for the texts that view_language() gives. */
const char *warning_lang(const struct content_language *l);

/* A telephone number as a link. */
void warning_phone(struct buf *b, const char *number);

/* "Extreme Gefahr", "Entwarnung", …; what the band says in words. */
const char *warning_word(const struct warning *w);

#endif
