/* What the shadow received: posts, media, containers and comments, in memory
 * and in a file of JSON lines, one a change, so that a restart finds them.
 * Bounded: beyond SHADOW_OBJECTS the oldest is forgotten. */
#ifndef DRILLS_SHADOW_OBJECT_H
#define DRILLS_SHADOW_OBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"

enum { SHADOW_OBJECTS = 2000, SHADOW_OBJECT_ID_MAX = 96 };

enum shadow_kind {
    SHADOW_POST,      /* of a page */
    SHADOW_PHOTO,     /* of a page, not yet in a post */
    SHADOW_CONTAINER, /* of a profile */
    SHADOW_MEDIA,     /* of a profile */
    SHADOW_COMMENT,   /* of a post or a media */
};

struct shadow_object {
    enum shadow_kind kind;
    bool is_instagram;
    bool is_rehearsal;
    bool is_published;
    bool is_deleted;
    char id[SHADOW_OBJECT_ID_MAX];
    /* comment: what it is about; container: the media it became, or "";
     * media: its container. */
    char parent[SHADOW_OBJECT_ID_MAX];
    char *text; /* never NULL */
    char *link;
    char *alt;
    bool has_image; /* <id>.jpg in the directory */
    int64_t at_ms;
    int64_t ready_ms; /* container: FINISHED from then; post: scheduled for */
};

struct shadow_objects {
    char *directory;
    int fd; /* of the file, appending */
    size_t file_bytes;
    struct shadow_object **items; /* oldest first; room for one too many */
    size_t n;
};

/* Reads the directory's file, or begins one. ERR_IO. A torn last line, left
 * by a crash, is passed over. */
enum err_code shadow_objects_init(struct shadow_objects *o,
                                  const char *directory, struct err *e);
void shadow_objects_fini(struct shadow_objects *o);

/* A new object with an id of its kind ("<owner>_<n>" for a post), not yet
 * kept: fill it, then shadow_objects_save() it. The caller's until then. */
struct shadow_object *shadow_object_new(enum shadow_kind kind,
                                        const char *owner);
void shadow_object_free(struct shadow_object *o);
/* Replaces a text. */
void shadow_object_set(char **field, const char *text);

/* Keeps a new object (taken) or a change of a kept one: on disk before the
 * call returns. A disk that does not take it is logged; the shadow goes on. */
void shadow_objects_save(struct shadow_objects *o, struct shadow_object *item);

/* The object of this id that is not deleted, or NULL. */
struct shadow_object *shadow_objects_find(const struct shadow_objects *o,
                                          const char *id);

/* Where an object's picture is. */
void shadow_objects_image_path(const struct shadow_objects *o, const char *id,
                               char *out, size_t size);

/* size digits that are not the first ones' zero, and a NUL. */
void shadow_random_digits(char *out, size_t size);

#endif
