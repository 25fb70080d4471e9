#include "service/cli/alert_send.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "service/base/clock.h"
#include "service/base/id.h"
#include "service/cli/alert_show.h"
#include "service/cli/alert_values.h"

enum {
    ALERT_SEND_PATH_MAX = 192,
    ALERT_SEND_TRIES = 5, /* same key, so nothing is sent twice */
    ALERT_SEND_TRY_MS = 1000,
    ALERT_SEND_POLL_MS = 200,
    ALERT_SEND_VISIBLE_MS = 5000, /* longer than accepted, for the lamps */
    ALERT_SEND_ID_MAX = 64,
};

/* What is to be sent. */
struct alert_send {
    const char *template_id; /* of the family; "" left out */
    const char *kind;
    const char *marker; /* NULL for a new incident */
    const char *status;
    const char *path; /* that takes the submission */
    const char *break_glass;
    const char *channels;
    const char *wait;
    struct cli_list parameters;
    struct cli_list preconditions;
};

static void alert_send_pause(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000,
                                   .tv_nsec = ms % 1000 * 1000000L};
    (void)nanosleep(&pause, NULL);
}

/* GET /templates/{id} as text, or NULL with the code. */
static char *alert_send_family(struct cli *cli, const char *id, int *code)
{
    char path[ALERT_SEND_PATH_MAX];
    struct cli_call call;
    (void)snprintf(path, sizeof(path), "/api/v1/templates/%.100s", id);
    *code = cli_get(cli, path, &call);
    return *code == CLI_DONE ? call.answer : NULL;
}

static void alert_send_put_list(json_t *body, const char *name,
                                const struct cli_list *list)
{
    json_t *items = json_array();
    for (size_t i = 0; i < list->n; i++) {
        (void)json_array_append_new(items, json_string(list->items[i]));
    }
    (void)json_object_set_new(body, name, items);
}

static void alert_send_put_channels(json_t *body, const char *text)
{
    json_t *items = json_array();
    while (*text != '\0') {
        size_t len = strcspn(text, ",");
        (void)json_array_append_new(items, json_stringn(text, len));
        text += len;
        text += *text == ',' ? 1 : 0;
    }
    (void)json_object_set_new(body, "channels", items);
}

/* The body of the preview; with confirm that of the submission. */
static char *alert_send_body(const struct alert_send *s, const char *parameters,
                             const char *confirm)
{
    json_t *body = json_object();
    (void)json_object_set_new(body, "template", json_string(s->template_id));
    (void)json_object_set_new(body, "kind", json_string(s->kind));
    (void)json_object_set_new(body, "status", json_string(s->status));
    (void)json_object_set_new(body, "parameters",
                              json_loads(parameters, 0, NULL));
    if (s->marker != NULL) {
        (void)json_object_set_new(body, "incident", json_string(s->marker));
    }
    if (s->channels != NULL) {
        alert_send_put_channels(body, s->channels);
    }
    if (confirm != NULL) {
        (void)json_object_set_new(body, "confirm", json_string(confirm));
        alert_send_put_list(body, "preconditions", &s->preconditions);
        if (s->break_glass != NULL) {
            json_t *glass = json_object();
            (void)json_object_set_new(glass, "reason",
                                      json_string(s->break_glass));
            (void)json_object_set_new(body, "break_glass", glass);
        }
    }
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    return text;
}

/* Says the preview's warnings; its digest is the caller's to free(). */
static char *alert_send_read_preview(struct cli *cli, const char *answer)
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const char *digest = json_string_value(json_object_get(root, "digest"));
    size_t i = 0;
    const json_t *warning = NULL;
    json_array_foreach(json_object_get(root, "warnings"), i, warning)
    {
        const char *text =
            json_string_value(json_object_get(warning, "message"));
        if (text != NULL) {
            cli_say(cli, "Hinweis: %s", text);
        }
    }
    char *copy = digest == NULL ? NULL : strdup(digest);
    json_decref(root);
    return copy;
}

/* The digest of a fresh preview, or NULL with the code. */
static char *alert_send_preview(struct cli *cli, const struct alert_send *s,
                                const char *parameters, int *code)
{
    char *body = alert_send_body(s, parameters, NULL);
    struct cli_call call = {
        .method = "POST", .path = "/api/v1/previews", .body = body};
    char *digest = NULL;
    *code = cli_request(cli, &call);
    if (*code == CLI_DONE && call.status == 200) {
        digest = alert_send_read_preview(cli, call.answer);
        *code = digest == NULL ? CLI_ERROR : CLI_DONE;
    } else if (*code == CLI_DONE) {
        *code = cli_problem(cli, &call);
    }
    cli_call_fini(&call);
    free(body);
    return digest;
}

