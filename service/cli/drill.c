/* `tuermer drill plan|list|run|cancel|approve|report` (contract 2). */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "service/cli/alert_values.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

enum { DRILL_PATH_MAX = 192, DRILL_CLOCK_LEN = 5 };

/* What `plan` was told. */
struct drill_plan {
    const char *template_id;
    const char *mode;
    const char *at;
    const char *rrule;
    const char *duration;
    const char *name;
    const char *channels;
    struct cli_list parameters;
};

static const char *drill_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* The states in words (console.md, "Übungen"). */
static const char *drill_state(const char *state)
{
    static const char *const words[][2] = {
        {"planned", "geplant"},       {"running", "läuft"},
        {"passed", "bestanden"},      {"failed", "nicht bestanden"},
        {"cancelled", "abgesagt"},    {"missed", "verpasst"},
        {"preempted", "abgebrochen"},
    };
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

/* "+90min", "16:00": meant from the slot on, so it goes through as it is. */
static bool drill_is_relative(const char *value)
{
    return value[0] == '+' ||
           (strlen(value) == DRILL_CLOCK_LEN && value[2] == ':' &&
            strspn(value, "0123456789:") == DRILL_CLOCK_LEN);
}

/* Splits -p into what is relative (into *object) and the rest. */
static void drill_split(const struct cli_list *all, json_t *object,
                        struct cli_list *rest)
{
    for (size_t i = 0; i < all->n; i++) {
        const char *equals = strchr(all->items[i], '=');
        if (equals == NULL || !drill_is_relative(equals + 1)) {
            rest->items[rest->n++] = all->items[i];
            continue;
        }
        char *name = mem_dup(all->items[i], (size_t)(equals - all->items[i]));
        check(json_object_set_new(object, name, json_string(equals + 1)) == 0);
        free(name);
    }
}

/* The parameters as the family wants them; NULL: said. */
static json_t *drill_parameters(struct cli *cli, const struct drill_plan *plan,
                                int64_t at_ms, int *code)
{
    char path[DRILL_PATH_MAX];
    struct cli_call call;
    struct cli_list rest = {.n = 0};
    (void)snprintf(path, sizeof path, "/api/v1/templates/%.100s",
                   plan->template_id);
    *code = cli_get(cli, path, &call);
    if (*code != CLI_DONE) {
        return NULL;
    }
    json_t *relative = json_object();
    drill_split(&plan->parameters, relative, &rest);
    char *text = alert_values_read(cli, call.answer, "alert", &rest, at_ms);
    json_t *parameters = NULL;
    if (text == NULL) {
        *code = CLI_USAGE;
    } else {
        parameters = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
        check(parameters != NULL &&
              json_object_update(parameters, relative) == 0);
    }
    free(text);
    json_decref(relative);
    cli_call_fini(&call);
    return parameters;
}

static void drill_put(json_t *body, const char *name, const char *text)
{
    if (text != NULL) {
        check(json_object_set_new(body, name, json_string(text)) == 0);
    }
}

static void drill_put_channels(json_t *body, const char *text)
{
    if (text == NULL) {
        return;
    }
    json_t *list = json_array();
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        check(json_array_append_new(list, json_stringn(text, len)) == 0);
        text += len;
        text += *text == ',' ? 1 : 0;
    }
    check(json_object_set_new(body, "channels", list) == 0);
}

/* Takes parameters. */
static char *drill_body(const struct drill_plan *plan, const char *starts_at,
                        json_t *parameters)
{
    json_t *body = json_object();
    check(body != NULL);
    drill_put(body, "template", plan->template_id);
    drill_put(body, "mode", plan->mode);
    drill_put(body, "name", plan->name);
    drill_put(body, "rrule", plan->rrule);
    drill_put(body, "starts_at", starts_at);
    drill_put_channels(body, plan->channels);
    if (plan->duration != NULL) {
        char *end = NULL;
        long seconds = strtol(plan->duration, &end, 10);
        check(json_object_set_new(body, "duration_s",
                                  *end == '\0'
                                      ? json_integer(seconds)
                                      : json_string(plan->duration)) == 0);
    }
    check(json_object_set_new(body, "parameters", parameters) == 0);
    char *text = json_dumps(body, JSON_COMPACT);
    check(text != NULL);
    json_decref(body);
    return text;
}

