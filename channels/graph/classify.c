#include "channels/graph/classify.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "channels/transport/http_client.h"
#include "service/base/err.h"

enum graph_hint {
    HINT_SERVER,
    HINT_TOKEN,
    HINT_RIGHTS,
    HINT_CONTENT,
    HINT_ACCOUNT,
    HINT_QUOTA,
    HINT_BRAKE,
    HINT_SPAM,
    HINT_TWICE,
    HINT_IMAGE,
    HINT_CONTAINER,
    HINT_EARLY,
    HINT_OBJECT,
};

/* What happened, around the platform's name, and what a person can do. */
struct graph_text {
    const char *before;
    const char *after;
    const char *advice; /* NULL when none is needed */
};

static const struct graph_text graph_hints[] = {
    [HINT_SERVER] = {"", " meldet einen Fehler auf seiner Seite", NULL},
    [HINT_TOKEN] = {"Zugang zu ", " ungültig", "Token erneuern"},
    [HINT_RIGHTS] = {"", " verweigert das Recht dazu", "Rechte der App prüfen"},
    [HINT_CONTENT] = {"", " lehnt den Inhalt ab", "Fehler der Technik melden"},
    [HINT_ACCOUNT] = {"", " hat das Konto eingeschränkt",
                      "in der App anmelden und bestätigen"},
    [HINT_QUOTA] = {"Tageskontingent bei ", " erschöpft", NULL},
    [HINT_BRAKE] = {"", " bremst zu viele Anfragen", NULL},
    [HINT_SPAM] = {"", " hält den Beitrag für Spam", "im Profil nachsehen"},
    [HINT_TWICE] = {"", " sagt, der Beitrag sei schon erschienen", NULL},
    [HINT_IMAGE] = {"", " konnte das Bild nicht laden",
                    "Erreichbarkeit der Webseite prüfen"},
    [HINT_CONTAINER] = {"", " kennt den vorbereiteten Beitrag nicht", NULL},
    [HINT_EARLY] = {"", " bereitet den Beitrag noch vor", NULL},
    [HINT_OBJECT] = {"", " findet Seite oder Beitrag nicht",
                     "Kennung und Rechte prüfen"},
};

enum { ANY = 0 };

struct graph_rule {
    int first; /* code, from */
    int last;  /* to */
    int subcode;
    enum graph_class class;
    enum graph_hint hint;
};

