#include "templates/render.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/timestamp.h"
#include "templates/parameters.h"
#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"

#define NBSP "\xC2\xA0"

static const char rhine_json[] =
    "{\"gemeinden\":[\"08336091\",\"08336050\"],\"gebiet\":\"Rheinufer und "
    "Uferstraßen\",\"gebiet_kurz\":\"Weil am Rhein\",\"pegel_cm\":812,"
    "\"tendenz\":\"steigt\",\"naechste_info\":\"2026-11-24T17:00\"}";

static const char gas_json[] =
    "{\"gemeinden\":[\"08336\"],\"gebiet\":\"Hafenstraße\",\"gebiet_kurz\":"
    "\"Grenzach\",\"ereignis\":\"einem Brand\",\"naechste_info\":"
    "\"2026-11-24T17:00\"}";

static const char drill_json[] =
    "{\"uebung_name\":\"Bundesweiter Warntag\",\"beginn\":\"2026-11-24T15:00\","
    "\"ende\":\"2026-11-24T16:00\"}";

/* One rendering: everything it needs and what came out. */
struct sheet {
    struct family *family;
    struct places *places;
    struct parameters parameters;
    struct render_input in;
    struct content content;
};

static void sheet_open(struct sheet *s, const char *id, enum alert_kind kind,
                       const char *json)
{
    struct fields fields = {0};
    assert_int_equal(setenv("TZ", "Europe/Berlin", 1), 0);
    int64_t now = timestamp_from_local(2026, 11, 24, 14, 30);
    *s = (struct sheet){.family = catalogue_family(id),
                        .places = places_builtin()};
    struct parameters_input in = {.family = s->family,
                                  .kind = kind,
                                  .places = s->places,
                                  .json = json,
                                  .phones = "07621 410-0",
                                  .url_hosts = "loerrach-landkreis.de",
                                  .now_ms = now};
    if (!parameters_read(&in, &s->parameters, &fields)) {
        fail_msg("%s: %s", fields.items[0].field, fields.items[0].message);
    }
    s->in = (struct render_input){
        .family = s->family,
        .kind = kind,
        .parameters = &s->parameters,
        .places = s->places,
        .alert_id = "LOE-7K3Q9F-1",
        .mark = "",
        .stand_ms = now,
        .link = "https://warnung.example/w/LOE-7K3Q9F",
        .netiquette_url = "https://www.kreis.example/netiquette",
        .in_office_hours = true,
        .origin_stand_ms = timestamp_from_local(2026, 11, 24, 9, 5),
    };
    content_init(&s->content);
}

