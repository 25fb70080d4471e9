#include "service/http/snapshot.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/limits.h"
#include "service/http/media.h"

enum { SNAPSHOT_DEPTH = 12 };

/* One reading of the directory. */
struct snapshot_walk {
    const char *directory;
    bool is_https;
    const struct snapshot *old;
    struct snapshot *out;
    struct err *e;
};

static enum err_code snapshot_folder(const struct snapshot_walk *w,
                                     const char *name, int depth);

static struct snapshot_entry *snapshot_entry_of(const struct snapshot *s,
                                                const char *path)
{
    size_t low = 0;
    size_t high = s->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(path, s->items[middle].file->path);
        if (order == 0) {
            return &s->items[middle];
        }
        if (order < 0) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return NULL;
}

const struct prepared *snapshot_find(const struct snapshot *s, const char *path)
{
    const struct snapshot_entry *entry = snapshot_entry_of(s, path);
    return entry == NULL ? NULL : entry->file;
}

static struct prepared_stamp snapshot_stamp(const struct stat *st)
{
    return (struct prepared_stamp){
        .size = st->st_size,
        .mtime_ns =
            (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec,
        .inode = st->st_ino,
    };
}

static bool snapshot_is_same(const struct prepared_stamp *a,
                             const struct prepared_stamp *b)
{
    return a->size == b->size && a->mtime_ns == b->mtime_ns &&
           a->inode == b->inode;
}

static bool snapshot_grow(struct snapshot *s)
{
    if (s->n < s->cap) {
        return true;
    }
    size_t cap = s->cap == 0 ? 64 : s->cap * 2;
    struct snapshot_entry *items = realloc(s->items, cap * sizeof *s->items);
    if (items == NULL) {
        return false;
    }
    s->items = items;
    s->cap = cap;
    return true;
}

static enum err_code snapshot_add(const struct snapshot_walk *w,
                                  struct prepared *file, bool is_borrowed)
{
    struct snapshot *s = w->out;
    if (!snapshot_grow(s)) {
        if (!is_borrowed) {
            prepared_free(file);
        }
        return err_set(w->e, ERR_NOMEM, "kein Speicher für die Website");
    }
    s->items[s->n++] = (struct snapshot_entry){file, is_borrowed};
    s->bytes += file->bytes;
    if (s->n > LIMIT_SITE_FILES || s->bytes > LIMIT_SITE_BYTES) {
        return err_set(w->e, ERR_LIMIT, "die Website ist zu groß");
    }
    return ERR_OK;
}

static enum err_code snapshot_file(const struct snapshot_walk *w,
                                   const char *name, const struct stat *st)
{
    char *path = media_path(name);
    struct prepared_stamp stamp = snapshot_stamp(st);
    struct snapshot_entry *known = snapshot_entry_of(w->old, path);
    if (known != NULL && snapshot_is_same(&known->file->stamp, &stamp)) {
        free(path);
        return snapshot_add(w, known->file, true);
    }
    char full[PATH_MAX];
    char *bytes = NULL;
    size_t len = 0;
    int n = snprintf(full, sizeof full, "%s/%s", w->directory, name);
    check(n > 0 && (size_t)n < sizeof full); /* it was lstat-ed by this name */
    enum err_code code =
        file_read(full, LIMIT_SITE_FILE_BYTES, &bytes, &len, w->e);
    if (code == ERR_OK) {
        struct prepared_file file = {.name = name,
                                     .full = full,
                                     .bytes = bytes,
                                     .len = len,
                                     .stamp = stamp,
                                     .is_https = w->is_https};
        code = snapshot_add(w, prepared_new(&file, path), false);
        path = NULL;
    }
    free(bytes);
    free(path);
    /* Removed since the folder was read: as if it had not been there. */
    return code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* Regular files of known kinds and folders; no hidden ones, no links. */
static enum err_code snapshot_item(const struct snapshot_walk *w,
                                   const char *name, int depth)
{
    char full[PATH_MAX];
    struct stat st;
    int n = snprintf(full, sizeof full, "%s/%s", w->directory, name);
    if (n < 0 || (size_t)n >= sizeof full || lstat(full, &st) != 0) {
        return ERR_OK; /* too long to be ours, or just removed */
    }
    if (S_ISDIR(st.st_mode) && depth < SNAPSHOT_DEPTH) {
        return snapshot_folder(w, name, depth + 1);
    }
    if (S_ISREG(st.st_mode) && media_type(name) != NULL) {
        return snapshot_file(w, name, &st);
    }
    return ERR_OK;
}

/* name: below the site's root, "" for the root. */
static enum err_code snapshot_folder(const struct snapshot_walk *w,
                                     const char *name, int depth)
{
    char full[PATH_MAX];
    int n = snprintf(full, sizeof full, "%s/%s", w->directory, name);
    DIR *dir = n > 0 && (size_t)n < sizeof full ? opendir(full) : NULL;
    if (dir == NULL) {
        return err_set(w->e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                       "%.100s: %s", full, strerror(errno));
    }
    enum err_code code = ERR_OK;
    const struct dirent *item = NULL;
    while (code == ERR_OK && (item = readdir(dir)) != NULL) {
        char below[PATH_MAX];
        n = snprintf(below, sizeof below, "%s%s%s", name,
                     name[0] == '\0' ? "" : "/", item->d_name);
        if (item->d_name[0] != '.' && n > 0 && (size_t)n < sizeof below) {
            code = snapshot_item(w, below, depth);
        }
    }
    (void)closedir(dir); /* it was only read */
    return code;
}

static int snapshot_order(const void *a, const void *b)
{
    const struct snapshot_entry *left = a;
    const struct snapshot_entry *right = b;
    return strcmp(left->file->path, right->file->path);
}

enum err_code snapshot_load(const char *directory, bool is_https,
                            const struct snapshot *old, struct snapshot *out,
                            struct err *e)
{
    struct snapshot_walk w = {directory, is_https, old, out, e};
    *out = (struct snapshot){.n = 0};
    enum err_code code = snapshot_folder(&w, "", 0);
    if (code != ERR_OK) {
        snapshot_fini(out);
        return code;
    }
    if (out->n > 0) {
        qsort(out->items, out->n, sizeof *out->items, snapshot_order);
    }
    return ERR_OK;
}

void snapshot_take_over(struct snapshot *next, struct snapshot *old)
{
    for (size_t i = 0; i < next->n; i++) {
        if (next->items[i].is_borrowed) {
            struct snapshot_entry *entry =
                snapshot_entry_of(old, next->items[i].file->path);
            check(entry != NULL && entry->file == next->items[i].file);
            entry->is_borrowed = true; /* old's no more */
            next->items[i].is_borrowed = false;
        }
    }
}

void snapshot_fini(struct snapshot *s)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!s->items[i].is_borrowed) {
            prepared_free(s->items[i].file);
        }
    }
    free(s->items);
    *s = (struct snapshot){.n = 0};
}
