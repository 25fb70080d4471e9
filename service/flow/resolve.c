#include "service/flow/resolve.h"

#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    RESOLVE_GOOD_READS = 3,
    RESOLVE_ATTEMPTS_PROVEN = 2, /* one more attempt after proven absence */
    RESOLVE_CRASHES_MAX = 3,
};

/* architecture: "Facebook: … at 2, 5, 10, 20, 40, 60, 90 s". */
static const int64_t resolve_reads_ms[] = {2000,  5000,  10000, 20000,
                                           40000, 60000, 90000};
/* Reading a post that was accepted: seen-live proof. */
static const int64_t resolve_proofs_ms[] = {0,     1000,  2000,  5000,
                                            10000, 20000, 40000, 60000};
static const int64_t resolve_read_later_ms = 60000;
static const int64_t resolve_absent_after_ms = 60000;
static const int64_t resolve_page_wait_ms = 250;
static const int64_t resolve_doubt_lasts_ms = INT64_C(24) * 3600 * 1000;
static const int64_t resolve_end_waits_ms = 30000;   /* all-clear, retraction */
static const int64_t resolve_news_waits_ms = 120000; /* update, correction */

/* The first planned moment after `elapsed_ms`. */
static int64_t resolve_plan(const int64_t *plan, size_t n, int64_t elapsed_ms)
{
    for (size_t i = 0; i < n; i++) {
        if (plan[i] > elapsed_ms) {
            return plan[i];
        }
    }
    return (elapsed_ms / resolve_read_later_ms + 1) * resolve_read_later_ms;
}

static struct resolve_verdict resolve_wait(int64_t at_ms)
{
    return (struct resolve_verdict){.step = RESOLVE_WAIT, .at_ms = at_ms};
}

static struct resolve_verdict resolve_move(enum delivery_state to,
                                           const char *why)
{
    return (struct resolve_verdict){.step = RESOLVE_MOVE, .to = to, .why = why};
}

static bool resolve_ends_the_incident(enum alert_kind kind)
{
    return kind == KIND_ALL_CLEAR || kind == KIND_RETRACTION;
}

static size_t resolve_place(const struct delivery *d,
                            const struct delivery_list *lane)
{
    for (size_t i = 0; i < lane->n; i++) {
        if (strcmp(lane->items[i].id, d->id) == 0) {
            return i;
        }
    }
    check(false); /* a delivery is in its lane */
    return 0;
}

/* None of the first n ever appeared. Not said of a failed one: a person was
 * told and may have posted it by hand without telling us. */
static bool resolve_never_appeared(const struct delivery_list *lane, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        enum delivery_state state = lane->items[i].state;
        if (state != DELIVERY_SUPERSEDED && state != DELIVERY_CANCELLED &&
            state != DELIVERY_EXPIRED) {
            return false;
        }
    }
    return true;
}

/* Not on the wire, and a later alert is there: never send this one. */
static struct resolve_verdict resolve_overtaken(const struct resolve_lane *in,
                                                size_t place)
{
    const struct delivery *next = &in->lane->items[place + 1];
    bool never_out = resolve_ends_the_incident(next->kind) &&
                     resolve_never_appeared(in->lane, place);
    return never_out ? resolve_move(DELIVERY_CANCELLED, "nie erschienen")
                     : resolve_move(DELIVERY_SUPERSEDED,
                                    "von einer neueren Meldung überholt");
}

/* An all-clear for something that never appeared is not needed either. */
static bool resolve_is_pointless(const struct delivery *d,
                                 const struct delivery_list *lane, size_t place)
{
    return resolve_ends_the_incident(d->kind) && place > 0 &&
           resolve_never_appeared(lane, place);
}

/* Until when the delivery before holds this one back; 0: it does not. */
static int64_t resolve_held_until(const struct delivery *d,
                                  const struct delivery_list *lane,
                                  size_t place)
{
    int64_t limit = resolve_ends_the_incident(d->kind) ? resolve_end_waits_ms
                                                       : resolve_news_waits_ms;
    for (size_t i = 0; i < place; i++) {
        enum delivery_state before = lane->items[i].state;
        if (before == DELIVERY_SENDING || before == DELIVERY_UNKNOWN) {
            return d->queued_at_ms + limit;
        }
    }
    return 0;
}

