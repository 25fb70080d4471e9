#include "service/api/audit_text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/store/log.h"

enum { AUDIT_TEXT_MAX = 4 * LIMIT_ENTRY_BYTES, AUDIT_KEY_MAX = 24 };

/* {key} is the entry's value; [ … ] stands only when its first key is there. */
static const struct audit_sentence {
    const char *type;
    const char *text;
} audit_sentences[] = {
    {"alert.submitted",
     "{actor} hat die Meldung {alert} eingereicht ({kind}, {status}"
     "[, Vorlage {template}][, {office_hours} der Dienstzeit])."},
    {"alert.released", "Die Meldung {alert} ist ausgelöst ({kind}, {status}"
                       "[, {office_hours} der Dienstzeit])[, durch {actor}]."},
    {"alert.approved", "{actor} hat die Meldung {alert} freigegeben."},
    {"alert.rejected",
     "{actor} hat die Meldung {alert} abgelehnt[: {reason}]."},
    {"alert.break_glass",
     "{actor} hat die Meldung {alert} ohne zweite Person ausgelöst"
     "[; Grund: {reason}]. Eine Gegenzeichnung steht aus."},
    {"alert.countersigned", "{actor} hat die Meldung {alert} gegengezeichnet."},
    {"alert.state", "Meldung {alert}[ ({status})]: von „{from}“ zu „{to}“."},
    {"delivery.state",
     "Meldung {alert}[ ({status})] auf {channel}: von „{from}“ zu „{to}“"
     "[, Ergebnis: {outcome}][, Kennung dort: {remote_id}]."},
    {"delivery.absence_proven",
     "Meldung {alert} auf {channel}: Nachgelesen, sie ist dort sicher nicht "
     "erschienen."},
    {"delivery.duplicate_healed",
     "Meldung {alert} auf {channel}: Ein doppelter Beitrag wurde entfernt"
     "[ ({remote_id})]."},
    {"display.published",
     "Anzeigen: Stand Nr. {seq} von {stream} ist unterschrieben."},
    {"drill.planned", "{actor} hat die Übung {drill} geplant."},
    {"drill.started", "Die Übung {drill} hat begonnen."},
    {"drill.ended", "Die Übung {drill} ist beendet[, Ergebnis: {outcome}]."},
    {"drill.preempted",
     "Die Übung {drill} wurde abgebrochen, weil eine echte Meldung ausgelöst "
     "wurde."},
    {"drill.skipped_late",
     "Die Übung {drill} wurde ausgelassen: Ihr Zeitpunkt war schon vorbei."},
    {"template.imported",
     "{actor} hat die Vorlage {template}[, Fassung {version},] eingelesen."},
    {"template.approved",
     "{actor} hat die Vorlage {template}[, Fassung {version},] freigegeben."},
    {"template.blocked",
     "Die Vorlage {template} ist gesperrt: Sie ist nicht mehr so, wie sie "
     "freigegeben wurde."},
    {"session.opened", "{actor} hat sich angemeldet."},
    {"session.refused", "Eine Anmeldung wurde abgewiesen[ (Konto {subject})]."},
    {"session.step_up", "{actor} hat den zweiten Faktor bestätigt."},
    {"session.closed", "{actor} hat sich abgemeldet."},
    {"user.added",
     "{actor} hat das Konto {subject} angelegt[; Rechte: {roles}]."},
    {"user.disabled", "{actor} hat das Konto {subject} gesperrt."},
    {"user.roles",
     "{actor} hat die Rechte von {subject} geändert[; jetzt: {roles}]."},
    {"user.reset", "{actor} hat die Zugangsdaten von {subject} erneuert."},
    {"display.paired",
     "{actor} hat die Anzeige {subject} angemeldet[ ({stream})]."},
    {"display.revoked", "{actor} hat die Anzeige {subject} abgemeldet."},
    {"display.foreign_publish",
     "Auf {stream} hat jemand anderes gesendet. Der eigene Stand wurde sofort "
     "wiederholt."},
    {"service.started", "Der Dienst ist gestartet."},
    {"service.stopped", "Der Dienst wurde ordentlich beendet."},
    {"rollback.suspected",
     "Es wurde ein älterer Datenstand vorgefunden. Offene Sendungen sind "
     "angehalten."},
    {"clock.jumped", "Die Uhr ist um {seconds} Sekunden gesprungen."},
};