/* Submits, again with the same key while the outcome is unknown. */
static int alert_send_submit(struct cli *cli, const struct alert_send *s,
                             const char *body, struct cli_call *call)
{
    char key[ID_MAX];
    int code = CLI_ERROR;
    id_random(key);
    for (int i = 0; i < ALERT_SEND_TRIES; i++) {
        *call = (struct cli_call){.method = "POST",
                                  .path = s->path,
                                  .body = body,
                                  .idempotency_key = key};
        code = cli_request(cli, call);
        bool unclear = code == CLI_UNREACHABLE ||
                       (code == CLI_DONE && call->status == 503);
        if (!unclear || i + 1 == ALERT_SEND_TRIES) {
            break;
        }
        cli_call_fini(call);
        alert_send_pause(ALERT_SEND_TRY_MS);
    }
    if (code == CLI_DONE && call->status != 202) {
        code = cli_problem(cli, call);
    }
    return code;
}

static bool alert_send_id(const char *answer, char id[ALERT_SEND_ID_MAX])
{
    json_t *root = json_loads(answer, JSON_REJECT_DUPLICATES, NULL);
    const char *text = json_string_value(json_object_get(root, "id"));
    (void)snprintf(id, ALERT_SEND_ID_MAX, "%s", text == NULL ? "" : text);
    json_decref(root);
    return id[0] != '\0';
}

/* Is there nothing more to wait for? Accepted everywhere is enough after a
 * grace for the second lamp. */
static bool alert_send_settled(const struct alert_progress *p,
                               int64_t *accepted_ms, int64_t now_ms)
{
    if (p->refused) {
        return true;
    }
    if (p->awaiting || p->n == 0 || p->done + p->failed < p->n) {
        return false;
    }
    if (*accepted_ms == 0) {
        *accepted_ms = now_ms;
    }
    return p->visible + p->failed == p->n ||
           now_ms - *accepted_ms >= ALERT_SEND_VISIBLE_MS;
}

/* Polls until the alert is settled or the time is up; *call then holds the
 * last answer. */
static int alert_send_wait(struct cli *cli, const char *id, long seconds,
                           struct cli_call *call)
{
    char path[ALERT_SEND_PATH_MAX];
    const struct clock *clock = clock_real();
    int64_t deadline_ms = clock_mono_ms(clock) + (int64_t)seconds * 1000;
    int64_t accepted_ms = 0;
    (void)snprintf(path, sizeof(path), "/api/v1/alerts/%s", id);
    for (;;) {
        struct alert_progress p;
        cli_call_fini(call);
        int code = cli_get(cli, path, call);
        if (code != CLI_DONE) {
            return code;
        }
        int64_t now_ms = clock_mono_ms(clock);
        if (!alert_show_progress(call->answer, &p)) {
            return CLI_ERROR;
        }
        if (alert_send_settled(&p, &accepted_ms, now_ms) ||
            now_ms >= deadline_ms) {
            return alert_show_judge(&p);
        }
        alert_send_pause(ALERT_SEND_POLL_MS);
    }
}

static void alert_send_say_state(struct cli *cli, const char *answer)
{
    struct alert_progress p;
    if (alert_show_progress(answer, &p) && p.awaiting) {
        cli_say(cli, "Noch nichts ist gesendet: Eine zweite Person muss "
                     "innerhalb von 10 Minuten freigeben (tuermer alert "
                     "approve ID --as NAME).");
    }
}

static int alert_send_finish(struct cli *cli, const struct alert_send *s,
                             long seconds, struct cli_call *call)
{
    char id[ALERT_SEND_ID_MAX];
    int code = CLI_DONE;
    if (!alert_send_id(call->answer, id)) {
        cli_say(cli, "Der Dienst hat keine Kennung genannt.");
        return CLI_ERROR;
    }
    if (s->wait == NULL) {
        alert_send_say_state(cli, call->answer);
    } else {
        code = alert_send_wait(cli, id, seconds, call);
    }
    if (call->answer != NULL && cli->json) {
        cli_out(cli, "%s\n", call->answer);
    } else if (call->answer != NULL) {
        alert_show_print(cli, call->answer);
    }
    return code;
}

