#include "channels/displays/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"

enum { REPORT_BYTES_MAX = 8192 };

static bool report_id_valid(const char *id, size_t len)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return len > 0 && len < ID_MAX && strspn(id, allowed) >= len;
}

enum report_kind report_topic_parse(const char *topic, char id[ID_MAX])
{
    static const char start[] = "display/";
    id[0] = '\0';
    if (strncmp(topic, start, sizeof(start) - 1) != 0) {
        return REPORT_NONE;
    }
    const char *name = topic + sizeof(start) - 1;
    const char *end = strchr(name, '/');
    if (end == NULL || !report_id_valid(name, (size_t)(end - name))) {
        return REPORT_NONE;
    }
    enum report_kind kind = strcmp(end, "/status") == 0  ? REPORT_STATUS
                            : strcmp(end, "/shown") == 0 ? REPORT_SHOWN
                                                         : REPORT_NONE;
    if (kind != REPORT_NONE) {
        memcpy(id, name, (size_t)(end - name));
        id[end - name] = '\0';
    }
    return kind;
}

static bool report_get_text(const json_t *object, const char *name, char *field,
                            size_t size)
{
    const char *value = json_string_value(json_object_get(object, name));
    if (value == NULL || strlen(value) >= size) {
        return false;
    }
    mem_copy_text(field, size, value);
    return true;
}

static bool report_get_int(const json_t *object, const char *name,
                           int64_t *value)
{
    const json_t *item = json_object_get(object, name);
    *value = json_integer_value(item);
    return json_is_integer(item);
}

static json_t *report_load(const void *bytes, size_t len)
{
    return len > REPORT_BYTES_MAX
               ? NULL
               : json_loadb(bytes, len, JSON_REJECT_DUPLICATES, NULL);
}

static void report_dump(json_t *object, struct buf *body)
{
    char *text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
    if (text != NULL) {
        buf_add_text(body, text);
    }
    free(text);
    json_decref(object);
}

void report_status_body(const struct report_status *r, struct buf *body)
{
    report_dump(json_pack("{s:s, s:I, s:s, s:s, s:I}", "state", r->state,
                          "time", (json_int_t)r->time, "area", r->area,
                          "player", r->player, "clock_offset_s",
                          (json_int_t)r->clock_offset_s),
                body);
}

enum err_code report_status_parse(const void *bytes, size_t len,
                                  struct report_status *r, struct err *e)
{
    json_t *object = report_load(bytes, len);
    *r = (struct report_status){0};
    bool ok = report_get_text(object, "state", r->state, sizeof(r->state)) &&
              report_get_int(object, "time", &r->time) &&
              report_get_text(object, "area", r->area, sizeof(r->area)) &&
              report_get_text(object, "player", r->player, sizeof(r->player)) &&
              report_get_int(object, "clock_offset_s", &r->clock_offset_s);
    json_decref(object);
    return ok ? ERR_OK : err_set(e, ERR_INVALID, "not a display's status");
}

void report_shown_body(const struct report_shown *r, struct buf *body)
{
    json_t *items = json_array();
    for (size_t i = 0; i < r->n; i++) {
        (void)json_array_append_new(
            items,
            json_pack("{s:s, s:I, s:I, s:s}", "stream", r->items[i].stream,
                      "epoch", (json_int_t)r->items[i].epoch, "seq",
                      (json_int_t)r->items[i].seq, "sha256",
                      r->items[i].sha256));
    }
    report_dump(json_pack("{s:o, s:I}", "shown", items, "shown_at",
                          (json_int_t)r->shown_at),
                body);
}

static bool report_showing_parse(const json_t *item, struct report_showing *s)
{
    return report_get_text(item, "stream", s->stream, sizeof(s->stream)) &&
           report_get_int(item, "epoch", &s->epoch) &&
           report_get_int(item, "seq", &s->seq) &&
           report_get_text(item, "sha256", s->sha256, sizeof(s->sha256)) &&
           strlen(s->sha256) == DIGEST_HEX_MAX - 1;
}

enum err_code report_shown_parse(const void *bytes, size_t len,
                                 struct report_shown *r, struct err *e)
{
    json_t *object = report_load(bytes, len);
    const json_t *items = json_object_get(object, "shown");
    *r = (struct report_shown){.n = json_array_size(items)};
    bool ok = json_is_array(items) && r->n <= REPORT_SHOWN_MAX &&
              report_get_int(object, "shown_at", &r->shown_at);
    for (size_t i = 0; ok && i < r->n; i++) {
        ok = report_showing_parse(json_array_get(items, i), &r->items[i]);
    }
    json_decref(object);
    if (!ok) {
        *r = (struct report_shown){0};
        return err_set(e, ERR_INVALID, "not what a display shows");
    }
    return ERR_OK;
}
