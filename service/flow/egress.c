#include "service/flow/egress.h"

#include <string.h>

#define EGRESS_PROBE  "PROBE – "
#define EGRESS_UEBUNG "ÜBUNG – "

const char *egress_mark(enum stream stream)
{
    switch (stream) {
    case STREAM_ACTUAL: return "";
    case STREAM_EXERCISE: return EGRESS_PROBE;
    case STREAM_REHEARSAL: return EGRESS_UEBUNG;
    }
    return EGRESS_UEBUNG;
}

static bool egress_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

bool egress_mark_fits(enum stream stream, const char *text)
{
    bool probe = egress_begins(text, EGRESS_PROBE);
    bool uebung = egress_begins(text, EGRESS_UEBUNG);
    switch (stream) {
    case STREAM_ACTUAL: return !probe && !uebung;
    case STREAM_EXERCISE: return probe;
    case STREAM_REHEARSAL: return uebung;
    }
    return false;
}

static bool egress_stream_fits(const struct alert *a)
{
    return (a->status == STATUS_ACTUAL) == (a->stream == STREAM_ACTUAL);
}

/* Internal drills go to "rehearsal:…", everything else never does. */
static bool egress_target_fits(const struct alert *a, const char *target)
{
    return egress_begins(target, "rehearsal:") ==
           (a->stream == STREAM_REHEARSAL);
}

bool egress_alert_fits(const struct alert *a)
{
    const struct content *c = &a->content;
    bool fits = egress_stream_fits(a);
    for (size_t l = 0; l < c->n_languages; l++) {
        const struct content_language *lang = &c->languages[l];
        fits = fits && egress_mark_fits(a->stream, lang->headline);
        for (size_t p = 0; p < lang->n_pages; p++) {
            fits = fits && egress_mark_fits(a->stream, lang->pages[p]);
        }
    }
    return fits;
}

enum err_code egress_check(const struct egress_question *q, struct err *e)
{
    const struct alert *a = q->alert;
    if (!egress_stream_fits(a)) {
        return err_set(e, ERR_DENIED,
                       "Status und Strom der Meldung passen nicht zusammen.");
    }
    if (!egress_target_fits(a, q->target)) {
        return err_set(e, ERR_DENIED,
                       "Das Ziel %.60s gehört nicht zu dieser Meldung.",
                       q->target);
    }
    if (!egress_mark_fits(a->stream, q->text)) {
        return err_set(e, ERR_DENIED,
                       "Die Kennzeichnung in der ersten Zeile passt nicht zum "
                       "Status der Meldung.");
    }
    if (strcmp(a->template_hash, q->approved_hash) != 0) {
        return err_set(e, ERR_DENIED,
                       "Die Vorlage ist nicht mehr die freigegebene. Sie ist "
                       "gesperrt, andere Vorlagen sind nicht betroffen.");
    }
    if (q->now_ms >= a->expires_at_ms) {
        return err_set(e, ERR_DENIED, "Die Meldung ist abgelaufen.");
    }
    if (a->state == ALERT_SUPERSEDED || a->state == ALERT_ALL_CLEAR ||
        a->state == ALERT_RETRACTED) {
        return err_set(e, ERR_DENIED,
                       "Die Meldung ist von einer neueren überholt.");
    }
    if (a->state == ALERT_PREEMPTED) {
        return err_set(e, ERR_DENIED,
                       "Übung abgebrochen: Echte Meldung ausgelöst.");
    }
    return ERR_OK;
}
