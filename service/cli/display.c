/* `tuermer display list|pair|revoke|play`: screens, and a screen in the
 * terminal. The player needs no service and no configuration: it believes its
 * keys file alone. */
#include <jansson.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <uv.h>

#include "channels/displays/player/player.h"
#include "service/base/check.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

static const char *display_text(const json_t *display, const char *name)
{
    const char *text = json_string_value(json_object_get(display, name));
    return text == NULL ? "" : text;
}

static const char *display_state_word(const char *state)
{
    static const char *const words[][2] = {
        {"online", "verbunden"},
        {"silent", "schweigt"},
        {"offline", "getrennt"},
        {"bad_signature", "meldet falsche Unterschrift"},
        {"clock_off", "Uhr geht falsch"},
        {"revoked", "entkoppelt"}};
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

static void display_print_list(struct cli *cli, const char *answer)
{
    size_t i = 0;
    const json_t *display = NULL;
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const json_t *items = json_object_get(root, "items");
    if (json_array_size(items) == 0) {
        cli_out(cli, "Keine Anzeige gekoppelt. Koppeln: tuermer display pair "
                     "ID --area AGS\n");
    }
    json_array_foreach(items, i, display)
    {
        cli_out(cli, "%-20s %-8s %s\n", display_text(display, "id"),
                display_text(display, "area"),
                display_state_word(display_text(display, "state")));
    }
    json_decref(root);
}

static int display_list(struct cli *cli)
{
    struct cli_call call;
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    int code = cli_get(cli, "/api/v1/displays", &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (cli->json) {
        cli_print_items(cli, call.answer);
    } else {
        display_print_list(cli, call.answer);
    }
    cli_call_fini(&call);
    return CLI_DONE;
}

static void display_print_lines(struct cli *cli, const char *title,
                                const json_t *lines)
{
    size_t i = 0;
    const json_t *line = NULL;
    cli_out(cli, "\n# %s\n", title);
    json_array_foreach(lines, i, line)
    {
        cli_out(cli, "%s\n", json_string_value(line));
    }
}

static void display_print_pair(struct cli *cli, const char *answer)
{
    json_t *pair = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    cli_out(cli, "Anzeige %s für %s gekoppelt.\n", display_text(pair, "id"),
            display_text(pair, "area"));
    display_print_lines(cli, "Themen, die sie liest",
                        json_object_get(pair, "topics"));
    display_print_lines(cli, "Schlüsseldatei der Anzeige (--keys)",
                        json_object_get(pair, "keys"));
    display_print_lines(cli, "Zeilen für die acl_file des MQTT-Brokers",
                        json_object_get(pair, "acl"));
    json_decref(pair);
}

/* Posts and prints; takes body. */
static int display_post(struct cli *cli, const char *path, char *body,
                        void (*print)(struct cli *cli, const char *answer))
{
    struct cli_call call = {.method = "POST", .path = path, .body = body};
    int code = cli_request(cli, &call);
    free(body);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status != 200 && call.status != 201) {
        code = cli_problem(cli, &call);
    } else if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else {
        print(cli, call.answer);
    }
    cli_call_fini(&call);
    return code;
}

static int display_pair_one(struct cli *cli)
{
    const char *area = NULL;
    bool rehearsal = false;
    const struct cli_option options[] = {
        {.name = "--area", .value = &area},
        {.name = "--rehearsal", .flag = &rehearsal}};
    if (!cli_options(cli, options, CLI_N(options), 1, 1)) {
        return CLI_USAGE;
    }
    if (area == NULL) {
        cli_say(cli, "--area fehlt: der Schlüssel der Gemeinde, z. B. "
                     "08336050");
        return CLI_USAGE;
    }
    json_t *body = json_pack("{s:s, s:s, s:b}", "id", cli->args[0], "area",
                             area, "rehearsal", rehearsal ? 1 : 0);
    char *text = body == NULL ? NULL : json_dumps(body, JSON_COMPACT);
    json_decref(body);
    if (text == NULL) {
        cli_say(cli, "der Name ist kein Text in UTF-8");
        return CLI_USAGE;
    }
    return display_post(cli, "/api/v1/displays", text, display_print_pair);
}

static void display_print_revoked(struct cli *cli, const char *answer)
{
    (void)answer;
    cli_out(cli,
            "Anzeige %s entkoppelt. Ihr Konto am MQTT-Broker ist noch zu "
            "sperren.\n",
            cli->args[0]);
}

static int display_revoke_one(struct cli *cli)
{
    char path[128];
    if (!cli_options(cli, NULL, 0, 1, 1)) {
        return CLI_USAGE;
    }
    if (strlen(cli->args[0]) > 64 || strpbrk(cli->args[0], "/?#% ") != NULL) {
        cli_say(cli, "„%s“ ist kein Name einer Anzeige", cli->args[0]);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/api/v1/displays/%s/revoke",
                   cli->args[0]);
    char *body = strdup("{}");
    check(body != NULL);
    return display_post(cli, path, body, display_print_revoked);
}

/* ---- play ---- */

struct display_play {
    struct player_options options;
    const char *password_file;
    const char *keys_file;
    uv_loop_t loop;
    uv_signal_t signals[2];
    struct player *player;
};

static void display_play_closed(void *data)
{
    struct display_play *play = data;
    for (size_t i = 0; i < CLI_N(play->signals); i++) {
        uv_close((uv_handle_t *)&play->signals[i], NULL);
    }
}

static void display_play_signal(uv_signal_t *signal, int number)
{
    struct display_play *play = signal->data;
    (void)number;
    if (play->player != NULL) {
        struct player *player = play->player;
        play->player = NULL;
        player_close(player, display_play_closed, play);
    }
}

static int display_play_run(struct cli *cli, struct display_play *play)
{
    static const int numbers[] = {SIGINT, SIGTERM};
    struct err e;
    check(uv_loop_init(&play->loop) == 0);
    for (size_t i = 0; i < CLI_N(play->signals); i++) {
        check(uv_signal_init(&play->loop, &play->signals[i]) == 0);
        play->signals[i].data = play;
        check(uv_signal_start(&play->signals[i], display_play_signal,
                              numbers[i]) == 0);
    }
    int code = CLI_DONE;
    if (player_open(&play->loop, clock_real(), &play->options, &play->player,
                    &e) != ERR_OK) {
        code = cli_fail(cli, &e);
        display_play_closed(play);
    }
    (void)uv_run(&play->loop, UV_RUN_DEFAULT);
    check(uv_loop_close(&play->loop) == 0);
    return code;
}

/* "mqtt://" travels in the clear: on this machine only. */
static bool display_play_broker_safe(const char *broker)
{
    char host[CONFIG_TEXT_MAX];
    if (strncmp(broker, "mqtt://", strlen("mqtt://")) != 0 ||
        !config_url_host(broker, host)) {
        return true; /* the player judges the rest */
    }
    char *colon = strrchr(host, ':');
    if (colon != NULL && strchr(colon, ']') == NULL) {
        *colon = '\0';
    }
    return value_is_loopback(host);
}

static bool display_play_options(struct cli *cli, struct display_play *play)
{
    struct player_options *o = &play->options;
    const struct cli_option options[] = {
        {.name = "--id", .value = &o->id},
        {.name = "--broker", .value = &o->broker},
        {.name = "--area", .value = &o->area},
        {.name = "--keys", .value = &play->keys_file},
        {.name = "--username", .value = &o->username},
        {.name = "--password-file", .value = &play->password_file},
        {.name = "--ca-file", .value = &o->ca_file},
        {.name = "--store", .value = &o->store},
        {.name = "--prefix", .value = &o->prefix}};
    o->prefix = "tuermer/v1";
    if (!cli_options(cli, options, CLI_N(options), 0, 0)) {
        return false;
    }
    if (o->id == NULL || o->broker == NULL || o->area == NULL ||
        play->keys_file == NULL) {
        cli_say(cli, "--id, --broker, --area und --keys sind nötig");
        return false;
    }
    if ((o->username == NULL) != (play->password_file == NULL)) {
        cli_say(cli, "--username und --password-file gehören zusammen");
        return false;
    }
    if (!display_play_broker_safe(o->broker)) {
        cli_say(cli, "mqtt:// geht unverschlüsselt und ist nur auf diesem "
                     "Rechner erlaubt; sonst mqtts://");
        return false;
    }
    return true;
}

static int display_play(struct cli *cli)
{
    struct display_play play = {0};
    struct key_public *keys = NULL;
    char password[CONFIG_SECRET_MAX] = "";
    struct err e;
    /* A screen has no configuration, and its machine's clock is often UTC; the
     * times on it are those of the posts. TZ in its environment wins. */
    (void)setenv("TZ", "Europe/Berlin", 0);
    tzset();
    if (!display_play_options(cli, &play)) {
        return CLI_USAGE;
    }
    int code = play.password_file == NULL
                   ? CLI_DONE
                   : cli_read_secret(cli, play.password_file, password);
    if (code != CLI_DONE) {
        return code;
    }
    if (player_keys_load(play.keys_file, &keys, &play.options.n_keys, &e) !=
        ERR_OK) {
        code = cli_fail(cli, &e);
    } else {
        play.options.keys = keys;
        play.options.password = password;
        play.options.json = cli->json;
        play.options.terminal = !cli->json && isatty(fileno(cli->out)) == 1;
        play.options.out = cli->out;
        code = display_play_run(cli, &play);
    }
    sodium_memzero(password, sizeof(password));
    free(keys);
    return code;
}

int cli_display(struct cli *cli)
{
    if (strcmp(cli->verb, "list") == 0) {
        return display_list(cli);
    }
    if (strcmp(cli->verb, "pair") == 0) {
        return display_pair_one(cli);
    }
    if (strcmp(cli->verb, "revoke") == 0) {
        return display_revoke_one(cli);
    }
    if (strcmp(cli->verb, "play") == 0) {
        return display_play(cli);
    }
    return cli_usage(cli);
}
