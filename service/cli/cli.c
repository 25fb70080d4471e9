#include "service/cli/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/base/mem.h"
#include "service/cli/nouns.h"

#define CLI_CONFIG_PATH "/etc/tuermer/tuermer.conf"

static int cli_serve(struct cli *cli)
{
    struct err e;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    const struct config *config = cli_config(cli);
    if (config == NULL) {
        return CLI_CONFIG;
    }
    if (config_check_files(config, &e) != ERR_OK) {
        cli_say(cli, "%s", e.msg);
        return CLI_CONFIG;
    }
    return cli->serve(config);
}

/* Every noun, with the lines that say how it is used. */
static const struct cli_noun {
    const char *name;
    int (*run)(struct cli *cli);
    bool has_verb;
    const char *usage;
} cli_nouns[] = {
    {"init", cli_init, false,
     "init [--user USER] [--keys ORDNER] [--origin NAME]"},
    {"serve", cli_serve, false, "serve"},
    {"login", cli_login, false,
     "login NAME [--password-file DATEI] [--totp-file DATEI]"},
    {"logout", cli_logout, false, "logout [--as NAME]"},
    {"user", cli_user, true,
     "user add NAME --roles ROLLE,… [--password-file DATEI] [--totp] "
     "[--token]\nuser list\nuser disable NAME"},
    {"alert", cli_alert, true,
     "alert send VORLAGE -p NAME=WERT… [--precondition ID]… --status "
     "actual|exercise\n           --as NAME [--wait SEKUNDEN] [--break-glass "
     "GRUND] [--channels KANAL,…]\n"
     "alert list | alert show ID|KENNUNG\n"
     "alert update|all-clear|retract|correct KENNUNG [-p NAME=WERT]… --as "
     "NAME\nalert approve ID | alert reject ID --reason GRUND | alert "
     "countersign ID"},
    {"channel", cli_channel, true, "channel list\nchannel check"},
    {"doctor", cli_doctor, false, "doctor"},
    {"template", cli_template, true,
     "template lint DATEI…\ntemplate import DATEI… [--as NAME]\n"
     "template list\ntemplate approve ID --as NAME [--hash HASH]"},
    {"drill", cli_drill, true,
     "drill plan --template VORLAGE --mode internal|public --at ZEIT "
     "[--name NAME]\n           [--duration SEKUNDEN] [--channels KANAL,…] "
     "-p NAME=WERT…\ndrill list | drill run ID | drill cancel ID | drill "
     "approve ID | drill report ID"},
    {"display", cli_display, true,
     "display list\ndisplay pair ID --area AGS [--rehearsal]\n"
     "display revoke ID\ndisplay play --id ID --broker URL --area AGS --keys "
     "DATEI\n           [--username NAME --password-file DATEI] [--ca-file "
     "DATEI] [--store ORDNER]"},
    {"audit", cli_audit, true,
     "audit show [--after N] [--limit N]\n"
     "audit verify [--site ORDNER|--url ADRESSE] [--key SCHLÜSSEL]\n"
     "audit export [--tiles ORDNER]"},
    {"shadow", cli_shadow, false,
     "shadow [--listen ADRESSE:PORT] [--store ORDNER]"},
};

enum { CLI_NOUNS = sizeof(cli_nouns) / sizeof(cli_nouns[0]) };

static const struct cli_noun *cli_find_noun(const char *name)
{
    for (size_t i = 0; i < CLI_NOUNS; i++) {
        if (strcmp(cli_nouns[i].name, name) == 0) {
            return &cli_nouns[i];
        }
    }
    return NULL;
}

/* Each line of usage with the program in front. */
static void cli_print_usage(FILE *to, const char *usage)
{
    while (*usage != '\0') {
        int len = (int)strcspn(usage, "\n");
        (void)fprintf(to, "  %s%.*s\n", *usage == ' ' ? "" : "tuermer ", len,
                      usage);
        usage += len;
        usage += *usage == '\n' ? 1 : 0;
    }
}

