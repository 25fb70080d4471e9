#include "service/cli/alert_show.h"

#include <jansson.h>
#include <string.h>

enum {
    ALERT_SHOW_PATH_MAX = 192,
    ALERT_SHOW_ID_MAX = 64,
    ALERT_SHOW_WHEN_MAX = 16,
};

static const char *alert_show_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static bool alert_show_is(const char *text, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(words[i], text) == 0) {
            return true;
        }
    }
    return false;
}

static void alert_show_count(const char *state, struct alert_progress *p)
{
    static const char *const visible[] = {"visible", "hand_posted"};
    static const char *const ended[] = {
        "needs_operator", "failed",    "superseded", "cancelled",
        "expired",        "abandoned", "quarantined"};
    p->n++;
    if (alert_show_is(state, visible, CLI_N(visible))) {
        p->visible++;
        p->done++;
    } else if (strcmp(state, "accepted") == 0) {
        p->done++;
    } else if (alert_show_is(state, ended, CLI_N(ended))) {
        p->failed++;
    }
}

bool alert_show_progress(const char *answer, struct alert_progress *p)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const char *state = alert_show_text(root, "state");
    size_t i = 0;
    const json_t *delivery = NULL;
    *p = (struct alert_progress){.awaiting =
                                     strcmp(state, "awaiting_approval") == 0,
                                 .refused = strcmp(state, "rejected") == 0 ||
                                            strcmp(state, "lapsed") == 0};
    json_array_foreach(json_object_get(root, "deliveries"), i, delivery)
    {
        alert_show_count(alert_show_text(delivery, "state"), p);
    }
    bool is_alert = state[0] != '\0';
    json_decref(root);
    return is_alert;
}

int alert_show_judge(const struct alert_progress *p)
{
    if (p->awaiting || p->refused) {
        return CLI_NOT_ALLOWED;
    }
    if (p->done + p->failed < p->n) {
        return CLI_WAIT_RAN_OUT;
    }
    if (p->done == p->n && p->n > 0) {
        return CLI_DONE;
    }
    return p->done > 0 ? CLI_PARTLY : CLI_NOWHERE;
}

/* The board's words (console.md, 4). */
static const char *alert_show_delivery_state(const char *state)
{
    static const char *const words[][2] = {
        {"queued", "Geplant"},
        {"sending", "Wird gesendet"},
        {"retry_wait", "Neuer Versuch folgt"},
        {"unknown", "Unklar – wird geprüft"},
        {"needs_operator", "Unklar – bitte prüfen"},
        {"accepted", "Angenommen"},
        {"visible", "Veröffentlicht"},
        {"hand_posted", "Von Hand veröffentlicht"},
        {"failed", "Fehlgeschlagen"},
        {"superseded", "Überholt"},
        {"cancelled", "Nicht mehr nötig"},
        {"expired", "Abgelaufen"},
        {"abandoned", "Aufgegeben"},
        {"quarantined", "Angehalten nach Wiederherstellung"},
    };
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

static const char *alert_show_state(const char *state)
{
    static const char *const words[][2] = {
        {"awaiting_approval", "wartet auf zweite Freigabe"},
        {"released", "ausgelöst"},
        {"rejected", "abgelehnt"},
        {"lapsed", "verfallen"},
        {"superseded", "überholt"},
        {"all_clear", "entwarnt"},
        {"retracted", "zurückgezogen"},
        {"expired", "abgelaufen"},
        {"preempted", "durch eine echte Meldung abgebrochen"},
    };
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

static const char *alert_show_kind(const char *kind)
{
    static const char *const words[][2] = {
        {"alert", "Warnung"},           {"update", "Aktualisierung"},
        {"all_clear", "Entwarnung"},    {"retraction", "Zurücknahme"},
        {"correction", "Berichtigung"},
    };
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], kind) == 0) {
            return words[i][1];
        }
    }
    return kind;
}

/* "24.11. 18:34" of the API's RFC 3339, which has the place's own offset. */
static void alert_show_when(const char *time, char out[ALERT_SHOW_WHEN_MAX])
{
    out[0] = '\0';
    if (strlen(time) >= sizeof("2026-11-24T18:34") - 1) {
        (void)snprintf(out, ALERT_SHOW_WHEN_MAX, "%.2s.%.2s. %.5s", &time[8],
                       &time[5], &time[11]);
    }
}

