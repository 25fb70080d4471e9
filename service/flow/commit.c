/* commit: the line that matters. Left of it a crash loses a request nobody was
 * promised; right of it a restart carries on. One transaction holds the
 * idempotency key, the alert, its deliveries, what it ends, and the leaves
 * (D1); only after it is the caller answered. */
#include "service/flow/commit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/asked.h"
#include "service/flow/authorise.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/display.h"
#include "service/store/draft.h"
#include "service/store/store.h"
#include "templates/family.h"

static const int64_t commit_preview_lives_ms = INT64_C(15) * 60 * 1000;

/* ---- what a release changes, inside the transaction ---- */

/* "facebook:<page id>", "website:/w/LOE-7K3Q9F", "displays:actual"; internal
 * drills: "rehearsal:" and the ordinary target (contract 4). */
static void commit_target(const struct broadcast *b, const struct alert *a,
                          enum channel_id id, char target[TARGET_MAX])
{
    const char *prefix = a->stream == STREAM_REHEARSAL ? "rehearsal:" : "";
    const struct channel *c = broadcast_channel(b, a->stream, id);
    if (id == CHANNEL_WEBSITE) {
        (void)snprintf(target, TARGET_MAX, "%swebsite:/w/%s", prefix,
                       a->marker);
    } else if (id == CHANNEL_DISPLAYS) {
        (void)snprintf(target, TARGET_MAX, "%sdisplays:%s", prefix,
                       alert_status_name(a->status));
    } else {
        (void)snprintf(target, TARGET_MAX, "%s", c->target);
    }
}

static void commit_deliveries(struct broadcast *b, const struct alert *a,
                              int64_t now_ms)
{
    for (int c = 0; c < N_CHANNELS; c++) {
        enum channel_id id = (enum channel_id)c;
        if ((a->channels & 1U << c) == 0 ||
            broadcast_channel(b, a->stream, id) == NULL) {
            continue;
        }
        struct delivery d = {.kind = a->kind,
                             .status = a->status,
                             .stream = a->stream,
                             .channel = id,
                             .state = DELIVERY_QUEUED,
                             .outcome = OUTCOME_NONE,
                             .queued_at_ms = now_ms,
                             .expires_at_ms = a->expires_at_ms};
        id_random(d.id);
        MEM_SET_TEXT(d.alert_id, a->id);
        MEM_SET_TEXT(d.marker, a->marker);
        commit_target(b, a, id, d.target);
        delivery_insert(b->o.store, &d);
        lanes_add(b, &d);
    }
}

static enum alert_state commit_end_of(enum alert_kind kind)
{
    switch (kind) {
    case KIND_ALL_CLEAR: return ALERT_ALL_CLEAR;
    case KIND_RETRACTION: return ALERT_RETRACTED;
    case KIND_ALERT:
    case KIND_UPDATE:
    case KIND_CORRECTION: return ALERT_SUPERSEDED;
    }
    return ALERT_SUPERSEDED;
}

/* A follow-up ends what was open of its incident, also on the screens of a
 * municipality that it no longer names: a partial all-clear. */
static void commit_end_earlier(struct broadcast *b, const struct alert *a)
{
    struct alert_list incident;
    alert_load_incident(b->o.store, a->marker, &incident);
    for (size_t i = 0; i < incident.n; i++) {
        if (incident.items[i].number < a->number &&
            incident.items[i].state == ALERT_RELEASED) {
            record_alert_state(b, &incident.items[i], commit_end_of(a->kind));
            screens_mark(b, a->stream, &incident.items[i].areas);
        }
    }
    alert_list_fini(&incident);
}

/* An actual alert ends every exercise: removal is always allowed. */
static void commit_preempt(struct broadcast *b)
{
    const struct alert_list *all = &b->incidents.alerts;
    for (size_t i = 0; i < all->n; i++) {
        const struct alert *a = &all->items[i];
        if (a->status != STATUS_EXERCISE || a->released_at_ms == 0 ||
            a->state == ALERT_PREEMPTED ||
            a->expires_at_ms <= broadcast_now_ms(b)) {
            continue;
        }
        if (a->state == ALERT_RELEASED) {
            record_alert_state(b, a, ALERT_PREEMPTED);
        }
        lanes_cancel_alert(b, a, "Übung abgebrochen: Echte Meldung ausgelöst.");
        screens_mark(b, a->stream, &a->areas);
        sites_mark(b, a->stream);
    }
}

