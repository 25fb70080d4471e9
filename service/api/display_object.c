/* A display as GET /displays and the event stream tell it (contract 4). */
#include "service/api/json.h"
#include "service/api/objects.h"
#include "service/base/check.h"
#include "service/store/display.h"

json_t *object_display(const struct display *d, int64_t now_ms)
{
    json_t *o = json_object();
    json_t *showing = json_array();
    for (size_t i = 0; i < d->n_showing; i++) {
        json_t *s = json_object();
        json_put_text(s, "stream", d->showing[i].stream);
        json_put_int(s, "epoch", d->showing[i].epoch);
        json_put_int(s, "seq", d->showing[i].seq);
        json_put_bool(s, "current", d->showing[i].current);
        check(json_array_append_new(showing, s) == 0);
    }
    json_put_text(o, "id", d->id);
    json_put_text(o, "area", d->area);
    json_put_bool(o, "rehearsal", d->rehearsal);
    json_put_text(o, "state", display_state_name(d, now_ms));
    json_put(o, "showing", showing);
    json_put_time(o, "shown_at", d->shown_at_ms);
    json_put_int(o, "clock_offset_s", d->clock_offset_s);
    json_put_time(o, "last_seen", d->last_seen_ms);
    json_put_text(o, "player", d->player);
    return o;
}