static void cli_print_help(FILE *to)
{
    (void)fprintf(to, "Aufruf: tuermer [--config DATEI] [--json] …\n");
    for (size_t i = 0; i < CLI_NOUNS; i++) {
        cli_print_usage(to, cli_nouns[i].usage);
    }
}

int cli_usage(struct cli *cli)
{
    const struct cli_noun *noun = cli_find_noun(cli->noun);
    (void)fprintf(cli->err, "Aufruf:\n");
    if (noun != NULL) {
        cli_print_usage(cli->err, noun->usage);
    }
    return CLI_USAGE;
}

void cli_say(struct cli *cli, const char *format, ...)
{
    va_list args;
    (void)fputs("tuermer: ", cli->err);
    va_start(args, format);
    (void)vfprintf(cli->err, format, args);
    va_end(args);
    (void)fputc('\n', cli->err);
}

int cli_fail(struct cli *cli, const struct err *e)
{
    cli_say(cli, "%s", e->msg);
    if (e->code == ERR_DENIED) {
        return CLI_NOT_ALLOWED;
    }
    if (e->code == ERR_UNAVAILABLE || e->code == ERR_UNCERTAIN) {
        return CLI_UNREACHABLE;
    }
    return e->code == ERR_TIMEOUT ? CLI_WAIT_RAN_OUT : CLI_ERROR;
}

void cli_cell(struct cli *cli, const char *text, size_t width)
{
    size_t n = 0;
    for (const char *c = text; *c != '\0'; c++) {
        n += ((unsigned char)*c & 0xC0U) != 0x80U; /* no UTF-8 follower */
    }
    cli_out(cli, "%s%*s", text, n < width ? (int)(width - n) : 1, "");
}

void cli_out(struct cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    (void)vfprintf(cli->out, format, args);
    va_end(args);
}

const struct config *cli_config(struct cli *cli)
{
    struct err e;
    if (cli->loaded != NULL) {
        return cli->loaded;
    }
    struct config *config = mem_zalloc(sizeof(*config));
    if (config_load(cli->config_path, config, &e) != ERR_OK) {
        cli_say(cli, "%s", e.msg);
        free(config);
        return NULL;
    }
    (void)setenv("TZ", config->timezone, 1);
    tzset();
    cli->loaded = config;
    return config;
}

/* If args[*at] is the option `name`, its value (this word or the next); *at
 * then stands on the last word taken. NULL with *missing when the value is
 * not there. */
static const char *cli_value(const struct cli *cli, size_t *at,
                             const char *name, bool *missing)
{
    const char *word = cli->args[*at];
    size_t len = strlen(name);
    *missing = false;
    if (strncmp(word, name, len) != 0) {
        return NULL;
    }
    if (word[len] == '=' && name[1] == '-') {
        return word + len + 1;
    }
    if (word[len] != '\0') {
        return NULL;
    }
    if (*at + 1 >= cli->n_args) {
        *missing = true;
        return NULL;
    }
    (*at)++;
    return cli->args[*at];
}

/* Takes the option at args[*at] when it is `o`. */
static bool cli_take(struct cli *cli, const struct cli_option *o, size_t *at,
                     bool *missing)
{
    *missing = false;
    if (o->flag != NULL) {
        if (strcmp(cli->args[*at], o->name) != 0) {
            return false;
        }
        *o->flag = true;
        return true;
    }
    const char *value = cli_value(cli, at, o->name, missing);
    if (value == NULL) {
        return false;
    }
    if (o->value != NULL) {
        *o->value = value;
        return true;
    }
    if (o->list->n == CLI_REPEATS_MAX) {
        *missing = true;
        return false;
    }
    o->list->items[o->list->n++] = value;
    return true;
}