struct log_entry commit_entry(const char *type, const struct alert *a,
                              const char *actor)
{
    return (struct log_entry){.type = type,
                              .actor = actor,
                              .incident = a->marker,
                              .alert = a->id,
                              .kind = alert_kind_name(a->kind),
                              .status = alert_status_name(a->status),
                              .drill = a->drill_id,
                              .template_id = a->template_id,
                              .version = a->template_version};
}

static enum entry_hours commit_hours(const struct alert *a)
{
    return a->office_hours ? ENTRY_HOURS_INSIDE : ENTRY_HOURS_OUTSIDE;
}

/* From here on it goes out. */
void commit_release(struct broadcast *b, const struct alert *a,
                    const char *approved_by)
{
    int64_t now = broadcast_now_ms(b);
    struct log_entry entry =
        commit_entry("alert.released", a,
                     approved_by[0] != '\0' ? approved_by : a->submitted_by);
    entry.office_hours = commit_hours(a);
    entry.sha256 = a->content.image_digest;
    int64_t leaf = log_append(b->o.store, &entry);
    alert_save_release(b->o.store, a->id, approved_by, now, leaf);
    record_alert_news(b, a, leaf); /* first, as its leaf: ids of events rise */
    if (a->status == STATUS_ACTUAL) {
        commit_preempt(b);
    }
    commit_end_earlier(b, a);
    commit_deliveries(b, a, now);
    sites_mark(b, a->stream);
    screens_mark(b, a->stream, &a->areas);
    log_info("alert=%s released kind=%s%s", a->id, alert_kind_name(a->kind),
             a->status == STATUS_EXERCISE ? " exercise=1" : "");
}

/* ---- checks before ---- */

static enum err_code commit_conflict(const char **problem, const char *type,
                                     struct err *e, const char *detail)
{
    *problem = type;
    return err_set(e, ERR_CONFLICT, "%s", detail);
}

/* 422 before 409 (contract 4): what is wrong in itself is told first. */
static enum err_code commit_complain(struct broadcast *b,
                                     const struct trigger *t, struct fields *f,
                                     struct err *e)
{
    asked_complain(b, t, f);
    return f->n == 0
               ? ERR_OK
               : err_set(e, ERR_INVALID, "Angaben fehlen oder sind falsch.");
}

static enum err_code commit_replay(struct broadcast *b,
                                   const struct broadcast_submission *s,
                                   struct broadcast_answer *answer,
                                   struct fields *fields, struct err *e)
{
    struct alert_key used;
    if (!alert_key_find(b->o.store, s->key, &used)) {
        return ERR_NOT_FOUND;
    }
    if (strcmp(used.request, s->trigger->body_digest) != 0 ||
        strcmp(used.submitted_by, s->actor->name) != 0) {
        if (commit_complain(b, s->trigger, fields, e) != ERR_OK) {
            return ERR_INVALID;
        }
        return commit_conflict(&answer->problem, "key-reused", e,
                               "Dieser Idempotency-Key wurde schon für etwas "
                               "anderes benutzt. Es wurde nichts gesendet. "
                               "Nehmen Sie einen neuen.");
    }
    MEM_SET_TEXT(answer->id, used.alert_id);
    answer->replayed = true;
    return ERR_OK;
}

static enum err_code commit_check_preconditions(const struct trigger *t,
                                                const struct family_kind *k,
                                                const struct alert *a,
                                                struct fields *f, struct err *e)
{
    for (size_t i = 0; i < t->n_preconditions; i++) {
        bool known = false;
        for (size_t p = 0; p < k->n_preconditions; p++) {
            known = known ||
                    strcmp(k->preconditions[p].id, t->preconditions[i]) == 0;
        }
        if (!known) {
            fields_add(f, "preconditions",
                       "Die Vorbedingung „%s“ hat diese Vorlage nicht.",
                       t->preconditions[i]);
        }
    }
    for (size_t p = 0; a->status == STATUS_ACTUAL && p < k->n_preconditions;
         p++) {
        bool ticked = !k->preconditions[p].required;
        for (size_t i = 0; i < t->n_preconditions; i++) {
            ticked = ticked ||
                     strcmp(k->preconditions[p].id, t->preconditions[i]) == 0;
        }
        if (!ticked) {
            fields_add(f, "preconditions", "Bestätigen Sie: %s (%s).",
                       k->preconditions[p].label, k->preconditions[p].id);
        }
    }
    return f->n == 0 ? ERR_OK
                     : err_set(e, ERR_INVALID, "Vorbedingungen fehlen.");
}

