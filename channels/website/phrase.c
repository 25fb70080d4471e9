#include "channels/website/phrase.h"

#include <time.h>

#include "service/base/timestamp.h"

#define NBSP "\u00a0"

static const struct phrase_names phrase_all_names[N_PHRASE_LANGUAGES] = {
    [PHRASE_DE] = {"de", "de", "de-DE", "", "de", "Deutsch"},
    [PHRASE_SIMPLE] = {"de-simple", "de", "de-x-simple", "einfach/", "einfach",
                       "In einfachen Worten"},
    [PHRASE_EN] = {"en", "en", "en", "en/", "en", "English"},
    [PHRASE_FR] = {"fr", "fr", "fr", "fr/", "fr", "Français"},
};

/* In the order of enum phrase_language. */
static const char *const phrases[N_PHRASES][N_PHRASE_LANGUAGES] = {
    [PHRASE_TITLE] = {"Aktuelle Warnungen", "Aktuelle Warnungen",
                      "Current warnings", "Alertes en cours"},
    [PHRASE_NONE] = {"Zurzeit liegen keine Warnungen vor.",
                     "Im Moment gibt es keine Warnung.",
                     "There are no warnings at present.",
                     "Aucune alerte n’est en cours."},
    [PHRASE_NONE_HINT] =
        {"Sobald der Landkreis eine Warnung herausgibt, steht sie hier.",
         "Gibt es eine Gefahr? Dann steht es hier.",
         "As soon as the district issues a warning, it will appear here.",
         "Dès que l’arrondissement émet une alerte, elle apparaît ici."},
    [PHRASE_ABOUT] = {"Warnungen", "Warnungen", "Warnings", "Alertes"},
    [PHRASE_SKIP] = {"Zum Inhalt", "Zum Inhalt", "Skip to content",
                     "Aller au contenu"},
    [PHRASE_LANGUAGES] = {"Sprachen", "Sprachen", "Languages", "Langues"},
    [PHRASE_STAND] = {"Stand", "Stand", "As of", "Situation au"},
    [PHRASE_AREA] = {"Betroffen", "Hier ist die Gefahr", "Area affected",
                     "Zone concernée"},
    [PHRASE_DO] = {"Was Sie jetzt tun sollen", "Das tun Sie jetzt",
                   "What to do now", "Que faire maintenant"},
    [PHRASE_PHONE] = {"Bürgertelefon", "Telefon für Fragen", "Information line",
                      "Numéro d’information"},
    [PHRASE_VALID] = {"Gültig bis", "Gilt bis", "Valid until",
                      "Valable jusqu’au"},
    [PHRASE_NEXT] = {"Nächste Information", "Wir schreiben wieder",
                     "Next update", "Prochaine information"},
    [PHRASE_MORE] = {"Alle Einzelheiten", "Mehr dazu", "All details",
                     "Tous les détails"},
    [PHRASE_STILL_VALID] = {"Weiterhin gilt", "Das gilt weiter",
                            "Still applies", "Toujours valable"},
    [PHRASE_GERMAN_ONLY] = {"",
                            "Diese Warnung gibt es noch nicht in "
                            "einfachen Worten.",
                            "This warning is available in German only.",
                            "Cette alerte n’existe qu’en allemand."},
    [PHRASE_NEWS_GERMAN] =
        {"", "Es gibt eine neue Nachricht. Sie steht im deutschen Text.",
         "The latest update is available in German only.",
         "La dernière mise à jour n’existe qu’en allemand."},
    [PHRASE_MESSAGE] = {"Meldung", "Meldung", "Message", "Message"},
    [PHRASE_HISTORY] = {"Verlauf: frühere Meldungen", "Frühere Meldungen",
                        "History: earlier messages",
                        "Historique : messages précédents"},
    [PHRASE_BACK] = {"Alle aktuellen Warnungen", "Alle aktuellen Warnungen",
                     "All current warnings", "Toutes les alertes en cours"},
    [PHRASE_CHANGED] = {"Letzte Änderung", "Letzte Änderung", "Last change",
                        "Dernière modification"},
    [PHRASE_LEVEL] = {"Stufe", "Stufe", "Level", "Niveau"},
    [PHRASE_WOULD_BE] = {"wäre", "wäre", "would be", "serait"},
    [PHRASE_LEVEL_1] = {"Extreme Gefahr", "Sehr große Gefahr", "Extreme danger",
                        "Danger extrême"},
    [PHRASE_LEVEL_2] = {"Gefahr", "Gefahr", "Danger", "Danger"},
    [PHRASE_LEVEL_3] = {"Gefahreninformation", "Wichtige Information",
                        "Hazard information", "Information sur un danger"},
    [PHRASE_ALL_CLEAR] = {"Entwarnung", "Entwarnung", "All clear",
                          "Fin de l’alerte"},
    [PHRASE_RETRACTED] = {"Fehlalarm", "Falscher Alarm", "False alarm",
                          "Fausse alerte"},
    [PHRASE_EXPIRED] = {"Abgelaufen", "Abgelaufen", "Expired", "Expirée"},
    [PHRASE_PREEMPTED] = {"Abgebrochen", "Abgebrochen", "Cancelled",
                          "Interrompu"},
    [PHRASE_ENDED] = {"Beendet", "Vorbei", "Ended", "Terminée"},
    [PHRASE_ENDED_HINT] = {"Diese Meldung gilt nicht mehr.",
                           "Diese Meldung gilt nicht mehr.",
                           "This message no longer applies.",
                           "Ce message n’est plus valable."},
    [PHRASE_DRILL] = {"Probe", "Probe", "Exercise", "Exercice"},
    [PHRASE_DRILL_HINT] =
        {"Das ist keine echte Warnung. Es besteht keine Gefahr.",
         "Wir üben nur. Es gibt keine Gefahr.",
         "This is not a real warning. There is no danger.",
         "Ceci n’est pas une véritable alerte. Il n’y a aucun danger."},
    [PHRASE_EMERGENCY] = {"Im Notfall: 112", "In Not: 112",
                          "In an emergency: 112", "En cas d’urgence : 112"},
    [PHRASE_EMERGENCY_HINT] =
        {"Rufen Sie 110 oder 112 nur im Notfall an.",
         "Rufen Sie 110 oder 112 nur in Not an.",
         "Call 110 or 112 only in an emergency.",
         "N’appelez le 110 ou le 112 qu’en cas d’urgence."},
    [PHRASE_SIRENS] = {"Was bedeuten die Sirenen?", "Was bedeuten die Sirenen?",
                       "What do the sirens mean?",
                       "Que signifient les sirènes ?"},
    [PHRASE_SIREN_WARNING] =
        {"Auf- und abschwellender Ton, 1 Minute: Warnung.",
         "Der Ton geht hoch und runter. Das dauert 1 Minute. Das heißt: "
         "Achtung, Gefahr!",
         "Rising and falling tone, 1 minute: warning.",
         "Son montant et descendant, 1 minute : alerte."},
    [PHRASE_SIREN_WARNING_DO] =
        {"Gehen Sie in ein Gebäude. Schließen Sie Fenster und Türen. Schalten "
         "Sie das Radio ein oder lesen Sie diese Seite. Helfen Sie Ihren "
         "Nachbarn.",
         "Gehen Sie in ein Haus. Machen Sie Fenster und Türen zu. Schalten "
         "Sie das Radio ein.",
         "Go indoors, close windows and doors, listen to the radio.",
         "Entrez dans un bâtiment, fermez portes et fenêtres, écoutez la "
         "radio."},
    [PHRASE_SIREN_CLEAR] = {"Gleichbleibender Ton, 1 Minute: Entwarnung.",
                            "Der Ton bleibt gleich. Das dauert 1 Minute.",
                            "Steady tone, 1 minute: all clear.",
                            "Son continu, 1 minute : fin de l’alerte."},
    [PHRASE_SIREN_CLEAR_DO] = {"Die Gefahr ist vorbei.",
                               "Das heißt: Die Gefahr ist vorbei.",
                               "The danger is over.", "Le danger est passé."},
    [PHRASE_ACCESSIBILITY] = {"Barrierefreiheit", "Barriere-Freiheit",
                              "Accessibility (German)",
                              "Accessibilité (en allemand)"},
    [PHRASE_NETIQUETTE] = {"Netiquette", "Netiquette", "Netiquette (German)",
                           "Nétiquette (en allemand)"},
    [PHRASE_FEED] = {"Warnungen abonnieren (Atom)",
                     "Warnungen abonnieren (Atom)", "Subscribe (Atom)",
                     "S’abonner (Atom)"},
    [PHRASE_MACHINE] = {"Für Programme (CAP)", "Für Programme (CAP)",
                        "For programs (CAP)", "Pour les programmes (CAP)"},
    [PHRASE_EMBED] = {"Für andere Internetseiten", "Für andere Internetseiten",
                      "For other websites", "Pour d’autres sites"},
    [PHRASE_PROOF] = {"Nachweis der Echtheit", "Nachweis der Echtheit",
                      "Proof of authenticity", "Preuve d’authenticité"},
};

