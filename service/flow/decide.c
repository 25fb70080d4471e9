/* What people decide about an alert or a delivery after it was submitted. */
#include <stdio.h>
#include <string.h>

#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/asked.h"
#include "service/flow/authorise.h"
#include "service/flow/commit.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/store.h"

static enum err_code decide_ready(const struct broadcast *b, struct err *e)
{
    return broadcast_is_ready(b) && !b->failed
               ? ERR_OK
               : err_set(e, ERR_UNAVAILABLE,
                         "Der Dienst startet oder endet gerade. Versuchen Sie "
                         "es gleich noch einmal.");
}

static enum err_code decide_load(struct broadcast *b, const char *alert_id,
                                 struct alert *a, struct err *e)
{
    if (decide_ready(b, e) != ERR_OK) {
        return ERR_UNAVAILABLE;
    }
    return alert_load(b->o.store, alert_id, a)
               ? ERR_OK
               : err_set(e, ERR_NOT_FOUND, "Die Meldung %.40s gibt es nicht.",
                         alert_id);
}

static enum err_code decide_may(struct broadcast *b, const struct actor *actor,
                                enum authorise_act act, const struct alert *a,
                                const char **problem, struct err *e)
{
    struct authorise_question q = {.actor = actor,
                                   .act = act,
                                   .status = a->status,
                                   .stream = a->stream,
                                   .submitted_by = a->submitted_by,
                                   .now_ms = broadcast_now_ms(b)};
    enum authorise_answer answer = authorise_decide(&q, e);
    if (answer == AUTHORISE_STEP_UP && problem != NULL) {
        *problem = "step-up-required";
    }
    return answer == AUTHORISE_ALLOWED ? ERR_OK : ERR_DENIED;
}

static enum err_code decide_waits(const struct alert *a, int64_t now_ms,
                                  struct err *e)
{
    if (a->state == ALERT_AWAITING_APPROVAL &&
        !lifecycle_has_lapsed(a, now_ms)) {
        return ERR_OK;
    }
    return err_set(e, ERR_CONFLICT,
                   "Die Meldung %s wartet nicht auf eine Freigabe (Stand: %s).",
                   a->id, alert_state_name(a->state));
}

/* What was written for an earlier stand of the incident does not go out: an
 * update would say "gilt weiter" after the all-clear. */
static enum err_code decide_fits(struct broadcast *b, const struct alert *a,
                                 const char **problem, struct err *e)
{
    struct alert_list incident;
    enum err_code code = ERR_OK;
    alert_load_incident(b->o.store, a->marker, &incident);
    for (size_t i = 0; i < incident.n && code == ERR_OK; i++) {
        const struct alert *other = &incident.items[i];
        if (other->number > a->number && other->released_at_ms > 0) {
            *problem = "preview-stale";
            code = err_set(e, ERR_CONFLICT,
                           "Inzwischen ist %s hinausgegangen. Es wurde nichts "
                           "gesendet. Reichen Sie die Meldung mit neuer "
                           "Vorschau noch einmal ein.",
                           other->id);
        }
    }
    alert_list_fini(&incident);
    return code;
}

static enum err_code decide_release(struct broadcast *b,
                                    const struct actor *actor,
                                    const struct alert *a, const char **problem,
                                    struct err *e)
{
    char hash[DIGEST_NAMED_MAX];
    families_approved_hash(b, a->template_id, a->template_version, hash);
    if (strcmp(hash, a->template_hash) != 0) {
        *problem = "template-blocked";
        return err_set(e, ERR_CONFLICT,
                       "Die Vorlage ist gesperrt. Es wurde "
                       "nichts gesendet.");
    }
    if (!commit_may_follow(b, a)) {
        return asked_closed(a, e);
    }
    store_begin(b->o.store);
    struct log_entry entry = commit_entry("alert.approved", a, actor->name);
    (void)log_append(b->o.store, &entry);
    commit_release(b, a, actor->name);
    return commit_end(b, e);
}

enum err_code broadcast_approve(struct broadcast *b, const struct actor *actor,
                                const char *alert_id, const char **problem,
                                struct err *e)
{
    struct alert a;
    *problem = NULL;
    enum err_code code = decide_load(b, alert_id, &a, e);
    if (code != ERR_OK) {
        return code;
    }
    code = decide_may(b, actor, AUTHORISE_APPROVE, &a, problem, e);
    if (code == ERR_OK) {
        code = decide_waits(&a, broadcast_now_ms(b), e);
    }
    if (code == ERR_OK) {
        code = decide_fits(b, &a, problem, e);
    }
    if (code == ERR_OK) {
        code = decide_release(b, actor, &a, problem, e);
    }
    alert_fini(&a);
    return code;
}

enum err_code broadcast_reject(struct broadcast *b, const struct actor *actor,
                               const char *alert_id, const char *reason,
                               struct err *e)
{
    struct alert a;
    enum err_code code = decide_load(b, alert_id, &a, e);
    if (code != ERR_OK) {
        return code;
    }
    code = decide_may(b, actor, AUTHORISE_REJECT, &a, NULL, e);
    if (code == ERR_OK) {
        code = decide_waits(&a, broadcast_now_ms(b), e);
    }
    if (code == ERR_OK) {
        store_begin(b->o.store);
        struct log_entry entry =
            commit_entry("alert.rejected", &a, actor->name);
        entry.reason = reason;
        (void)log_append(b->o.store, &entry);
        record_alert_state(b, &a, ALERT_REJECTED);
        code = commit_end(b, e);
    }
    alert_fini(&a);
    return code;
}