static struct resolve_verdict resolve_waiting(const struct delivery *d,
                                              const struct resolve_lane *in,
                                              size_t place)
{
    if (in->now_ms >= d->expires_at_ms) {
        return resolve_move(DELIVERY_EXPIRED, "abgelaufen");
    }
    if (in->is_preempted) {
        return resolve_move(DELIVERY_CANCELLED,
                            "Übung abgebrochen: Echte Meldung ausgelöst.");
    }
    if (place + 1 < in->lane->n) {
        return resolve_overtaken(in, place);
    }
    if (in->has_ended) { /* on other channels */
        return resolve_move(DELIVERY_SUPERSEDED,
                            "von einer neueren Meldung überholt");
    }
    if (in->is_off) {
        return resolve_move(DELIVERY_FAILED,
                            "Der Kanal ist abgeschaltet. Bitte von Hand "
                            "veröffentlichen oder den Kanal einschalten und "
                            "erneut senden.");
    }
    if (resolve_is_pointless(d, in->lane, place)) {
        return resolve_move(DELIVERY_CANCELLED, "nie erschienen");
    }
    int64_t held = resolve_held_until(d, in->lane, place);
    if (held > in->now_ms) {
        return resolve_wait(held);
    }
    int64_t page_at = d->queued_at_ms + resolve_page_wait_ms;
    if (d->channel == CHANNEL_FACEBOOK && !in->page_is_ready &&
        page_at > in->now_ms) {
        return resolve_wait(page_at);
    }
    if (d->next_try_at_ms > in->now_ms) {
        return resolve_wait(d->next_try_at_ms);
    }
    return (struct resolve_verdict){.step = RESOLVE_SEND};
}

/* What may be out: a reading decides, after its expiry too, but not for ever
 * and not on a channel that is gone. */
static struct resolve_verdict resolve_doubt(const struct delivery *d,
                                            const struct resolve_lane *in)
{
    bool doubt = d->state == DELIVERY_UNKNOWN;
    if (doubt && (in->is_off ||
                  in->now_ms >= d->expires_at_ms + resolve_doubt_lasts_ms)) {
        return resolve_move(DELIVERY_NEEDS_OPERATOR,
                            "Es ist unklar, ob der Beitrag erschienen ist, und "
                            "nachlesen geht nicht. Bitte selbst nachsehen.");
    }
    if (!doubt && (in->is_off || in->now_ms >= d->expires_at_ms)) {
        return resolve_wait(0); /* accepted is a good end */
    }
    return d->next_try_at_ms > in->now_ms
               ? resolve_wait(d->next_try_at_ms)
               : (struct resolve_verdict){.step = RESOLVE_CONFIRM};
}

struct resolve_verdict resolve_next(const struct delivery *d,
                                    const struct resolve_lane *in)
{
    if (d->state == DELIVERY_UNKNOWN || d->state == DELIVERY_ACCEPTED) {
        return resolve_doubt(d, in);
    }
    if (d->state != DELIVERY_QUEUED && d->state != DELIVERY_RETRY_WAIT) {
        return resolve_wait(0);
    }
    struct resolve_verdict v =
        resolve_waiting(d, in, resolve_place(d, in->lane));
    if (v.step == RESOLVE_WAIT && v.at_ms > d->expires_at_ms) {
        v.at_ms = d->expires_at_ms;
    }
    return v;
}

void resolve_shift(struct delivery *d, int64_t shift_ms)
{
    int64_t *const times[] = {&d->queued_at_ms, &d->attempt_ended_at_ms,
                              &d->next_try_at_ms};
    for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        if (*times[i] != 0) {
            *times[i] += shift_ms;
        }
    }
}

/* 1, 2, 5, 10, 20, 40, 60, 60 … s, a fifth more or less. */
static int64_t resolve_backoff_ms(int attempts, unsigned random)
{
    static const int64_t steps_ms[] = {1000,  2000,  5000, 10000,
                                       20000, 40000, 60000};
    size_t last = sizeof(steps_ms) / sizeof(steps_ms[0]) - 1;
    size_t at = attempts <= 0 ? 0 : (size_t)attempts - 1;
    int64_t base = steps_ms[at > last ? last : at];
    return base * 4 / 5 + base * 2 / 5 * (int64_t)random / 1000;
}

static void resolve_not_sent(struct delivery *d,
                             const struct channel_result *result,
                             int64_t now_ms, unsigned random)
{
    int64_t wait = resolve_backoff_ms(d->attempts, random);
    if (result->retry_after_ms > wait) {
        wait = result->retry_after_ms;
    }
    d->state = DELIVERY_RETRY_WAIT;
    d->next_try_at_ms = now_ms + wait;
}

static void resolve_accept(struct delivery *d,
                           const struct channel_result *result, int64_t now_ms)
{
    d->state = DELIVERY_ACCEPTED;
    d->accepted_at_ms = now_ms;
    d->next_try_at_ms = now_ms;
    if (result->remote_id[0] != '\0') {
        MEM_SET_TEXT(d->remote_id, result->remote_id);
    }
    if (result->permalink[0] != '\0') {
        MEM_SET_TEXT(d->permalink, result->permalink);
    }
}

