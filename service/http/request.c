/* From the library's many calls to one whole request, and from one answer
 * back to the library:
 *
 *   NEW -> RECEIVING -> DELIVERED -> ANSWERED -> QUEUED
 *                          |  ^ suspended until the handler answers
 *
 * Everything the handler may look at is copied at delivery, so that it does
 * not hang on a connection that may be cut meanwhile. All of it is bounded by
 * LIMIT_HTTP_HEAD_BYTES and LIMIT_BODY_BYTES. */
#include "service/http/request.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/mem.h"
#include "service/http/internal.h"

static void pairs_fini(struct http_pairs *p)
{
    for (size_t i = 0; i < p->n; i++) {
        free(p->items[i].name);
        free(p->items[i].value);
    }
    free(p->items);
}

static enum MHD_Result pairs_count(void *data, enum MHD_ValueKind kind,
                                   const char *name, const char *value)
{
    (void)kind;
    (void)name;
    (void)value;
    *(size_t *)data += 1;
    return MHD_YES;
}

static enum MHD_Result pairs_add(void *data, enum MHD_ValueKind kind,
                                 const char *name, const char *value)
{
    (void)kind;
    struct http_pairs *p = data;
    p->items[p->n].name = mem_strdup(name);
    p->items[p->n].value = mem_strdup(value == NULL ? "" : value);
    p->n++;
    return MHD_YES;
}

static void pairs_load(struct http_pairs *p, struct MHD_Connection *mhd,
                       enum MHD_ValueKind kind)
{
    size_t n = 0;
    (void)MHD_get_connection_values(mhd, kind, pairs_count, &n);
    if (n > 0) {
        p->items = mem_calloc(n, sizeof *p->items);
        (void)MHD_get_connection_values(mhd, kind, pairs_add, p);
    }
}

static const char *pairs_find(const struct http_pairs *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->items[i].name, name) == 0) {
            return p->items[i].value;
        }
    }
    return NULL;
}

/* Every % is followed by two digits that are not 00, and not a slash in the
 * path: nothing that could mean two things to two readers. */
static bool request_target_is_good(const char *target)
{
    bool is_path = true;
    if (target[0] != '/') {
        return false;
    }
    for (const char *at = target; *at != '\0'; at++) {
        is_path = is_path && *at != '?';
        if (*at != '%') {
            continue;
        }
        if (!isxdigit((unsigned char)at[1]) ||
            !isxdigit((unsigned char)at[2]) || strncmp(at, "%00", 3) == 0 ||
            (is_path && strncasecmp(at, "%2f", 3) == 0)) {
            return false;
        }
    }
    return true;
}

struct http_request *http_request_new(uv_loop_t *loop, const char *target)
{
    struct http_request *r = mem_zalloc(sizeof *r);
    r->loop = loop;
    r->target = mem_strdup(target);
    r->is_bad_target = !request_target_is_good(target);
    buf_init(&r->body, LIMIT_BODY_BYTES);
    return r;
}

void http_request_free(struct http_request *r)
{
    if (r->response != NULL) {
        MHD_destroy_response(r->response);
    }
    buf_fini(&r->body);
    pairs_fini(&r->query);
    pairs_fini(&r->headers);
    pairs_fini(&r->cookies);
    free(r->method);
    free(r->path);
    free(r->target);
    free(r);
}

/* An answer of ours to what is no proper request; the connection ends. */
static enum MHD_Result request_refuse(struct MHD_Connection *mhd,
                                      unsigned status, const char *text)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(
            strlen(text), mem_strdup(text), free);
    check(response != NULL);
    check(MHD_add_response_header(response, "Connection", "close") == MHD_YES);
    check(MHD_add_response_header(response, "Content-Type",
                                  "text/plain; charset=utf-8") == MHD_YES);
    enum MHD_Result result = MHD_queue_response(mhd, status, response);
    MHD_destroy_response(response);
    return result;
}