enum err_code broadcast_countersign(struct broadcast *b,
                                    const struct actor *actor,
                                    const char *alert_id, const char **problem,
                                    struct err *e)
{
    struct alert a;
    *problem = NULL;
    enum err_code code = decide_load(b, alert_id, &a, e);
    if (code != ERR_OK) {
        return code;
    }
    code = decide_may(b, actor, AUTHORISE_COUNTERSIGN, &a, problem, e);
    if (code == ERR_OK && !a.countersign_owed) {
        code = err_set(e, ERR_CONFLICT,
                       "Die Meldung %s schuldet keine Gegenzeichnung.", a.id);
    }
    if (code == ERR_OK) {
        store_begin(b->o.store);
        alert_save_countersigned(b->o.store, a.id);
        struct log_entry entry =
            commit_entry("alert.countersigned", &a, actor->name);
        record_alert_news(b, &a, log_append(b->o.store, &entry));
        code = commit_end(b, e);
    }
    alert_fini(&a);
    return code;
}

/* ---- one delivery ---- */

static enum delivery_state decide_target(enum broadcast_decision decision)
{
    switch (decision) {
    case BROADCAST_RETRY: return DELIVERY_QUEUED;
    case BROADCAST_MARK_VISIBLE: return DELIVERY_VISIBLE;
    case BROADCAST_HAND_POST: return DELIVERY_HAND_POSTED;
    }
    return DELIVERY_ABANDONED;
}

/* The drawing's moves that are a person's. An unknown delivery may be public:
 * nobody sends it again before it was read back. */
static bool decide_may_move(enum delivery_state from, enum delivery_state to)
{
    bool given_up = from == DELIVERY_FAILED || from == DELIVERY_QUARANTINED ||
                    from == DELIVERY_NEEDS_OPERATOR;
    return delivery_may_move(from, to) && (to != DELIVERY_QUEUED || given_up);
}

static struct delivery *decide_find(struct broadcast *b, const char *id)
{
    struct delivery row;
    if (!delivery_load(b->o.store, id, &row)) {
        return NULL;
    }
    struct lane *lane = lanes_get(b, row.marker, row.channel);
    for (size_t i = 0; i < lane->deliveries.n; i++) {
        if (strcmp(lane->deliveries.items[i].id, id) == 0) {
            lane->due_ms = broadcast_now_ms(b);
            return &lane->deliveries.items[i];
        }
    }
    return NULL;
}

static void decide_apply(struct delivery *d, const struct actor *actor,
                         enum delivery_state to, const char *note,
                         int64_t now_ms)
{
    d->state = to;
    d->next_try_at_ms = 0;
    d->crashes = 0;
    if (to == DELIVERY_VISIBLE) {
        d->visible_at_ms = now_ms;
        d->accepted_at_ms = d->accepted_at_ms == 0 ? now_ms : d->accepted_at_ms;
    }
    (void)snprintf(d->detail, sizeof(d->detail), "%.40s: %.140s", actor->name,
                   note[0] == '\0' ? "von Hand entschieden" : note);
}

/* State channels have no queue: what is wanted again is composed again. */
static void decide_show_again(struct broadcast *b, const struct delivery *d)
{
    if (d->state != DELIVERY_QUEUED) {
        return;
    }
    if (d->channel == CHANNEL_WEBSITE) {
        sites_mark(b, d->stream);
    } else if (d->channel == CHANNEL_DISPLAYS) {
        screens_mark(b, d->stream, NULL);
    }
}

enum err_code broadcast_decide(struct broadcast *b, const struct actor *actor,
                               const char *delivery_id,
                               enum broadcast_decision decision,
                               const char *note, struct err *e)
{
    struct authorise_question q = {.actor = actor,
                                   .act = AUTHORISE_OPERATE,
                                   .submitted_by = "",
                                   .now_ms = broadcast_now_ms(b)};
    enum delivery_state to = decide_target(decision);
    if (authorise_decide(&q, e) != AUTHORISE_ALLOWED) {
        return ERR_DENIED;
    }
    if (decide_ready(b, e) != ERR_OK) {
        return ERR_UNAVAILABLE;
    }
    struct delivery *d = decide_find(b, delivery_id);
    if (d == NULL) {
        return err_set(e, ERR_NOT_FOUND, "Die Zustellung gibt es nicht.");
    }
    if (!decide_may_move(d->state, to)) {
        return err_set(e, ERR_CONFLICT,
                       "Die Zustellung steht auf „%s“; das geht jetzt nicht.",
                       delivery_state_name(d->state));
    }
    enum delivery_state from = d->state;
    store_begin(b->o.store);
    decide_apply(d, actor, to, note, broadcast_now_ms(b));
    record_delivery(b, d, from);
    decide_show_again(b, d);
    return commit_end(b, e);
}