static bool cli_take_any(struct cli *cli, const struct cli_option *options,
                         size_t n, size_t *at)
{
    bool missing = false;
    for (size_t i = 0; i < n; i++) {
        if (cli_take(cli, &options[i], at, &missing)) {
            return true;
        }
        if (missing) {
            cli_say(cli, "%s verlangt einen Wert", options[i].name);
            return false;
        }
    }
    cli_say(cli, "unbekannte Option: %s", cli->args[*at]);
    return false;
}

bool cli_options(struct cli *cli, const struct cli_option *options,
                 size_t n_options, size_t least, size_t most)
{
    size_t n = 0;
    bool only_words = false;
    for (size_t at = 0; at < cli->n_args; at++) {
        const char *word = cli->args[at];
        if (!only_words && strcmp(word, "--") == 0) {
            only_words = true;
        } else if (only_words || word[0] != '-' || word[1] == '\0') {
            cli->args[n++] = word;
        } else if (!cli_take_any(cli, options, n_options, &at)) {
            (void)cli_usage(cli);
            return false;
        }
    }
    cli->n_args = n;
    if (n < least || n > most) {
        (void)cli_usage(cli);
        return false;
    }
    return true;
}

/* Takes --config, --json and --as out of cli->args, wherever they stand. */
static bool cli_global_options(struct cli *cli)
{
    const struct cli_option options[] = {
        {.name = "--config", .value = &cli->config_path},
        {.name = "--json", .flag = &cli->json},
        {.name = "--as", .value = &cli->as},
    };
    size_t n = 0;
    size_t at = 0;
    for (; at < cli->n_args && strcmp(cli->args[at], "--") != 0; at++) {
        bool taken = false;
        bool missing = false;
        for (size_t i = 0; i < CLI_N(options) && !taken && !missing; i++) {
            taken = cli_take(cli, &options[i], &at, &missing);
        }
        if (missing) {
            cli_say(cli, "%s verlangt einen Wert", cli->args[at]);
            return false;
        }
        if (!taken) {
            cli->args[n++] = cli->args[at];
        }
    }
    while (at < cli->n_args) {
        cli->args[n++] = cli->args[at++];
    }
    cli->n_args = n;
    return true;
}

static const char *cli_shift(struct cli *cli)
{
    if (cli->n_args == 0) {
        return "";
    }
    const char *first = cli->args[0];
    cli->n_args--;
    memmove(cli->args, cli->args + 1, cli->n_args * sizeof(cli->args[0]));
    return first;
}

static int cli_run(struct cli *cli)
{
    if (!cli_global_options(cli)) {
        return CLI_USAGE;
    }
    cli->noun = cli_shift(cli);
    cli->verb = "";
    if (strcmp(cli->noun, "help") == 0 || strcmp(cli->noun, "--help") == 0) {
        cli_print_help(cli->out);
        return CLI_DONE;
    }
    const struct cli_noun *noun = cli_find_noun(cli->noun);
    if (noun == NULL) {
        if (cli->noun[0] != '\0') {
            cli_say(cli, "unbekannter Befehl: %s", cli->noun);
        }
        cli_print_help(cli->err);
        return CLI_USAGE;
    }
    if (noun->has_verb) {
        cli->verb = cli_shift(cli);
    }
    return noun->run(cli);
}

int cli_main(int argc, char **argv, int (*serve)(const struct config *config))
{
    struct cli cli = {.config_path = CLI_CONFIG_PATH,
                      .out = stdout,
                      .err = stderr,
                      .serve = serve};
    if (argc - 1 > CLI_ARGS_MAX) {
        cli_say(&cli, "zu viele Wörter, höchstens %d", CLI_ARGS_MAX);
        return CLI_USAGE;
    }
    for (int i = 1; i < argc; i++) {
        cli.args[cli.n_args++] = argv[i];
    }
    int code = cli_run(&cli);
    free(cli.loaded);
    if (fflush(cli.out) != 0 && code == CLI_DONE) {
        cli_say(&cli, "die Ausgabe konnte nicht geschrieben werden");
        code = CLI_ERROR;
    }
    return code;
}
