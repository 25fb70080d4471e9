#include "tests/support/site_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "service/base/check.h"
#include "service/base/mem.h"

static const int64_t site_sample_minute_ms = INT64_C(60) * 1000;

void site_sample_init(struct site_sample *s, enum stream stream)
{
    check(setenv("TZ", "Europe/Berlin", 1) == 0);
    tzset();
    *s = (struct site_sample){0};
    s->state.stream = stream;
    s->state.now_ms = SITE_SAMPLE_NOW_MS;
}

void site_sample_fini(struct site_sample *s)
{
    for (size_t i = 0; i < s->n_alerts; i++) {
        alert_fini(&s->alerts[i]);
    }
    *s = (struct site_sample){0};
}

void site_sample_incident(struct site_sample *s, const char *name)
{
    check(s->n_incidents < SITE_SAMPLE_INCIDENTS);
    s->incidents[s->n_incidents++] = (struct state_incident){
        .marker = name, .alerts = &s->borrowed[s->n_alerts], .changed = true};
}

static const char *site_sample_mark(enum stream stream)
{
    switch (stream) {
    case STREAM_ACTUAL: return "";
    case STREAM_EXERCISE: return "PROBE";
    case STREAM_REHEARSAL: return "ÜBUNG";
    default: return "";
    }
}

struct alert *site_sample_alert(struct site_sample *s, enum alert_kind kind,
                                int level, int minutes)
{
    check(s->n_alerts < SITE_SAMPLE_ALERTS && s->n_incidents > 0);
    struct state_incident *incident = &s->incidents[s->n_incidents - 1];
    struct alert *a = &s->alerts[s->n_alerts];
    alert_init(a);
    if (incident->current != NULL) {
        s->alerts[s->n_alerts - 1].state = ALERT_SUPERSEDED;
    }
    s->borrowed[s->n_alerts++] = a;
    incident->n_alerts++;
    incident->current = a;
    a->number = (int)incident->n_alerts;
    (void)snprintf(a->id, sizeof(a->id), "%s-%d", incident->marker, a->number);
    MEM_SET_TEXT(a->marker, incident->marker);
    a->kind = kind;
    a->stream = s->state.stream;
    a->status = a->stream == STREAM_ACTUAL ? STATUS_ACTUAL : STATUS_EXERCISE;
    a->state = ALERT_RELEASED;
    a->level = level;
    a->released_at_ms = SITE_SAMPLE_NOW_MS + minutes * site_sample_minute_ms;
    a->expires_at_ms = a->released_at_ms + 180 * site_sample_minute_ms;
    MEM_SET_TEXT(a->template_id, "hw-rhein");
    check(areas_add(&a->areas, "08336050"));
    check(areas_add(&a->areas, "08336081"));
    content_set(&a->content.mark, site_sample_mark(a->stream));
    content_set(&a->content.cap_category, "Met Safety");
    content_set(&a->content.cap_urgency, "Immediate");
    content_set(&a->content.cap_certainty, "Likely");
    content_set(&a->content.cap_response, "Avoid");
    if (s->state.now_ms < a->released_at_ms) {
        s->state.now_ms = a->released_at_ms;
    }
    return a;
}

void site_sample_language(struct alert *a, const char *language,
                          const char *headline)
{
    check(a->content.n_languages < LIMIT_LANGUAGES);
    struct content_language *l =
        &a->content.languages[a->content.n_languages++];
    MEM_SET_TEXT(l->language, language);
    content_set(&l->headline, headline);
    content_set(&l->event, "Ereignis");
}

void site_sample_section(struct alert *a, size_t language, const char *heading,
                         const char *text, enum section_role role)
{
    struct content_language *l = &a->content.languages[language];
    check(l->n_sections < LIMIT_SECTIONS);
    struct content_section *section = &l->sections[l->n_sections++];
    content_set(&section->heading, heading);
    content_set(&section->text, text);
    section->role = role;
}

const struct state *site_sample_state(struct site_sample *s)
{
    s->state.incidents = s->incidents;
    s->state.n_incidents = s->n_incidents;
    return &s->state;
}