static void alert_show_line(struct cli *cli, const json_t *alert)
{
    bool exercise = strcmp(alert_show_text(alert, "status"), "exercise") == 0;
    char when[ALERT_SHOW_WHEN_MAX];
    alert_show_when(alert_show_text(alert, "submitted_at"), when);
    cli_cell(cli, alert_show_text(alert, "id"), 14);
    cli_cell(cli, when, 14);
    cli_cell(cli, exercise ? "ÜBUNG" : "ECHT", 7);
    cli_cell(cli, alert_show_kind(alert_show_text(alert, "kind")), 16);
    cli_cell(cli, alert_show_text(alert, "template"), 14);
    cli_out(cli, "%s\n", alert_show_state(alert_show_text(alert, "state")));
}

static void alert_show_alert(struct cli *cli, const json_t *alert)
{
    size_t i = 0;
    const json_t *delivery = NULL;
    alert_show_line(cli, alert);
    json_array_foreach(json_object_get(alert, "deliveries"), i, delivery)
    {
        const char *where = alert_show_text(delivery, "permalink");
        const char *detail = alert_show_text(delivery, "detail");
        cli_out(cli, "  %-10s %s%s%s%s%s\n",
                alert_show_text(delivery, "channel"),
                alert_show_delivery_state(alert_show_text(delivery, "state")),
                detail[0] == '\0' ? "" : " – ", detail,
                where[0] == '\0' ? "" : "  ", where);
    }
    if (json_is_true(json_object_get(alert, "countersign_owed"))) {
        cli_out(cli,
                "  Gegenzeichnung steht noch aus: tuermer alert "
                "countersign %s\n",
                alert_show_text(alert, "id"));
    }
}

void alert_show_print(struct cli *cli, const char *answer)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const json_t *alerts = json_object_get(root, "alerts");
    size_t i = 0;
    const json_t *alert = NULL;
    if (alerts == NULL) {
        alert_show_alert(cli, root);
    }
    json_array_foreach(alerts, i, alert)
    {
        alert_show_alert(cli, alert);
    }
    json_decref(root);
}

/* Prints one page; the next one's cursor into `after`, "" at the end. */
static void alert_show_page(struct cli *cli, const char *answer,
                            char after[ALERT_SHOW_ID_MAX])
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    size_t i = 0;
    const json_t *alert = NULL;
    if (cli->json) {
        cli_print_items(cli, answer);
    } else {
        json_array_foreach(json_object_get(root, "items"), i, alert)
        {
            alert_show_line(cli, alert);
        }
    }
    (void)snprintf(after, ALERT_SHOW_ID_MAX, "%s",
                   alert_show_text(root, "next"));
    json_decref(root);
}

int alert_show_list(struct cli *cli)
{
    char after[ALERT_SHOW_ID_MAX] = "";
    int code = CLI_DONE;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    do {
        char path[ALERT_SHOW_PATH_MAX];
        struct cli_call call;
        (void)snprintf(path, sizeof(path), "/api/v1/alerts%s%s",
                       after[0] == '\0' ? "" : "?after=", after);
        code = cli_get(cli, path, &call);
        if (code == CLI_DONE) {
            alert_show_page(cli, call.answer, after);
            cli_call_fini(&call);
        }
    } while (code == CLI_DONE && after[0] != '\0');
    return code;
}

/* LOE-7K3Q9F is an incident, LOE-7K3Q9F-1 an alert. */
static bool alert_show_is_marker(const char *id)
{
    const char *first = strchr(id, '-');
    return first != NULL && strchr(first + 1, '-') == NULL;
}

int alert_show_one(struct cli *cli)
{
    char path[ALERT_SHOW_PATH_MAX];
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 1, 1)) {
        return CLI_USAGE;
    }
    const char *id = cli->args[0];
    if (strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen(id) ||
        strlen(id) >= ALERT_SHOW_ID_MAX) {
        cli_say(cli, "%s ist keine Kennung wie LOE-7K3Q9F-1", id);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/api/v1/%s/%s",
                   alert_show_is_marker(id) ? "incidents" : "alerts", id);
    int code = cli_get(cli, path, &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else {
        alert_show_print(cli, call.answer);
    }
    cli_call_fini(&call);
    return CLI_DONE;
}
