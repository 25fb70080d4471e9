#include <stdio.h>
#include <string.h>

#include "channels/website/site.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/site_sample.h"

static const char *area_name(void *data, const char *ags)
{
    (void)data;
    return strcmp(ags, "08336050") == 0 ? "Lörrach" : NULL;
}

static const char *area_ars(void *data, const char *ags)
{
    (void)data;
    return strcmp(ags, "08336081") == 0 ? "083365011081" : NULL;
}

static struct site_config config(void)
{
    return (struct site_config){
        .authority = "Landratsamt Lörrach",
        .sender_id = "warnung@loerrach-landkreis.de",
        .public_url = "https://warnung.example/",
        .netiquette_url = "https://www.loerrach-landkreis.de/netiquette",
        .phones = "07621 410-0, 07621 410-1",
        .area = "08336",
        .area_name = area_name,
        .area_ars = area_ars,
        .keys = "warnung.example/actual/k1+0+AA\n",
        .since_ms = SITE_SAMPLE_NOW_MS,
    };
}

/* The site of one sample. */
static void compose(struct site_sample *s, struct site_items *items)
{
    struct site_config c = config();
    struct err e;
    const struct state *states[] = {site_sample_state(s)};
    assert_int_equal(site_compose(states, 1, &c, items, &e), ERR_OK);
}

static const char *text_of(const struct site_items *items, const char *name)
{
    const struct channel_item *item = site_items_find(items, name);
    assert_non_null(item);
    return item->bytes;
}

static void has(const char *text, const char *part)
{
    if (strstr(text, part) == NULL) {
        fail_msg("missing: %s\nin:\n%.3000s", part, text);
    }
}

static void has_not(const char *text, const char *part)
{
    if (strstr(text, part) != NULL) {
        fail_msg("should not be there: %s", part);
    }
}

/* a stands before b */
static void before(const char *text, const char *a, const char *b)
{
    has(text, a);
    has(text, b);
    assert_true(strstr(text, a) < strstr(text, b));
}