/* heading, text, role */
struct site_sample_text {
    size_t language;
    const char *heading;
    const char *text;
    enum section_role role;
};

static void site_sample_texts(struct alert *a,
                              const struct site_sample_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        site_sample_section(a, texts[i].language, texts[i].heading,
                            texts[i].text, texts[i].role);
    }
}

#define SITE_SAMPLE_TEXTS(a, texts) \
    site_sample_texts((a), (texts), sizeof(texts) / sizeof((texts)[0]))

static void site_sample_substance(struct site_sample *s)
{
    static const struct site_sample_text texts[] = {
        {0, "Was ist passiert?",
         "Nach einem Brand ist ein gesundheitsschädlicher Stoff in der Luft. "
         "Messfahrzeuge der Feuerwehr sind unterwegs.",
         SECTION_DESCRIPTION},
        {0, "Wo besteht Gefahr?",
         "Betroffen sind: Lörrach, Weil am Rhein. Genaue Lage: Ortsteil Haagen "
         "und das Gewerbegebiet an der Wiese.",
         SECTION_DESCRIPTION},
        {0, "Was soll ich jetzt tun?",
         "Gehen Sie sofort in ein Gebäude. Schließen Sie Fenster und Türen. "
         "Schalten Sie Lüftung und Klimaanlage aus. Bleiben Sie in einem Raum, "
         "der vom Ereignis abgewandt liegt.",
         SECTION_INSTRUCTION},
        {0, "Was gilt im Auto?",
         "Schließen Sie die Fenster. Schalten Sie die Lüftung aus. Fahren Sie "
         "aus dem Gebiet heraus.",
         SECTION_INSTRUCTION},
        {0, "Wie geht es weiter?",
         "Die nächste Information kommt am 24.11.2026 um 15:30 Uhr. Wir sagen "
         "Ihnen Bescheid, wenn die Gefahr vorbei ist.",
         SECTION_DESCRIPTION},
        {1, "Was ist los?",
         "Es gab einen Unfall. Ein giftiger Stoff ist in der Luft.",
         SECTION_DESCRIPTION},
        {1, "Was soll ich tun?",
         "Gehen Sie in ein Haus. Machen Sie alle Fenster zu. Machen Sie alle "
         "Türen zu.",
         SECTION_INSTRUCTION},
        {2, "What has happened?",
         "A substance that is harmful to health is in the air.",
         SECTION_DESCRIPTION},
        {2, "What should I do?",
         "Go into a building at once. Close all windows and doors.",
         SECTION_INSTRUCTION},
        {3, "Que s’est-il passé ?",
         "Un produit dangereux pour la santé se trouve dans l’air.",
         SECTION_DESCRIPTION},
        {3, "Que dois-je faire ?",
         "Entrez tout de suite dans un bâtiment. Fermez les portes et les "
         "fenêtres.",
         SECTION_INSTRUCTION},
    };
    site_sample_incident(s, "LOE-7K3Q9F");
    struct alert *a = site_sample_alert(s, KIND_ALERT, 1, 0);
    site_sample_language(a, "de",
                         "Extreme Gefahr: Gefahrstoff in der Luft in Lörrach. "
                         "Gehen Sie ins Haus. Fenster und Türen schließen.");
    site_sample_language(a, "de-simple",
                         "Gefahr: Giftiger Stoff in der Luft in Lörrach. Gehen "
                         "Sie in ein Haus. Machen Sie Fenster und Türen zu.");
    site_sample_language(a, "en",
                         "Extreme danger: hazardous substance in the air in "
                         "Lörrach. Go indoors. Close windows and doors.");
    site_sample_language(a, "fr",
                         "Danger extrême : produit toxique dans l’air à "
                         "Lörrach. Rentrez, fermez portes et fenêtres.");
    SITE_SAMPLE_TEXTS(a, texts);
    content_set(&a->content.cap_category, "CBRNE Health");
    content_set(&a->content.stand, "24.11.2026, 14:30 Uhr");
    MEM_SET_TEXT(a->content.image_name, "q1w2e3r4t5z6u7i8o9p0aa");
    content_set(&a->content.alt_text, "Warnkarte, rot. Gefahrstoff.");
    free(a->parameters);
    a->parameters = mem_strdup("{\"telefon\":\"07621 410-0\",\"naechste_info\":"
                               "\"2026-11-24T15:30:00+01:00\"}");
}

