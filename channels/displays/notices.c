#include "channels/displays/notices.h"

#include <stdlib.h>
#include <string.h>

#include "service/seal/note.h"

/* Names and words here are ours: no character of them needs escaping in
 * JSON (stream names, base64, key names without space, quote or control). */

void displays_heartbeat_body(const struct displays_heartbeat *h,
                             struct buf *body)
{
    buf_printf(body, "{\"v\":1,\"time\":%lld,\"streams\":{",
               (long long)h->time);
    for (size_t i = 0; i < h->n_streams; i++) {
        buf_printf(body, "%s\"%s\":[%lld,%lld]", i > 0 ? "," : "",
                   h->streams[i].stream, (long long)h->streams[i].epoch,
                   (long long)h->streams[i].seq);
    }
    buf_printf(body, "},\"tree\":{\"size\":%lld,\"root\":\"%s\"}}\n",
               (long long)h->tree_size, h->tree_root);
}

void displays_keys_body(int64_t version, int64_t issued,
                        const struct displays_key *keys, size_t n,
                        struct buf *body)
{
    buf_printf(body, "{\"v\":1,\"version\":%lld,\"issued\":%lld,\"keys\":[",
               (long long)version, (long long)issued);
    for (size_t i = 0; i < n; i++) {
        buf_printf(body, "%s{\"key\":\"%s\",\"for\":\"%s\"", i > 0 ? "," : "",
                   keys[i].verifier, keys[i].purpose);
        if (keys[i].not_after != 0) {
            buf_printf(body, ",\"not_after\":%lld",
                       (long long)keys[i].not_after);
        }
        buf_add_char(body, '}');
    }
    buf_add_text(body, "]}\n");
}

void displays_service_body(bool online, int64_t time, struct buf *body)
{
    buf_printf(body, "{\"state\":\"%s\",\"time\":%lld}",
               online ? "online" : "offline", (long long)time);
}

enum err_code displays_seal(const struct buf *body, const struct key_pair *key,
                            struct buf *note, struct err *e)
{
    char *text = NULL;
    if (!buf_ok(body)) {
        return err_set(e, ERR_LIMIT, "%s: the body is too long",
                       key->open.name);
    }
    enum err_code rv = note_sign(buf_text(body), &key, 1, &text, e);
    if (rv == ERR_OK) {
        buf_add(note, text, strlen(text));
        free(text);
    }
    return rv;
}
