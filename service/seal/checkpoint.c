#include "service/seal/checkpoint.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "service/seal/note.h"

enum { CHECKPOINT_ROOT_MAX = 45, CHECKPOINT_DIGITS_MAX = 18 };

void checkpoint_format(const struct checkpoint *c,
                       char out[CHECKPOINT_BODY_MAX])
{
    char root[CHECKPOINT_ROOT_MAX];
    (void)sodium_bin2base64(root, sizeof(root), c->root.bytes, DIGEST_SIZE,
                            sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(out, CHECKPOINT_BODY_MAX, "%s\n%" PRId64 "\n%s\n", c->origin,
                   c->size, root);
}

/* Cuts one line off; NULL when there is no line end. */
static const char *checkpoint_line(const char **at, const char *end,
                                   size_t *len)
{
    const char *line = *at;
    const char *stop = memchr(line, '\n', (size_t)(end - line));
    if (stop == NULL) {
        return NULL;
    }
    *len = (size_t)(stop - line);
    *at = stop + 1;
    return line;
}

/* Decimal without leading zeros. */
static int64_t checkpoint_size(const char *text, size_t len)
{
    int64_t size = 0;
    if (len == 0 || len > CHECKPOINT_DIGITS_MAX ||
        (text[0] == '0' && len > 1)) {
        return -1;
    }
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        size = size * 10 + (text[i] - '0');
    }
    return size;
}

static enum err_code checkpoint_bad(struct err *e, const char *what)
{
    return err_set(e, ERR_INVALID, "checkpoint: %s", what);
}

enum err_code checkpoint_parse(const char *body, size_t len,
                               struct checkpoint *c, struct err *e)
{
    const char *at = body;
    const char *end = body + len;
    size_t n = 0;
    memset(c, 0, sizeof(*c));
    const char *line = checkpoint_line(&at, end, &n);
    if (line == NULL || n == 0 || n >= sizeof(c->origin)) {
        return checkpoint_bad(e, "no origin");
    }
    memcpy(c->origin, line, n);
    if (!key_name_valid(c->origin)) {
        return checkpoint_bad(e, "origin is no name");
    }
    line = checkpoint_line(&at, end, &n);
    c->size = line == NULL ? -1 : checkpoint_size(line, n);
    if (c->size < 0) {
        return checkpoint_bad(e, "no size");
    }
    line = checkpoint_line(&at, end, &n);
    size_t root_len = 0;
    const char *stop = NULL;
    if (line == NULL ||
        sodium_base642bin(c->root.bytes, DIGEST_SIZE, line, n, NULL, &root_len,
                          &stop, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        root_len != DIGEST_SIZE || stop != line + n) {
        return checkpoint_bad(e, "no root");
    }
    return ERR_OK;
}

enum err_code checkpoint_verify(const char *note, size_t len,
                                const struct key_public *key,
                                struct checkpoint *c, struct err *e)
{
    struct note found;
    enum err_code code = note_verify(note, len, key, 1, &found, e);
    if (code == ERR_OK) {
        code = checkpoint_parse(note, found.body_len, c, e);
    }
    if (code == ERR_OK && strcmp(c->origin, key->name) != 0) {
        code = err_set(e, ERR_DENIED, "checkpoint is of another log: %.100s",
                       c->origin);
    }
    return code;
}
