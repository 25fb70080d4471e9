/* `tuermer alert …`: the same rules as the console, through the service. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/cli/alert_send.h"
#include "service/cli/alert_show.h"
#include "service/cli/cli.h"
#include "service/cli/nouns.h"

enum { ALERT_PATH_MAX = 192 };

/* Posts a decision on one alert. */
static int alert_post(struct cli *cli, const char *verb, const char *body)
{
    char path[ALERT_PATH_MAX];
    const char *id = cli->args[0];
    if (strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") != strlen(id) ||
        strlen(id) > 64) {
        cli_say(cli, "%s ist keine Kennung wie LOE-7K3Q9F-1", id);
        return CLI_USAGE;
    }
    (void)snprintf(path, sizeof(path), "/api/v1/alerts/%s/%s", id, verb);
    struct cli_call call = {.method = "POST", .path = path, .body = body};
    int code = cli_request(cli, &call);
    if (code != CLI_DONE) {
        return code;
    }
    if (call.status != 200) {
        code = cli_problem(cli, &call);
    } else if (cli->json) {
        cli_out(cli, "%s\n", call.answer);
    } else {
        alert_show_print(cli, call.answer);
    }
    cli_call_fini(&call);
    return code;
}

static int alert_decide(struct cli *cli, const char *verb)
{
    return cli_options(cli, NULL, 0, 1, 1) ? alert_post(cli, verb, "{}")
                                           : CLI_USAGE;
}

static int alert_reject(struct cli *cli)
{
    const char *reason = NULL;
    const struct cli_option options[] = {
        {.name = "--reason", .value = &reason}};
    if (!cli_options(cli, options, CLI_N(options), 1, 1)) {
        return CLI_USAGE;
    }
    if (reason == NULL) {
        cli_say(cli, "--reason GRUND fehlt");
        return cli_usage(cli);
    }
    json_t *object = json_object();
    char *body = json_object_set_new(object, "reason", json_string(reason)) == 0
                     ? json_dumps(object, JSON_COMPACT)
                     : NULL;
    json_decref(object);
    if (body == NULL) {
        cli_say(cli, "--reason: kein Text in UTF-8");
        return CLI_USAGE;
    }
    int code = alert_post(cli, "reject", body);
    free(body);
    return code;
}

int cli_alert(struct cli *cli)
{
    static const char *const follow_ups[][3] = {
        {"update", "update", "update"},
        {"all-clear", "all_clear", "all-clear"},
        {"retract", "retraction", "retraction"},
        {"correct", "correction", "correction"},
    };
    for (size_t i = 0; i < CLI_N(follow_ups); i++) {
        if (strcmp(cli->verb, follow_ups[i][0]) == 0) {
            return alert_send_follow_up(cli, follow_ups[i][1],
                                        follow_ups[i][2]);
        }
    }
    if (strcmp(cli->verb, "send") == 0) {
        return alert_send_new(cli);
    }
    if (strcmp(cli->verb, "list") == 0) {
        return alert_show_list(cli);
    }
    if (strcmp(cli->verb, "show") == 0) {
        return alert_show_one(cli);
    }
    if (strcmp(cli->verb, "approve") == 0 ||
        strcmp(cli->verb, "countersign") == 0) {
        return alert_decide(cli, cli->verb);
    }
    return strcmp(cli->verb, "reject") == 0 ? alert_reject(cli)
                                            : cli_usage(cli);
}
