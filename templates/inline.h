/* Makes a family file self-contained: the follow-ups that it names and the
 * frame are put into it, and the bytes become canonical, so that one hash
 * pins everything that can be sent. Pure apart from the reader. */
#ifndef TEMPLATES_INLINE_H
#define TEMPLATES_INLINE_H

#include <stddef.h>

#include "service/base/err.h"

/* Gives the bytes of a file beside the family: "follow-up/folge-update.json",
 * "frame.json". *bytes is free()d by the caller. */
typedef enum err_code (*inline_read_cb)(void *data, const char *name,
                                        char **bytes, size_t *len,
                                        struct err *e);

struct inline_reader {
    inline_read_cb read;
    void *data;
};

/* *out is the caller's to free(). A family that is self-contained already is
 * only made canonical (`reader` may be NULL then). ERR_INVALID names the
 * place; the reader's errors. */
enum err_code inline_family(const char *json, size_t len,
                            const struct inline_reader *reader, char **out,
                            size_t *out_len, struct err *e);

/* The same for a file on disk, its neighbours read from its folder. */
enum err_code inline_file(const char *path, char **out, size_t *out_len,
                          struct err *e);

#endif