/* The first row that fits wins; no row is UNKNOWN. */
static const struct graph_rule graph_rules[] = {
    {-2, -2, 2207003, GRAPH_NOT_SENT, HINT_IMAGE},
    {-2, -2, 2207020, GRAPH_UNKNOWN, HINT_CONTAINER},
    {4, 4, 2207051, GRAPH_UNKNOWN, HINT_SPAM},
    {9, 9, 2207042, GRAPH_REFUSED, HINT_QUOTA},
    {24, 24, 2207006, GRAPH_UNKNOWN, HINT_CONTAINER},
    {24, 24, 2207008, GRAPH_UNKNOWN, HINT_CONTAINER},
    {25, 25, 2207050, GRAPH_REFUSED, HINT_ACCOUNT},
    {9004, 9004, 2207052, GRAPH_NOT_SENT, HINT_IMAGE},
    {9007, 9007, 2207027, GRAPH_NOT_SENT, HINT_EARLY},
    {100, 100, GRAPH_SUBCODE_MISSING, GRAPH_UNKNOWN, HINT_OBJECT},

    {190, 190, ANY, GRAPH_REFUSED, HINT_TOKEN},
    {102, 102, ANY, GRAPH_REFUSED, HINT_TOKEN},
    {104, 104, ANY, GRAPH_REFUSED, HINT_TOKEN},
    {10, 10, ANY, GRAPH_REFUSED, HINT_RIGHTS},
    {200, 299, ANY, GRAPH_REFUSED, HINT_RIGHTS},
    {3, 3, ANY, GRAPH_REFUSED, HINT_RIGHTS},
    {100, 100, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {803, 803, ANY, GRAPH_REFUSED, HINT_OBJECT},
    {1609005, 1609005, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {1609008, 1609008, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {2635, 2635, ANY, GRAPH_REFUSED, HINT_CONTENT}, /* version is gone */
    {324, 324, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {1366046, 1366046, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {352, 352, ANY, GRAPH_REFUSED, HINT_CONTENT},
    {36000, 36004, ANY, GRAPH_REFUSED, HINT_CONTENT},

    /* "Identical to the last one": our text bears the alert's own number, so
     * the last one is this alert, from an attempt whose answer was lost. */
    {506, 506, ANY, GRAPH_UNKNOWN, HINT_TWICE},
    {1366051, 1366051, ANY, GRAPH_UNKNOWN, HINT_TWICE},

    {4, 4, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {17, 17, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {32, 32, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {341, 341, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {613, 613, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {80001, 80002, ANY, GRAPH_THROTTLED, HINT_BRAKE},
    {368, 368, ANY, GRAPH_THROTTLED, HINT_BRAKE},
};

const char *graph_platform_name(enum graph_platform platform)
{
    return platform == GRAPH_FACEBOOK ? "Facebook" : "Instagram";
}

void graph_say(char detail[DETAIL_MAX], const char *format, ...)
{
    char text[2 * DETAIL_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    struct err cut; /* err_set() cuts at a character */
    _Static_assert((int)ERR_MESSAGE_MAX == (int)DETAIL_MAX, "same size");
    (void)err_set(&cut, ERR_OK, "%s", text);
    memcpy(detail, cut.msg, DETAIL_MAX);
}

enum outcome graph_outcome(enum graph_class class)
{
    switch (class) {
    case GRAPH_OK: return OUTCOME_DONE;
    case GRAPH_NOT_SENT:
    case GRAPH_THROTTLED: return OUTCOME_NOT_SENT;
    case GRAPH_REFUSED: return OUTCOME_REFUSED;
    case GRAPH_UNKNOWN: break;
    }
    return OUTCOME_UNKNOWN;
}

/* What it means for the alert; "" for calls that publish nothing. */
static const char *graph_consequence(enum graph_kind kind,
                                     enum graph_class class)
{
    if (kind == GRAPH_READ || kind == GRAPH_EDIT || class == GRAPH_OK) {
        return "";
    }
    if (class == GRAPH_UNKNOWN && kind == GRAPH_COMMIT) {
        return ". Vielleicht doch erschienen: es wird nachgelesen";
    }
    if (class == GRAPH_REFUSED) {
        return ". Nichts erschienen: von Hand posten";
    }
    return ". Nichts erschienen, wird wiederholt";
}

static void graph_explain(enum graph_platform platform, enum graph_kind kind,
                          enum graph_hint hint, struct graph_verdict *v)
{
    const struct graph_text *text = &graph_hints[hint];
    const char *consequence = graph_consequence(kind, v->class);
    const char *advice = text->advice;
    char code[40] = "";
    if (v->subcode != 0) {
        (void)snprintf(code, sizeof(code), " (Code %d/%d)", v->code,
                       v->subcode);
    } else if (v->code != 0) {
        (void)snprintf(code, sizeof(code), " (Code %d)", v->code);
    }
    graph_say(v->detail, "%s%s%s%s%s%s%s.", text->before,
              graph_platform_name(platform), text->after, code, consequence,
              advice != NULL ? "; " : "", advice != NULL ? advice : "");
}

/* No whole answer came. */
static void graph_classify_broken(enum graph_platform platform,
                                  enum graph_kind kind,
                                  const struct http_answer *a,
                                  struct graph_verdict *v)
{
    static const struct graph_text what[] = {
        [HTTP_ANSWERED] = {"", " antwortet unverständlich", NULL},
        [HTTP_NOT_CONNECTED] = {"", " nicht erreichbar", NULL},
        [HTTP_TIMED_OUT] = {"", " antwortet nicht rechtzeitig", NULL},
        [HTTP_BROKEN] = {"Verbindung zu ", " abgebrochen", NULL},
        [HTTP_TOO_LARGE] = {"", " antwortet mit zu vielen Daten", NULL},
        [HTTP_CANCELLED] = {"Anfrage an ", " beim Beenden abgebrochen", NULL},
    };
    v->class = a->request_sent ? GRAPH_UNKNOWN : GRAPH_NOT_SENT;
    graph_say(v->detail, "%s%s%s%s.", what[a->end].before,
              graph_platform_name(platform), what[a->end].after,
              graph_consequence(kind, v->class));
}

static int graph_integer(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
    return n > -1000000000 && n < 1000000000 ? (int)n : 0;
}

/* X-Business-Use-Case-Usage: minutes until the longest brake ends. */
static int64_t graph_regain_ms(const char *usage)
{
    json_t *root = json_loads(usage, JSON_REJECT_DUPLICATES, NULL);
    int minutes = 0;
    const char *key = NULL;
    json_t *uses = NULL;
    json_object_foreach(root, key, uses)
    {
        size_t i = 0;
        json_t *use = NULL;
        json_array_foreach(uses, i, use)
        {
            int n = graph_integer(use, "estimated_time_to_regain_access");
            minutes = n > minutes ? n : minutes;
        }
    }
    json_decref(root);
    return (int64_t)minutes * 60000;
}

static void graph_classify_error(enum graph_platform platform,
                                 enum graph_kind kind,
                                 const struct http_answer *a,
                                 const json_t *error, struct graph_verdict *v)
{
    v->code = graph_integer(error, "code");
    v->subcode = graph_integer(error, "error_subcode");
    const char *trace = json_string_value(json_object_get(error, "fbtrace_id"));
    if (trace != NULL) {
        (void)snprintf(v->trace, sizeof(v->trace), "%s", trace);
    }
    enum graph_hint hint = HINT_SERVER;
    size_t n = sizeof(graph_rules) / sizeof(graph_rules[0]);
    /* A 5xx or a 2xx around an error proves nothing, whatever its code. */
    for (size_t i = 0; i < n && a->status >= 400 && a->status < 500; i++) {
        const struct graph_rule *rule = &graph_rules[i];
        if (v->code >= rule->first && v->code <= rule->last &&
            (rule->subcode == ANY || rule->subcode == v->subcode)) {
            v->class = rule->class;
            hint = rule->hint;
            break;
        }
    }
    if (v->class == GRAPH_THROTTLED || v->class == GRAPH_NOT_SENT) {
        int64_t regain_ms = graph_regain_ms(a->business_usage);
        v->retry_after_ms =
            regain_ms > a->retry_after_ms ? regain_ms : a->retry_after_ms;
    }
    graph_explain(platform, kind, hint, v);
}

/* Ids stand in addresses later: digits and one underscore in Meta's, letters
 * are let through for stand-ins. */
static bool graph_id_is_good(const char *id)
{
    size_t len = strspn(id, "0123456789_ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                            "abcdefghijklmnopqrstuvwxyz");
    return len > 0 && id[len] == '\0' && len < REMOTE_ID_MAX;
}

static bool graph_is_good(enum graph_kind kind, const json_t *root,
                          struct graph_verdict *v)
{
    const char *id = json_string_value(json_object_get(root, "id"));
    bool with_id = id != NULL && graph_id_is_good(id);
    if (with_id) {
        (void)snprintf(v->id, sizeof(v->id), "%s", id);
    }
    switch (kind) {
    case GRAPH_READ: return true;
    case GRAPH_EDIT:
        return with_id || json_is_true(json_object_get(root, "success"));
    case GRAPH_CREATE:
    case GRAPH_COMMIT: break;
    }
    return with_id;
}

void graph_classify(enum graph_platform platform, enum graph_kind kind,
                    const struct http_answer *answer,
                    struct graph_verdict *verdict)
{
    memset(verdict, 0, sizeof(*verdict));
    verdict->class = GRAPH_UNKNOWN;
    if (answer->end != HTTP_ANSWERED) {
        graph_classify_broken(platform, kind, answer, verdict);
        return;
    }
    json_t *root = json_loadb(answer->body, answer->body_len,
                              JSON_REJECT_DUPLICATES, NULL);
    const json_t *error = json_object_get(root, "error");
    if (json_is_object(error)) {
        graph_classify_error(platform, kind, answer, error, verdict);
    } else if (answer->status == 200 && json_is_object(root) &&
               graph_is_good(kind, root, verdict)) {
        verdict->class = GRAPH_OK;
    } else if (answer->status >= 500) {
        graph_explain(platform, kind, HINT_SERVER, verdict);
    } else {
        graph_classify_broken(platform, kind, answer, verdict);
    }
    json_decref(root);
}
