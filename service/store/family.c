#include "service/store/family.h"

#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/sql.h"
#include "service/store/store.h"

/* The columns of family_version_row(), in order. */
#define FAMILY_COLUMNS                                          \
    "SELECT id, version, hash, title, author, imported_at_ms, " \
    "approved_at_ms, blocked_at_ms, (SELECT count(*) FROM "     \
    "template_approval a WHERE a.id = t.id AND a.version = "    \
    "t.version) FROM template t "

const char *family_state_name(enum family_state state)
{
    static const char *const names[] = {
        [FAMILY_DRAFT] = "draft",
        [FAMILY_IN_REVIEW] = "in_review",
        [FAMILY_APPROVED] = "approved",
        [FAMILY_BLOCKED] = "blocked",
    };
    check((int)state >= 0 && state <= FAMILY_BLOCKED);
    return names[state];
}

static void family_version_row(const struct sql *q, struct family_version *v)
{
    *v = (struct family_version){0};
    SQL_COPY(q, 0, v->id);
    v->version = (int)sql_int(q, 1);
    SQL_COPY(q, 2, v->hash);
    SQL_COPY(q, 3, v->title);
    SQL_COPY(q, 4, v->author);
    v->imported_at_ms = sql_int(q, 5);
    v->approved_at_ms = sql_int(q, 6);
    v->approvals = (int)sql_int(q, 8);
    v->state = v->approvals > 0 ? FAMILY_IN_REVIEW : FAMILY_DRAFT;
    if (v->approved_at_ms != 0) {
        v->state = FAMILY_APPROVED;
    }
    if (sql_int(q, 7) != 0) {
        v->state = FAMILY_BLOCKED;
    }
}

/* The first row of a query by id, and version when it is not 0. */
static bool family_version_one(struct sql *q, const char *id, int version,
                               struct family_version *v)
{
    sql_bind_text(q, 1, id);
    if (version != 0) {
        sql_bind_int(q, 2, version);
    }
    if (!sql_row(q)) {
        return false;
    }
    family_version_row(q, v);
    sql_done(q);
    return true;
}

bool family_version_newest(struct store *s, const char *id,
                           struct family_version *v)
{
    struct sql q =
        sql_of(s, FAMILY_COLUMNS "WHERE id = ?1 ORDER BY version DESC LIMIT 1");
    return family_version_one(&q, id, 0, v);
}

bool family_version_in_force(struct store *s, const char *id,
                             struct family_version *v)
{
    struct sql q =
        sql_of(s, FAMILY_COLUMNS "WHERE id = ?1 AND approved_at_ms <> 0 "
                                 "ORDER BY version DESC LIMIT 1");
    return family_version_one(&q, id, 0, v);
}

bool family_version_find(struct store *s, const char *id, int version,
                         struct family_version *v)
{
    struct sql q = sql_of(s, FAMILY_COLUMNS "WHERE id = ?1 AND version = ?2");
    return family_version_one(&q, id, version, v);
}

static void family_version_log(struct store *s, const char *type,
                               const char *actor, const char *from,
                               const struct family_version *v)
{
    (void)log_append(s, &(struct log_entry){
                            .type = type,
                            .actor = actor,
                            .from = from,
                            .to = family_state_name(v->state),
                            .template_id = v->id,
                            .version = v->version,
                            .sha256 = v->hash,
                        });
}

