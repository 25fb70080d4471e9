#include "templates/inline.h"

#include <jansson.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/base/mem.h"

/* A file's bytes as a JSON object, or NULL and *e. */
static json_t *inline_load(const char *name, const char *json, size_t len,
                           struct err *e)
{
    json_error_t why;
    if (len > LIMIT_FAMILY_BYTES) {
        (void)err_set(e, ERR_LIMIT, "%s ist größer als %d KiB", name,
                      LIMIT_FAMILY_BYTES / 1024);
        return NULL;
    }
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL || !json_is_object(root)) {
        (void)err_set(e, ERR_INVALID, "%s: Zeile %d, Spalte %d: %s", name,
                      root == NULL ? why.line : 1,
                      root == NULL ? why.column : 1,
                      root == NULL ? why.text : "kein Objekt");
        json_decref(root);
        return NULL;
    }
    return root;
}

static json_t *inline_read(const struct inline_reader *reader, const char *name,
                           struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    if (reader == NULL) {
        (void)err_set(e, ERR_NOT_FOUND, "%s fehlt", name);
        return NULL;
    }
    if (reader->read(reader->data, name, &bytes, &len, e) != ERR_OK) {
        return NULL;
    }
    json_t *root = inline_load(name, bytes, len, e);
    free(bytes);
    return root;
}

static bool inline_has(json_t *parameters, const char *name)
{
    size_t i;
    json_t *item;
    json_array_foreach(parameters, i, item)
    {
        const char *other = json_string_value(json_object_get(item, "name"));
        if (other != NULL && strcmp(other, name) == 0) {
            return true;
        }
    }
    return false;
}

/* The family gets the follow-up's parameters that it does not have. */
static void inline_parameters(json_t *family, json_t *follow)
{
    size_t i;
    json_t *item;
    json_t *all = json_object_get(family, "parameters");
    json_array_foreach(json_object_get(follow, "parameters"), i, item)
    {
        const char *name = json_string_value(json_object_get(item, "name"));
        if (name != NULL && json_is_array(all) && !inline_has(all, name)) {
            check(json_array_append(all, item) == 0);
        }
    }
}

/* The names a follow-up uses: all of "uses", and of "may_use" those that the
 * family knows. */
static json_t *inline_uses(json_t *family, json_t *follow)
{
    size_t i;
    json_t *item;
    json_t *names = json_array();
    json_array_foreach(json_object_get(follow, "uses"), i, item)
    {
        check(json_array_append(names, item) == 0);
    }
    json_array_foreach(json_object_get(follow, "may_use"), i, item)
    {
        const char *name = json_string_value(item);
        if (name != NULL &&
            inline_has(json_object_get(family, "parameters"), name)) {
            check(json_array_append(names, item) == 0);
        }
    }
    return names;
}

/* A follow-up file as the kind's object. Unknown keys of the file stay in it,
 * so that family_parse() complains about them. */
static json_t *inline_kind(json_t *family, json_t *follow)
{
    json_t *kind = json_copy(follow);
    check(kind != NULL);
    json_t *uses = inline_uses(family, follow);
    (void)json_object_del(kind, "id");
    (void)json_object_del(kind, "uses");
    (void)json_object_del(kind, "may_use");
    check(json_object_set_new(kind, "parameters", uses) == 0);
    return kind;
}

static enum err_code inline_follow_up(json_t *family, const char *kind,
                                      const char *name,
                                      const struct inline_reader *reader,
                                      struct err *e)
{
    char path[128];
    json_t *kinds = json_object_get(family, "kinds");
    if (!json_is_object(kinds) || json_object_get(kinds, kind) != NULL) {
        return err_set(e, ERR_INVALID,
                       "follow_up.%s: kinds fehlt oder hat %s selbst", kind,
                       kind);
    }
    if (name[0] == '\0' || strlen(name) > 64 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name)) {
        return err_set(e, ERR_INVALID, "follow_up.%s: kein Name", kind);
    }
    (void)snprintf(path, sizeof(path), "follow-up/%s.json", name);
    json_t *follow = inline_read(reader, path, e);
    if (follow == NULL) {
        return e->code;
    }
    inline_parameters(family, follow);
    check(json_object_set_new(kinds, kind, inline_kind(family, follow)) == 0);
    json_decref(follow);
    return ERR_OK;
}

static enum err_code
inline_all(json_t *family, const struct inline_reader *reader, struct err *e)
{
    const char *kind;
    json_t *name;
    json_object_foreach(json_object_get(family, "follow_up"), kind, name)
    {
        const char *file = json_string_value(name);
        if (inline_follow_up(family, kind, file == NULL ? "" : file, reader,
                             e) != ERR_OK) {
            return e->code;
        }
    }
    (void)json_object_del(family, "follow_up");
    if (json_object_get(family, "frame") == NULL) {
        json_t *frame = inline_read(reader, "frame.json", e);
        if (frame == NULL) {
            return e->code;
        }
        check(json_object_set_new(family, "frame", frame) == 0);
    }
    return ERR_OK;
}

enum err_code inline_family(const char *json, size_t len,
                            const struct inline_reader *reader, char **out,
                            size_t *out_len, struct err *e)
{
    json_t *family = inline_load("Vorlage", json, len, e);
    if (family == NULL) {
        return e->code;
    }
    enum err_code code = inline_all(family, reader, e);
    if (code == ERR_OK) {
        *out = json_dumps(family, JSON_COMPACT | JSON_SORT_KEYS);
        check(*out != NULL);
        *out_len = strlen(*out);
    }
    json_decref(family);
    return code;
}

static enum err_code inline_read_neighbour(void *data, const char *name,
                                           char **bytes, size_t *len,
                                           struct err *e)
{
    const char *folder = data;
    char path[1024];
    int n = snprintf(path, sizeof(path), "%s/%s", folder, name);
    if (n < 0 || (size_t)n >= sizeof(path)) {
        return err_set(e, ERR_LIMIT, "Pfad zu lang: %s", name);
    }
    return file_read(path, LIMIT_FAMILY_BYTES, bytes, len, e);
}

enum err_code inline_file(const char *path, char **out, size_t *out_len,
                          struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    enum err_code code = file_read(path, LIMIT_FAMILY_BYTES, &bytes, &len, e);
    if (code != ERR_OK) {
        return code;
    }
    char *copy = mem_strdup(path);
    struct inline_reader reader = {inline_read_neighbour, dirname(copy)};
    code = inline_family(bytes, len, &reader, out, out_len, e);
    free(copy);
    free(bytes);
    return code;
}
