/* `tuermer audit show|verify|export` (contract 2). show and export, and verify
 * without a target, go through the service. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/cli/audit_export.h"
#include "service/cli/audit_site.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

enum { AUDIT_PAGE = 500, AUDIT_QUERY_MAX = 128, AUDIT_CURSOR_MAX = 32 };

/* What comes page by page: where it stopped, and for how many more. */
struct audit_pages {
    char after[AUDIT_CURSOR_MAX]; /* "" at the beginning */
    int64_t left;                 /* entries still wanted */
    bool end;                     /* the service has no more */
};

/* The next page: *answer is the parsed object, the caller's to json_decref(),
 * when the result is CLI_DONE. */
static int audit_next_page(struct cli *cli, struct audit_pages *p,
                           struct cli_call *call, json_t **answer)
{
    char path[AUDIT_QUERY_MAX];
    int64_t limit = p->left < AUDIT_PAGE ? p->left : AUDIT_PAGE;
    (void)snprintf(path, sizeof(path),
                   "/api/v1/audit?limit=%" PRId64 "&after=%s", limit, p->after);
    int code = cli_get(cli, path, call);
    if (code != CLI_DONE) {
        return code;
    }
    *answer = json_loads(call->answer, JSON_REJECT_DUPLICATES, NULL);
    const char *next = json_string_value(json_object_get(*answer, "next"));
    const json_t *items = json_object_get(*answer, "items");
    p->left -= (int64_t)json_array_size(items);
    p->end = next == NULL || strlen(next) >= sizeof(p->after);
    if (!p->end) {
        MEM_SET_TEXT(p->after, next);
    }
    if (!json_is_array(items)) {
        json_decref(*answer);
        cli_call_fini(call);
        cli_say(cli, "Die Antwort des Dienstes ist nicht lesbar.");
        return CLI_ERROR;
    }
    return CLI_DONE;
}

/* "2026-11-24T16:30:00.000+01:00" out of the entry's own text. */
static void audit_print_item(struct cli *cli, const json_t *item)
{
    const char *entry = json_string_value(json_object_get(item, "entry"));
    const char *text = json_string_value(json_object_get(item, "text"));
    json_t *parsed =
        json_loads(entry == NULL ? "" : entry, JSON_REJECT_DUPLICATES, NULL);
    const char *at = json_string_value(json_object_get(parsed, "at"));
    cli_out(cli, "%6" PRId64 "  %s  %s\n",
            (int64_t)json_integer_value(json_object_get(item, "index")),
            at == NULL ? "?" : at, text == NULL ? "" : text);
    json_decref(parsed);
}

static void audit_print_page(struct cli *cli, const char *answer,
                             const json_t *parsed)
{
    size_t i = 0;
    const json_t *item = NULL;
    if (cli->json) {
        cli_print_items(cli, answer);
        return;
    }
    json_array_foreach(json_object_get(parsed, "items"), i, item)
    {
        audit_print_item(cli, item);
    }
}

static int audit_print_pages(struct cli *cli, struct audit_pages *p)
{
    while (p->left > 0 && !p->end) {
        struct cli_call call = {0};
        json_t *answer = NULL;
        int code = audit_next_page(cli, p, &call, &answer);
        if (code != CLI_DONE) {
            return code;
        }
        audit_print_page(cli, call.answer, answer);
        json_decref(answer);
        cli_call_fini(&call);
    }
    return CLI_DONE;
}

static bool audit_is_number(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < 16 && strspn(text, "0123456789") == len;
}

static int audit_show(struct cli *cli)
{
    const char *after = "";
    const char *limit = "999999999999";
    const struct cli_option options[] = {{.name = "--after", .value = &after},
                                         {.name = "--limit", .value = &limit}};
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    if ((after[0] != '\0' && !audit_is_number(after)) ||
        !audit_is_number(limit)) {
        cli_say(cli, "--after und --limit sind Zahlen, zum Beispiel 99.");
        return CLI_USAGE;
    }
    struct audit_pages p = {.left = strtoll(limit, NULL, 10)};
    MEM_SET_TEXT(p.after, after);
    return audit_print_pages(cli, &p);
}

