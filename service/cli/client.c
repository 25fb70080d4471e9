/* HTTP over the service's UNIX socket, one call after the other. The service
 * knows the caller by the socket (local:<unix user>) or, with --as, by the
 * token of a session that `tuermer login` left in a file. */
#include "service/cli/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "service/access/session.h"
#include "service/base/buf.h"
#include "service/base/file.h"
#include "service/base/mem.h"

enum {
    CLIENT_ANSWER_MAX = 32 * 1024 * 1024, /* an audit export is long */
    CLIENT_TIMEOUT_MS = 30000,
    CLIENT_CONNECT_MS = 5000,
};

enum err_code client_session_folder(char path[CLIENT_PATH_MAX], struct err *e)
{
    const char *folder = getenv("TUERMER_SESSION_DIR");
    const char *rest = "";
    if (folder == NULL || folder[0] == '\0') {
        folder = getenv("XDG_RUNTIME_DIR");
        rest = "/tuermer";
    }
    if (folder == NULL || folder[0] == '\0') {
        folder = getenv("HOME");
        rest = "/.cache/tuermer-session";
    }
    if (folder == NULL || folder[0] == '\0') {
        return err_set(e, ERR_NOT_FOUND,
                       "kein Ort für Sitzungen: TUERMER_SESSION_DIR setzen");
    }
    int n = snprintf(path, CLIENT_PATH_MAX, "%s%s", folder, rest);
    if (n < 0 || n >= CLIENT_PATH_MAX) {
        return err_set(e, ERR_LIMIT, "der Ort für Sitzungen ist zu lang");
    }
    return ERR_OK;
}

enum err_code client_session_path(const char *name, char path[CLIENT_PATH_MAX],
                                  struct err *e)
{
    if (!session_user_valid(name)) {
        return err_set(e, ERR_INVALID, "%.64s ist kein Benutzername", name);
    }
    if (client_session_folder(path, e) != ERR_OK) {
        return e->code;
    }
    size_t len = strlen(path);
    int n = snprintf(path + len, CLIENT_PATH_MAX - len, "/%s", name);
    if (n < 0 || (size_t)n >= CLIENT_PATH_MAX - len) {
        return err_set(e, ERR_LIMIT, "der Ort für Sitzungen ist zu lang");
    }
    return ERR_OK;
}

/* One call being made. */
struct client {
    struct cli_call *call;
    struct buf answer;
    char authorization[CLIENT_TOKEN_MAX + 32];
    struct curl_slist *headers;
};

static size_t client_receive(char *bytes, size_t size, size_t n, void *data)
{
    struct client *c = data;
    buf_add(&c->answer, bytes, size * n);
    return buf_ok(&c->answer) ? size * n : 0;
}

/* The value of "name=value;…" when the cookie is a session's. */
static void client_take_cookie(struct cli_call *call, const char *text)
{
    const char *names[] = {session_cookie_name(false),
                           session_cookie_name(true)};
    for (size_t i = 0; i < CLI_N(names); i++) {
        size_t len = strlen(names[i]);
        if (strncmp(text, names[i], len) == 0 && text[len] == '=') {
            (void)snprintf(call->session_token, sizeof(call->session_token),
                           "%.*s", (int)strcspn(text + len + 1, "; \r\n"),
                           text + len + 1);
        }
    }
}

static size_t client_header(char *bytes, size_t size, size_t n, void *data)
{
    struct client *c = data;
    char line[512];
    (void)snprintf(line, sizeof(line), "%.*s", (int)(size * n), bytes);
    if (strncasecmp(line, "Set-Cookie: ", 12) == 0) {
        client_take_cookie(c->call, line + 12);
    }
    if (strncasecmp(line, "Retry-After: ", 13) == 0) {
        c->call->retry_after_s = strtol(line + 13, NULL, 10);
    }
    return size * n;
}

static void client_add_header(struct client *c, const char *name,
                              const char *value)
{
    char line[512];
    (void)snprintf(line, sizeof(line), "%s: %s", name, value);
    struct curl_slist *more = curl_slist_append(c->headers, line);
    c->headers = more != NULL ? more : c->headers;
    sodium_memzero(line, sizeof(line));
}