static const char *const phrase_months[N_PHRASE_LANGUAGES][12] = {
    [PHRASE_EN] = {"January", "February", "March", "April", "May", "June",
                   "July", "August", "September", "October", "November",
                   "December"},
    [PHRASE_FR] = {"janvier", "février", "mars", "avril", "mai", "juin",
                   "juillet", "août", "septembre", "octobre", "novembre",
                   "décembre"},
};

const struct phrase_names *phrase_names(enum phrase_language l)
{
    return &phrase_all_names[l];
}

const char *phrase(enum phrase_id id, enum phrase_language l)
{
    return phrases[id][l];
}

void phrase_time(struct buf *b, int64_t at_ms, enum phrase_language l)
{
    struct tm t = timestamp_local(at_ms);
    int year = t.tm_year + 1900;
    const char *month = phrase_months[l][t.tm_mon];
    switch (l) {
    case PHRASE_EN:
        buf_printf(b, "%d %s %d, %02d:%02d", t.tm_mday, month, year, t.tm_hour,
                   t.tm_min);
        return;
    case PHRASE_FR:
        buf_printf(b, "%d %s %d à %d" NBSP "h" NBSP "%02d", t.tm_mday, month,
                   year, t.tm_hour, t.tm_min);
        return;
    case PHRASE_DE:
    case PHRASE_SIMPLE:
    case N_PHRASE_LANGUAGES:
    default:
        buf_printf(b, "%02d.%02d.%d, %02d:%02d" NBSP "Uhr", t.tm_mday,
                   t.tm_mon + 1, year, t.tm_hour, t.tm_min);
        return;
    }
}