static void sheet_render(struct sheet *s)
{
    struct err e;
    content_fini(&s->content);
    content_init(&s->content);
    if (render_content(&s->in, &s->content, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
}

static void sheet_close(struct sheet *s)
{
    content_fini(&s->content);
    parameters_fini(&s->parameters);
    places_free(s->places);
    family_free(s->family);
}

static void the_post_is_exactly_this(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "hw-rhein", KIND_ALERT, rhine_json);
    sheet_render(&s);
    assert_string_equal(
        s.content.facebook,
        "Warnung vor Hochwasser am Rhein – Stand 24.11.2026, 14:30" NBSP "Uhr\n"
        "Meldung LOE-7K3Q9F-1\n"
        "\n"
        "Der Rhein führt Hochwasser. Am Pegel Basel-Rheinhalle werden 812 "
        "Zentimeter gemessen. Das Wasser steigt weiter.\n"
        "\n"
        "Betroffen: Lörrach, Weil am Rhein. Rheinufer und Uferstraßen.\n"
        "\n"
        "Bitte tun Sie jetzt Folgendes:\n"
        "– Halten Sie Abstand zu Ufern und Brücken.\n"
        "– Gehen Sie nicht in Keller und Tiefgaragen.\n"
        "– Fahren und gehen Sie nicht durch überflutete Straßen.\n"
        "– Bringen Sie Autos und Wertsachen rechtzeitig nach oben.\n"
        "– Helfen Sie Menschen, die Hilfe brauchen. Bringen Sie sich dabei "
        "nicht in Gefahr.\n"
        "\n"
        "Rufen Sie 110 oder 112 nur im Notfall an. Fragen beantwortet das "
        "Bürgertelefon: 07621 410-0\n"
        "\n"
        "Nächste Information: 24.11.2026 um 17:00" NBSP "Uhr\n"
        "Absender: Landratsamt Lörrach\n"
        "\n"
        "Immer aktuell: https://warnung.example/w/LOE-7K3Q9F\n"
        "Kommentare werden zurzeit betreut. Im Notfall: 112\n"
        "Netiquette: https://www.kreis.example/netiquette\n"
        "\n"
        "#Hochwasser #LandkreisLörrach");
    sheet_close(&s);
}

static void the_caption_and_the_rest_are_exactly_this(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "hw-rhein", KIND_ALERT, rhine_json);
    s.in.in_office_hours = false;
    sheet_render(&s);
    assert_string_equal(
        s.content.instagram,
        "Warnung vor Hochwasser am Rhein – Stand 24.11.2026, 14:30" NBSP "Uhr\n"
        "Meldung LOE-7K3Q9F-1\n"
        "\n"
        "Betroffen: Lörrach, Weil am Rhein.\n"
        "\n"
        "– Abstand zu Ufern und Brücken halten\n"
        "– Nicht in Keller und Tiefgaragen gehen\n"
        "– Nicht durch überflutete Straßen fahren oder gehen\n"
        "\n"
        "110 und 112 nur im Notfall. Bürgertelefon: 07621 410-0\n"
        "Nächste Information: 24.11.2026 um 17:00" NBSP "Uhr\n"
        "Absender: Landratsamt Lörrach\n"
        "\n"
        "Alle Einzelheiten: warnung.example/w/LOE-7K3Q9F\n"
        "Kommentare werden zurzeit nicht betreut. Im Notfall: 112\n"
        "Netiquette: www.kreis.example\n"
        "\n"
        "#Hochwasser #LandkreisLörrach");
    assert_string_equal(s.content.alt_text,
                        "Warnkarte des Landratsamts Lörrach, orange. Text: "
                        "Hochwasser am Rhein, Weil am Rhein. Abstand zum Ufer "
                        "halten. Nicht in Keller und Tiefgaragen gehen. Stand "
                        "24.11.2026, 14:30" NBSP "Uhr.");
    assert_string_equal(s.content.card_headline, "Hochwasser am Rhein");
    assert_string_equal(s.content.stand, "24.11.2026, 14:30" NBSP "Uhr");
    assert_string_equal(s.content.cap_category, "Geo Met");
    assert_string_equal(s.content.cap_response, "Avoid Prepare Monitor");
    assert_int_equal(s.content.n_languages, 1);
    assert_int_equal(s.content.languages[0].n_pages, 2);
    assert_int_equal(s.content.languages[0].n_sections, 6);
    assert_int_equal(s.content.languages[0].sections[0].role,
                     SECTION_DESCRIPTION);
    assert_int_equal(s.content.languages[0].sections[2].role,
                     SECTION_INSTRUCTION);
    sheet_close(&s);
}

static bool starts(const char *text, const char *front)
{
    return strncmp(text, front, strlen(front)) == 0;
}

static void expect_marked(const struct content *c, const char *front)
{
    assert_true(starts(c->facebook, front));
    assert_true(starts(c->instagram, front));
    assert_true(starts(c->alt_text, front));
    assert_true(starts(c->card_headline, front));
    for (size_t i = 0; i < c->n_languages; i++) {
        assert_true(starts(c->languages[i].headline, front));
        assert_true(c->languages[i].n_pages > 0);
        for (size_t p = 0; p < c->languages[i].n_pages; p++) {
            assert_true(starts(c->languages[i].pages[p], front));
        }
    }
}

static void an_exercise_is_marked_everywhere_and_in_every_language(void **state)
{
    static const struct {
        enum stream stream;
        const char *front;
    } cases[] = {{STREAM_EXERCISE, "PROBE – "}, {STREAM_REHEARSAL, "ÜBUNG – "}};
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT, gas_json);
    for (size_t i = 0; i < 2; i++) {
        s.in.mark = render_mark(cases[i].stream);
        sheet_render(&s);
        assert_int_equal(s.content.n_languages, 4);
        expect_marked(&s.content, cases[i].front);
        assert_true(starts(cases[i].front, s.content.mark));
        assert_non_null(strstr(s.content.alt_text, "blau mit gelben"));
    }
    s.in.mark = render_mark(STREAM_ACTUAL);
    sheet_render(&s);
    char *all = content_encode(&s.content);
    assert_null(strstr(all, "PROBE"));
    assert_null(strstr(all, "ÜBUNG"));
    free(all);
    sheet_close(&s);
}

static void english_and_french_have_one_line_in_the_post(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT, gas_json);
    sheet_render(&s);
    assert_non_null(
        strstr(s.content.facebook,
               "\n\nEnglish: Extreme danger: hazardous substance in the air in "
               "Grenzach. Go indoors. Close windows and doors. "
               "https://warnung.example/w/LOE-7K3Q9F\nFrançais" NBSP
               ": Danger extrême" NBSP ": produit toxique"));
    assert_non_null(strstr(s.content.instagram,
                           "doors. warnung.example/w/LOE-7K3Q9F\nFran"));
    sheet_close(&s);
}