/* ---- verify -------------------------------------------------------------- */

static int audit_verify_service(struct cli *cli)
{
    struct cli_call call = {0};
    int code = cli_get(cli, "/api/v1/audit/verify", &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *answer = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    bool ok = json_is_true(json_object_get(answer, "ok"));
    const char *why = json_string_value(json_object_get(answer, "why"));
    if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    }
    if (ok) {
        cli_say(cli, "Das Protokoll ist unverändert: %" PRId64 " Einträge.",
                (int64_t)json_integer_value(json_object_get(answer, "size")));
    } else {
        cli_say(cli,
                "Das Protokoll ist beschädigt. %s. Das Senden ist davon nicht "
                "betroffen; bitte die Datenbank sichern und die Revision "
                "verständigen.",
                why == NULL ? "Die Antwort des Dienstes ist nicht lesbar"
                            : why);
    }
    json_decref(answer);
    cli_call_fini(&call);
    return ok ? CLI_DONE : CLI_ERROR;
}

static void audit_print_verdict(struct cli *cli, const struct site_verdict *v)
{
    json_t *object = json_object();
    (void)json_object_set_new(object, "ok", json_boolean(v->bad < 0));
    (void)json_object_set_new(object, "size", json_integer(v->checkpoint.size));
    (void)json_object_set_new(object, "origin",
                              json_string(v->checkpoint.origin));
    (void)json_object_set_new(object, "entries", json_boolean(v->entries));
    if (v->bad >= 0) {
        (void)json_object_set_new(object, "bad", json_integer(v->bad));
        (void)json_object_set_new(object, "why", json_string(v->why));
    }
    char *text = json_dumps(object, JSON_COMPACT);
    cli_out(cli, "%s\n", text == NULL ? "{}" : text);
    free(text);
    json_decref(object);
}

static int audit_say_verdict(struct cli *cli, const struct site_verdict *v,
                             bool key_known)
{
    if (cli->json) {
        audit_print_verdict(cli, v);
    }
    if (v->bad >= 0) {
        cli_say(cli, "Das Protokoll %s ist beschädigt. %s.",
                v->checkpoint.origin, v->why);
        return CLI_ERROR;
    }
    cli_say(cli, "Das Protokoll %s ist in sich richtig: %" PRId64 " %s.%s",
            v->checkpoint.origin, v->checkpoint.size,
            v->entries ? "Einträge, Wort für Wort geprüft"
                       : "Prüfsummen (die Einträge selbst liegen hier nicht)",
            key_known ? ""
                      : " Geprüft mit dem Schlüssel, der daneben liegt; mit "
                        "--key gilt der, den Sie schon kennen.");
    return CLI_DONE;
}

static int audit_verify_place(struct cli *cli, const char *folder,
                              const char *url, const char *key_text)
{
    struct site_verdict verdict;
    struct key_public key;
    struct err e;
    if (key_text != NULL && key_parse(key_text, &key, &e) != ERR_OK) {
        cli_say(cli, "--key: %s", e.msg);
        return CLI_USAGE;
    }
    const struct key_public *known = key_text == NULL ? NULL : &key;
    enum err_code code =
        folder != NULL ? audit_site_verify_folder(folder, known, &verdict, &e)
                       : audit_site_verify_url(url, known, &verdict, &e);
    if (code == ERR_DENIED) {
        cli_say(cli, "Die Unterschrift des Prüfpunkts ist falsch: %s", e.msg);
        return CLI_ERROR;
    }
    return code == ERR_OK ? audit_say_verdict(cli, &verdict, known != NULL)
                          : cli_fail(cli, &e);
}

static int audit_verify(struct cli *cli)
{
    const char *folder = NULL;
    const char *url = NULL;
    const char *key = NULL;
    const struct cli_option options[] = {{.name = "--site", .value = &folder},
                                         {.name = "--url", .value = &url},
                                         {.name = "--key", .value = &key}};
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    if (folder != NULL && url != NULL) {
        cli_say(cli, "Entweder --site oder --url.");
        return CLI_USAGE;
    }
    if (folder == NULL && url == NULL) {
        return audit_verify_service(cli);
    }
    return audit_verify_place(cli, folder, url, key);
}

