/* `tuermer user add|list|disable`: accounts, for operators. A password made
 * here and the address for the authenticator app are printed once. */
#include <jansson.h>
#include <qrencode.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/cli/cli.h"
#include "service/cli/nouns.h"

static const char *user_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* "releaser, approver" of an array. */
static void user_print_roles(struct cli *cli, const json_t *roles)
{
    size_t i = 0;
    const json_t *role = NULL;
    json_array_foreach(roles, i, role)
    {
        cli_out(cli, "%s%s", i == 0 ? "" : ", ", json_string_value(role));
    }
}

static bool user_qr_dark(const QRcode *code, int x, int y)
{
    return x >= 0 && x < code->width && y >= 0 && y < code->width &&
           (code->data[y * code->width + x] & 1U) != 0;
}

/* Two rows of modules in one row of half blocks, with a light border, as
 * terminals are mostly dark. */
static void user_print_qr(struct cli *cli, const char *text)
{
    static const char *const blocks[4] = {"█", "▀", "▄", " "};
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (code == NULL) {
        return;
    }
    const int border = 2;
    for (int y = -border; y < code->width + border; y += 2) {
        for (int x = -border; x < code->width + border; x++) {
            unsigned dark = (user_qr_dark(code, x, y) ? 2U : 0U) |
                            (user_qr_dark(code, x, y + 1) ? 1U : 0U);
            cli_out(cli, "%s", blocks[dark]);
        }
        cli_out(cli, "\n");
    }
    QRcode_free(code);
}

static void user_print_new(struct cli *cli, const json_t *user)
{
    cli_out(cli, "Konto %s angelegt: ", user_text(user, "name"));
    user_print_roles(cli, json_object_get(user, "roles"));
    cli_out(cli, "\n");
    if (user_text(user, "password")[0] != '\0') {
        cli_out(cli, "Kennwort (wird nicht noch einmal gezeigt): %s\n",
                user_text(user, "password"));
    }
    if (user_text(user, "token")[0] != '\0') {
        cli_out(cli, "API-Token (wird nicht noch einmal gezeigt): %s\n",
                user_text(user, "token"));
    }
    const char *uri = user_text(user, "totp_uri");
    if (uri[0] != '\0') {
        cli_out(cli,
                "Für die Authenticator-App (wird nicht noch einmal gezeigt):\n"
                "%s\n",
                uri);
        if (isatty(STDOUT_FILENO) != 0) {
            user_print_qr(cli, uri);
        }
    }
}

/* The request's body, or NULL with everything said. */
static char *user_body(struct cli *cli, const char *roles, const char *password,
                       bool totp, bool token)
{
    json_t *list = json_array();
    while (*roles != '\0') {
        size_t len = strcspn(roles, ",");
        (void)json_array_append_new(list, json_stringn(roles, len));
        roles += len;
        roles += *roles == ',' ? 1 : 0;
    }
    json_t *body =
        json_pack("{s:s, s:o, s:b, s:b}", "name", cli->args[0], "roles", list,
                  "totp", totp ? 1 : 0, "token", token ? 1 : 0);
    if (body != NULL && password[0] != '\0') {
        (void)json_object_set_new(body, "password", json_string(password));
    }
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text == NULL) {
        cli_say(cli, "Name oder Kennwort ist kein Text in UTF-8");
    }
    return text;
}

/* Sends `body` to `path`; with a 200 or 201 the answer goes to print. */
static int user_post(struct cli *cli, const char *path, char *body,
                     void (*print)(struct cli *cli, const json_t *user))
{
    struct cli_call call = {.method = "POST", .path = path, .body = body};
    int code = cli_request(cli, &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status != 200 && call.status != 201) {
        code = cli_problem(cli, &call);
    } else if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else {
        json_t *user = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
        print(cli, user);
        json_decref(user);
    }
    if (call.answer != NULL) {
        sodium_memzero(call.answer, call.answer_len);
    }
    cli_call_fini(&call);
    return code;
}