void family_version_import(struct store *s, struct family_version *v,
                           const char *bytes, size_t len)
{
    struct family_version newest = {0};
    struct digest d = digest_of(bytes, len);
    char hash[DIGEST_NAMED_MAX];
    check(store_in_transaction(s));
    digest_named(&d, hash);
    if (family_version_newest(s, v->id, &newest) &&
        newest.state != FAMILY_BLOCKED && strcmp(newest.hash, hash) == 0) {
        *v = newest;
        return;
    }
    MEM_SET_TEXT(v->hash, hash);
    v->version = newest.version + 1;
    v->state = FAMILY_DRAFT;
    v->approvals = 0;
    v->approved_at_ms = 0;
    v->imported_at_ms = store_now_ms(s);
    struct sql q = sql_of(s, "INSERT INTO template (id, version, hash, title, "
                             "author, bytes, imported_at_ms) "
                             "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    sql_bind_text(&q, 1, v->id);
    sql_bind_int(&q, 2, v->version);
    sql_bind_text(&q, 3, v->hash);
    sql_bind_text(&q, 4, v->title);
    sql_bind_text(&q, 5, v->author);
    sql_bind_blob(&q, 6, bytes, len);
    sql_bind_int(&q, 7, v->imported_at_ms);
    (void)sql_run(&q);
    family_version_log(s, "template.imported", v->author, NULL, v);
}

static bool family_version_approved_by(struct store *s,
                                       const struct family_version *v,
                                       const char *approver)
{
    struct sql q = sql_of(s, "SELECT 1 FROM template_approval WHERE id = ?1 "
                             "AND version = ?2 AND approver = ?3");
    sql_bind_text(&q, 1, v->id);
    sql_bind_int(&q, 2, v->version);
    sql_bind_text(&q, 3, approver);
    bool found = sql_row(&q);
    sql_done(&q);
    return found;
}

static enum err_code family_version_may(struct store *s,
                                        const struct family_version *v,
                                        const char *approver, struct err *e)
{
    if (strcmp(v->author, approver) == 0) {
        return err_set(e, ERR_DENIED,
                       "Sie können Ihre eigene Vorlage nicht freigeben. Zwei "
                       "andere Personen müssen es tun.");
    }
    if (family_version_approved_by(s, v, approver)) {
        return err_set(e, ERR_DENIED,
                       "Sie haben diese Version schon freigegeben. Die zweite "
                       "Freigabe muss von einer anderen Person kommen.");
    }
    if (v->state == FAMILY_APPROVED || v->state == FAMILY_BLOCKED) {
        return err_set(
            e, ERR_CONFLICT, "Version %d von %s ist %s. Es ist nichts zu tun.",
            v->version, v->id,
            v->state == FAMILY_APPROVED ? "schon freigegeben" : "gesperrt");
    }
    return ERR_OK;
}

enum err_code family_version_approve(struct store *s, struct family_version *v,
                                     const char *approver, struct err *e)
{
    check(store_in_transaction(s));
    if (!family_version_find(s, v->id, v->version, v)) {
        return err_set(e, ERR_NOT_FOUND, "Diese Vorlage gibt es nicht.");
    }
    enum family_state before = v->state;
    enum err_code code = family_version_may(s, v, approver, e);
    if (code != ERR_OK) {
        return code;
    }
    struct sql q = sql_of(s, "INSERT INTO template_approval (id, version, "
                             "approver, at_ms) VALUES (?1, ?2, ?3, ?4)");
    sql_bind_text(&q, 1, v->id);
    sql_bind_int(&q, 2, v->version);
    sql_bind_text(&q, 3, approver);
    sql_bind_int(&q, 4, store_now_ms(s));
    (void)sql_run(&q);
    if (v->approvals + 1 >= FAMILY_APPROVALS_NEEDED) {
        struct sql done = sql_of(s, "UPDATE template SET approved_at_ms = ?3 "
                                    "WHERE id = ?1 AND version = ?2");
        sql_bind_text(&done, 1, v->id);
        sql_bind_int(&done, 2, v->version);
        sql_bind_int(&done, 3, store_now_ms(s));
        (void)sql_run(&done);
    }
    (void)family_version_find(s, v->id, v->version, v);
    family_version_log(s, "template.approved", approver,
                       family_state_name(before), v);
    return ERR_OK;
}

static enum err_code family_version_verify(const struct family_version *v,
                                           const char *bytes, size_t len,
                                           struct err *e)
{
    struct digest d = digest_of(bytes, len);
    char hash[DIGEST_NAMED_MAX];
    digest_named(&d, hash);
    if (strcmp(hash, v->hash) != 0) {
        return err_set(e, ERR_CORRUPT,
                       "Version %d von %s hat nicht mehr den Inhalt, der "
                       "geprüft wurde.",
                       v->version, v->id);
    }
    return ERR_OK;
}

enum err_code family_version_load(struct store *s, const char *id, int version,
                                  char **bytes, size_t *len, struct err *e)
{
    struct family_version v;
    if (!family_version_find(s, id, version, &v)) {
        return err_set(e, ERR_NOT_FOUND, "Diese Vorlage gibt es nicht.");
    }
    if (v.state == FAMILY_BLOCKED) {
        return err_set(e, ERR_DENIED, "Version %d von %s ist gesperrt.",
                       version, id);
    }
    struct sql q = sql_of(s, "SELECT bytes FROM template WHERE id = ?1 AND "
                             "version = ?2");
    sql_bind_text(&q, 1, id);
    sql_bind_int(&q, 2, version);
    if (!sql_row(&q)) {
        return err_set(e, ERR_NOT_FOUND, "Diese Vorlage gibt es nicht.");
    }
    size_t size = 0;
    const void *blob = sql_blob(&q, 0, &size);
    char *copy = mem_dup(blob == NULL ? "" : blob, blob == NULL ? 0 : size);
    sql_done(&q);
    enum err_code code = family_version_verify(&v, copy, size, e);
    if (code != ERR_OK) {
        free(copy);
        return code;
    }
    *bytes = copy;
    *len = size;
    return ERR_OK;
}

void family_version_block(struct store *s, const char *id, int version)
{
    struct family_version v;
    check(store_in_transaction(s));
    if (!family_version_find(s, id, version, &v) || v.state == FAMILY_BLOCKED) {
        return;
    }
    enum family_state before = v.state;
    struct sql q = sql_of(s, "UPDATE template SET blocked_at_ms = ?3 WHERE "
                             "id = ?1 AND version = ?2");
    sql_bind_text(&q, 1, id);
    sql_bind_int(&q, 2, version);
    sql_bind_int(&q, 3, store_now_ms(s));
    (void)sql_run(&q);
    v.state = FAMILY_BLOCKED;
    family_version_log(s, "template.blocked", NULL, family_state_name(before),
                       &v);
}

void family_version_each(struct store *s, bool in_force, family_version_cb cb,
                         void *data)
{
    struct sql q =
        in_force
            ? sql_of(s, FAMILY_COLUMNS
                     "WHERE version = (SELECT max(version) FROM template n "
                     "WHERE n.id = t.id AND n.approved_at_ms <> 0) "
                     "ORDER BY id")
            : sql_of(s, FAMILY_COLUMNS
                     "WHERE version = (SELECT max(version) FROM template n "
                     "WHERE n.id = t.id) ORDER BY id");
    while (sql_row(&q)) {
        struct family_version v;
        family_version_row(&q, &v);
        cb(data, &v);
    }
}
