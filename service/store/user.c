#include "service/store/user.h"

#include <stdio.h>
#include <string.h>

#include "service/model/actor.h"
#include "service/store/log.h"
#include "service/store/sql.h"

#define USER_COLUMNS                                                     \
    "name, roles, password, enrolled, last_step, disabled, created_at, " \
    "granted_at"

static void user_read(const struct sql *q, struct user *u)
{
    *u = (struct user){.roles = (unsigned)sql_int(q, 1),
                       .enrolled = sql_int(q, 3) != 0,
                       .last_step = sql_int(q, 4),
                       .disabled = sql_int(q, 5) != 0,
                       .created_at_ms = sql_int(q, 6),
                       .granted_at_ms = sql_int(q, 7)};
    SQL_COPY(q, 0, u->name);
    SQL_COPY(q, 2, u->password);
}

bool user_find(struct store *s, const char *name, struct user *u)
{
    struct sql q =
        sql_of(s, "SELECT " USER_COLUMNS " FROM user WHERE name = ?1");
    *u = (struct user){.roles = 0};
    sql_bind_text(&q, 1, name);
    if (!sql_row(&q)) {
        return false;
    }
    user_read(&q, u);
    sql_done(&q);
    return true;
}

void user_roles_text(unsigned roles, char out[USER_ROLES_TEXT_MAX])
{
    size_t len = 0;
    out[0] = '\0';
    for (unsigned bit = 1; bit <= ROLE_AUDITOR; bit <<= 1U) {
        if ((roles & bit) != 0) {
            (void)snprintf(out + len, USER_ROLES_TEXT_MAX - len, "%s%s",
                           len == 0 ? "" : ",", role_name((enum role)bit));
            len = strlen(out);
        }
    }
}

static bool user_sends(unsigned roles)
{
    return (roles & ((unsigned)ROLE_RELEASER | (unsigned)ROLE_APPROVER)) != 0;
}

static void user_leaf(struct store *s, const char *type, const char *name,
                      unsigned roles, const char *by)
{
    char text[USER_ROLES_TEXT_MAX];
    user_roles_text(roles, text);
    (void)log_append(
        s, &(struct log_entry){
               .type = type, .actor = by, .subject = name, .roles = text});
}

void user_insert(struct store *s, struct user *u, const char *by)
{
    struct sql q = sql_of(
        s, "INSERT INTO user (name, roles, password, enrolled, created_at,"
           " granted_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    u->created_at_ms = store_now_ms(s);
    u->granted_at_ms = user_sends(u->roles) ? u->created_at_ms : 0;
    sql_bind_text(&q, 1, u->name);
    sql_bind_int(&q, 2, (int64_t)u->roles);
    sql_bind_text(&q, 3, u->password);
    sql_bind_int(&q, 4, u->enrolled ? 1 : 0);
    sql_bind_int(&q, 5, u->created_at_ms);
    sql_bind_int(&q, 6, u->granted_at_ms);
    (void)sql_run(&q);
    user_leaf(s, "user.added", u->name, u->roles, by);
}

static void user_delete_keys(struct store *s, const char *name)
{
    struct sql sessions = sql_of(s, "DELETE FROM session WHERE user = ?1");
    sql_bind_text(&sessions, 1, name);
    (void)sql_run(&sessions);
    struct sql devices = sql_of(s, "DELETE FROM device WHERE user = ?1");
    sql_bind_text(&devices, 1, name);
    (void)sql_run(&devices);
}

void user_disable(struct store *s, const char *name, const char *by)
{
    struct sql q = sql_of(s, "UPDATE user SET disabled = 1 WHERE name = ?1");
    sql_bind_text(&q, 1, name);
    (void)sql_run(&q);
    user_delete_keys(s, name);
    (void)log_append(s, &(struct log_entry){.type = "user.disabled",
                                            .actor = by,
                                            .subject = name});
}

void user_set_roles(struct store *s, const char *name, unsigned roles,
                    const char *by)
{
    struct sql q = sql_of(
        s, "UPDATE user SET roles = ?2, granted_at = CASE WHEN ?3 = 0 THEN 0"
           " WHEN (roles & ?3) = ?3 THEN granted_at ELSE ?4 END"
           " WHERE name = ?1");
    unsigned sends =
        roles & ((unsigned)ROLE_RELEASER | (unsigned)ROLE_APPROVER);
    sql_bind_text(&q, 1, name);
    sql_bind_int(&q, 2, (int64_t)roles);
    sql_bind_int(&q, 3, (int64_t)sends);
    sql_bind_int(&q, 4, store_now_ms(s));
    (void)sql_run(&q);
    user_leaf(s, "user.roles", name, roles, by);
}

bool user_raise_step(struct store *s, const char *name, int64_t step)
{
    struct sql q = sql_of(s, "UPDATE user SET last_step = ?2"
                             " WHERE name = ?1 AND last_step < ?2");
    sql_bind_text(&q, 1, name);
    sql_bind_int(&q, 2, step);
    return sql_run(&q) && sql_changes(&q) == 1;
}

void user_each(struct store *s, user_cb cb, void *data)
{
    struct sql q = sql_of(s, "SELECT " USER_COLUMNS " FROM user ORDER BY name");
    while (sql_row(&q)) {
        struct user u;
        user_read(&q, &u);
        if (!cb(data, &u)) {
            sql_done(&q);
            return;
        }
    }
}
