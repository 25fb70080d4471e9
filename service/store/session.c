#include "service/store/session.h"

#include <string.h>

#include "service/base/check.h"
#include "service/store/log.h"
#include "service/store/sql.h"

#define SESSION_COLUMNS "hash, user, kind, created_at, seen_at, step_up_until"

static void session_read(const struct sql *q, struct session *found)
{
    size_t len = 0;
    const void *hash = sql_blob(q, 0, &len);
    *found = (struct session){.token = strcmp(sql_text(q, 2), "token") == 0,
                              .created_at_ms = sql_int(q, 3),
                              .seen_at_ms = sql_int(q, 4),
                              .step_up_until_ms = sql_int(q, 5)};
    check(len == DIGEST_SIZE); /* the schema's CHECK */
    memcpy(found->hash.bytes, hash, DIGEST_SIZE);
    SQL_COPY(q, 1, found->user);
}

bool session_find(struct store *s, const struct digest *hash,
                  struct session *found)
{
    struct sql q =
        sql_of(s, "SELECT " SESSION_COLUMNS " FROM session WHERE hash = ?1");
    sql_bind_blob(&q, 1, hash->bytes, DIGEST_SIZE);
    if (!sql_row(&q)) {
        return false;
    }
    session_read(&q, found);
    sql_done(&q);
    return true;
}

void session_insert(struct store *s, struct session *session)
{
    struct sql q = sql_of(s, "INSERT INTO session (" SESSION_COLUMNS ")"
                             " VALUES (?1, ?2, ?3, ?4, ?5, ?6)");
    session->created_at_ms = store_now_ms(s);
    session->seen_at_ms = session->created_at_ms;
    sql_bind_blob(&q, 1, session->hash.bytes, DIGEST_SIZE);
    sql_bind_text(&q, 2, session->user);
    sql_bind_text(&q, 3, session->token ? "token" : "session");
    sql_bind_int(&q, 4, session->created_at_ms);
    sql_bind_int(&q, 5, session->seen_at_ms);
    sql_bind_int(&q, 6, session->step_up_until_ms);
    (void)sql_run(&q);
    if (!session->token) {
        (void)log_append(s, &(struct log_entry){.type = "session.opened",
                                                .actor = session->user});
    }
}

void session_touch(struct store *s, const struct digest *hash)
{
    struct sql q = sql_of(s, "UPDATE session SET seen_at = ?2 WHERE hash = ?1");
    sql_bind_blob(&q, 1, hash->bytes, DIGEST_SIZE);
    sql_bind_int(&q, 2, store_now_ms(s));
    (void)sql_run(&q);
}

void session_step_up(struct store *s, const struct session *session,
                     int64_t until_ms)
{
    struct sql q = sql_of(s, "UPDATE session SET seen_at = ?2,"
                             " step_up_until = ?3 WHERE hash = ?1");
    sql_bind_blob(&q, 1, session->hash.bytes, DIGEST_SIZE);
    sql_bind_int(&q, 2, store_now_ms(s));
    sql_bind_int(&q, 3, until_ms);
    (void)sql_run(&q);
    (void)log_append(s, &(struct log_entry){.type = "session.step_up",
                                            .actor = session->user});
}

void session_delete(struct store *s, const struct session *session)
{
    struct sql q = sql_of(s, "DELETE FROM session WHERE hash = ?1");
    sql_bind_blob(&q, 1, session->hash.bytes, DIGEST_SIZE);
    (void)sql_run(&q);
    (void)log_append(s, &(struct log_entry){.type = "session.closed",
                                            .actor = session->user});
}

void session_log_refused(struct store *s, const char *name, const char *reason)
{
    (void)log_append(s, &(struct log_entry){.type = "session.refused",
                                            .subject = name,
                                            .reason = reason});
}

void session_sweep(struct store *s, int64_t sessions_before_ms,
                   int64_t devices_before_ms)
{
    struct sql sessions =
        sql_of(s, "DELETE FROM session"
                  " WHERE kind = 'session' AND created_at < ?1");
    sql_bind_int(&sessions, 1, sessions_before_ms);
    (void)sql_run(&sessions);
    struct sql devices = sql_of(s, "DELETE FROM device WHERE created_at < ?1");
    sql_bind_int(&devices, 1, devices_before_ms);
    (void)sql_run(&devices);
}

void session_each_of(struct store *s, const char *user, session_cb cb,
                     void *data)
{
    struct sql q =
        sql_of(s, "SELECT " SESSION_COLUMNS " FROM session WHERE user = ?1");
    sql_bind_text(&q, 1, user);
    while (sql_row(&q)) {
        struct session found;
        session_read(&q, &found);
        if (!cb(data, &found)) {
            sql_done(&q);
            return;
        }
    }
}

bool session_device_known(struct store *s, const struct digest *hash,
                          const char *user, int64_t not_before_ms)
{
    struct sql q = sql_of(s, "SELECT 1 FROM device WHERE hash = ?1"
                             " AND user = ?2 AND created_at >= ?3");
    sql_bind_blob(&q, 1, hash->bytes, DIGEST_SIZE);
    sql_bind_text(&q, 2, user);
    sql_bind_int(&q, 3, not_before_ms);
    bool known = sql_row(&q);
    if (known) {
        sql_done(&q);
    }
    return known;
}

void session_device_insert(struct store *s, const struct digest *hash,
                           const char *user)
{
    struct sql q = sql_of(s, "INSERT INTO device (hash, user, created_at)"
                             " VALUES (?1, ?2, ?3)");
    sql_bind_blob(&q, 1, hash->bytes, DIGEST_SIZE);
    sql_bind_text(&q, 2, user);
    sql_bind_int(&q, 3, store_now_ms(s));
    (void)sql_run(&q);
}