static int alert_send_run(struct cli *cli, const struct alert_send *s,
                          long seconds)
{
    int code = CLI_ERROR;
    struct cli_call call = {.answer = NULL};
    char *digest = NULL;
    char *body = NULL;
    char *parameters = NULL;
    char *family = alert_send_family(cli, s->template_id, &code);
    if (family != NULL) {
        parameters = alert_values_read(cli, family, s->kind, &s->parameters,
                                       clock_wall_ms(clock_real()));
        code = parameters == NULL ? CLI_USAGE : code;
    }
    if (parameters != NULL) {
        digest = alert_send_preview(cli, s, parameters, &code);
    }
    if (digest != NULL) {
        body = alert_send_body(s, parameters, digest);
        code = alert_send_submit(cli, s, body, &call);
        if (code == CLI_DONE) {
            code = alert_send_finish(cli, s, seconds, &call);
        }
    }
    cli_call_fini(&call);
    free(body);
    free(digest);
    free(parameters);
    free(family);
    return code;
}

static bool alert_send_seconds(struct cli *cli, const char *text, long *seconds)
{
    char *end = NULL;
    if (text == NULL) {
        return true;
    }
    *seconds = strtol(text, &end, 10);
    if (end == text || *end != '\0' || *seconds < 0 || *seconds > 86400) {
        cli_say(cli, "--wait %s: verlangt Sekunden", text);
        return false;
    }
    return true;
}

static bool alert_send_is_id(const char *text)
{
    return text[0] != '\0' &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                        "0123456789-_") == strlen(text) &&
           strlen(text) < ALERT_SEND_ID_MAX;
}

/* Options of both; `status` only of a new alert. */
static bool alert_send_options(struct cli *cli, struct alert_send *s,
                               bool with_status, long *seconds)
{
    const struct cli_option options[] = {
        {.name = "-p", .list = &s->parameters},
        {.name = "--precondition", .list = &s->preconditions},
        {.name = "--break-glass", .value = &s->break_glass},
        {.name = "--channels", .value = &s->channels},
        {.name = "--wait", .value = &s->wait},
        {.name = "--status", .value = &s->status},
    };
    size_t n = CLI_N(options) - (with_status ? 0 : 1);
    if (!cli_options(cli, options, n, 1, 1) ||
        !alert_send_seconds(cli, s->wait, seconds)) {
        return false;
    }
    if (!alert_send_is_id(cli->args[0])) {
        cli_say(cli, "%s ist keine Kennung", cli->args[0]);
        return false;
    }
    return true;
}

int alert_send_new(struct cli *cli)
{
    struct alert_send s = {.kind = "alert", .path = "/api/v1/alerts"};
    long seconds = 0;
    if (!alert_send_options(cli, &s, true, &seconds)) {
        return CLI_USAGE;
    }
    if (s.status == NULL || (strcmp(s.status, "actual") != 0 &&
                             strcmp(s.status, "exercise") != 0)) {
        cli_say(cli, "--status actual (echt) oder --status exercise (Übung) "
                     "angeben. Es wurde nichts gesendet.");
        return cli_usage(cli);
    }
    s.template_id = cli->args[0];
    return alert_send_run(cli, &s, seconds);
}

/* Template and status of the incident's first alert. */
static int alert_send_incident(struct cli *cli, const char *marker,
                               char template_id[ALERT_SEND_ID_MAX],
                               char status[16])
{
    char path[ALERT_SEND_PATH_MAX];
    struct cli_call call;
    (void)snprintf(path, sizeof(path), "/api/v1/incidents/%s", marker);
    int code = cli_get(cli, path, &call);
    if (code != CLI_DONE) {
        return code;
    }
    json_t *root = json_loads(call.answer, JSON_REJECT_DUPLICATES, NULL);
    const json_t *first = json_array_get(json_object_get(root, "alerts"), 0);
    const char *family = json_string_value(json_object_get(first, "template"));
    const char *word = json_string_value(json_object_get(first, "status"));
    if (family == NULL || word == NULL) {
        cli_say(cli, "Das Ereignis %s hat keine Meldung.", marker);
        code = CLI_ERROR;
    } else {
        (void)snprintf(template_id, ALERT_SEND_ID_MAX, "%s", family);
        (void)snprintf(status, 16, "%s", word);
    }
    json_decref(root);
    cli_call_fini(&call);
    return code;
}

int alert_send_follow_up(struct cli *cli, const char *kind, const char *action)
{
    char template_id[ALERT_SEND_ID_MAX];
    char status[16];
    char path[ALERT_SEND_PATH_MAX];
    struct alert_send s = {.kind = kind};
    long seconds = 0;
    if (!alert_send_options(cli, &s, false, &seconds)) {
        return CLI_USAGE;
    }
    s.marker = cli->args[0];
    int code = alert_send_incident(cli, s.marker, template_id, status);
    if (code != CLI_DONE) {
        return code;
    }
    (void)snprintf(path, sizeof(path), "/api/v1/incidents/%s/%s", s.marker,
                   action);
    s.template_id = template_id;
    s.status = status;
    s.path = path;
    return alert_send_run(cli, &s, seconds);
}
