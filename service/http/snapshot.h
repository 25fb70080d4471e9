/* All files of the public website at one moment, sorted by their path. For
 * public.c. */
#ifndef SERVICE_HTTP_SNAPSHOT_H
#define SERVICE_HTTP_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>

#include "service/base/err.h"
#include "service/http/prepared.h"

/* An entry whose file did not change belongs to the older snapshot until
 * snapshot_take_over() hands it on. */
struct snapshot_entry {
    struct prepared *file;
    bool is_borrowed;
};

struct snapshot {
    struct snapshot_entry *items;
    size_t n;
    size_t cap;
    size_t bytes;
};

/* Reads the directory; what `old` already holds unchanged is borrowed from
 * it. On an error *out is empty. */
enum err_code snapshot_load(const char *directory, bool is_https,
                            const struct snapshot *old, struct snapshot *out,
                            struct err *e);

/* The file at this path of a URL, or NULL. */
const struct prepared *snapshot_find(const struct snapshot *s,
                                     const char *path);

/* `next` becomes the owner of what it borrowed; `old` forgets it. */
void snapshot_take_over(struct snapshot *next, struct snapshot *old);

/* Frees the entries that are its own; the snapshot is empty. */
void snapshot_fini(struct snapshot *s);

#endif