/* The trigger asks for what the draft holds. */
static bool commit_was_asked(const struct trigger *t, const struct draft *d)
{
    struct trigger asked = *t; /* borrows the parameters */
    char digest[DIGEST_NAMED_MAX];
    MEM_SET_TEXT(asked.template_id, t->template_id[0] != '\0'
                                        ? t->template_id
                                        : d->alert.template_id);
    asked.status = t->has_status ? t->status : d->alert.status;
    asked.channels = t->channels != 0 ? t->channels : d->alert.channels;
    trigger_asked(&asked, digest);
    return strcmp(digest, d->request) == 0;
}

static enum err_code commit_not_asked(struct broadcast *b,
                                      const struct trigger *t, struct fields *f,
                                      struct err *e)
{
    asked_complain(b, t, f);
    fields_add(f, "confirm",
               "Die Angaben sind andere als in der Vorschau. Es "
               "wurde nichts gesendet. Fordern Sie eine neue "
               "Vorschau an.");
    return err_set(e, ERR_INVALID, "Angaben und Vorschau passen nicht.");
}

static enum err_code commit_stale(struct broadcast_answer *answer,
                                  struct err *e)
{
    return commit_conflict(&answer->problem, "preview-stale", e,
                           "Die Vorschau ist unbekannt, abgelaufen, schon "
                           "benutzt oder überholt. Es wurde nichts gesendet. "
                           "Fordern Sie eine neue an.");
}

static enum err_code
commit_authorise(const struct broadcast_submission *s, const struct alert *a,
                 const struct family_kind *k, int64_t now_ms,
                 enum authorise_answer *decision, struct err *e)
{
    struct authorise_question q = {
        .actor = s->actor,
        .act = AUTHORISE_SUBMIT,
        .status = a->status,
        .stream = a->stream,
        .submitted_by = "",
        .approvals = a->kind == KIND_RETRACTION ? 0 : k->approvals,
        .break_glass_allowed = k->break_glass,
        .break_glass_asked = s->trigger->break_glass[0] != '\0',
        .now_ms = now_ms};
    *decision = authorise_decide(&q, e);
    return *decision == AUTHORISE_ALLOWED || *decision == AUTHORISE_WAIT
               ? ERR_OK
               : ERR_DENIED;
}

/* What the preview saw may have ended since: by its expiry, by an actual alert
 * that pre-empted the exercise. */
static enum err_code commit_check_incident(struct broadcast *b,
                                           const struct alert *a,
                                           const char **problem, struct err *e)
{
    if (commit_may_follow(b, a)) {
        return ERR_OK;
    }
    *problem = "incident-closed";
    return asked_closed(a, e);
}

/* ---- submit ---- */

bool commit_may_follow(struct broadcast *b, const struct alert *a)
{
    struct alert_list incident;
    if (a->kind == KIND_ALERT) {
        return true;
    }
    alert_load_incident(b->o.store, a->marker, &incident);
    bool may = asked_may_follow(&incident, a->kind, a->number);
    alert_list_fini(&incident);
    return may;
}

static void commit_fill(struct alert *a, const struct broadcast_submission *s,
                        bool wait, int64_t now_ms)
{
    bool glass = s->trigger->break_glass[0] != '\0' &&
                 a->status == STATUS_ACTUAL && !wait;
    a->state = wait ? ALERT_AWAITING_APPROVAL : ALERT_RELEASED;
    a->submitted_at_ms = now_ms;
    MEM_SET_TEXT(a->submitted_by, s->actor->name);
    MEM_SET_TEXT(a->drill_id, s->drill_id);
    if (glass) {
        MEM_SET_TEXT(a->break_glass, s->trigger->break_glass);
        a->countersign_owed = true;
    }
}

static enum err_code commit_write(struct broadcast *b,
                                  const struct broadcast_submission *s,
                                  struct draft *d, bool wait, struct err *e)
{
    struct alert *a = &d->alert;
    struct store *store = b->o.store;
    commit_fill(a, s, wait, broadcast_now_ms(b));
    store_begin(store);
    alert_insert(store, a, s->key, s->trigger->body_digest);
    draft_save_used(store, d->digest);
    struct log_entry entry = commit_entry("alert.submitted", a, s->actor->name);
    entry.office_hours = commit_hours(a);
    entry.sha256 = d->digest;
    int64_t leaf = log_append(store, &entry);
    if (a->break_glass[0] != '\0') {
        struct log_entry glass =
            commit_entry("alert.break_glass", a, s->actor->name);
        glass.reason = a->break_glass;
        (void)log_append(store, &glass);
    }
    if (s->in_transaction != NULL) {
        s->in_transaction(store, a, s->data);
    }
    if (wait) {
        record_alert_news(b, a, leaf);
    } else {
        commit_release(b, a, "");
    }
    return commit_end(b, e);
}