static void drill_print(struct cli *cli, const json_t *d)
{
    const char *next = drill_text(d, "next_at");
    const char *incident = drill_text(d, "incident");
    const char *reason = drill_text(d, "reason");
    bool is_public = strcmp(drill_text(d, "mode"), "public") == 0;
    cli_cell(cli, drill_text(d, "id"), 24);
    cli_cell(cli, drill_state(drill_text(d, "state")), 17);
    cli_cell(cli, is_public ? "öffentlich" : "intern", 12);
    cli_out(cli, "%s%s%s%s%s%s%s\n", drill_text(d, "name"),
            next[0] == '\0' ? "" : ", am ", next,
            incident[0] == '\0' ? "" : ", Ereignis ", incident,
            reason[0] == '\0' ? "" : ": ", reason);
}

/* Prints the drill that an answer holds, or the complaint. */
static int drill_answer(struct cli *cli, struct cli_call *call)
{
    int code = CLI_DONE;
    if (call->status >= 400) {
        code = cli_problem(cli, call);
    } else if (cli->json) {
        cli_out(cli, "%s\n", call->answer);
    } else {
        json_t *d = json_loads(call->answer, JSON_REJECT_DUPLICATES, NULL);
        drill_print(cli, d);
        json_decref(d);
    }
    cli_call_fini(call);
    return code;
}

static int drill_send_plan(struct cli *cli, const struct drill_plan *plan)
{
    int64_t now_ms = clock_wall_ms(clock_real());
    int64_t at_ms = now_ms;
    char starts_at[TIMESTAMP_MAX] = "now";
    int code = CLI_USAGE;
    if (strcmp(plan->at, "now") != 0) {
        if (!alert_values_time(plan->at, now_ms, &at_ms)) {
            cli_say(cli,
                    "--at: „%s“ ist keine Zeit; zum Beispiel now, +2h, "
                    "16:00 oder 2026-11-24T16:00:00+01:00",
                    plan->at);
            return CLI_USAGE;
        }
        timestamp_format(at_ms, starts_at);
    }
    json_t *parameters = drill_parameters(cli, plan, at_ms, &code);
    if (parameters == NULL) {
        return code;
    }
    char *body = drill_body(plan, starts_at, parameters);
    struct cli_call call = {
        .method = "POST", .path = "/api/v1/drills", .body = body};
    code = cli_request(cli, &call);
    free(body);
    return code == CLI_DONE ? drill_answer(cli, &call) : code;
}

static int drill_plan(struct cli *cli)
{
    struct drill_plan plan = {.at = "now", .mode = "internal"};
    const struct cli_option options[] = {
        {.name = "--template", .value = &plan.template_id},
        {.name = "--mode", .value = &plan.mode},
        {.name = "--at", .value = &plan.at},
        {.name = "--rrule", .value = &plan.rrule},
        {.name = "--duration", .value = &plan.duration},
        {.name = "--name", .value = &plan.name},
        {.name = "--channels", .value = &plan.channels},
        {.name = "-p", .list = &plan.parameters},
    };
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    if (plan.template_id == NULL) {
        cli_say(cli, "--template fehlt");
        return cli_usage(cli);
    }
    if (cli_config(cli) == NULL) { /* its time zone is what 16:00 means */
        return CLI_CONFIG;
    }
    return drill_send_plan(cli, &plan);
}

static int drill_list(struct cli *cli)
{
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    int code = cli_get(cli, "/api/v1/drills", &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli->json) {
        cli_print_items(cli, call.answer);
    } else {
        json_t *root = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
        size_t i = 0;
        const json_t *item = NULL;
        json_array_foreach(json_object_get(root, "items"), i, item)
        {
            drill_print(cli, item);
        }
        json_decref(root);
    }
    cli_call_fini(&call);
    return CLI_DONE;
}

/* POST /drills/{id}/<verb> */
static int drill_decide(struct cli *cli)
{
    char path[DRILL_PATH_MAX];
    if (!cli_options(cli, NULL, 0, 1, 1)) {
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/api/v1/drills/%.64s/%s", cli->args[0],
                   cli->verb);
    struct cli_call call = {.method = "POST", .path = path, .body = "{}"};
    int code = cli_request(cli, &call);
    return code == CLI_DONE ? drill_answer(cli, &call) : code;
}