static const struct audit_word {
    const char *word;
    const char *german;
} audit_words[] = {
    {"alert", "Warnung"},
    {"update", "Aktualisierung"},
    {"all_clear", "Entwarnung"},
    {"retraction", "Widerruf"},
    {"correction", "Berichtigung"},
    {"actual", "echt"},
    {"exercise", "Übung"},
    {"facebook", "Facebook"},
    {"instagram", "Instagram"},
    {"website", "Website"},
    {"displays", "Anzeigen"},
    {"awaiting_approval", "wartet auf Freigabe"},
    {"released", "ausgelöst"},
    {"rejected", "abgelehnt"},
    {"lapsed", "verfallen"},
    {"superseded", "überholt"},
    {"retracted", "widerrufen"},
    {"expired", "abgelaufen"},
    {"preempted", "abgebrochen"},
    {"queued", "wartet"},
    {"sending", "wird gesendet"},
    {"retry_wait", "wartet auf neuen Versuch"},
    {"unknown", "ungewiss"},
    {"needs_operator", "braucht eine Entscheidung"},
    {"accepted", "angenommen"},
    {"visible", "sichtbar"},
    {"hand_posted", "von Hand veröffentlicht"},
    {"failed", "gescheitert"},
    {"cancelled", "zurückgezogen"},
    {"abandoned", "aufgegeben"},
    {"quarantined", "angehalten"},
    {"not_sent", "nicht gesendet"},
    {"refused", "abgewiesen"},
    {"done", "erledigt"},
};

static bool audit_is_word(const char *key)
{
    static const char *const keys[] = {"kind", "status", "channel",
                                       "from", "to",     "outcome"};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strcmp(keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static const char *audit_german(const char *word)
{
    for (size_t i = 0; i < sizeof(audit_words) / sizeof(audit_words[0]); i++) {
        if (strcmp(audit_words[i].word, word) == 0) {
            return audit_words[i].german;
        }
    }
    return word;
}

/* A sentence being filled in. */
struct audit_fill {
    const struct log_row *row;
    const json_t *entry;
    struct buf out;
};

static bool audit_has(const struct audit_fill *f, const char *key)
{
    return json_object_get(f->entry, key) != NULL;
}

/* Names stand outside the entry, and may have been forgotten. */
static const char *audit_name(const struct audit_fill *f, const char *key)
{
    const char *name = NULL;
    if (strcmp(key, "actor") == 0) {
        name = f->row->actor;
    } else if (strcmp(key, "subject") == 0) {
        name = f->row->subject;
    } else if (strcmp(key, "reason") == 0) {
        name = f->row->reason;
    } else {
        return NULL;
    }
    if (name[0] != '\0') {
        return name;
    }
    return audit_has(f, key) ? "(gelöscht)" : "Türmer";
}

static void audit_value(struct audit_fill *f, const char *key)
{
    const json_t *value = json_object_get(f->entry, key);
    const char *name = audit_name(f, key);
    if (name != NULL) {
        buf_add_text(&f->out, name);
    } else if (json_is_string(value)) {
        const char *text = json_string_value(value);
        buf_add_text(&f->out, audit_is_word(key) ? audit_german(text) : text);
    } else if (json_is_integer(value)) {
        buf_printf(&f->out, "%" PRId64, (int64_t)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        buf_add_text(&f->out, json_is_true(value) ? "innerhalb" : "außerhalb");
    } else {
        buf_add_text(&f->out, "?");
    }
}

/* Copies the name in {…} at `at`; gives what follows it. */
static const char *audit_key(const char *at, char key[AUDIT_KEY_MAX])
{
    size_t n = strcspn(at + 1, "}");
    if (n >= AUDIT_KEY_MAX) {
        n = AUDIT_KEY_MAX - 1;
    }
    memcpy(key, at + 1, n);
    key[n] = '\0';
    return at + n + 2;
}

/* At a bracket: behind it, or behind its end when it does not apply. */
static const char *audit_optional(const struct audit_fill *f, const char *at)
{
    char key[AUDIT_KEY_MAX];
    (void)audit_key(strchr(at, '{'), key);
    return audit_has(f, key) ? at + 1 : strchr(at, ']') + 1;
}

static void audit_fill(struct audit_fill *f, const char *text)
{
    char key[AUDIT_KEY_MAX];
    const char *at = text;
    while (*at != '\0') {
        size_t plain = strcspn(at, "{[]");
        buf_add(&f->out, at, plain);
        at += plain;
        if (*at == '{') {
            at = audit_key(at, key);
            audit_value(f, key);
        } else if (*at == '[') {
            at = audit_optional(f, at);
        } else if (*at == ']') {
            at++;
        }
    }
}

static const char *audit_sentence(const char *type)
{
    for (size_t i = 0; i < sizeof(audit_sentences) / sizeof(audit_sentences[0]);
         i++) {
        if (strcmp(audit_sentences[i].type, type) == 0) {
            return audit_sentences[i].text;
        }
    }
    return NULL;
}

char *audit_text(const struct log_row *row)
{
    json_t *entry = json_loads(row->entry, JSON_REJECT_DUPLICATES, NULL);
    const char *type = json_string_value(json_object_get(entry, "type"));
    struct audit_fill f = {.row = row, .entry = entry};
    buf_init(&f.out, AUDIT_TEXT_MAX);
    const char *sentence = type == NULL ? NULL : audit_sentence(type);
    if (sentence != NULL) {
        audit_fill(&f, sentence);
    } else if (type != NULL) {
        buf_printf(&f.out, "Ereignis %s.", type);
    } else {
        buf_add_text(&f.out, "Dieser Eintrag ist nicht lesbar.");
    }
    json_decref(entry);
    return buf_take(&f.out);
}
