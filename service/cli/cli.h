/* The command line (contract 2): `tuermer [--config FILE] [--json] NOUN VERB
 * …`. cli_main() takes the global options wherever they may stand, finds the
 * noun in one table and calls its function; one file a noun, cli_<noun>().
 * Data goes to stdout through cli_out*, talk to stderr through cli_say(),
 * German: what happened, what is not affected, what to do. */
#ifndef SERVICE_CLI_CLI_H
#define SERVICE_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "service/base/err.h"
#include "service/config/config.h"

/* Exit codes (contract 2). */
enum cli_exit {
    CLI_DONE = 0,
    CLI_ERROR = 1,
    CLI_USAGE = 2,
    CLI_PARTLY = 3,
    CLI_NOWHERE = 4,
    CLI_NOT_ALLOWED = 5,
    CLI_UNREACHABLE = 6,
    CLI_WAIT_RAN_OUT = 7,
    CLI_RUNNING = 75,
    CLI_CONFIG = 78,
};

enum { CLI_ARGS_MAX = 128, CLI_REPEATS_MAX = 64 };

struct cli {
    const char *noun;
    const char *verb; /* "" for nouns without verbs (init, serve, shadow, …) */
    size_t n_args;    /* what stands behind, global options taken out */
    const char *args[CLI_ARGS_MAX];

    const char *config_path; /* --config */
    bool json;               /* --json */
    const char *as;          /* --as NAME, or NULL: local:<unix user> */
    FILE *out;               /* stdout; tests give another */
    FILE *err;               /* stderr */

    /* cli.c's: */
    struct config *loaded; /* through cli_config() */
    int (*serve)(const struct config *config);
};

/* The whole program: returns its exit code. `serve` runs the service in the
 * foreground (app.c). */
int cli_main(int argc, char **argv, int (*serve)(const struct config *config));

/* ---- For the files of the nouns ---- */

/* The configuration, read at the first call. NULL: it said what is wrong;
 * return CLI_CONFIG. */
const struct config *cli_config(struct cli *cli);

/* Options of a verb. Exactly one of the three targets is set: flag (no
 * value), value (one), or list (may be repeated, -p a=1 -p b=2). */
struct cli_list {
    size_t n;
    const char *items[CLI_REPEATS_MAX];
};

struct cli_option {
    const char *name; /* "--reason", "-p" */
    bool *flag;
    const char **value;
    struct cli_list *list;
};

/* Reads the options out of cli->args (also as --name=value); what remains, in
 * order, are the positional arguments: their count must lie between least and
 * most. "--" ends the options. False: it said what is wrong and how it is
 * used; return CLI_USAGE. */
bool cli_options(struct cli *cli, const struct cli_option *options,
                 size_t n_options, size_t least, size_t most);

#define CLI_N(array) (sizeof(array) / sizeof((array)[0]))

/* Says how the noun is used, returns CLI_USAGE: for an unknown verb. */
int cli_usage(struct cli *cli);

/* One line to stderr, "tuermer: …". */
void cli_say(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Says the error's message; returns the exit code that fits it (DENIED 5,
 * UNAVAILABLE 6, TIMEOUT 7, everything else 1). */
int cli_fail(struct cli *cli, const struct err *e);

/* Text to stdout as it is. */
void cli_out(struct cli *cli, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A column of a table: the text, then spaces up to `width` characters (not
 * bytes), at least one. */
void cli_cell(struct cli *cli, const char *text, size_t width);

/* One call over the service's UNIX socket, with the session of --as, if any
 * (client.c). */
struct cli_call {
    const char *method;          /* "GET", "POST", "DELETE" */
    const char *path;            /* "/api/v1/channels" */
    const char *body;            /* JSON, or NULL for none */
    const char *idempotency_key; /* or NULL */
    long timeout_ms;             /* 0: 30 s */

    /* the answer */
    int status;
    char *answer; /* never NULL when the call returned CLI_DONE; owned */
    size_t answer_len;
    long retry_after_s;     /* 0: none */
    char session_token[64]; /* of a Set-Cookie with a session; "" none */
};

/* CLI_DONE: there is an answer of whatever status. Else it said what is
 * wrong (service not reachable: CLI_UNREACHABLE; no session of --as NAME:
 * CLI_NOT_ALLOWED). Waits for the answer. */
int cli_request(struct cli *cli, struct cli_call *call);
void cli_call_fini(struct cli_call *call);

/* For an answer of status 400 and more: says its detail and errors[] in
 * words (with --json the problem goes to stdout too) and returns the exit
 * code: 401, 403 and a missing approval -> 5, 503 -> 6, else 1. A stale second
 * factor says "tuermer login NAME". */
int cli_problem(struct cli *cli, const struct cli_call *call);

/* GET path for nouns that print: CLI_DONE with a 200 answer in *call (the
 * caller's to cli_call_fini()), or the exit code with everything said. With
 * --json use cli_print_items() or print the answer as it is. */
int cli_get(struct cli *cli, const char *path, struct cli_call *call);

/* Prints the objects of a list answer {"items":[…]}, one a line. */
void cli_print_items(struct cli *cli, const char *answer);

/* A file of a secret: first line without its line end; "-" is stdin. Refuses
 * one that others may read (CLI_CONFIG, said). 0 when done. */
int cli_read_secret(struct cli *cli, const char *path,
                    char out[CONFIG_SECRET_MAX]);

#endif