/* The announced length; 0 when there is none. */
static unsigned long long request_announced(const struct http_request *r)
{
    const char *text = http_request_header(r, "Content-Length");
    return text == NULL ? 0 : strtoull(text, NULL, 10);
}

/* The headers are there. RFC 9112 section 6.3: a message with two lengths, or
 * a length beside a transfer coding, may be two messages to somebody else. */
static enum MHD_Result request_begin(struct http_request *r,
                                     struct MHD_Connection *mhd,
                                     const char *url, const char *method)
{
    r->phase = HTTP_RECEIVING;
    r->is_head = strcmp(method, "HEAD") == 0;
    r->method = mem_strdup(r->is_head ? "GET" : method);
    r->path = mem_strdup(url);
    pairs_load(&r->headers, mhd, MHD_HEADER_KIND);
    size_t n_lengths = http_request_header_count(r, "Content-Length");
    size_t n_codings = http_request_header_count(r, "Transfer-Encoding");
    const char *coding = http_request_header(r, "Transfer-Encoding");
    if (r->conn->is_denied) {
        return request_refuse(mhd, MHD_HTTP_FORBIDDEN,
                              "Dieser Socket gehört dem Dienst.\n");
    }
    if (r->is_bad_target || n_lengths + n_codings > 1 ||
        http_request_header_count(r, "Host") > 1 ||
        (coding != NULL && strcasecmp(coding, "chunked") != 0)) {
        return request_refuse(mhd, MHD_HTTP_BAD_REQUEST,
                              "Diese Anfrage ist mehrdeutig.\n");
    }
    if (request_announced(r) > LIMIT_DISCARD_BYTES) {
        return request_refuse(mhd, MHD_HTTP_CONTENT_TOO_LARGE,
                              "Diese Anfrage ist zu groß.\n");
    }
    r->is_too_large = request_announced(r) > LIMIT_BODY_BYTES;
    return MHD_YES;
}

/* Keeps a piece of the body, or throws it away when it is too much: it is
 * read on so that the client hears why. MHD_NO ends the connection. */
static enum MHD_Result request_take(struct http_request *r, const char *bytes,
                                    size_t len)
{
    r->received += len;
    if (r->received > LIMIT_DISCARD_BYTES) {
        return MHD_NO;
    }
    if (!r->is_too_large) {
        buf_add(&r->body, bytes, len);
        r->is_too_large = !buf_ok(&r->body);
    }
    if (r->is_too_large) {
        buf_fini(&r->body);
    }
    return MHD_YES;
}

static enum MHD_Result request_queue(struct http_request *r,
                                     struct MHD_Connection *mhd)
{
    r->phase = HTTP_QUEUED;
    http_conn_expect(r->conn, HTTP_SEND_MS);
    return MHD_queue_response(mhd, r->status, r->response);
}

static enum MHD_Result request_deliver(struct http_request *r,
                                       struct MHD_Connection *mhd)
{
    struct http_server *s = r->conn->server;
    if (s->is_closing) {
        return MHD_NO;
    }
    pairs_load(&r->query, mhd, MHD_GET_ARGUMENT_KIND);
    pairs_load(&r->cookies, mhd, MHD_COOKIE_KIND);
    r->peer = r->conn->peer;
    r->phase = HTTP_DELIVERED;
    r->conn->owed = r;
    r->conn->deadline_ms = INT64_MAX; /* now it is we who owe */
    s->n_requests++;
    r->is_in_handler = true;
    s->handler(r, s->data);
    r->is_in_handler = false;
    if (r->phase == HTTP_ANSWERED) {
        return request_queue(r, mhd);
    }
    r->is_suspended = true;
    MHD_suspend_connection(mhd);
    return MHD_YES;
}

