/* `tuermer template lint|import|list|approve` (contract 2). */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"
#include "templates/family.h"
#include "templates/inline.h"
#include "templates/lint.h"
#include "templates/places.h"

/* The file as a self-contained family; NULL: it said what is wrong. */
static char *template_read(struct cli *cli, const char *path, size_t *len)
{
    char *bytes = NULL;
    struct err e;
    if (inline_file(path, &bytes, len, &e) != ERR_OK) {
        cli_say(cli, "%s: %s", path, e.msg);
        return NULL;
    }
    return bytes;
}

static void template_print_finding(struct cli *cli, const char *path,
                                   const struct lint_finding *f)
{
    static const char *const words[] = {[LINT_ERROR] = "Fehler",
                                        [LINT_WARNING] = "Warnung",
                                        [LINT_NOTE] = "Hinweis"};
    if (!cli->json) {
        cli_out(cli, "%s: %s: %s: %s\n", path, words[f->severity], f->field,
                f->message);
        return;
    }
    json_t *object = json_pack("{s:s, s:s, s:s, s:s}", "file", path, "severity",
                               lint_severity_name(f->severity), "field",
                               f->field, "message", f->message);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    cli_out(cli, "%s\n", text == NULL ? "{}" : text);
    free(text);
}

/* A family that cannot be read is one finding, about its place. */
static void template_print_broken(struct cli *cli, const char *path,
                                  const char *message)
{
    struct lint_finding f = {.severity = LINT_ERROR};
    const char *colon = strstr(message, ": ");
    size_t len = colon == NULL ? 0 : (size_t)(colon - message);
    if (len > 0 && len < sizeof(f.field) && memchr(message, ' ', len) == NULL) {
        memcpy(f.field, message, len);
        message = colon + 2;
    }
    mem_copy_text(f.message, sizeof(f.message), message);
    template_print_finding(cli, path, &f);
}

/* True when the family may be approved. */
static bool template_lint_one(struct cli *cli, const char *path,
                              const struct places *places,
                              struct lint_report *report)
{
    struct family *family = NULL;
    struct err e;
    char *bytes = NULL;
    size_t len = 0;
    enum err_code code = inline_file(path, &bytes, &len, &e);
    if (code == ERR_OK) {
        code = family_parse(bytes, len, &family, &e);
    }
    free(bytes);
    if (code != ERR_OK) {
        template_print_broken(cli, path, e.msg);
        return false;
    }
    lint_family(family, places, report);
    family_free(family);
    for (size_t i = 0; i < report->n; i++) {
        template_print_finding(cli, path, &report->items[i]);
    }
    return report->errors == 0;
}

static int template_lint(struct cli *cli)
{
    if (!cli_options(cli, NULL, 0, 1, CLI_ARGS_MAX)) {
        return CLI_USAGE;
    }
    struct places *places = places_builtin();
    struct lint_report *report = mem_zalloc(sizeof(*report));
    int code = CLI_DONE;
    for (size_t i = 0; i < cli->n_args; i++) {
        if (!template_lint_one(cli, cli->args[i], places, report)) {
            code = CLI_ERROR;
        }
    }
    free(report);
    places_free(places);
    if (code != CLI_DONE) {
        cli_say(cli, "Mindestens eine Vorlage kann so nicht freigegeben "
                     "werden.");
    }
    return code;
}

static const char *template_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

static const char *template_state(const char *state)
{
    static const char *const words[][2] = {{"draft", "Entwurf"},
                                           {"in_review", "Zur Prüfung"},
                                           {"approved", "Freigegeben"},
                                           {"blocked", "Gesperrt"}};
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

/* One version: with --json the object as it came, else a line. */
static void template_print(struct cli *cli, const json_t *object)
{
    if (cli->json) {
        char *text = json_dumps(object, JSON_COMPACT);
        cli_out(cli, "%s\n", text == NULL ? "{}" : text);
        free(text);
        return;
    }
    cli_out(cli, "%-24s Version %d  %-11s  %d von %d Freigaben  %.19s…\n",
            template_text(object, "id"),
            (int)json_integer_value(json_object_get(object, "version")),
            template_state(template_text(object, "state")),
            (int)json_integer_value(json_object_get(object, "approvals")),
            (int)json_integer_value(json_object_get(object, "needed")),
            template_text(object, "hash"));
}

/* Sends and prints the version that the answer holds. */
static int template_call(struct cli *cli, const char *path, const char *body)
{
    struct cli_call call = {.method = "POST", .path = path, .body = body};
    int code = cli_request(cli, &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status >= 400) {
        code = cli_problem(cli, &call);
    } else {
        json_t *object = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
        template_print(cli, object);
        json_decref(object);
    }
    cli_call_fini(&call);
    return code;
}

static int template_import(struct cli *cli)
{
    if (!cli_options(cli, NULL, 0, 1, CLI_ARGS_MAX)) {
        return CLI_USAGE;
    }
    int code = CLI_DONE;
    for (size_t i = 0; i < cli->n_args && code != CLI_UNREACHABLE; i++) {
        size_t len = 0;
        char *bytes = template_read(cli, cli->args[i], &len);
        int one = bytes == NULL
                      ? CLI_ERROR
                      : template_call(cli, "/api/v1/templates", bytes);
        if (one != CLI_DONE) {
            cli_say(cli, "%s wurde nicht eingelesen.", cli->args[i]);
        }
        code = one != CLI_DONE ? one : code;
        free(bytes);
    }
    return code;
}

static int template_list(struct cli *cli)
{
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    int code = cli_get(cli, "/api/v1/templates?all=1", &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *root = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        template_print(cli, item);
    }
    json_decref(root);
    cli_call_fini(&call);
    return CLI_DONE;
}

static int template_approve(struct cli *cli)
{
    const char *hash = NULL;
    struct cli_option options[] = {{.name = "--hash", .value = &hash}};
    char path[128] = "/api/v1/templates/";
    if (!cli_options(cli, options, CLI_N(options), 1, 1)) {
        return CLI_USAGE;
    }
    const char *id = cli->args[0];
    size_t len = strlen(id);
    if (len == 0 || len > 48 ||
        strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-") != len) {
        cli_say(cli,
                "„%.48s“ ist kein Name einer Vorlage, zum Beispiel "
                "hw-rhein.",
                id);
        return CLI_USAGE;
    }
    size_t used = strlen(path);
    (void)snprintf(path + used, sizeof(path) - used, "%s/approve", id);
    json_t *body = json_object();
    if (hash != NULL) {
        (void)json_object_set_new(body, "hash", json_string(hash));
    }
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    int code = template_call(cli, path, text);
    free(text);
    return code;
}

int cli_template(struct cli *cli)
{
    static const struct {
        const char *verb;
        int (*run)(struct cli *cli);
    } verbs[] = {
        {"lint", template_lint},
        {"import", template_import},
        {"list", template_list},
        {"approve", template_approve},
    };
    for (size_t i = 0; i < CLI_N(verbs); i++) {
        if (strcmp(cli->verb, verbs[i].verb) == 0) {
            return verbs[i].run(cli);
        }
    }
    return cli_usage(cli);
}