/* A failed COMMIT may yet be on disk: what memory holds is then no longer
 * known to be true, and only a restart from the disk is. */
enum err_code commit_end(struct broadcast *b, struct err *e)
{
    enum err_code code = store_commit(b->o.store, e);
    if (code == ERR_OK) {
        broadcast_tell_news(b);
        broadcast_wake(b);
        return ERR_OK;
    }
    log_error("commit failed: %s", e->msg);
    (void)err_set(e, ERR_UNCERTAIN,
                  "Es ist unklar, ob die Meldung angenommen wurde. Wiederholen "
                  "Sie den Aufruf mit demselben Idempotency-Key.");
    b->failed = true;
    return ERR_UNCERTAIN;
}

static enum err_code commit_draft(struct broadcast *b,
                                  const struct broadcast_submission *s,
                                  struct draft *d,
                                  struct broadcast_answer *answer,
                                  struct fields *fields, struct err *e)
{
    const struct family *family = NULL;
    struct alert *a = &d->alert;
    enum authorise_answer decision = AUTHORISE_REFUSED;
    int64_t now_ms = broadcast_now_ms(b);
    int64_t age = now_ms - d->made_at_ms;
    if (!commit_was_asked(s->trigger, d)) {
        return commit_not_asked(b, s->trigger, fields, e);
    }
    if (d->used || age > commit_preview_lives_ms || age < 0 ||
        broadcast_now_ms(b) >= a->expires_at_ms ||
        alert_count_incident(b->o.store, a->marker) >= a->number) {
        return commit_stale(answer, e);
    }
    enum err_code code =
        families_get(b, a->template_id, a->template_version, &family, e);
    if (code != ERR_OK) {
        return commit_conflict(&answer->problem, "template-blocked", e, e->msg);
    }
    const struct family_kind *kind = family_find_kind(family, a->kind);
    check(kind != NULL);
    code = commit_authorise(s, a, kind, now_ms, &decision, e);
    if (decision == AUTHORISE_STEP_UP) {
        answer->problem = "step-up-required";
    }
    if (code == ERR_OK) {
        code = commit_check_preconditions(s->trigger, kind, a, fields, e);
    }
    if (code == ERR_OK && a->status == STATUS_EXERCISE &&
        a->kind == KIND_ALERT && !broadcast_drill_may_start(b, false)) {
        code = commit_conflict(&answer->problem, "drill-refused", e,
                               "Solange eine echte Meldung offen ist, beginnt "
                               "keine Übung.");
    }
    if (code == ERR_OK) {
        code = commit_check_incident(b, a, &answer->problem, e);
    }
    return code == ERR_OK ? commit_write(b, s, d, decision == AUTHORISE_WAIT, e)
                          : code;
}

enum err_code broadcast_submit(struct broadcast *b,
                               const struct broadcast_submission *s,
                               struct broadcast_answer *answer,
                               struct fields *fields, struct err *e)
{
    struct draft d;
    *answer = (struct broadcast_answer){0};
    if (!broadcast_is_ready(b) || b->failed) {
        return err_set(e, ERR_UNAVAILABLE,
                       "Der Dienst startet oder endet "
                       "gerade. Versuchen Sie es gleich "
                       "noch einmal.");
    }
    if (!authorise_may_submit(s->actor, e)) {
        return ERR_DENIED; /* before anything is told about keys and drafts */
    }
    enum err_code code = commit_replay(b, s, answer, fields, e);
    if (code != ERR_NOT_FOUND) {
        return code;
    }
    if (!draft_load(b->o.store, s->trigger->confirm, &d)) {
        code = commit_complain(b, s->trigger, fields, e);
        return code != ERR_OK ? code : commit_stale(answer, e);
    }
    code = commit_draft(b, s, &d, answer, fields, e);
    if (code == ERR_OK) {
        MEM_SET_TEXT(answer->id, d.alert.id);
    }
    draft_fini(&d);
    return code;
}
