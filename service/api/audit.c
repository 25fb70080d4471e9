#include "service/api/audit.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "service/api/api.h"
#include "service/api/audit_text.h"
#include "service/api/json.h"
#include "service/base/mem.h"
#include "service/http/request.h"
#include "service/store/log.h"
#include "service/store/log_check.h"

enum { AUDIT_LIMIT = 100, AUDIT_LIMIT_MAX = 1000 };

static bool audit_allowed(struct api_call *c)
{
    return api_require_role(c, ROLE_AUDITOR | ROLE_OPERATOR);
}

/* Takes `object`. */
static void audit_reply(struct api_call *c, json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    if (text == NULL) {
        api_problem(c, 500, NULL, "Die Antwort ließ sich nicht bilden.");
        return;
    }
    api_reply_json(c, 200, text);
    free(text);
}

/* A number in the query; `otherwise` when absent, -1 when it is none. */
static int64_t audit_number(const struct api_call *c, const char *name,
                            int64_t otherwise)
{
    const char *text = http_request_query(c->request, name);
    if (text == NULL || text[0] == '\0') {
        return otherwise;
    }
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > 15) {
        return -1;
    }
    return strtoll(text, NULL, 10);
}

struct audit_page {
    json_t *items;
    int64_t last;
};

static bool audit_add_row(void *data, const struct log_row *row)
{
    struct audit_page *page = data;
    json_t *item = json_object();
    char *text = audit_text(row);
    json_put_int(item, "index", row->index);
    json_put_text(item, "entry", row->entry);
    json_put_text(item, "text", text);
    (void)json_array_append_new(page->items, item);
    page->last = row->index;
    free(text);
    return true;
}

void audit_list(struct api_call *c)
{
    if (!audit_allowed(c)) {
        return;
    }
    struct fields fields = {0};
    const char *after = http_request_query(c->request, "after");
    int64_t last = audit_number(c, "after", 0);
    int64_t limit = audit_number(c, "limit", AUDIT_LIMIT);
    if (last < 0) {
        fields_add(&fields, "after",
                   "Die Nummer eines Eintrags, zum Beispiel 99.");
    }
    if (limit < 1 || limit > AUDIT_LIMIT_MAX) {
        fields_add(&fields, "limit", "Eine Zahl von 1 bis %d.",
                   AUDIT_LIMIT_MAX);
    }
    if (fields.n > 0) {
        api_problem_fields(c, &fields);
        return;
    }
    bool first = after == NULL || after[0] == '\0';
    struct audit_page page = {.items = json_array(), .last = -1};
    log_read(c->api->store, first ? 0 : last + 1, limit, audit_add_row, &page);
    json_t *answer = json_object();
    json_put(answer, "items", page.items);
    if (page.last >= 0 && page.last + 1 < log_size(c->api->store)) {
        char next[24];
        (void)snprintf(next, sizeof(next), "%" PRId64, page.last);
        json_put_text(answer, "next", next);
    }
    audit_reply(c, answer);
}

void audit_checkpoint(struct api_call *c)
{
    if (!audit_allowed(c)) {
        return;
    }
    char key[KEY_TEXT_MAX];
    int64_t size = 0;
    char *checkpoint = log_checkpoint_load(c->api->store, &size);
    json_t *answer = json_object();
    key_format(c->api->log_key, key);
    json_put_int(answer, "size", log_size(c->api->store));
    json_put_text(answer, "key", key);
    json_put_text(answer, "checkpoint", checkpoint);
    free(checkpoint);
    audit_reply(c, answer);
}

/* One verification in a worker. */
struct audit_check {
    struct api_call *call;
    char *path;
    struct key_public key;

    /* the worker's */
    uv_work_t work;
    enum err_code status;
    struct err err;
    int64_t size;
    struct log_damage damage;
};

static void audit_check_work(uv_work_t *work)
{
    struct audit_check *check = work->data;
    check->status = log_check_file(check->path, &check->key, &check->size,
                                   &check->damage, &check->err);
}

static void audit_check_done(uv_work_t *work, int status)
{
    struct audit_check *check = work->data;
    if (status != 0 || check->status != ERR_OK) {
        api_problem(check->call, 500, NULL,
                    "Das Protokoll ließ sich nicht lesen. Das Senden ist davon "
                    "nicht betroffen. Bitte den Datenträger prüfen.");
    } else {
        json_t *answer = json_object();
        json_put_bool(answer, "ok", check->damage.index < 0);
        json_put_int(answer, "size", check->size);
        if (check->damage.index >= 0) {
            json_put_int(answer, "bad", check->damage.index);
            json_put_text(answer, "why", check->damage.why);
        }
        audit_reply(check->call, answer);
    }
    free(check->path);
    free(check);
}

void audit_verify(struct api_call *c)
{
    if (!audit_allowed(c)) {
        return;
    }
    struct audit_check *check = mem_zalloc(sizeof(*check));
    check->call = c;
    check->path = mem_strdup(log_path(c->api->store));
    check->key = *c->api->log_key;
    check->work.data = check;
    if (uv_queue_work(c->api->loop, &check->work, audit_check_work,
                      audit_check_done) != 0) {
        audit_check_done(&check->work, UV_ENOMEM);
    }
}