static void free_text_is_labelled_as_german_elsewhere(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT, gas_json);
    sheet_render(&s);
    const struct content_language *en = content_find(&s.content, "en");
    const struct content_language *fr = content_find(&s.content, "fr");
    assert_string_equal(en->sections[1].text,
                        "Area: the whole district of Lörrach. Hafenstraße. "
                        "(in German)");
    assert_non_null(strstr(fr->sections[1].text, "(en allemand)"));
    assert_non_null(strstr(fr->sections[4].text,
                           "24 novembre 2026 à 17" NBSP "h" NBSP "00"));
    assert_non_null(strstr(en->sections[4].text, "24 November 2026, 17:00"));
    /* a place name has no language */
    assert_null(strstr(en->headline, "German"));
    sheet_close(&s);
}

static void an_empty_value_leaves_nothing_behind(void **state)
{
    static const char json[] =
        "{\"gemeinden\":[\"08336\"],\"gebiet_kurz\":\"Grenzach\",\"ereignis\":"
        "\"einem Brand\",\"naechste_info\":\"2026-11-24T17:00\"}";
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT, json);
    sheet_render(&s);
    const struct content_language *de = &s.content.languages[0];
    assert_string_equal(de->sections[1].text,
                        "Betroffen sind: gesamter Landkreis Lörrach.");
    assert_string_equal(de->sections[0].text,
                        "Nach einem Brand ist ein gesundheitsschädlicher Stoff "
                        "in der Luft. Messfahrzeuge der Feuerwehr sind "
                        "unterwegs.");
    assert_non_null(strstr(s.content.facebook,
                           "\n\nBetroffen: gesamter Landkreis Lörrach.\n\n"));
    sheet_close(&s);
}

static void values_are_never_read_for_placeholders(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT,
               "{\"gemeinden\":[\"08336\"],\"gebiet\":\"{telefon} {x\","
               "\"gebiet_kurz\":\"{gebiet}\",\"ereignis\":\"einem Brand\","
               "\"naechste_info\":\"2026-11-24T17:00\"}");
    sheet_render(&s);
    assert_non_null(strstr(s.content.facebook, "{telefon} {x."));
    assert_non_null(strstr(s.content.languages[0].headline, "in {gebiet}."));
    sheet_close(&s);
}

/* No blank at a line's end, LF only, at most one empty line. */
static void expect_clean(const char *text)
{
    assert_null(strstr(text, " \n"));
    assert_null(strstr(text, "\n "));
    assert_null(strstr(text, "\n\n\n"));
    assert_null(strstr(text, "  "));
    assert_null(strchr(text, '\r'));
    assert_null(strpbrk(text, "{}"));
    assert_true(text[0] != '\0' && text[0] != ' ' && text[0] != '\n');
    assert_true(text[strlen(text) - 1] != ' ');
    assert_true(text[strlen(text) - 1] != '\n');
}

static const char follow_json[] =
    "{\"gebiet_kurz\":\"Weil am Rhein\",\"gemeinden\":[\"08336091\"],"
    "\"neu\":\"Das Wasser steht höher\",\"naechste_info\":"
    "\"2026-11-24T17:00\"}";

static void every_kind_of_every_family_is_clean(void **state)
{
    static const struct {
        const char *id;
        enum alert_kind kind;
        const char *json;
    } cases[] = {
        {"hw-rhein", KIND_ALERT, rhine_json},
        {"hw-rhein", KIND_UPDATE, follow_json},
        {"hw-rhein", KIND_ALL_CLEAR, "{\"gebiet_kurz\":\"Weil am Rhein\"}"},
        {"hw-rhein", KIND_RETRACTION, "{}"},
        {"hw-rhein", KIND_CORRECTION,
         "{\"falsch\":\"Pegel 8 Meter\",\"richtig\":\"Pegel 9 Meter\","
         "\"naechste_info\":\"2026-11-24T17:00\"}"},
        {"gefahrstoff", KIND_ALERT, gas_json},
        {"stromausfall", KIND_ALL_CLEAR, "{\"gebiet_kurz\":\"Zell\"}"},
        {"probealarm", KIND_ALERT, drill_json},
        {"probealarm", KIND_ALL_CLEAR,
         "{\"uebung_name\":\"Bundesweiter Warntag\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sheet s;
        sheet_open(&s, cases[i].id, cases[i].kind, cases[i].json);
        sheet_render(&s);
        expect_clean(s.content.facebook);
        expect_clean(s.content.instagram);
        expect_clean(s.content.alt_text);
        expect_clean(s.content.card_body);
        for (size_t l = 0; l < s.content.n_languages; l++) {
            char *page = render_page_text(&s.content.languages[l]);
            expect_clean(page);
            free(page);
        }
        /* line 2 is the alert's and nobody else's */
        const char *second = strchr(s.content.facebook, '\n') + 1;
        assert_true(starts(second, "Meldung LOE-7K3Q9F-1\n"));
        sheet_close(&s);
    }
}

static void the_same_input_gives_the_same_bytes(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "gefahrstoff", KIND_ALERT, gas_json);
    sheet_render(&s);
    char *first = content_encode(&s.content);
    sheet_render(&s);
    char *second = content_encode(&s.content);
    assert_string_equal(first, second);
    free(first);
    free(second);
    sheet_close(&s);
}

