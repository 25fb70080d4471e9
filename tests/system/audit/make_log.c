/* make_log DIR ENTRIES CLAIMED: writes ENTRIES entries into a real database
 * the way the service does, exports them to DIR/log in tlog-tiles layout, and
 * signs. CLAIMED is the size that the checkpoint claims and the export has:
 * fewer than ENTRIES is a log whose keeper lies about the size, under the root
 * of all entries. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/cli/audit_export.h"
#include "service/seal/note.h"
#include "service/store/log.h"
#include "service/store/store.h"

static const char *const types[] = {"alert.submitted", "alert.released",
                                    "delivery.state", "session.opened",
                                    "display.published"};

static void make_entries(struct store *s, int n)
{
    struct err e;
    for (int i = 0; i < n; i++) {
        store_begin(s);
        (void)log_append(
            s, &(struct log_entry){.type = types[i % 5],
                                   .actor = i % 5 == 4 ? NULL : "Anna Müller",
                                   .incident = "LOE-7K3Q9F",
                                   .alert = "LOE-7K3Q9F-1",
                                   .status = "actual",
                                   .reason = i % 9 == 0 ? "Pegel steigt" : NULL,
                                   .office_hours = ENTRY_HOURS_OUTSIDE,
                                   .seq = i});
        check(store_commit(s, &e) == ERR_OK);
    }
}

struct exporting {
    struct audit_export *x;
    struct err e;
};

static bool export_row(void *data, const struct log_row *row)
{
    struct exporting *exporting = data;
    return audit_export_add(exporting->x, row->entry, strlen(row->entry),
                            &exporting->e) == ERR_OK;
}

/* The checkpoint of a keeper who claims another size. */
static char *lie(const struct key_pair *key, int64_t size,
                 const struct digest *root)
{
    struct checkpoint c = {.size = size, .root = *root};
    char body[CHECKPOINT_BODY_MAX];
    char *note = NULL;
    struct err e;
    memcpy(c.origin, key->open.name, sizeof(c.origin));
    checkpoint_format(&c, body);
    check(note_sign(body, &key, 1, &note, &e) == ERR_OK);
    return note;
}

static int export_log(struct store *s, const struct key_pair *key,
                      const char *folder, int64_t claimed)
{
    struct exporting exporting = {.x = calloc(1, sizeof(*exporting.x))};
    struct err e;
    char text[KEY_TEXT_MAX];
    int64_t size = 0;
    check(exporting.x != NULL);
    check(log_checkpoint_sign(s, key, &e) == ERR_OK);
    check(audit_export_init(exporting.x, folder, &e) == ERR_OK);
    log_read(s, 0, claimed, export_row, &exporting);
    char *note = log_checkpoint_load(s, &size);
    if (claimed != size) {
        struct digest root = log_root(s);
        free(note);
        note = lie(key, claimed, &root);
    }
    key_format(&key->open, text);
    enum err_code code = audit_export_finish(exporting.x, text, note, &e);
    free(note);
    audit_export_fini(exporting.x);
    free(exporting.x);
    return (code == ERR_OK) == (claimed == size) ? 0 : 1;
}

int main(int argc, char **argv)
{
    char path[1024];
    struct store *s = NULL;
    struct key_pair key;
    struct err e;
    check(argc == 4);
    (void)snprintf(path, sizeof(path), "%s/db", argv[1]);
    check(key_generate("warnung.example/audit", &key, &e) == ERR_OK);
    check(store_create(path, &e) == ERR_OK);
    check(store_open(path, clock_real(), &s, &e) == ERR_OK);
    make_entries(s, (int)strtol(argv[2], NULL, 10));
    (void)snprintf(path, sizeof(path), "%s/log", argv[1]);
    int rv = export_log(s, &key, path, strtoll(argv[3], NULL, 10));
    store_close(s);
    key_forget(&key);
    return rv;
}