/* The session of --as NAME into the Authorization header. */
static int client_authorise(struct cli *cli, struct client *c)
{
    char path[CLIENT_PATH_MAX];
    char token[CONFIG_SECRET_MAX];
    struct err e;
    if (cli->as == NULL) {
        return CLI_DONE;
    }
    if (client_session_path(cli->as, path, &e) != ERR_OK) {
        cli_say(cli, "%s", e.msg);
        return CLI_USAGE;
    }
    enum err_code code = config_secret(path, token, &e);
    if (code == ERR_NOT_FOUND) {
        cli_say(cli, "%s ist nicht angemeldet. Anmelden: tuermer login %s",
                cli->as, cli->as);
        return CLI_NOT_ALLOWED;
    }
    if (code != ERR_OK) {
        cli_say(cli, "%s", e.msg);
        return code == ERR_DENIED ? CLI_CONFIG : CLI_ERROR;
    }
    (void)snprintf(c->authorization, sizeof(c->authorization), "Bearer %.60s",
                   token);
    client_add_header(c, "Authorization", c->authorization);
    sodium_memzero(token, sizeof(token));
    sodium_memzero(c->authorization, sizeof(c->authorization));
    return CLI_DONE;
}

static void client_set_up(CURL *curl, struct client *c, const char *socket,
                          const char *url)
{
    const struct cli_call *call = c->call;
    long timeout = call->timeout_ms > 0 ? call->timeout_ms : CLIENT_TIMEOUT_MS;
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, socket);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout);
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
                           (long)CLIENT_CONNECT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, client_receive);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, c);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, client_header);
    (void)curl_easy_setopt(curl, CURLOPT_HEADERDATA, c);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, c->headers);
    if (call->body != NULL) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                               (curl_off_t)strlen(call->body));
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call->body);
    } else if (strcmp(call->method, "GET") != 0) {
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "");
    }
    if (strcmp(call->method, "GET") != 0) {
        (void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, call->method);
    }
}

/* Nothing came back: why, in words. */
static int client_explain(struct cli *cli, const struct config *config,
                          CURLcode rv)
{
    if (access(config->socket, R_OK | W_OK) != 0 && errno == EACCES) {
        cli_say(cli,
                "%s darf nur root und der Benutzer des Dienstes öffnen. "
                "Als einer von ihnen aufrufen (sudo).",
                config->socket);
        return CLI_NOT_ALLOWED;
    }
    if (rv == CURLE_OPERATION_TIMEDOUT) {
        cli_say(cli, "Der Dienst hat nicht rechtzeitig geantwortet; ob er die "
                     "Anfrage ausgeführt hat, ist nicht bekannt. Nachsehen: "
                     "tuermer alert list");
        return CLI_UNREACHABLE;
    }
    cli_say(cli,
            "Der Dienst ist unter %s nicht erreichbar. Läuft er? "
            "systemctl status tuermer",
            config->socket);
    return CLI_UNREACHABLE;
}

static int client_perform(struct cli *cli, const struct config *config,
                          struct client *c)
{
    char url[2048];
    long status = 0;
    CURL *curl = curl_easy_init();
    if (curl == NULL) {
        cli_say(cli, "kein Speicher");
        return CLI_ERROR;
    }
    (void)snprintf(url, sizeof(url), "http://localhost%.2000s", c->call->path);
    client_set_up(curl, c, config->socket, url);
    CURLcode rv = curl_easy_perform(curl);
    int code = CLI_DONE;
    if (rv != CURLE_OK) {
        code = client_explain(cli, config, rv);
    } else {
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        c->call->status = (int)status;
        c->call->answer_len = c->answer.len;
        c->call->answer = buf_take(&c->answer);
    }
    curl_easy_cleanup(curl);
    return code;
}