/* Who sends needs a second factor; without one the account is of no use. */
static void user_hint(struct cli *cli, const char *roles, bool has_way_in)
{
    if (!has_way_in && (strstr(roles, "releaser") != NULL ||
                        strstr(roles, "approver") != NULL ||
                        strstr(roles, "drill_lead") != NULL)) {
        cli_say(cli, "Hinweis: Mit diesen Rollen kann sich nur anmelden, wer "
                     "einen Einmalcode hat (--totp).");
    }
}

static int user_add(struct cli *cli)
{
    const char *roles = NULL;
    const char *password_file = NULL;
    bool totp = false;
    bool token = false;
    char password[CONFIG_SECRET_MAX] = "";
    const struct cli_option options[] = {
        {.name = "--roles", .value = &roles},
        {.name = "--password-file", .value = &password_file},
        {.name = "--totp", .flag = &totp},
        {.name = "--token", .flag = &token},
    };
    if (!cli_options(cli, options, CLI_N(options), 1, 1)) {
        return CLI_USAGE;
    }
    if (roles == NULL) {
        cli_say(cli, "--roles fehlt");
        return cli_usage(cli);
    }
    int code = password_file == NULL
                   ? CLI_DONE
                   : cli_read_secret(cli, password_file, password);
    user_hint(cli, roles, totp || token);
    char *body =
        code != CLI_DONE ? NULL : user_body(cli, roles, password, totp, token);
    sodium_memzero(password, sizeof(password));
    if (body == NULL) {
        return code == CLI_DONE ? CLI_ERROR : code;
    }
    code = user_post(cli, "/api/v1/users", body, user_print_new);
    sodium_memzero(body, strlen(body));
    free(body);
    return code;
}

static void user_print_disabled(struct cli *cli, const json_t *user)
{
    cli_out(cli,
            "Konto %s ist gesperrt, seine Sitzungen sind beendet. Andere "
            "Konten sind nicht betroffen.\n",
            user_text(user, "name"));
}

static int user_disable_name(struct cli *cli)
{
    char path[256];
    char body[] = "{}";
    if (!cli_options(cli, NULL, 0, 1, 1)) {
        return CLI_USAGE;
    }
    if (strspn(cli->args[0], "abcdefghijklmnopqrstuvwxyz0123456789._-") !=
        strlen(cli->args[0])) {
        cli_say(cli, "%s ist kein Benutzername", cli->args[0]);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/api/v1/users/%.64s/disable",
                   cli->args[0]);
    return user_post(cli, path, body, user_print_disabled);
}

static int user_list(struct cli *cli)
{
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    int code = cli_get(cli, "/api/v1/users", &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli->json) {
        cli_print_items(cli, call.answer);
        cli_call_fini(&call);
        return CLI_DONE;
    }
    json_t *root = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    size_t i = 0;
    const json_t *user = NULL;
    json_array_foreach(json_object_get(root, "items"), i, user)
    {
        bool enrolled = json_is_true(json_object_get(user, "enrolled"));
        bool disabled = json_is_true(json_object_get(user, "disabled"));
        cli_out(cli, "%-24s %-14s %s", user_text(user, "name"),
                enrolled ? "mit Einmalcode" : "", disabled ? "gesperrt  " : "");
        user_print_roles(cli, json_object_get(user, "roles"));
        cli_out(cli, "\n");
    }
    json_decref(root);
    cli_call_fini(&call);
    return CLI_DONE;
}

int cli_user(struct cli *cli)
{
    if (strcmp(cli->verb, "add") == 0) {
        return user_add(cli);
    }
    if (strcmp(cli->verb, "list") == 0) {
        return user_list(cli);
    }
    return strcmp(cli->verb, "disable") == 0 ? user_disable_name(cli)
                                             : cli_usage(cli);
}
