/* What screens say about themselves, and what they hear of the service beside
 * the states: the other half of the displays. */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/displays.h"
#include "channels/displays/notices.h"
#include "channels/displays/report.h"
#include "service/base/buf.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/display.h"
#include "service/store/store.h"

static void screens_status(struct broadcast *b, struct display *d,
                           const struct report_status *r)
{
    MEM_SET_TEXT(d->status, r->state);
    MEM_SET_TEXT(d->player, r->player);
    d->clock_offset_s = r->clock_offset_s;
    (void)display_save_status(b->o.store, d, broadcast_now_ms(b));
}

static void screens_shown(struct broadcast *b, struct display *d,
                          const struct report_shown *r)
{
    d->n_showing = r->n;
    d->shown_at_ms = r->shown_at * 1000;
    for (size_t i = 0; i < r->n; i++) {
        struct display_showing *s = &d->showing[i];
        *s = (struct display_showing){.epoch = r->items[i].epoch,
                                      .seq = r->items[i].seq};
        MEM_SET_TEXT(s->stream, r->items[i].stream);
        MEM_SET_TEXT(s->sha256, r->items[i].sha256);
    }
    (void)display_save_shown(b->o.store, d, broadcast_now_ms(b));
    screens_record(b);
}

/* A screen is not trusted: what does not parse is told and left. */
void broadcast_displays_message(struct broadcast *b, const char *topic,
                                const void *bytes, size_t len)
{
    char id[ID_MAX];
    struct display d;
    struct err e = {.code = ERR_OK};
    struct report_status status;
    struct report_shown shown;
    enum report_kind kind = report_topic_parse(topic, id);
    if (kind == REPORT_NONE || len == 0 || !display_load(b->o.store, id, &d)) {
        return;
    }
    enum err_code code = kind == REPORT_STATUS
                             ? report_status_parse(bytes, len, &status, &e)
                             : report_shown_parse(bytes, len, &shown, &e);
    if (code != ERR_OK) {
        log_warn("display=%s %s", id, e.msg);
        return;
    }
    struct broadcast_news news = {.kind = BROADCAST_DISPLAY, .leaf = -1};
    MEM_SET_TEXT(news.id, id);
    store_begin(b->o.store);
    if (kind == REPORT_STATUS) {
        screens_status(b, &d, &status);
    } else {
        screens_shown(b, &d, &shown);
    }
    broadcast_note(b, &news);
    broadcast_commit(b);
}

void screens_heartbeat(struct broadcast *b)
{
    struct displays_heartbeat h = {.time = broadcast_now_ms(b) / 1000,
                                   .tree_size = log_size(b->o.store)};
    struct display_stream_list all;
    struct digest root = log_root(b->o.store);
    char root_text[sodium_base64_ENCODED_LEN(DIGEST_SIZE,
                                             sodium_base64_VARIANT_ORIGINAL)];
    struct buf body;
    struct buf note;
    struct err e;
    display_stream_list_load(b->o.store, &all);
    struct displays_stream_mark *marks = mem_calloc(all.n, sizeof(*marks));
    for (size_t i = 0; i < all.n; i++) {
        marks[i] = (struct displays_stream_mark){
            all.items[i].stream, all.items[i].epoch, all.items[i].seq};
    }
    (void)sodium_bin2base64(root_text, sizeof(root_text), root.bytes,
                            DIGEST_SIZE, sodium_base64_VARIANT_ORIGINAL);
    h.n_streams = all.n;
    h.streams = marks;
    h.tree_root = root_text;
    buf_init(&body, LIMIT_STATE_BYTES);
    buf_init(&note, LIMIT_STATE_BYTES);
    displays_heartbeat_body(&h, &body);
    if (displays_seal(&body, b->o.heartbeat_key, &note, &e) == ERR_OK) {
        (void)displays_tell(b->o.channels[REALM_LIVE][CHANNEL_DISPLAYS],
                            DISPLAYS_TOPIC_HEARTBEAT, buf_text(&note), note.len,
                            true);
    } else {
        log_error("heartbeat: %s", e.msg);
    }
    buf_fini(&body);
    buf_fini(&note);
    free(marks);
    display_stream_list_fini(&all);
}
