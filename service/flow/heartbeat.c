/* What the displays hear once a minute beside their states: that the service
 * is there, and how far every stream and the audit log are. */
#include <sodium.h>
#include <stdlib.h>

#include "channels/displays/displays.h"
#include "channels/displays/notices.h"
#include "service/base/buf.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/display.h"
#include "service/store/store.h"

void heartbeat_tell(struct broadcast *b)
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
