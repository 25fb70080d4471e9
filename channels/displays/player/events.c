#include "channels/displays/player/events.h"

#include <jansson.h>
#include <stdlib.h>

#include "service/base/check.h"

static void events_print(FILE *out, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    (void)fprintf(out, "%s\n", text); /* a closed pipe ends us by SIGPIPE */
    (void)fflush(out);
    free(text);
    json_decref(object);
}

void events_shown(FILE *out, const struct slot *slot)
{
    json_t *ids = json_array();
    for (size_t i = 0; i < slot->state.n_alerts; i++) {
        (void)json_array_append_new(ids, json_string(slot->state.alerts[i].id));
    }
    events_print(out,
                 json_pack("{s:s, s:s, s:I, s:I, s:o}", "ev", "shown", "stream",
                           slot->stream, "epoch", (json_int_t)slot->state.epoch,
                           "seq", (json_int_t)slot->state.seq, "alerts", ids));
}

void events_refused(FILE *out, const char *stream, const char *reason)
{
    events_print(out, json_pack("{s:s, s:s, s:s}", "ev", "refused", "stream",
                                stream, "reason", reason));
}

void events_link(FILE *out, const char *state, const char *detail)
{
    events_print(out, json_pack("{s:s, s:s, s:s*}", "ev", "link", "state",
                                state, "detail", detail));
}

void events_keys(FILE *out, const char *state)
{
    events_print(out, json_pack("{s:s, s:s}", "ev", "keys", "state", state));
}

void events_storage(FILE *out, const char *stream)
{
    events_print(out, json_pack("{s:s, s:s, s:s}", "ev", "storage", "state",
                                "failed", "stream", stream));
}