/* Seconds between two of the API's times; -1 when one is missing. */
static double drill_seconds(const char *from, const char *to)
{
    int64_t from_ms = 0;
    int64_t to_ms = 0;
    if (!timestamp_parse(from, &from_ms) || !timestamp_parse(to, &to_ms)) {
        return -1.0;
    }
    return (double)(to_ms - from_ms) / 1000.0;
}

static void drill_print_seconds(struct cli *cli, double seconds)
{
    if (seconds < 0.0) {
        cli_out(cli, " %12s", "–");
    } else {
        cli_out(cli, " %10.1f s", seconds);
    }
}

static const char *drill_step(const char *name)
{
    static const char *const words[][2] = {{"planned", "geplant"},
                                           {"started", "begonnen"},
                                           {"all_clear", "Entwarnung"},
                                           {"ended", "beendet"}};
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], name) == 0) {
            return words[i][1];
        }
    }
    return name;
}

/* The time of day in RFC 3339. */
static const char *drill_clock(const char *at)
{
    const char *t = strchr(at, 'T');
    return t == NULL ? "" : t + 1;
}

static void drill_print_report(struct cli *cli, const json_t *report)
{
    size_t i = 0;
    const json_t *item = NULL;
    const char *reason = drill_text(report, "reason");
    cli_out(cli, "Übung %s: %s%s%s\n", drill_text(report, "name"),
            drill_state(drill_text(report, "state")),
            reason[0] == '\0' ? "" : " – ", reason);
    json_array_foreach(json_object_get(report, "steps"), i, item)
    {
        cli_out(cli, "  ");
        cli_cell(cli, drill_step(drill_text(item, "name")), 12);
        cli_out(cli, "%.10s %.8s\n", drill_text(item, "at"),
                drill_clock(drill_text(item, "at")));
    }
    cli_out(cli, "%-10s %12s %12s %12s\n", "Kanal", "angenommen", "sichtbar",
            "Entwarnung");
    json_array_foreach(json_object_get(report, "channels"), i, item)
    {
        const char *queued = drill_text(item, "queued_at");
        cli_out(cli, "%-10s", drill_text(item, "channel"));
        drill_print_seconds(
            cli, drill_seconds(queued, drill_text(item, "accepted_at")));
        drill_print_seconds(
            cli, drill_seconds(queued, drill_text(item, "visible_at")));
        drill_print_seconds(
            cli, drill_seconds(queued, drill_text(item, "ended_at")));
        cli_out(cli, "\n");
    }
}

/* A drill that did not pass: 3 when some channel took it, 4 when none. */
static int drill_judge(const json_t *report)
{
    size_t i = 0;
    const json_t *item = NULL;
    if (strcmp(drill_text(report, "state"), "failed") != 0) {
        return CLI_DONE;
    }
    json_array_foreach(json_object_get(report, "channels"), i, item)
    {
        if (drill_text(item, "accepted_at")[0] != '\0') {
            return CLI_PARTLY;
        }
    }
    return CLI_NOWHERE;
}

static int drill_report(struct cli *cli)
{
    char path[DRILL_PATH_MAX];
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 1, 1)) {
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof path, "/api/v1/drills/%.64s/report",
                   cli->args[0]);
    int code = cli_get(cli, path, &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *report = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else {
        drill_print_report(cli, report);
    }
    code = drill_judge(report);
    json_decref(report);
    cli_call_fini(&call);
    return code;
}

int cli_drill(struct cli *cli)
{
    static const struct {
        const char *verb;
        int (*run)(struct cli *cli);
    } verbs[] = {
        {"plan", drill_plan},      {"list", drill_list},
        {"run", drill_decide},     {"cancel", drill_decide},
        {"approve", drill_decide}, {"report", drill_report},
    };
    for (size_t i = 0; i < CLI_N(verbs); i++) {
        if (strcmp(verbs[i].verb, cli->verb) == 0) {
            return verbs[i].run(cli);
        }
    }
    return cli_usage(cli);
}
