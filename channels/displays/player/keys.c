/* The keys file of a display: what it trusts, and nothing else. */
#include <stdlib.h>
#include <string.h>

#include "channels/displays/player/player.h"
#include "service/base/file.h"
#include "service/base/mem.h"

enum { KEYS_FILE_MAX = 16 * 1024, KEYS_MAX = 64 };

/* Adds the key of one line; empty lines and comments are none. */
static enum err_code keys_add(const char *path, size_t number, char *line,
                              struct key_public *keys, size_t *n, struct err *e)
{
    line[strcspn(line, "\r")] = '\0';
    line += strspn(line, " \t");
    line[strcspn(line, " \t")] = '\0';
    if (line[0] == '\0' || line[0] == '#') {
        return ERR_OK;
    }
    if (*n == KEYS_MAX) {
        return err_set(e, ERR_LIMIT, "%s: mehr als %d Schlüssel", path,
                       KEYS_MAX);
    }
    if (key_parse(line, &keys[*n], e) != ERR_OK) {
        return err_wrap(e, "%s: Zeile %zu", path, number);
    }
    (*n)++;
    return ERR_OK;
}

enum err_code player_keys_load(const char *path, struct key_public **keys,
                               size_t *n, struct err *e)
{
    char *text = NULL;
    size_t len = 0;
    size_t number = 1;
    *n = 0;
    *keys = NULL;
    if (file_read(path, KEYS_FILE_MAX, &text, &len, e) != ERR_OK) {
        return e->code;
    }
    enum err_code rv = ERR_OK;
    *keys = mem_calloc(KEYS_MAX, sizeof(**keys));
    for (char *line = text; line != NULL && rv == ERR_OK; number++) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        rv = keys_add(path, number, line, *keys, n, e);
        line = next;
    }
    if (rv == ERR_OK && *n == 0) {
        rv = err_set(e, ERR_INVALID, "%s: kein Schlüssel darin", path);
    }
    free(text);
    if (rv != ERR_OK) {
        free(*keys);
        *keys = NULL;
        *n = 0;
    }
    return rv;
}
