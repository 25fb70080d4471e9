/* `tuermer login NAME` and `tuermer logout`: a normal session over the
 * socket; its token is kept in a file of mode 0600, never shown. */
#include <dirent.h>
#include <jansson.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "service/access/session.h"
#include "service/base/file.h"
#include "service/cli/client.h"
#include "service/cli/nouns.h"

/* Asks on the terminal, without an echo for a password. */
static int login_ask(struct cli *cli, const char *prompt, bool echo,
                     char out[CONFIG_SECRET_MAX])
{
    struct termios before;
    FILE *tty = fopen("/dev/tty", "r+e");
    if (tty == NULL || tcgetattr(fileno(tty), &before) != 0) {
        cli_say(cli, "kein Terminal: --password-file und --totp-file angeben");
        if (tty != NULL) {
            (void)fclose(tty);
        }
        return CLI_USAGE;
    }
    struct termios silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    (void)fprintf(tty, "%s", prompt);
    (void)fflush(tty);
    if (!echo) {
        (void)tcsetattr(fileno(tty), TCSAFLUSH, &silent);
    }
    bool read = fgets(out, CONFIG_SECRET_MAX, tty) != NULL;
    (void)tcsetattr(fileno(tty), TCSAFLUSH, &before);
    if (!echo) {
        (void)fprintf(tty, "\n");
    }
    (void)fclose(tty);
    if (!read) {
        return CLI_ERROR;
    }
    out[strcspn(out, "\r\n")] = '\0';
    return CLI_DONE;
}

/* The session's token into its file. */
static int login_keep(struct cli *cli, const char *name, const char *token)
{
    char path[CLIENT_PATH_MAX];
    struct err e;
    if (client_session_folder(path, &e) != ERR_OK ||
        file_make_folders(path, 0700, &e) != ERR_OK ||
        client_session_path(name, path, &e) != ERR_OK ||
        file_write_durable(path, token, strlen(token), 0600, &e) != ERR_OK) {
        return cli_fail(cli, &e);
    }
    return CLI_DONE;
}

static int login_send(struct cli *cli, const char *name, const char *password,
                      const char *totp)
{
    json_t *body = json_pack("{s:s, s:s}", "user", name, "password", password);
    if (body != NULL && totp[0] != '\0') {
        (void)json_object_set_new(body, "totp", json_string(totp));
    }
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text == NULL) {
        cli_say(cli, "Name, Kennwort oder Code ist kein Text in UTF-8");
        return CLI_ERROR;
    }
    struct cli_call call = {
        .method = "POST", .path = "/api/v1/session", .body = text};
    cli->as = NULL;
    int code = cli_request(cli, &call);
    sodium_memzero(text, strlen(text));
    free(text);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status != 200 || call.session_token[0] == '\0') {
        code = cli_problem(cli, &call);
    } else {
        code = login_keep(cli, name, call.session_token);
    }
    if (code == CLI_DONE && cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else if (code == CLI_DONE) {
        cli_say(cli, "%s ist angemeldet.", name);
    }
    cli_call_fini(&call);
    return code;
}

int cli_login(struct cli *cli)
{
    const char *password_file = NULL;
    const char *totp_file = NULL;
    char password[CONFIG_SECRET_MAX] = "";
    char totp[CONFIG_SECRET_MAX] = "";
    const struct cli_option options[] = {
        {.name = "--password-file", .value = &password_file},
        {.name = "--totp-file", .value = &totp_file},
    };
    if (!cli_options(cli, options, CLI_N(options), 1, 1)) {
        return CLI_USAGE;
    }
    const char *name = cli->args[0];
    if (!session_user_valid(name)) {
        cli_say(cli, "%s ist kein Benutzername", name);
        return CLI_USAGE;
    }
    int code = password_file != NULL
                   ? cli_read_secret(cli, password_file, password)
                   : login_ask(cli, "Kennwort: ", false, password);
    if (code == CLI_DONE && totp_file != NULL) {
        code = cli_read_secret(cli, totp_file, totp);
    } else if (code == CLI_DONE && password_file == NULL) {
        code = login_ask(cli, "Einmalcode (leer, wenn keiner): ", true, totp);
    }
    if (code == CLI_DONE) {
        code = login_send(cli, name, password, totp);
    }
    sodium_memzero(password, sizeof(password));
    sodium_memzero(totp, sizeof(totp));
    return code;
}

/* Ends NAME's session at the service and takes its file away, also when the
 * session had ended before. */
static int logout_one(struct cli *cli, const char *name)
{
    char path[CLIENT_PATH_MAX];
    struct err e;
    struct cli_call call = {.method = "DELETE", .path = "/api/v1/session"};
    cli->as = name;
    int code = cli_request(cli, &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status != 204 && call.status != 401) {
        code = cli_problem(cli, &call);
    } else if (client_session_path(name, path, &e) == ERR_OK) {
        (void)unlink(path);
        cli_say(cli, "%s ist abgemeldet.", name);
    }
    cli_call_fini(&call);
    return code;
}

int cli_logout(struct cli *cli)
{
    char folder[CLIENT_PATH_MAX];
    struct err e;
    if (!cli_options(cli, NULL, 0, 0, 1)) {
        return CLI_USAGE;
    }
    const char *only = cli->n_args == 1 ? cli->args[0] : cli->as;
    if (only != NULL) {
        return logout_one(cli, only);
    }
    if (client_session_folder(folder, &e) != ERR_OK) {
        return cli_fail(cli, &e);
    }
    DIR *dir = opendir(folder);
    int code = CLI_DONE;
    size_t ended = 0;
    for (struct dirent *entry = dir == NULL ? NULL : readdir(dir);
         entry != NULL && code == CLI_DONE; entry = readdir(dir)) {
        if (session_user_valid(entry->d_name)) {
            code = logout_one(cli, entry->d_name);
            ended++;
        }
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    if (ended == 0) {
        cli_say(cli, "Niemand ist angemeldet.");
    }
    return code;
}
