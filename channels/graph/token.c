#include "channels/graph/token.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "channels/channel.h"
#include "channels/graph/classify.h"
#include "service/base/timestamp.h"

static const int64_t token_warning_ms = INT64_C(14) * 24 * 3600 * 1000;

static void token_result(struct channel_result *result,
                         enum readiness readiness, const char *detail)
{
    result->readiness = readiness;
    graph_say(result->detail, "%s", detail);
}

static bool token_has_scope(const json_t *scopes, const char *wanted)
{
    size_t i = 0;
    const json_t *scope = NULL;
    json_array_foreach(scopes, i, scope)
    {
        const char *name = json_string_value(scope);
        if (name != NULL && strcmp(name, wanted) == 0) {
            return true;
        }
    }
    return false;
}

/* Unix seconds; 0 or absent is never. */
static int64_t token_end_ms(const json_t *data, const char *key)
{
    json_int_t at_s = json_integer_value(json_object_get(data, key));
    return at_s > 0 && at_s < INT64_C(10000000000) ? at_s * 1000 : 0;
}

static int64_t token_first_end_ms(const json_t *data)
{
    int64_t token_ms = token_end_ms(data, "expires_at");
    int64_t data_ms = token_end_ms(data, "data_access_expires_at");
    if (token_ms == 0 || data_ms == 0) {
        return token_ms + data_ms;
    }
    return token_ms < data_ms ? token_ms : data_ms;
}

static void token_judge_end(int64_t now_ms, struct channel_result *result)
{
    int64_t end_ms = result->expires_at_ms;
    if (end_ms == 0 || end_ms > now_ms + token_warning_ms) {
        token_result(result, READINESS_READY, "");
        return;
    }
    struct tm day = timestamp_local(end_ms);
    bool over = end_ms <= now_ms;
    result->readiness = over ? READINESS_DOWN : READINESS_DEGRADED;
    graph_say(result->detail, "Token %s am %02d.%02d.%d %s: bitte erneuern.",
              over ? "ist" : "läuft", day.tm_mday, day.tm_mon + 1,
              day.tm_year + 1900, over ? "abgelaufen" : "ab");
}

static void token_judge_data(const json_t *data, const char *const *scopes,
                             size_t n_scopes, int64_t now_ms,
                             struct channel_result *result)
{
    result->expires_at_ms = token_first_end_ms(data);
    if (!json_is_true(json_object_get(data, "is_valid"))) {
        token_result(result, READINESS_DOWN,
                     "Token ist ungültig: bitte erneuern.");
        return;
    }
    for (size_t i = 0; i < n_scopes; i++) {
        if (!token_has_scope(json_object_get(data, "scopes"), scopes[i])) {
            result->readiness = READINESS_DOWN;
            graph_say(result->detail,
                      "Dem Token fehlt das Recht %s: bitte neu erteilen.",
                      scopes[i]);
            return;
        }
    }
    token_judge_end(now_ms, result);
}

void token_judge(const char *body, size_t len, const char *const *scopes,
                 size_t n_scopes, int64_t now_ms, struct channel_result *result)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *data = json_object_get(root, "data");
    if (json_is_object(data)) {
        token_judge_data(data, scopes, n_scopes, now_ms, result);
    } else {
        token_result(result, READINESS_DEGRADED,
                     "Der Zustand des Tokens ließ sich nicht lesen.");
    }
    json_decref(root);
}
