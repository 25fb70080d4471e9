#include "drills/shadow/object.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/log.h"
#include "service/base/mem.h"

enum {
    OBJECT_FILE_MAX = 32 * 1024 * 1024,
    OBJECT_FILE_FULL = 8 * 1024 * 1024, /* then only what counts is kept */
    OBJECT_FILE_GOAL = 4 * 1024 * 1024,
    OBJECT_PATH_MAX = 4096,
    OBJECT_NUMBER_DIGITS = 15,
};

void shadow_random_digits(char *out, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        out[i] = (char)('0' + (i == 0 ? 1 + randombytes_uniform(9)
                                      : randombytes_uniform(10)));
    }
    out[size] = '\0';
}

void shadow_object_set(char **field, const char *text)
{
    free(*field);
    *field = mem_strdup(text);
}

struct shadow_object *shadow_object_new(enum shadow_kind kind,
                                        const char *owner)
{
    struct shadow_object *o = mem_zalloc(sizeof *o);
    char number[OBJECT_NUMBER_DIGITS + 1];
    shadow_random_digits(number, OBJECT_NUMBER_DIGITS);
    o->kind = kind;
    o->text = mem_strdup("");
    o->link = mem_strdup("");
    o->alt = mem_strdup("");
    int n = 0;
    if (kind == SHADOW_POST || kind == SHADOW_COMMENT) {
        n = snprintf(o->id, sizeof o->id, "%s_%s", owner, number);
    } else {
        n = snprintf(o->id, sizeof o->id, "17%s", number);
    }
    check(n > 0 && (size_t)n < sizeof o->id);
    return o;
}

void shadow_object_free(struct shadow_object *o)
{
    free(o->text);
    free(o->link);
    free(o->alt);
    free(o);
}

void shadow_objects_image_path(const struct shadow_objects *o, const char *id,
                               char *out, size_t size)
{
    int n = snprintf(out, size, "%s/%s.jpg", o->directory, id);
    check(n > 0 && (size_t)n < size);
}

/* One line of the file; the caller's to free(). */
static char *object_encode(const struct shadow_object *o)
{
    json_t *line = json_pack(
        "{s:i,s:b,s:b,s:b,s:b,s:s,s:s,s:s,s:s,s:s,s:b,s:I,s:I}", "kind",
        (int)o->kind, "instagram", (int)o->is_instagram, "rehearsal",
        (int)o->is_rehearsal, "published", (int)o->is_published, "deleted",
        (int)o->is_deleted, "id", o->id, "parent", o->parent, "text", o->text,
        "link", o->link, "alt", o->alt, "image", (int)o->has_image, "at",
        (json_int_t)o->at_ms, "ready", (json_int_t)o->ready_ms);
    check(line != NULL);
    char *text = json_dumps(line, JSON_COMPACT);
    check(text != NULL);
    json_decref(line);
    return text;
}

/* NULL when the line is none of ours. */
static struct shadow_object *object_decode(const char *text, size_t len)
{
    json_t *line = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    int kind = 0;
    int flags[5] = {0};
    const char *words[5] = {NULL};
    json_int_t times[2] = {0};
    struct shadow_object *o = NULL;
    if (json_unpack(line,
                    "{s:i,s:b,s:b,s:b,s:b,s:s,s:s,s:s,s:s,s:s,s:b,s:I,"
                    "s:I}",
                    "kind", &kind, "instagram", &flags[0], "rehearsal",
                    &flags[1], "published", &flags[2], "deleted", &flags[3],
                    "id", &words[0], "parent", &words[1], "text", &words[2],
                    "link", &words[3], "alt", &words[4], "image", &flags[4],
                    "at", &times[0], "ready", &times[1]) == 0 &&
        kind >= SHADOW_POST && kind <= SHADOW_COMMENT &&
        strlen(words[0]) < SHADOW_OBJECT_ID_MAX &&
        strlen(words[1]) < SHADOW_OBJECT_ID_MAX) {
        o = mem_zalloc(sizeof *o);
        o->kind = (enum shadow_kind)kind;
        o->is_instagram = flags[0] != 0;
        o->is_rehearsal = flags[1] != 0;
        o->is_published = flags[2] != 0;
        o->is_deleted = flags[3] != 0;
        MEM_SET_TEXT(o->id, words[0]);
        MEM_SET_TEXT(o->parent, words[1]);
        o->text = mem_strdup(words[2]);
        o->link = mem_strdup(words[3]);
        o->alt = mem_strdup(words[4]);
        o->has_image = flags[4] != 0;
        o->at_ms = times[0];
        o->ready_ms = times[1];
    }
    json_decref(line);
    return o;
}

static size_t objects_index(const struct shadow_objects *o, const char *id)
{
    size_t at = o->n;
    while (at > 0 && strcmp(o->items[at - 1]->id, id) != 0) {
        at--;
    }
    return at == 0 ? o->n : at - 1;
}

