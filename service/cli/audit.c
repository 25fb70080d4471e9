/* `tuermer audit show|verify|export` (contract 2). show and export, and verify
 * without a target, go through the service. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/base/mem.h"
#include "service/cli/audit_export.h"
#include "service/cli/audit_site.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

enum {
    AUDIT_PAGE = 500,
    AUDIT_QUERY_MAX = 128,
    AUDIT_CURSOR_MAX = 32,
    AUDIT_HEAD_TRIES = 25, /* five seconds */
};

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
    if (code == ERR_NOT_FOUND) {
        cli_say(cli, "Unter %s liegt kein Protokoll (Prüfpunkt und Schlüssel).",
                folder != NULL ? folder : url);
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

/* What an export hangs on: the newest signed checkpoint and its key. */
struct audit_head {
    char *note; /* NULL while there is none */
    char *key;
    int64_t signed_size;
    int64_t log_size;
};

static void audit_head_fini(struct audit_head *head)
{
    free(head->note);
    free(head->key);
    *head = (struct audit_head){0};
}

static int audit_head_get(struct cli *cli, struct audit_head *head)
{
    struct cli_call call = {0};
    struct checkpoint c = {.size = 0};
    struct err e;
    int code = cli_get(cli, "/api/v1/audit/checkpoint", &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *answer = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    *head = (struct audit_head){
        .note = mem_strdup(
            json_string_value(json_object_get(answer, "checkpoint"))),
        .key = mem_strdup(json_string_value(json_object_get(answer, "key"))),
        .log_size = json_integer_value(json_object_get(answer, "size"))};
    if (head->note != NULL &&
        checkpoint_parse(head->note, strlen(head->note), &c, &e) == ERR_OK) {
        head->signed_size = c.size;
    }
    json_decref(answer);
    cli_call_fini(&call);
    return CLI_DONE;
}

/* The service signs at most once a second: waits until what was in the log at
 * the first look is signed. A damaged log is never signed again; then the
 * last checkpoint has to do. */
static int audit_export_head(struct cli *cli, struct audit_head *head)
{
    static const struct timespec pause = {.tv_nsec = 200000000};
    int64_t wanted = -1;
    for (int i = 0; i < AUDIT_HEAD_TRIES; i++) {
        int code = audit_head_get(cli, head);
        if (code != CLI_DONE) {
            return code;
        }
        wanted = wanted < 0 ? head->log_size : wanted;
        if (head->signed_size >= wanted && head->signed_size > 0) {
            return CLI_DONE;
        }
        if (i + 1 < AUDIT_HEAD_TRIES) {
            audit_head_fini(head);
            (void)nanosleep(&pause, NULL);
        }
    }
    if (head->signed_size == 0 || head->key == NULL) {
        cli_say(cli, "Es gibt noch keinen unterschriebenen Prüfpunkt.");
        return CLI_ERROR;
    }
    cli_say(cli, "Die jüngsten Einträge sind noch nicht unterschrieben; „audit "
                 "verify“ sagt, ob das Protokoll beschädigt ist.");
    return CLI_DONE;
}

static int audit_export_run(struct cli *cli, struct audit_export *x,
                            const struct audit_head *head, const char *folder)
{
    struct err e;
    if (audit_export_init(x, folder, &e) != ERR_OK) {
        return cli_fail(cli, &e);
    }
    int code = audit_export_entries(cli, x, head->signed_size);
    if (code == CLI_DONE &&
        audit_export_finish(x, head->key, head->note, &e) != ERR_OK) {
        code = cli_fail(cli, &e);
    }
    if (code == CLI_DONE && cli->json) {
        cli_out(cli, "{\"size\":%" PRId64 "}\n", head->signed_size);
    }
    if (code == CLI_DONE) {
        cli_say(cli, "%" PRId64 " Einträge liegen in %s.", head->signed_size,
                folder);
    }
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
    struct audit_head head = {0};
    int code = audit_export_head(cli, &head);
    if (code == CLI_DONE) {
        code = audit_export_run(cli, x, &head, folder);
    }
    audit_head_fini(&head);
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