int cli_request(struct cli *cli, struct cli_call *call)
{
    struct client c = {.call = call};
    const struct config *config = cli_config(cli);
    if (config == NULL) {
        return CLI_CONFIG;
    }
    call->status = 0;
    call->retry_after_s = 0;
    buf_init(&c.answer, CLIENT_ANSWER_MAX);
    int code = client_authorise(cli, &c);
    if (code == CLI_DONE) {
        client_add_header(&c, "Expect", "");
        if (call->body != NULL) {
            client_add_header(&c, "Content-Type", "application/json");
        }
        if (call->idempotency_key != NULL) {
            client_add_header(&c, "Idempotency-Key", call->idempotency_key);
        }
        code = client_perform(cli, config, &c);
    }
    curl_slist_free_all(c.headers);
    buf_fini(&c.answer);
    return code;
}

void cli_call_fini(struct cli_call *call)
{
    sodium_memzero(call->session_token, sizeof(call->session_token));
    free(call->answer);
    call->answer = NULL;
}

static void client_say_errors(struct cli *cli, const json_t *errors)
{
    size_t i = 0;
    const json_t *error = NULL;
    json_array_foreach(errors, i, error)
    {
        const char *field = json_string_value(json_object_get(error, "field"));
        const char *message =
            json_string_value(json_object_get(error, "message"));
        if (field != NULL && message != NULL) {
            cli_say(cli, "  %s: %s", field, message);
        }
    }
}

int cli_problem(struct cli *cli, const struct cli_call *call)
{
    json_t *root = json_loads(call->answer, JSON_REJECT_DUPLICATES, NULL);
    const char *title = json_string_value(json_object_get(root, "title"));
    const char *detail = json_string_value(json_object_get(root, "detail"));
    const char *type = json_string_value(json_object_get(root, "type"));
    const char *text = detail != NULL ? detail : title;
    if (text == NULL) {
        text = "ohne Angabe von Gründen";
    }
    cli_say(cli, "%s (%d)", text, call->status);
    client_say_errors(cli, json_object_get(root, "errors"));
    bool lacks = type != NULL && strstr(type, "/approval-missing") != NULL;
    bool stale = type != NULL && strstr(type, "/step-up-required") != NULL;
    if (cli->as != NULL && (stale || call->status == 401)) {
        cli_say(cli, "Neu anmelden: tuermer login %s", cli->as);
    }
    if (call->retry_after_s > 0) {
        cli_say(cli, "Nächster Versuch in %ld s.", call->retry_after_s);
    }
    if (cli->json) {
        cli_out(cli, "%s\n", call->answer);
    }
    json_decref(root);
    if (lacks || call->status == 401 || call->status == 403) {
        return CLI_NOT_ALLOWED;
    }
    return call->status == 503 ? CLI_UNREACHABLE : CLI_ERROR;
}

int cli_get(struct cli *cli, const char *path, struct cli_call *call)
{
    *call = (struct cli_call){.method = "GET", .path = path};
    int code = cli_request(cli, call);
    if (code == CLI_DONE && call->status != 200) {
        code = cli_problem(cli, call);
        cli_call_fini(call);
    }
    return code;
}

void cli_print_items(struct cli *cli, const char *answer)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    size_t i = 0;
    const json_t *item = NULL;
    json_array_foreach(json_object_get(root, "items"), i, item)
    {
        char *line = json_dumps(item, JSON_COMPACT);
        cli_out(cli, "%s\n", line == NULL ? "{}" : line);
        free(line);
    }
    json_decref(root);
}

/* The first line of stdin. */
static int client_read_stdin(struct cli *cli, char out[CONFIG_SECRET_MAX])
{
    if (fgets(out, CONFIG_SECRET_MAX, stdin) == NULL) {
        cli_say(cli, "auf der Standardeingabe steht nichts");
        return CLI_ERROR;
    }
    out[strcspn(out, "\r\n")] = '\0';
    return CLI_DONE;
}

int cli_read_secret(struct cli *cli, const char *path,
                    char out[CONFIG_SECRET_MAX])
{
    struct err e;
    if (strcmp(path, "-") == 0) {
        return client_read_stdin(cli, out);
    }
    enum err_code code = config_secret(path, out, &e);
    if (code != ERR_OK) {
        cli_say(cli, "%s", e.msg);
        return code == ERR_DENIED ? CLI_CONFIG : CLI_ERROR;
    }
    return CLI_DONE;
}
