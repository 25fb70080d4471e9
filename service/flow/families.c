/* Approved families, parsed once and kept by hash. Their bytes are verified
 * against the pinned hash each time they are read from the store. */
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/flow/parts.h"
#include "service/store/family.h"
#include "service/store/store.h"
#include "templates/family.h"

void families_fini(struct families *f)
{
    for (size_t i = 0; i < f->n; i++) {
        family_free(f->items[i].family);
    }
    free(f->items);
    *f = (struct families){0};
}

static const struct family *families_find(const struct families *f,
                                          const char *hash)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->items[i].hash, hash) == 0) {
            return f->items[i].family;
        }
    }
    return NULL;
}

static const struct family *families_keep(struct families *f, const char *hash,
                                          struct family *family)
{
    struct families_item *items =
        realloc(f->items, (f->n + 1) * sizeof(f->items[0]));
    check(items != NULL);
    f->items = items;
    items[f->n] = (struct families_item){.family = family};
    MEM_SET_TEXT(items[f->n].hash, hash);
    f->n++;
    return family;
}

static enum err_code families_block(struct broadcast *b,
                                    const struct family_version *v,
                                    struct err *e)
{
    bool open = store_in_transaction(b->o.store); /* the guard of a turn */
    log_error("template=%s version=%d blocked: %s", v->id, v->version, e->msg);
    if (!open) {
        store_begin(b->o.store);
    }
    family_version_block(b->o.store, v->id, v->version);
    if (!open) {
        broadcast_commit(b);
    }
    return err_set(e, ERR_CONFLICT,
                   "Die Vorlage %s ist gesperrt: Ihr Inhalt ist nicht mehr der "
                   "freigegebene. Andere Vorlagen sind nicht betroffen.",
                   v->id);
}

/* Reads, verifies and parses. The bytes are read each time although a parsed
 * family is kept: a byte that changes on disk must block the next use. */
static enum err_code families_load(struct broadcast *b,
                                   const struct family_version *v,
                                   const struct family **family, struct err *e)
{
    char *bytes = NULL;
    size_t len = 0;
    struct family *parsed = NULL;
    enum err_code code =
        family_version_load(b->o.store, v->id, v->version, &bytes, &len, e);
    if (code == ERR_CORRUPT || code == ERR_DENIED) {
        return families_block(b, v, e);
    }
    if (code != ERR_OK) {
        return code;
    }
    *family = families_find(&b->families, v->hash);
    if (*family == NULL) {
        code = family_parse(bytes, len, &parsed, e);
        if (code == ERR_OK) {
            *family = families_keep(&b->families, v->hash, parsed);
        }
    }
    free(bytes);
    return code;
}

enum err_code families_get(struct broadcast *b, const char *id, int version,
                           const struct family **family, struct err *e)
{
    struct family_version v;
    if (!family_version_find(b->o.store, id, version, &v)) {
        return err_set(e, ERR_NOT_FOUND, "Die Vorlage %s gibt es nicht.", id);
    }
    return families_load(b, &v, family, e);
}

enum err_code families_in_force(struct broadcast *b, const char *id,
                                int *version, const struct family **family,
                                struct err *e)
{
    struct family_version v;
    if (!family_version_in_force(b->o.store, id, &v)) {
        return err_set(e, ERR_NOT_FOUND,
                       "Eine freigegebene Vorlage %s gibt es nicht.", id);
    }
    *version = v.version;
    return families_load(b, &v, family, e);
}

void families_approved_hash(struct broadcast *b, const char *id, int version,
                            char hash[DIGEST_NAMED_MAX])
{
    struct family_version v;
    const struct family *family = NULL;
    struct err e;
    hash[0] = '\0';
    if (family_version_find(b->o.store, id, version, &v) &&
        v.state == FAMILY_APPROVED &&
        families_load(b, &v, &family, &e) == ERR_OK) {
        mem_copy_text(hash, DIGEST_NAMED_MAX, v.hash);
    }
}