static void objects_drop_oldest(struct shadow_objects *o)
{
    struct shadow_object *oldest = o->items[0];
    if (oldest->has_image) {
        char path[OBJECT_PATH_MAX];
        shadow_objects_image_path(o, oldest->id, path, sizeof path);
        (void)unlink(path); /* a left picture does no harm */
    }
    shadow_object_free(oldest);
    o->n--;
    for (size_t i = 0; i < o->n; i++) {
        o->items[i] = o->items[i + 1];
    }
}

/* Takes the item, in place of an older one of its id. */
static void objects_put(struct shadow_objects *o, struct shadow_object *item)
{
    size_t at = objects_index(o, item->id);
    if (at < o->n) {
        if (o->items[at] != item) {
            shadow_object_free(o->items[at]);
            o->items[at] = item;
        }
        return;
    }
    o->items[o->n++] = item;
    if (o->n > SHADOW_OBJECTS) {
        objects_drop_oldest(o);
    }
}

static void objects_path(const struct shadow_objects *o, char *out, size_t size)
{
    int n = snprintf(out, size, "%s/posts.jsonl", o->directory);
    check(n > 0 && (size_t)n < size);
}

static enum err_code objects_read(struct shadow_objects *o, struct err *e)
{
    char path[OBJECT_PATH_MAX];
    char *bytes = NULL;
    size_t len = 0;
    objects_path(o, path, sizeof path);
    enum err_code code = file_read(path, OBJECT_FILE_MAX, &bytes, &len, e);
    if (code == ERR_NOT_FOUND) {
        return ERR_OK;
    }
    if (code != ERR_OK) {
        return code;
    }
    const char *at = bytes;
    const char *end = NULL;
    while ((end = memchr(at, '\n', len - (size_t)(at - bytes))) != NULL) {
        struct shadow_object *item = object_decode(at, (size_t)(end - at));
        if (item != NULL) {
            objects_put(o, item);
        }
        at = end + 1;
    }
    free(bytes);
    return ERR_OK;
}

/* Adds the line of every object from `first` on; false when they are more
 * than the file's goal. */
static bool objects_encode(const struct shadow_objects *o, size_t first,
                           struct buf *b)
{
    for (size_t i = first; i < o->n; i++) {
        char *line = object_encode(o->items[i]);
        buf_add_text(b, line);
        buf_add_char(b, '\n');
        free(line);
    }
    return buf_ok(b);
}

/* Writes the file anew, with what counts only, and opens it for appending. */
static enum err_code objects_compact(struct shadow_objects *o, struct err *e)
{
    char path[OBJECT_PATH_MAX];
    struct buf b;
    objects_path(o, path, sizeof path);
    buf_init(&b, OBJECT_FILE_GOAL);
    while (!objects_encode(o, 0, &b)) {
        buf_reset(&b);
        objects_drop_oldest(o);
    }
    enum err_code code = file_write_durable(path, buf_text(&b), b.len, 0600, e);
    o->file_bytes = b.len;
    buf_fini(&b);
    if (o->fd >= 0) {
        (void)close(o->fd); /* every line was synced */
        o->fd = -1;
    }
    if (code != ERR_OK) {
        return code;
    }
    o->fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    if (o->fd < 0) {
        return err_set(e, ERR_IO, "%.100s: %s", path, strerror(errno));
    }
    return ERR_OK;
}

enum err_code shadow_objects_init(struct shadow_objects *o,
                                  const char *directory, struct err *e)
{
    *o = (struct shadow_objects){.fd = -1};
    o->directory = mem_strdup(directory);
    o->items = mem_calloc(SHADOW_OBJECTS + 1, sizeof(void *));
    enum err_code code = objects_read(o, e);
    if (code == ERR_OK) {
        code = objects_compact(o, e);
    }
    if (code != ERR_OK) {
        shadow_objects_fini(o);
    }
    return code;
}

void shadow_objects_fini(struct shadow_objects *o)
{
    for (size_t i = 0; i < o->n; i++) {
        shadow_object_free(o->items[i]);
    }
    free(o->items);
    free(o->directory);
    if (o->fd >= 0) {
        (void)close(o->fd); /* every line was synced */
    }
    *o = (struct shadow_objects){.fd = -1};
}

void shadow_objects_save(struct shadow_objects *o, struct shadow_object *item)
{
    char *line = object_encode(item);
    size_t len = strlen(line);
    line[len] = '\n'; /* in place of the NUL: one write, one line */
    bool is_kept = o->fd >= 0 &&
                   write(o->fd, line, len + 1) == (ssize_t)(len + 1) &&
                   fdatasync(o->fd) == 0;
    free(line);
    objects_put(o, item);
    o->file_bytes += len + 1;
    struct err e = {.msg = "Platte"};
    if (is_kept && o->file_bytes > OBJECT_FILE_FULL) {
        is_kept = objects_compact(o, &e) == ERR_OK;
    }
    if (!is_kept) {
        log_warn("shadow=%s post not kept on disk: %s", o->directory, e.msg);
    }
}

struct shadow_object *shadow_objects_find(const struct shadow_objects *o,
                                          const char *id)
{
    size_t at = objects_index(o, id);
    return at < o->n && !o->items[at]->is_deleted ? o->items[at] : NULL;
}