static void a_quiet_county_is_told_so(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    compose(&s, &items);
    const char *home = text_of(&items, "index.html");
    has(home, "<html lang=\"de\">");
    has(home, "<h1>Aktuelle Warnungen</h1>");
    has(home, "Zurzeit liegen keine Warnungen vor.");
    has(text_of(&items, "en/index.html"), "There are no warnings at present.");
    has(text_of(&items, "fr/index.html"), "<html lang=\"fr\">");
    has(text_of(&items, "einbinden.html"), "Zurzeit liegen keine Warnungen");
    assert_string_equal(
        text_of(&items, "current.json"),
        "{\"updated\":\"2026-11-24T14:30:00.000+01:00\",\"alerts\":[]}");
    has(text_of(&items, "robots.txt"), "Allow: /karte/");
    assert_string_equal(text_of(&items, "keys"),
                        "warnung.example/actual/k1+0+AA\n");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void the_overview_says_what_to_do_and_where(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    const char *home = text_of(&items, "index.html");
    has_not(home, "Zurzeit liegen keine Warnungen vor.");
    has(home, "Extreme Gefahr</span> <span class=\"level\">Stufe 1</span>");
    has(home, "<h3>Was Sie jetzt tun sollen</h3>\n<p>Gehen Sie sofort");
    has(home, "<dt>Betroffen</dt><dd>Lörrach, 08336081</dd>");
    has(home, "<dt>Stand</dt><dd>24.11.2026, 14:30\u00a0Uhr</dd>");
    has(home, "<dt>Gültig bis</dt><dd>24.11.2026, 17:30\u00a0Uhr</dd>");
    has(home, "<a href=\"tel:076214100\">07621 410-0</a>");
    has(home, "href=\"w/LOE-7K3Q9F\"");
    before(home, "LOE-7K3Q9F", "LOE-2M8XTA");
    before(home, "LOE-2M8XTA", "LOE-9PPV4C");
    /* the flood's update keeps the advice of its first alert */
    before(home, "Uferstraße", "Halten Sie Abstand zu Ufern");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void has_texts(const char *page, const struct content_language *texts)
{
    has(page, texts->headline);
    for (size_t i = 0; i < texts->n_sections; i++) {
        has(page, texts->sections[i].heading);
        has(page, texts->sections[i].text);
    }
}

static void has_alert(const struct site_items *items, const struct alert *a)
{
    char name[128];
    char foot[128];
    (void)snprintf(name, sizeof(name), "w/%s.html", a->marker);
    (void)snprintf(foot, sizeof(foot), "Meldung %s ", a->id);
    const char *page = text_of(items, name);
    has(page, foot);
    for (size_t i = 0; i < a->content.n_languages; i++) {
        has_texts(page, &a->content.languages[i]);
    }
}

static void every_paragraph_in_every_language_stands_in_the_page(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    for (size_t i = 0; i < s.n_alerts; i++) {
        has_alert(&items, &s.alerts[i]);
    }
    const char *page = text_of(&items, "w/LOE-7K3Q9F.html");
    has(page, "<section class=\"translation\" lang=\"en\" id=\"en\">");
    has(page, "id=\"einfach\"");
    has(page, "og:image\" "
              "content=\"https://warnung.example/karte/q1w2e3r4t5z6u7i8o9p0aa"
              ".jpg\"");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void the_history_is_newest_first_and_keeps_old_advice_once(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    const char *page = text_of(&items, "w/LOE-2M8XTA.html");
    before(page, "Meldung LOE-2M8XTA-2", "Meldung LOE-2M8XTA-1");
    before(page, "Das ist neu", "Weiterhin gilt");
    before(page, "Weiterhin gilt", "Verlauf");
    page = text_of(&items, "w/LOE-9PPV4C.html");
    before(page, "<p class=\"band all-clear\">", "Warnung · ");
    has_not(page, "Weiterhin gilt");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void an_incident_that_is_over_keeps_its_page_only(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_incident(&s, "LOE-0LD0LD");
    struct alert *a = site_sample_alert(&s, KIND_ALERT, 1, -300);
    site_sample_language(a, "de", "Alte Gefahr");
    a->state = ALERT_EXPIRED;
    a->closed_at_ms = a->expires_at_ms;
    s.incidents[0].current = NULL;
    compose(&s, &items);
    has(text_of(&items, "index.html"), "Zurzeit liegen keine Warnungen vor.");
    has_not(text_of(&items, "index.html"), "Alte Gefahr");
    has_not(text_of(&items, "feed.atom"), "<entry>");
    const char *page = text_of(&items, "w/LOE-0LD0LD.html");
    has(page, "<p class=\"band ended\">");
    has(page, "Abgelaufen");
    has(page, "Diese Meldung gilt nicht mehr.");
    has_not(page, "Gültig bis");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void a_public_drill_is_marked_and_apart(void **state)
{
    (void)state;
    struct site_sample real;
    struct site_sample drill;
    struct site_items items;
    struct site_config c = config();
    struct err e;
    site_sample_init(&real, STREAM_ACTUAL);
    site_sample_init(&drill, STREAM_EXERCISE);
    site_sample_drill(&drill);
    const struct state *states[] = {site_sample_state(&real),
                                    site_sample_state(&drill)};
    assert_int_equal(site_compose(states, 2, &c, &items, &e), ERR_OK);
    const char *home = text_of(&items, "index.html");
    before(home, "Zurzeit liegen keine Warnungen vor.", "PROBE – ");
    has(home, "Das ist keine echte Warnung. Es besteht keine Gefahr.");
    has(home, "<p class=\"band drill\">");
    has(home, "wäre Stufe 3");
    has_not(home, "band level-");
    has(text_of(&items, "w/LOE-DR1LL0.html"), "<title>PROBE – Probealarm");
    has_not(text_of(&items, "current.json"), "LOE-DR1LL0");
    has_not(text_of(&items, "feed.atom"), "LOE-DR1LL0");
    has_not(text_of(&items, "einbinden.html"), "LOE-DR1LL0");
    has(text_of(&items, "uebung/current.json"), "\"status\":\"exercise\"");
    has(text_of(&items, "uebung/feed.atom"),
        "<title>PROBE – Probealarm: Bundesweiter");
    has(text_of(&items, "cap/LOE-DR1LL0-1.xml"),
        "<status>Exercise</status>\n<msgType>Alert</msgType>\n"
        "<scope>Public</scope>\n<note>drill-17</note>");
    site_items_fini(&items);
    site_sample_fini(&real);
    site_sample_fini(&drill);
}

static void the_rehearsal_site_says_so_on_every_page(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_REHEARSAL);
    site_sample_drill(&s);
    compose(&s, &items);
    static const char *const pages[] = {"index.html", "en/index.html",
                                        "w/LOE-DR1LL0.html"};
    for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
        has(text_of(&items, pages[i]), "ÜBUNG – nichts wird veröffentlicht");
        /* relative links: the same bytes below /rehearsal/ */
        has_not(text_of(&items, pages[i]), "href=\"/");
    }
    has(text_of(&items, "index.html"), "ÜBUNG – Probealarm");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void a_language_that_is_missing_is_told(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    const char *page = text_of(&items, "en/index.html");
    has(page, "Go into a building at once.");
    has(page, "href=\"../w/LOE-7K3Q9F#en\"");
    has(page, "<article class=\"warning\" lang=\"de\">");
    has(page, "<p class=\"note\" lang=\"en\">This warning is available in "
              "German only.");
    has(page, "24 November 2026, 14:30");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void
a_language_without_the_news_keeps_the_advice_and_says_so(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_incident(&s, "LOE-7K3Q9F");
    struct alert *a = site_sample_alert(&s, KIND_ALERT, 1, -5);
    site_sample_language(a, "de", "Gefahr");
    site_sample_language(a, "en", "Danger");
    site_sample_section(a, 1, "What should I do?", "Go indoors.",
                        SECTION_INSTRUCTION);
    a = site_sample_alert(&s, KIND_UPDATE, 1, 0);
    site_sample_language(a, "de", "Aktualisierung");
    site_sample_section(a, 0, "Das ist neu", "Neues.", SECTION_DESCRIPTION);
    site_sample_language(a, "en", "Danger"); /* kept by the renderer */
    compose(&s, &items);
    static const char *const pages[] = {"en/index.html", "w/LOE-7K3Q9F.html"};
    for (size_t i = 0; i < 2; i++) {
        const char *page = text_of(&items, pages[i]);
        before(page, "The latest update is available in German only.",
               "Go indoors.");
    }
    has(text_of(&items, "cap/LOE-7K3Q9F-2.xml"),
        "<instruction>Go indoors.</instruction>");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void cap_refers_to_all_earlier_unexpired_messages(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    const char *cancel = text_of(&items, "cap/LOE-9PPV4C-2.xml");
    has(cancel, "<msgType>Cancel</msgType>");
    has(cancel, "<references>warnung@loerrach-landkreis.de,LOE-9PPV4C-1,"
                "2026-11-24T13:30:00+01:00</references>\n"
                "<incidents>LOE-9PPV4C</incidents>");
    has(cancel, "<responseType>AllClear</responseType>\n"
                "<urgency>Past</urgency>\n<severity>Minor</severity>\n"
                "<certainty>Observed</certainty>");
    const char *update = text_of(&items, "cap/LOE-2M8XTA-2.xml");
    has(update, "<msgType>Update</msgType>");
    has(update, "<instruction>Halten Sie Abstand zu Ufern und Brücken.");
    const char *first = text_of(&items, "cap/LOE-7K3Q9F-1.xml");
    has_not(first, "<references>");
    has(first, "<language>de-x-simple</language>");
    has(first, "<category>CBRNE</category>\n<category>Health</category>");
    has(first, "<geocode><valueName>AGS</valueName>"
               "<value>08336050</value></geocode>\n</area>");
    has(first, "<value>08336081</value></geocode>\n<geocode><valueName>ARS"
               "</valueName><value>083365011081</value></geocode>");
    has(first, "<contact>Bürgertelefon 07621 410-0</contact>");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void programs_read_the_same_in_json_and_atom(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &items);
    const char *json = text_of(&items, "current.json");
    has(json, "{\"id\":\"LOE-7K3Q9F-1\",\"marker\":\"LOE-7K3Q9F\",\"kind\":"
              "\"alert\",\"status\":\"actual\",\"level\":1,\"event\":");
    has(json, "\"areas\":[\"08336050\",\"08336081\"],\"sent\":"
              "\"2026-11-24T14:30:00.000+01:00\",\"expires\":"
              "\"2026-11-24T17:30:00.000+01:00\",\"url\":"
              "\"https://warnung.example/w/LOE-7K3Q9F\",\"cap\":"
              "\"https://warnung.example/cap/LOE-7K3Q9F-1.xml\"}");
    const char *feed = text_of(&items, "feed.atom");
    has(feed,
        "<id>urn:tuermer:warnung@loerrach-landkreis.de:LOE-9PPV4C-2</id>");
    has(feed, "type=\"application/cap+xml\" "
              "href=\"https://warnung.example/cap/LOE-9PPV4C-2.xml\"");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void an_all_clear_stays_in_the_feed_until_its_own_expiry(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    s.incidents[2].current = NULL; /* its two hours are over */
    s.alerts[s.n_alerts - 1].state = ALERT_EXPIRED;
    compose(&s, &items);
    has(text_of(&items, "feed.atom"), "LOE-9PPV4C-2</id>");
    has_not(text_of(&items, "feed.atom"), "LOE-9PPV4C-1</id>");
    has_not(text_of(&items, "current.json"), "LOE-9PPV4C");
    site_items_fini(&items);
    s.state.now_ms = s.alerts[s.n_alerts - 1].expires_at_ms;
    compose(&s, &items);
    has_not(text_of(&items, "feed.atom"), "LOE-9PPV4C");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void the_same_state_gives_the_same_bytes_at_any_time(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items first;
    struct site_items later;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    compose(&s, &first);
    s.state.now_ms += INT64_C(20) * 60 * 1000;
    compose(&s, &later);
    assert_int_equal(first.n, later.n);
    for (size_t i = 0; i < first.n; i++) {
        assert_string_equal(first.items[i].name, later.items[i].name);
        assert_int_equal(first.items[i].len, later.items[i].len);
        assert_memory_equal(first.items[i].bytes, later.items[i].bytes,
                            first.items[i].len);
    }
    site_items_fini(&first);
    site_items_fini(&later);
    site_sample_fini(&s);
}

static void the_page_of_an_unchanged_incident_is_left_out(void **state)
{
    (void)state;
    struct site_sample s;
    struct site_items items;
    site_sample_init(&s, STREAM_ACTUAL);
    site_sample_scene(&s);
    s.incidents[1].changed = false;
    compose(&s, &items);
    assert_null(site_items_find(&items, "w/LOE-2M8XTA.html"));
    assert_null(site_items_find(&items, "cap/LOE-2M8XTA-2.xml"));
    assert_non_null(site_items_find(&items, "w/LOE-7K3Q9F.html"));
    has(text_of(&items, "index.html"), "w/LOE-2M8XTA");
    has(text_of(&items, "current.json"), "LOE-2M8XTA-2");
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void names_become_addresses(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"index.html", "/"},
        {"en/index.html", "/en/"},
        {"w/LOE-7K3Q9F.html", "/w/LOE-7K3Q9F"},
        {"w/LOE-7K3Q9F/beleg.json", "/w/LOE-7K3Q9F/beleg.json"},
        {"einbinden.html", "/einbinden.html"},
        {"karte/abc.jpg", "/karte/abc.jpg"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[64];
        assert_true(site_path(cases[i][0], path, sizeof(path)));
        assert_string_equal(path, cases[i][1]);
    }
    char small[4];
    assert_false(site_path("einbinden.html", small, sizeof(small)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_quiet_county_is_told_so),
        cmocka_unit_test(the_overview_says_what_to_do_and_where),
        cmocka_unit_test(every_paragraph_in_every_language_stands_in_the_page),
        cmocka_unit_test(the_history_is_newest_first_and_keeps_old_advice_once),
        cmocka_unit_test(an_incident_that_is_over_keeps_its_page_only),
        cmocka_unit_test(a_public_drill_is_marked_and_apart),
        cmocka_unit_test(the_rehearsal_site_says_so_on_every_page),
        cmocka_unit_test(a_language_that_is_missing_is_told),
        cmocka_unit_test(
            a_language_without_the_news_keeps_the_advice_and_says_so),
        cmocka_unit_test(cap_refers_to_all_earlier_unexpired_messages),
        cmocka_unit_test(programs_read_the_same_in_json_and_atom),
        cmocka_unit_test(an_all_clear_stays_in_the_feed_until_its_own_expiry),
        cmocka_unit_test(the_same_state_gives_the_same_bytes_at_any_time),
        cmocka_unit_test(the_page_of_an_unchanged_incident_is_left_out),
        cmocka_unit_test(names_become_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
