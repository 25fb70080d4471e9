#include "service/store/draft.h"

#include <stdlib.h>

#include "service/base/check.h"
#include "service/base/log.h"
#include "service/base/mem.h"
#include "service/store/sql.h"

#define DRAFT_COLUMNS                                                       \
    "digest, alert_id, marker, number, kind, status, stream, template_id,"  \
    " template_version, template_hash, parameters, request, level, areas,"  \
    " channels, office_hours, made_by, made_at_ms, expires_at_ms, content," \
    " used"

void draft_insert(struct store *s, const struct draft *d)
{
    struct sql q = sql_of(
        s, "INSERT INTO draft (" DRAFT_COLUMNS ") VALUES (?1, ?2, ?3, ?4, ?5,"
           " ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,"
           " ?20, ?21)");
    const struct alert *a = &d->alert;
    char areas[LIMIT_AREAS * AGS_MAX + 1];
    char *content = content_encode(&a->content);
    areas_format(&a->areas, areas, sizeof(areas));
    sql_bind_text(&q, 1, d->digest);
    sql_bind_text(&q, 2, a->id);
    sql_bind_text(&q, 3, a->marker);
    sql_bind_int(&q, 4, a->number);
    sql_bind_text(&q, 5, alert_kind_name(a->kind));
    sql_bind_text(&q, 6, alert_status_name(a->status));
    sql_bind_text(&q, 7, stream_name(a->stream));
    sql_bind_text(&q, 8, a->template_id);
    sql_bind_int(&q, 9, a->template_version);
    sql_bind_text(&q, 10, a->template_hash);
    sql_bind_text(&q, 11, a->parameters);
    sql_bind_text(&q, 12, d->request);
    sql_bind_int(&q, 13, a->level);
    sql_bind_text(&q, 14, areas);
    sql_bind_int(&q, 15, a->channels);
    sql_bind_int(&q, 16, a->office_hours);
    sql_bind_text(&q, 17, d->made_by);
    sql_bind_int(&q, 18, d->made_at_ms);
    sql_bind_int(&q, 19, a->expires_at_ms);
    sql_bind_text(&q, 20, content);
    sql_bind_int(&q, 21, d->used);
    (void)sql_run(&q);
    free(content);
}

static void draft_read_alert(const struct sql *q, struct alert *a)
{
    struct err e;
    SQL_COPY(q, 1, a->id);
    SQL_COPY(q, 2, a->marker);
    a->number = (int)sql_int(q, 3);
    check(alert_kind_parse(sql_text(q, 4), &a->kind));
    check(alert_status_parse(sql_text(q, 5), &a->status));
    check(stream_parse(sql_text(q, 6), &a->stream));
    SQL_COPY(q, 7, a->template_id);
    a->template_version = (int)sql_int(q, 8);
    SQL_COPY(q, 9, a->template_hash);
    content_set(&a->parameters, sql_text(q, 10));
    a->level = (int)sql_int(q, 12);
    check(areas_parse(sql_text(q, 13), &a->areas));
    a->channels = (unsigned)sql_int(q, 14);
    a->office_hours = sql_int(q, 15) != 0;
    a->expires_at_ms = sql_int(q, 18);
    a->released_leaf = -1;
    if (content_decode(sql_text(q, 19), &a->content, &e) != ERR_OK) {
        log_error("alert=%s %s", a->id, e.msg);
    }
}

bool draft_load(struct store *s, const char *digest, struct draft *d)
{
    struct sql q =
        sql_of(s, "SELECT " DRAFT_COLUMNS " FROM draft WHERE digest = ?1");
    sql_bind_text(&q, 1, digest);
    if (!sql_row(&q)) {
        return false;
    }
    draft_init(d);
    draft_read_alert(&q, &d->alert);
    SQL_COPY(&q, 0, d->digest);
    SQL_COPY(&q, 11, d->request);
    SQL_COPY(&q, 16, d->made_by);
    d->made_at_ms = sql_int(&q, 17);
    d->used = sql_int(&q, 20) != 0;
    sql_done(&q);
    return true;
}

void draft_save_used(struct store *s, const char *digest)
{
    struct sql q = sql_of(s, "UPDATE draft SET used = 1 WHERE digest = ?1");
    sql_bind_text(&q, 1, digest);
    (void)sql_run(&q);
}

void draft_forget(struct store *s, int64_t before_ms)
{
    struct sql q = sql_of(s, "DELETE FROM draft WHERE made_at_ms < ?1");
    sql_bind_int(&q, 1, before_ms);
    (void)sql_run(&q);
}

size_t card_list_forgettable(struct store *s, int64_t before_ms,
                             char (*names)[IMAGE_NAME_MAX], size_t most)
{
    struct sql q =
        sql_of(s, "SELECT name FROM card WHERE made_at_ms < ?1 AND name NOT IN"
                  " (SELECT content ->> 'image_name' FROM alert) LIMIT ?2");
    size_t n = 0;
    sql_bind_int(&q, 1, before_ms);
    sql_bind_int(&q, 2, (int64_t)most);
    while (sql_row(&q)) {
        sql_copy(&q, 0, names[n++], IMAGE_NAME_MAX);
    }
    return n;
}

void card_forget(struct store *s, const char *name)
{
    struct sql q = sql_of(s, "DELETE FROM card WHERE name = ?1");
    sql_bind_text(&q, 1, name);
    (void)sql_run(&q);
}

void card_insert(struct store *s, const char *name, const void *jpeg,
                 size_t len, int64_t made_at_ms)
{
    struct sql q = sql_of(
        s, "INSERT INTO card (name, made_at_ms, jpeg) VALUES (?1, ?2, ?3)");
    sql_bind_text(&q, 1, name);
    sql_bind_int(&q, 2, made_at_ms);
    sql_bind_blob(&q, 3, jpeg, len);
    (void)sql_run(&q);
}

void *card_load(struct store *s, const char *name, size_t *len)
{
    struct sql q = sql_of(s, "SELECT jpeg FROM card WHERE name = ?1");
    void *copy = NULL;
    sql_bind_text(&q, 1, name);
    *len = 0;
    if (sql_row(&q)) {
        const void *bytes = sql_blob(&q, 0, len);
        copy = mem_dup(bytes, *len);
        sql_done(&q);
    }
    return copy;
}