void resolve_attempt(struct delivery *d, const struct channel_result *result,
                     int64_t now_ms, unsigned random)
{
    d->outcome = result->outcome;
    d->attempt_ended_at_ms = now_ms;
    d->next_try_at_ms = 0;
    d->crashes = 0;
    MEM_SET_TEXT(d->detail, result->detail);
    if (result->container_gone) {
        d->container_id[0] = '\0';
    }
    switch (result->outcome) {
    case OUTCOME_DONE: resolve_accept(d, result, now_ms); break;
    case OUTCOME_NOT_SENT: resolve_not_sent(d, result, now_ms, random); break;
    case OUTCOME_REFUSED: d->state = DELIVERY_FAILED; break;
    case OUTCOME_UNKNOWN:
    case OUTCOME_NONE:
        d->state = DELIVERY_UNKNOWN;
        d->good_reads = 0;
        d->next_try_at_ms = now_ms + resolve_reads_ms[0];
        break;
    }
}

/* Without a container on disk (D4) nothing was published on Instagram. */
static bool resolve_certainly_not_out(const struct delivery *d)
{
    return d->channel == CHANNEL_INSTAGRAM && d->container_id[0] == '\0';
}

void resolve_interrupted(struct delivery *d, int64_t now_ms)
{
    struct channel_result result = {.outcome = OUTCOME_UNKNOWN};
    int crashes = d->crashes + 1;
    MEM_SET_TEXT(result.detail, "Der Dienst wurde beim Senden unterbrochen. "
                                "Es wird nachgelesen.");
    if (resolve_certainly_not_out(d)) {
        result.outcome = OUTCOME_NOT_SENT;
        MEM_SET_TEXT(result.detail, "Der Dienst wurde beim Vorbereiten "
                                    "unterbrochen. Es folgt ein weiterer "
                                    "Versuch.");
    }
    resolve_attempt(d, &result, now_ms, 0);
    d->crashes = crashes;
    if (crashes >= RESOLVE_CRASHES_MAX) {
        d->state = DELIVERY_NEEDS_OPERATOR;
        d->next_try_at_ms = 0;
    }
}

static void resolve_found(struct delivery *d,
                          const struct channel_result *result, int64_t now_ms)
{
    if (d->accepted_at_ms == 0) {
        d->accepted_at_ms = now_ms;
    }
    d->state = DELIVERY_VISIBLE;
    d->visible_at_ms = now_ms;
    d->next_try_at_ms = 0;
    MEM_SET_TEXT(d->detail, result->detail);
    if (result->remote_id[0] != '\0') {
        MEM_SET_TEXT(d->remote_id, result->remote_id);
    }
    if (result->permalink[0] != '\0') {
        MEM_SET_TEXT(d->permalink, result->permalink);
    }
}

static void resolve_absent(struct delivery *d, bool overtaken, int64_t now_ms)
{
    d->next_try_at_ms = 0;
    if (overtaken) {
        d->state = DELIVERY_SUPERSEDED;
        MEM_SET_TEXT(d->detail, "von einer neueren Meldung überholt");
    } else if (now_ms >= d->expires_at_ms) {
        d->state = DELIVERY_EXPIRED;
        MEM_SET_TEXT(d->detail, "Nachweislich nicht erschienen und abgelaufen");
    } else if (d->status == STATUS_EXERCISE) {
        d->state = DELIVERY_FAILED;
        MEM_SET_TEXT(d->detail, "Nachweislich nicht erschienen. Eine Übung "
                                "wird nicht erneut gesendet.");
    } else if (d->attempts < RESOLVE_ATTEMPTS_PROVEN) {
        d->state = DELIVERY_QUEUED;
        MEM_SET_TEXT(d->detail, "Nachweislich nicht erschienen. Es folgt ein "
                                "weiterer Versuch.");
    } else {
        d->state = DELIVERY_NEEDS_OPERATOR;
        MEM_SET_TEXT(d->detail, "Zweimal nachweislich nicht erschienen. Bitte "
                                "prüfen und von Hand veröffentlichen.");
    }
}

/* The next reading, planned from the moment the doubt or the proof began. */
static void resolve_read_again(struct delivery *d, int64_t now_ms)
{
    bool proof = d->state == DELIVERY_ACCEPTED;
    int64_t from = d->attempt_ended_at_ms;
    const int64_t *plan = proof ? resolve_proofs_ms : resolve_reads_ms;
    size_t n = proof ? sizeof(resolve_proofs_ms) / sizeof(plan[0])
                     : sizeof(resolve_reads_ms) / sizeof(plan[0]);
    d->next_try_at_ms = from + resolve_plan(plan, n, now_ms - from);
}

bool resolve_reading(struct delivery *d, const struct channel_result *result,
                     bool overtaken, int64_t now_ms)
{
    if (result->finding == CHANNEL_FOUND) {
        resolve_found(d, result, now_ms);
        return false;
    }
    if (d->state == DELIVERY_UNKNOWN && result->finding == CHANNEL_ABSENT) {
        d->good_reads++;
        if (d->good_reads >= RESOLVE_GOOD_READS &&
            now_ms - d->attempt_ended_at_ms >= resolve_absent_after_ms) {
            resolve_absent(d, overtaken, now_ms);
            return true;
        }
    }
    if (result->detail[0] != '\0') {
        MEM_SET_TEXT(d->detail, result->detail);
    }
    resolve_read_again(d, now_ms);
    return false;
}