static void an_update_adds_the_pages_of_the_alert(void **state)
{
    struct sheet alert;
    struct sheet update;
    (void)state;
    sheet_open(&alert, "gefahrstoff", KIND_ALERT, gas_json);
    sheet_render(&alert);
    sheet_open(&update, "gefahrstoff", KIND_UPDATE, follow_json);
    update.in.origin = &alert.content;
    sheet_render(&update);
    const struct content_language *de = &update.content.languages[0];
    assert_int_equal(de->n_pages, 3);
    assert_string_equal(de->pages[0],
                        "Neu um 14:30" NBSP "Uhr: Gefahrstoff in der Luft. "
                        "Mehr: loerrach-landkreis.de");
    assert_string_equal(de->pages[1], alert.content.languages[0].pages[0]);
    assert_string_equal(de->pages[2], alert.content.languages[0].pages[1]);
    /* a language that the update does not speak keeps the alert's advice */
    const struct content_language *en = content_find(&update.content, "en");
    assert_non_null(en);
    assert_string_equal(en->pages[0],
                        content_find(&alert.content, "en")->pages[0]);
    assert_int_equal(en->n_sections, 0);
    assert_null(strstr(update.content.facebook, "English:"));
    update.in.kind = KIND_RETRACTION;
    sheet_render(&update);
    assert_int_equal(update.content.n_languages, 1);
    assert_int_equal(update.content.languages[0].n_pages, 1);
    assert_string_equal(update.content.languages[0].pages[0],
                        "Fehlalarm: Es besteht keine Gefahr. Die Warnung von "
                        "09:05" NBSP "Uhr war ein Fehler.");
    sheet_close(&update);
    sheet_close(&alert);
}

static void an_all_clear_says_what_to_do_after_this_event(void **state)
{
    struct sheet s;
    (void)state;
    sheet_open(&s, "stromausfall", KIND_ALL_CLEAR,
               "{\"gebiet_kurz\":\"Zell\"}");
    sheet_render(&s);
    assert_non_null(strstr(s.content.facebook,
                           "\n\nSchalten Sie Geräte nach und nach ein.\n\n"));
    assert_non_null(strstr(s.content.alt_text, "grün"));
    assert_string_equal(s.content.cap_urgency, "Past");
    assert_string_equal(s.content.cap_response, "AllClear");
    assert_non_null(strstr(s.content.facebook,
                           "Die Warnung vom 24.11.2026, 09:05" NBSP "Uhr"));
    sheet_close(&s);
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    struct sheet s;
    struct err e;
    char link[1900];
    (void)state;
    sheet_open(&s, "hw-rhein", KIND_ALERT, rhine_json);
    memset(link, 'a', sizeof(link) - 1);
    link[sizeof(link) - 1] = '\0';
    s.in.link = link;
    assert_int_equal(render_content(&s.in, &s.content, &e), ERR_LIMIT);
    sheet_close(&s);
}

static void lengths_are_the_channels_own(void **state)
{
    (void)state;
    assert_int_equal(render_length(CHANNEL_FACEBOOK, "a\xF0\x9F\x9A\x92"), 2);
    assert_int_equal(render_length(CHANNEL_INSTAGRAM, "a\xF0\x9F\x9A\x92"), 3);
    assert_int_equal(render_limit(CHANNEL_FACEBOOK), 1800);
    assert_int_equal(render_limit(CHANNEL_INSTAGRAM), 1500);
    assert_int_equal(render_limit(CHANNEL_DISPLAYS), 120);
    assert_int_equal(render_limit(CHANNEL_WEBSITE), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_post_is_exactly_this),
        cmocka_unit_test(the_caption_and_the_rest_are_exactly_this),
        cmocka_unit_test(
            an_exercise_is_marked_everywhere_and_in_every_language),
        cmocka_unit_test(english_and_french_have_one_line_in_the_post),
        cmocka_unit_test(free_text_is_labelled_as_german_elsewhere),
        cmocka_unit_test(an_empty_value_leaves_nothing_behind),
        cmocka_unit_test(values_are_never_read_for_placeholders),
        cmocka_unit_test(every_kind_of_every_family_is_clean),
        cmocka_unit_test(the_same_input_gives_the_same_bytes),
        cmocka_unit_test(an_update_adds_the_pages_of_the_alert),
        cmocka_unit_test(an_all_clear_says_what_to_do_after_this_event),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(lengths_are_the_channels_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
