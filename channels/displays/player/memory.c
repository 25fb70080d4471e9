#include "channels/displays/player/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"

enum { MEMORY_PATH_MAX = 512, MEMORY_FILE_MAX = 4096, MEMORY_MODE = 0600 };

static void memory_path(const struct memory *m, char out[MEMORY_PATH_MAX])
{
    int n = snprintf(out, MEMORY_PATH_MAX, "%s/sequence", m->folder);
    check(n > 0 && n < MEMORY_PATH_MAX);
}

/* "actual/08336050 1 42 <sha256>" */
static bool memory_parse_line(struct memory *m, char *line)
{
    char *at = NULL;
    char *end = NULL;
    const char *stream = strtok_r(line, " ", &at);
    const char *epoch = strtok_r(NULL, " ", &at);
    const char *seq = strtok_r(NULL, " ", &at);
    const char *sha256 = strtok_r(NULL, " ", &at);
    if (sha256 == NULL || strlen(stream) >= STREAM_NAME_MAX ||
        strlen(sha256) != DIGEST_HEX_MAX - 1 || m->n == MEMORY_STREAMS_MAX) {
        return false;
    }
    struct accept_memory *last = &m->items[m->n].last;
    MEM_SET_TEXT(m->items[m->n].stream, stream);
    MEM_SET_TEXT(last->sha256, sha256);
    last->epoch = strtoll(epoch, &end, 10);
    if (*end != '\0' || last->epoch < 1) {
        return false;
    }
    last->seq = strtoll(seq, &end, 10);
    m->n++;
    return *end == '\0' && last->seq >= 1;
}

static bool memory_parse(struct memory *m, char *text)
{
    char *at = NULL;
    for (char *line = strtok_r(text, "\n", &at); line != NULL;
         line = strtok_r(NULL, "\n", &at)) {
        if (!memory_parse_line(m, line)) {
            return false;
        }
    }
    return true;
}

enum err_code memory_load(struct memory *m, const char *folder, struct err *e)
{
    char path[MEMORY_PATH_MAX];
    char *text = NULL;
    size_t len = 0;
    *m = (struct memory){.folder = folder};
    if (folder[0] == '\0') {
        return ERR_OK;
    }
    if (strlen(folder) >= MEMORY_PATH_MAX - 16) {
        return err_set(e, ERR_LIMIT, "der Pfad ist zu lang");
    }
    if (file_make_folders(folder, S_IRWXU, e) != ERR_OK) {
        return e->code;
    }
    memory_path(m, path);
    enum err_code rv = file_read(path, MEMORY_FILE_MAX, &text, &len, e);
    if (rv == ERR_NOT_FOUND) {
        return ERR_OK;
    }
    if (rv == ERR_OK && !memory_parse(m, text)) {
        rv = err_set(e, ERR_CORRUPT,
                     "%s ist beschädigt. Mit dieser Datei erkennt die Anzeige "
                     "alte Meldungen; erst prüfen, dann löschen.",
                     path);
    }
    free(text);
    return rv;
}

struct accept_memory memory_get(const struct memory *m, const char *stream)
{
    for (size_t i = 0; i < m->n; i++) {
        if (strcmp(m->items[i].stream, stream) == 0) {
            return m->items[i].last;
        }
    }
    return (struct accept_memory){0};
}

static enum err_code memory_save(const struct memory *m, struct err *e)
{
    char path[MEMORY_PATH_MAX];
    struct buf text;
    if (m->folder[0] == '\0') {
        return ERR_OK;
    }
    buf_init(&text, MEMORY_FILE_MAX);
    for (size_t i = 0; i < m->n; i++) {
        buf_printf(&text, "%s %lld %lld %s\n", m->items[i].stream,
                   (long long)m->items[i].last.epoch,
                   (long long)m->items[i].last.seq, m->items[i].last.sha256);
    }
    memory_path(m, path);
    enum err_code rv =
        file_write_durable(path, text.data, text.len, MEMORY_MODE, e);
    buf_fini(&text);
    return rv;
}

enum err_code memory_set(struct memory *m, const char *stream,
                         const struct accept_memory *last, struct err *e)
{
    size_t at = 0;
    while (at < m->n && strcmp(m->items[at].stream, stream) != 0) {
        at++;
    }
    check(at < MEMORY_STREAMS_MAX);
    if (at == m->n) {
        MEM_SET_TEXT(m->items[at].stream, stream);
        m->n++;
    }
    m->items[at].last = *last;
    return memory_save(m, e);
}
