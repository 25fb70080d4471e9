#include "service/api/channels.h"

#include <stdlib.h>

#include "service/api/api.h"
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/flow/broadcast.h"
#include "service/http/request.h"

json_t *object_channel(const struct broadcast *b, enum channel_id id)
{
    struct broadcast_readiness r = broadcast_readiness(b, id);
    json_t *o = json_object();
    json_put_text(o, "channel", channel_id_name(id));
    json_put_text(o, "state", readiness_name(r.state));
    json_put_time(o, "checked_at", r.checked_at_ms);
    json_put(o, "detail", json_string(r.detail));
    json_put_time(o, "expires_at", r.expires_at_ms);
    return o;
}

static void channels_reply(void *data)
{
    struct api_call *c = data;
    json_t *answer = json_object();
    json_t *items = json_array();
    for (int id = 0; id < N_CHANNELS; id++) {
        check(json_array_append_new(
                  items,
                  object_channel(c->api->broadcast, (enum channel_id)id)) == 0);
    }
    json_put(answer, "items", items);
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    api_reply_json(c, 200, text);
    free(text);
}

void api_channels_get(struct api_call *c)
{
    if (http_request_query(c->request, "check") != NULL) {
        broadcast_check(c->api->broadcast, channels_reply, c);
    } else {
        channels_reply(c);
    }
}

void api_healthz(struct api_call *c)
{
    api_reply_json(c, 200, "{\"status\":\"ok\"}");
}

/* Ready with a damaged audit log too: alerts go out, but nobody signs a
 * checkpoint over it any more, and that must be seen. */
static void channels_ready(struct api_call *c)
{
    const char *damage = c->api->log_damage;
    json_t *answer = json_object();
    bool whole = damage == NULL || damage[0] == '\0';
    json_put_text(answer, "status", whole ? "ready" : "degraded");
    if (!whole) {
        json_put_text(answer, "audit", damage);
    }
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    api_reply_json(c, 200, text);
    free(text);
}

void api_readyz(struct api_call *c)
{
    if (broadcast_is_ready(c->api->broadcast)) {
        channels_ready(c);
    } else {
        api_problem(c, 503, NULL, "Der Dienst ist noch nicht bereit.");
    }
}
