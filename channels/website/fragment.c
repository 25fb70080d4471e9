#include "channels/website/fragment.h"

#include "channels/website/layout.h"
#include "channels/website/warning.h"
#include "service/base/markup.h"

static bool fragment_item(struct buf *b, const struct view *v,
                          const struct state_incident *incident)
{
    const struct alert *a = incident->current;
    const struct content_language *l =
        a == NULL ? NULL : view_language(a, PHRASE_DE);
    if (l == NULL) {
        return false;
    }
    struct warning w = {
        .view = v, .incident = incident, .alert = a, .language = PHRASE_DE};
    buf_printf(b, "<li class=\"tuermer-stufe-%d\"><strong>", a->level);
    markup_text(b, warning_word(&w));
    buf_add_text(b, "</strong> <a href=\"");
    markup_text(b, v->url);
    buf_printf(b, "/w/%s\" target=\"_top\">", a->marker);
    markup_text(b, l->headline);
    buf_add_text(b, "</a> (Stand ");
    phrase_time(b, view_stand_ms(a), PHRASE_DE);
    buf_add_text(b, ")</li>\n");
    return true;
}

/* Real warnings only: a drill has no place on the county's front page. */
void fragment_compose(struct buf *b, const struct view *v)
{
    struct buf items;
    size_t n = 0;
    buf_init(&items, b->max);
    for (size_t i = 0; i < v->n_states; i++) {
        const struct state *s = v->states[i];
        for (size_t k = 0; s->stream == STREAM_ACTUAL && k < s->n_incidents;
             k++) {
            n += fragment_item(&items, v, &s->incidents[k]) ? 1 : 0;
        }
    }
    buf_add_text(b, "<section class=\"tuermer-warnungen\" lang=\"de\">\n<h2>");
    markup_text(b, phrase(PHRASE_TITLE, PHRASE_DE));
    buf_add_text(b, "</h2>\n");
    if (n == 0) {
        markup_element(b, "p", phrase(PHRASE_NONE, PHRASE_DE));
    } else {
        buf_printf(b, "<ul>\n%s</ul>\n", buf_text(&items));
    }
    buf_add_text(b, "<p><a href=\"");
    markup_text(b, v->url);
    buf_add_text(b, "/\" target=\"_top\">");
    markup_text(b, phrase(PHRASE_BACK, PHRASE_DE));
    buf_add_text(b, "</a></p>\n</section>\n");
    buf_fini(&items);
}

static const char fragment_about[] =
    "<h1>Barrierefreiheit und Angaben zu dieser Seite</h1>\n"
    "<h2>Für alle lesbar</h2>\n"
    "<p>Diese Seite soll jeder Mensch lesen können: auf kleinen Bildschirmen, "
    "stark vergrößert, mit Tastatur oder Vorleseprogramm. Alle Farben werden "
    "durch Wort und Form ergänzt. Die Seite braucht keine Skripte.</p>\n"
    "<p>Texte „in einfachen Worten“ sind noch nicht von einer Prüfgruppe für "
    "Leichte Sprache geprüft. Alte Meldungen gibt es nicht in allen "
    "Sprachen.</p>\n"
    "<p>Stößt Ihnen ein Hindernis auf? Sagen Sie es uns bitte. Wir antworten "
    "und bessern nach.</p>\n"
    "<h2>Keine Daten über Sie</h2>\n"
    "<p>Diese Seite setzt keine Cookies und lädt nichts von anderen "
    "Anbietern. Wir werten nicht aus, wer sie liest.</p>\n"
    "<h2 id=\"programme\">Für Programme und andere Internetseiten</h2>\n"
    "<ul>\n"
    "<li><a href=\"feed.atom\">Alle Warnungen als Atom</a>, jede mit ihrer "
    "Datei im Format CAP 1.2</li>\n"
    "<li><a href=\"current.json\">Aktuelle Warnungen als JSON</a></li>\n"
    "<li><a href=\"einbinden.html\">Baustein für andere Internetseiten</a>: "
    "HTML ohne Skript, zum Einfügen auf dem Server</li>\n"
    "<li><a href=\"uebung/feed.atom\">Öffentliche Proben als Atom</a> und "
    "<a href=\"uebung/current.json\">als JSON</a></li>\n"
    "</ul>\n";

void fragment_compose_about(struct buf *b, const struct view *v)
{
    struct layout l = {.view = v,
                       .language = PHRASE_DE,
                       .root = "",
                       .title = "Barrierefreiheit",
                       .path = "/barrierefreiheit.html",
                       .description = "",
                       .image = ""};
    for (int i = 0; i < N_PHRASE_LANGUAGES; i++) {
        l.languages[i] = NULL;
    }
    l.languages[PHRASE_DE] = "barrierefreiheit.html";
    layout_open(b, &l);
    buf_add_text(b, fragment_about);
    buf_add_text(b, "<p class=\"back\">");
    layout_link(b, "", "./", phrase(PHRASE_BACK, PHRASE_DE));
    buf_add_text(b, "</p>\n");
    layout_close(b, &l);
}
