/* Imported versions of template families: their exact bytes, pinned by hash,
 * and who approved them. A version is approved after two different approvers,
 * neither its author; the schema refuses anything else. Versions are never
 * changed and never deleted. */
#ifndef SERVICE_STORE_FAMILY_H
#define SERVICE_STORE_FAMILY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/alert.h"

struct store;

enum { FAMILY_TITLE_MAX = 128, FAMILY_APPROVALS_NEEDED = 2 };

enum family_state {
    FAMILY_DRAFT,     /* imported, nobody approved yet */
    FAMILY_IN_REVIEW, /* one approval */
    FAMILY_APPROVED,
    FAMILY_BLOCKED, /* its bytes are not what was approved */
};

/* "draft", "in_review", "approved", "blocked". */
const char *family_state_name(enum family_state state);

struct family_version {
    char id[TEMPLATE_ID_MAX];
    int version; /* 1, 2, … per id */
    char hash[DIGEST_NAMED_MAX];
    char title[FAMILY_TITLE_MAX];
    char author[ACTOR_NAME_MAX];
    enum family_state state;
    int approvals;
    int64_t imported_at_ms;
    int64_t approved_at_ms; /* 0 while it is not */
};

/* Stores the bytes as the next version of v->id (id, title, author are read;
 * the rest is filled in) and writes the leaf template.imported. The same
 * bytes as the newest version's, unless blocked, are that version: nothing is
 * stored, *v is its row. Inside a transaction. */
void family_version_import(struct store *s, struct family_version *v,
                           const char *bytes, size_t len);

/* `approver` approves version v->version of v->id; *v is brought up to date.
 * The leaf template.approved is written with the approval that completes
 * them; every approval writes one. ERR_NOT_FOUND; ERR_DENIED: the author, or
 * the same person again; ERR_CONFLICT: approved already, or blocked. Inside a
 * transaction (roll back on an error). */
enum err_code family_version_approve(struct store *s, struct family_version *v,
                                     const char *approver, struct err *e);

/* The newest version, or the newest approved one; false when there is none. A
 * blocked version is skipped by neither: a family whose newest approved
 * version was blocked stays blocked until a newer one is approved. */
bool family_version_newest(struct store *s, const char *id,
                           struct family_version *v);
bool family_version_in_force(struct store *s, const char *id,
                             struct family_version *v);

/* One version by its number. */
bool family_version_find(struct store *s, const char *id, int version,
                         struct family_version *v);

/* The bytes of a version, the caller's to free(). ERR_NOT_FOUND; ERR_DENIED
 * when it is blocked; ERR_CORRUPT when the bytes do not have its hash: then
 * call family_version_block() in a transaction and tell people. */
enum err_code family_version_load(struct store *s, const char *id, int version,
                                  char **bytes, size_t *len, struct err *e);

/* Blocks it and writes the leaf template.blocked, once. Inside a
 * transaction. */
void family_version_block(struct store *s, const char *id, int version);

/* Calls cb for the newest version of every id, by id, and with `in_force` for
 * the one that alerts use. cb must not write to the store. */
typedef void (*family_version_cb)(void *data, const struct family_version *v);
void family_version_each(struct store *s, bool in_force, family_version_cb cb,
                         void *data);

#endif