static void site_sample_flood(struct site_sample *s)
{
    static const struct site_sample_text first[] = {
        {0, "Was ist passiert?",
         "Der Rhein führt Hochwasser. Am Pegel Basel-Rheinhalle werden 810 "
         "Zentimeter gemessen. Das Wasser steigt weiter.",
         SECTION_DESCRIPTION},
        {0, "Was soll ich jetzt tun?",
         "Halten Sie Abstand zu Ufern und Brücken. Gehen Sie nicht in Keller "
         "und Tiefgaragen.",
         SECTION_INSTRUCTION},
    };
    static const struct site_sample_text news[] = {
        {0, "Das ist neu",
         "Die Uferstraße in Weil am Rhein ist gesperrt. Fahren Sie nicht "
         "dorthin.",
         SECTION_DESCRIPTION},
        {0, "Wie geht es weiter?",
         "Die nächste Information kommt am 24.11.2026 um 18:00 Uhr.",
         SECTION_DESCRIPTION},
    };
    site_sample_incident(s, "LOE-2M8XTA");
    struct alert *a = site_sample_alert(s, KIND_ALERT, 2, -90);
    site_sample_language(a, "de",
                         "Gefahr durch Hochwasser am Rhein: Weil am Rhein. "
                         "Abstand zum Ufer halten.");
    SITE_SAMPLE_TEXTS(a, first);
    a = site_sample_alert(s, KIND_UPDATE, 2, -10);
    site_sample_language(a, "de",
                         "Aktualisierung: Hochwasser am Rhein. Weil am Rhein.");
    SITE_SAMPLE_TEXTS(a, news);
}

static void site_sample_power(struct site_sample *s)
{
    static const struct site_sample_text texts[] = {
        {0, "Die Gefahr ist vorbei",
         "Die Warnung vom 24.11.2026, 12:00 Uhr ist aufgehoben.",
         SECTION_DESCRIPTION},
        {0, "Was soll ich jetzt noch tun?",
         "Schalten Sie Geräte nach und nach ein.", SECTION_INSTRUCTION},
    };
    site_sample_incident(s, "LOE-9PPV4C");
    struct alert *a = site_sample_alert(s, KIND_ALERT, 3, -60);
    site_sample_language(a, "de", "Stromausfall in Lörrach.");
    site_sample_section(a, 0, "Was ist passiert?", "Der Strom ist ausgefallen.",
                        SECTION_DESCRIPTION);
    a = site_sample_alert(s, KIND_ALL_CLEAR, 0, -5);
    site_sample_language(a, "de",
                         "Entwarnung: Stromausfall. Die Gefahr in Lörrach ist "
                         "vorbei.");
    SITE_SAMPLE_TEXTS(a, texts);
}

void site_sample_scene(struct site_sample *s)
{
    site_sample_substance(s);
    site_sample_flood(s);
    site_sample_power(s);
}

void site_sample_drill(struct site_sample *s)
{
    char headline[200];
    site_sample_incident(s, "LOE-DR1LL0");
    struct alert *a = site_sample_alert(s, KIND_ALERT, 3, -1);
    (void)snprintf(headline, sizeof(headline),
                   "%s – Probealarm: Bundesweiter Warntag. Es besteht keine "
                   "Gefahr. Sie müssen nichts tun.",
                   a->content.mark);
    site_sample_language(a, "de", headline);
    site_sample_section(a, 0, "Was passiert?",
                        "Heute testen wir die Warnung der Bevölkerung.",
                        SECTION_DESCRIPTION);
    site_sample_section(a, 0, "Was soll ich tun?",
                        "Nichts. Rufen Sie bitte nicht 110 oder 112 an.",
                        SECTION_INSTRUCTION);
    MEM_SET_TEXT(a->drill_id, "drill-17");
}