enum MHD_Result http_request_step(struct http_request *r,
                                  struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *bytes,
                                  size_t *len)
{
    enum MHD_Result result = MHD_NO;
    switch (r->phase) {
    case HTTP_NEW:
        r->conn = http_conn_of(mhd);
        return request_begin(r, mhd, url, method);
    case HTTP_RECEIVING:
        if (*len == 0) {
            return request_deliver(r, mhd);
        }
        result = request_take(r, bytes, *len);
        *len = 0;
        return result;
    case HTTP_ANSWERED: return request_queue(r, mhd);
    case HTTP_DELIVERED: /* cut at the close, see http_request_detach() */
    case HTTP_QUEUED: break;
    }
    return MHD_NO;
}

void http_request_detach(struct http_request *r)
{
    if (r->conn == NULL) {
        return;
    }
    if (r->conn->owed == r) {
        r->conn->owed = NULL;
        r->conn->server->n_requests--;
    }
    r->conn = NULL;
}

void http_request_answer(struct http_request *r, struct MHD_Response *response,
                         unsigned status)
{
    check(r->phase == HTTP_DELIVERED);
    if (r->conn == NULL) {
        MHD_destroy_response(response);
        http_request_free(r);
        return;
    }
    r->phase = HTTP_ANSWERED;
    r->response = response;
    r->status = status;
    if (!r->is_in_handler) {
        check(r->is_suspended);
        r->is_suspended = false;
        MHD_resume_connection(r->conn->mhd);
        http_turn_wake(r->conn->server);
    }
}

void http_reply(struct http_request *r, unsigned status,
                const struct http_field *headers, size_t n_headers,
                const void *body, size_t len)
{
    struct MHD_Response *response =
        MHD_create_response_from_buffer_with_free_callback(
            len, mem_dup(len == 0 ? "" : body, len), free);
    check(response != NULL);
    for (size_t i = 0; i < n_headers; i++) {
        check(MHD_add_response_header(response, headers[i].name,
                                      headers[i].value) == MHD_YES);
    }
    http_request_answer(r, response, status);
}

const char *http_request_method(const struct http_request *r)
{
    return r->method;
}

bool http_request_is_head(const struct http_request *r)
{
    return r->is_head;
}

const char *http_request_path(const struct http_request *r)
{
    return r->path;
}

const char *http_request_query_text(const struct http_request *r)
{
    const char *mark = strchr(r->target, '?');
    return mark == NULL ? "" : mark + 1;
}

const char *http_request_query(const struct http_request *r, const char *name)
{
    return pairs_find(&r->query, name);
}

void http_request_each_query(const struct http_request *r, http_pair_cb cb,
                             void *data)
{
    for (size_t i = 0; i < r->query.n; i++) {
        if (!cb(data, r->query.items[i].name, r->query.items[i].value)) {
            return;
        }
    }
}

const char *http_request_header(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->headers.n; i++) {
        if (strcasecmp(r->headers.items[i].name, name) == 0) {
            return r->headers.items[i].value;
        }
    }
    return NULL;
}

size_t http_request_header_count(const struct http_request *r, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < r->headers.n; i++) {
        n += strcasecmp(r->headers.items[i].name, name) == 0;
    }
    return n;
}

const char *http_request_cookie(const struct http_request *r, const char *name)
{
    return pairs_find(&r->cookies, name);
}

bool http_request_is_type(const struct http_request *r, const char *type)
{
    const char *value = http_request_header(r, "Content-Type");
    size_t len = strlen(type);
    if (value == NULL || strncasecmp(value, type, len) != 0) {
        return false;
    }
    value += len + strspn(value + len, " \t");
    return *value == '\0' || *value == ';';
}

const char *http_request_body(const struct http_request *r, size_t *len)
{
    *len = r->body.len;
    return buf_text(&r->body);
}

bool http_request_body_too_large(const struct http_request *r)
{
    return r->is_too_large;
}

const struct http_peer *http_request_peer(const struct http_request *r)
{
    return &r->peer;
}