/* ---- export -------------------------------------------------------------- */

static enum err_code audit_export_page(struct audit_export *x,
                                       const json_t *answer, struct err *e)
{
    size_t i = 0;
    const json_t *item = NULL;
    enum err_code code = ERR_OK;
    json_array_foreach(json_object_get(answer, "items"), i, item)
    {
        const json_t *entry = json_object_get(item, "entry");
        if (code == ERR_OK && json_is_string(entry)) {
            code = audit_export_add(x, json_string_value(entry),
                                    json_string_length(entry), e);
        }
    }
    return code;
}

/* All entries below `size`. */
static int audit_export_entries(struct cli *cli, struct audit_export *x,
                                int64_t size)
{
    struct audit_pages p = {.left = size};
    struct err e;
    while (p.left > 0 && !p.end) {
        struct cli_call call = {0};
        json_t *answer = NULL;
        int code = audit_next_page(cli, &p, &call, &answer);
        if (code != CLI_DONE) {
            return code;
        }
        enum err_code added = audit_export_page(x, answer, &e);
        json_decref(answer);
        cli_call_fini(&call);
        if (added != ERR_OK) {
            return cli_fail(cli, &e);
        }
    }
    return CLI_DONE;
}

/* The service's newest checkpoint and key, both the caller's to free(). */
static int audit_export_head(struct cli *cli, char **note, char **key,
                             int64_t *size)
{
    struct cli_call call = {0};
    struct checkpoint c;
    struct err e;
    int code = cli_get(cli, "/api/v1/audit/checkpoint", &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *answer = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    *note =
        mem_strdup(json_string_value(json_object_get(answer, "checkpoint")));
    *key = mem_strdup(json_string_value(json_object_get(answer, "key")));
    json_decref(answer);
    cli_call_fini(&call);
    if (*note == NULL || *key == NULL ||
        checkpoint_parse(*note, strlen(*note), &c, &e) != ERR_OK) {
        cli_say(cli, "Es gibt noch keinen unterschriebenen Prüfpunkt. Bitte in "
                     "einer Sekunde noch einmal versuchen.");
        return CLI_ERROR;
    }
    *size = c.size;
    return CLI_DONE;
}

static int audit_export_run(struct cli *cli, struct audit_export *x,
                            const char *folder)
{
    char *note = NULL;
    char *key = NULL;
    int64_t size = 0;
    struct err e;
    int code = audit_export_head(cli, &note, &key, &size);
    if (code == CLI_DONE && audit_export_init(x, folder, &e) != ERR_OK) {
        code = cli_fail(cli, &e);
    }
    if (code == CLI_DONE) {
        code = audit_export_entries(cli, x, size);
    }
    if (code == CLI_DONE && audit_export_finish(x, key, note, &e) != ERR_OK) {
        code = cli_fail(cli, &e);
    }
    if (code == CLI_DONE && cli->json) {
        cli_out(cli, "{\"size\":%" PRId64 "}\n", size);
    }
    if (code == CLI_DONE) {
        cli_say(cli, "%" PRId64 " Einträge liegen in %s.", size, folder);
    }
    free(note);
    free(key);
    return code;
}

static int audit_export(struct cli *cli)
{
    const char *folder = NULL;
    const struct cli_option options[] = {{.name = "--tiles", .value = &folder}};
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return CLI_USAGE;
    }
    if (folder == NULL) {
        cli->json = true; /* the entries themselves, one a line */
        return audit_print_pages(cli, &(struct audit_pages){.left = INT64_MAX});
    }
    struct audit_export *x = mem_zalloc(sizeof(*x));
    int code = audit_export_run(cli, x, folder);
    audit_export_fini(x);
    free(x);
    return code;
}

int cli_audit(struct cli *cli)
{
    if (strcmp(cli->verb, "show") == 0) {
        return audit_show(cli);
    }
    if (strcmp(cli->verb, "verify") == 0) {
        return audit_verify(cli);
    }
    if (strcmp(cli->verb, "export") == 0) {
        return audit_export(cli);
    }
    return cli_usage(cli);
}
