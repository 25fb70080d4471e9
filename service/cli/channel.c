/* `tuermer channel list|check`: is every channel able to send, now? */
#include <jansson.h>
#include <string.h>

#include "service/cli/cli.h"
#include "service/cli/nouns.h"

/* Where the time of day begins in RFC 3339. */
enum { CHANNEL_CLOCK = sizeof("2026-11-24T") - 1 };

static const char *channel_text(const json_t *channel, const char *name)
{
    const char *text = json_string_value(json_object_get(channel, name));
    return text == NULL ? "" : text;
}

/* The screen's words (console.md, 2). */
static const char *channel_state(const char *state)
{
    static const char *const words[][2] = {{"ready", "Bereit"},
                                           {"degraded", "Eingeschränkt"},
                                           {"down", "Gestört"},
                                           {"off", "Abgeschaltet"}};
    for (size_t i = 0; i < CLI_N(words); i++) {
        if (strcmp(words[i][0], state) == 0) {
            return words[i][1];
        }
    }
    return state;
}

static void channel_print(struct cli *cli, const json_t *items)
{
    size_t i = 0;
    const json_t *channel = NULL;
    json_array_foreach(items, i, channel)
    {
        const char *expires = channel_text(channel, "expires_at");
        const char *checked = channel_text(channel, "checked_at");
        const char *detail = channel_text(channel, "detail");
        cli_cell(cli, channel_text(channel, "channel"), 11);
        cli_cell(cli, channel_state(channel_text(channel, "state")), 15);
        cli_out(cli, "geprüft %.8s%s%s%s%s\n",
                strlen(checked) > CHANNEL_CLOCK ? &checked[CHANNEL_CLOCK] : "–",
                detail[0] == '\0' ? "" : "  ", detail,
                expires[0] == '\0' ? "" : "; Token läuft ab: ", expires);
    }
}

/* 0 when every channel that is on is ready, 3 when some are, 4 when none. */
static int channel_judge(const json_t *items)
{
    size_t i = 0;
    size_t ready = 0;
    size_t on = 0;
    const json_t *channel = NULL;
    json_array_foreach(items, i, channel)
    {
        const char *state = channel_text(channel, "state");
        on += strcmp(state, "off") != 0 ? 1 : 0;
        ready += strcmp(state, "ready") == 0 ? 1 : 0;
    }
    if (on == ready && on > 0) {
        return CLI_DONE;
    }
    return ready > 0 ? CLI_PARTLY : CLI_NOWHERE;
}

int cli_channel(struct cli *cli)
{
    struct cli_call call;
    bool checks = strcmp(cli->verb, "check") == 0;
    if (!checks && strcmp(cli->verb, "list") != 0) {
        return cli_usage(cli);
    }
    if (!cli_options(cli, NULL, 0, 0, 0)) {
        return CLI_USAGE;
    }
    int code = cli_get(
        cli, checks ? "/api/v1/channels?check=1" : "/api/v1/channels", &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *root = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    const json_t *items = json_object_get(root, "items");
    if (cli->json) {
        cli_print_items(cli, call.answer);
    } else {
        channel_print(cli, items);
    }
    if (checks) {
        code = channel_judge(items);
    }
    json_decref(root);
    cli_call_fini(&call);
    return code;
}
