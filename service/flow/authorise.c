#include "service/flow/authorise.h"

#include <string.h>

static enum authorise_answer authorise_refuse(struct err *e, const char *why)
{
    (void)err_set(e, ERR_DENIED, "%s", why);
    return AUTHORISE_REFUSED;
}

static bool authorise_is_fresh(const struct authorise_question *q)
{
    return q->actor->step_up_until_ms > q->now_ms;
}

static enum authorise_answer authorise_stale(struct err *e)
{
    (void)err_set(e, ERR_DENIED,
                  "Für eine öffentliche Meldung braucht es einen frischen "
                  "Einmalcode. Es wurde nichts gesendet. Geben Sie den Code "
                  "neu ein.");
    return AUTHORISE_STEP_UP;
}

static enum authorise_answer
authorise_preview(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    if (a->via == ACTOR_LOCAL || a->via == ACTOR_TOKEN ||
        a->via == ACTOR_DRILL || actor_has(a, ROLE_RELEASER) ||
        actor_has(a, ROLE_DRILL_LEAD) || actor_has(a, ROLE_APPROVER) ||
        actor_has(a, ROLE_AUTHOR)) {
        return AUTHORISE_ALLOWED;
    }
    return authorise_refuse(e, "Vorschauen stehen Ihrer Rolle nicht offen.");
}

static enum authorise_answer
authorise_exercise(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    bool lead = actor_has(a, ROLE_RELEASER) || actor_has(a, ROLE_DRILL_LEAD);
    if (a->via == ACTOR_DRILL) {
        return AUTHORISE_ALLOWED;
    }
    if (a->via == ACTOR_SESSION && lead) {
        /* What follows a public drill is read by everybody. */
        bool is_public = q->stream == STREAM_EXERCISE;
        return is_public && !authorise_is_fresh(q) ? authorise_stale(e)
                                                   : AUTHORISE_ALLOWED;
    }
    return authorise_refuse(e, "Übungen starten nur Personen mit der Rolle "
                               "releaser oder drill_lead, angemeldet mit "
                               "Kennwort und Einmalcode.");
}

static enum authorise_answer
authorise_break_glass(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    if (!q->break_glass_allowed) {
        return authorise_refuse(e, "Diese Vorlage erlaubt keine "
                                   "Sofortauslösung. Senden Sie die Meldung "
                                   "zur Freigabe.");
    }
    if (a->via == ACTOR_LOCAL) {
        return AUTHORISE_ALLOWED;
    }
    return authorise_is_fresh(q) ? AUTHORISE_ALLOWED : authorise_stale(e);
}

static enum authorise_answer
authorise_actual(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    if (a->via == ACTOR_DRILL) {
        return authorise_refuse(e, "Eine Übung sendet nie eine echte Meldung.");
    }
    if (a->via == ACTOR_TOKEN) {
        return q->break_glass_asked
                   ? authorise_refuse(e, "Ein Programm darf nicht sofort "
                                         "auslösen.")
                   : AUTHORISE_WAIT;
    }
    bool releaser = a->via == ACTOR_SESSION && actor_has(a, ROLE_RELEASER);
    if (!releaser && !(a->via == ACTOR_LOCAL && q->break_glass_asked)) {
        return authorise_refuse(e, "Echte Meldungen löst nur die Rolle "
                                   "releaser aus. Es wurde nichts gesendet.");
    }
    if (q->break_glass_asked && q->approvals > 0) {
        return authorise_break_glass(q, e);
    }
    if (!releaser) {
        return authorise_refuse(e, "Die Sofortauslösung am Rechner selbst gilt "
                                   "nur für Vorlagen mit Freigabe.");
    }
    if (!authorise_is_fresh(q)) {
        return authorise_stale(e);
    }
    return q->approvals > 0 ? AUTHORISE_WAIT : AUTHORISE_ALLOWED;
}

static enum authorise_answer
authorise_second_person(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    if (a->via != ACTOR_SESSION || !actor_has(a, ROLE_RELEASER)) {
        return authorise_refuse(e, "Das entscheidet eine angemeldete Person "
                                   "mit der Rolle releaser.");
    }
    if (strcmp(a->name, q->submitted_by) == 0) {
        return authorise_refuse(e, "Das entscheidet eine andere Person als "
                                   "die, die die Meldung eingereicht hat.");
    }
    bool needs_code = q->status == STATUS_ACTUAL && q->act != AUTHORISE_REJECT;
    return needs_code && !authorise_is_fresh(q) ? authorise_stale(e)
                                                : AUTHORISE_ALLOWED;
}

static enum authorise_answer
authorise_operate(const struct authorise_question *q, struct err *e)
{
    const struct actor *a = q->actor;
    if (a->via == ACTOR_LOCAL || actor_has(a, ROLE_OPERATOR) ||
        actor_has(a, ROLE_RELEASER)) {
        return AUTHORISE_ALLOWED;
    }
    return authorise_refuse(e, "Das darf nur die Rolle operator oder "
                               "releaser.");
}

bool authorise_may_submit(const struct actor *a, struct err *e)
{
    if (a->via != ACTOR_SESSION || actor_has(a, ROLE_RELEASER) ||
        actor_has(a, ROLE_DRILL_LEAD)) {
        return true;
    }
    (void)authorise_refuse(e, "Meldungen und Übungen stehen Ihrer Rolle nicht "
                              "offen. Es wurde nichts gesendet.");
    return false;
}

enum authorise_answer authorise_decide(const struct authorise_question *q,
                                       struct err *e)
{
    switch (q->act) {
    case AUTHORISE_PREVIEW: return authorise_preview(q, e);
    case AUTHORISE_SUBMIT:
        return q->status == STATUS_ACTUAL ? authorise_actual(q, e)
                                          : authorise_exercise(q, e);
    case AUTHORISE_APPROVE:
    case AUTHORISE_REJECT:
    case AUTHORISE_COUNTERSIGN: return authorise_second_person(q, e);
    case AUTHORISE_OPERATE: return authorise_operate(q, e);
    }
    return authorise_refuse(e, "Unbekannte Handlung.");
}
