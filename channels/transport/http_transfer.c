#include "channels/transport/http_transfer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/limits.h"
#include "service/base/mem.h"

/* Text that was a secret; volatile, so that the compiler keeps the writes. */
static void http_transfer_wipe(char *text)
{
    volatile char *p = text;
    while (*p != '\0') {
        *p++ = '\0';
    }
}

static size_t http_transfer_write(char *bytes, size_t size, size_t n,
                                  void *data)
{
    struct http_transfer *t = data;
    buf_add(&t->body, bytes, size * n);
    if (!buf_ok(&t->body)) {
        t->too_large = true;
        return 0; /* ends the transfer with CURLE_WRITE_ERROR */
    }
    return size * n;
}

/* A header value must stay on its line. */
static bool http_transfer_plain(const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if ((unsigned char)*p < ' ' || *p == 0x7f) {
            return false;
        }
    }
    return true;
}

static bool http_transfer_header(struct http_transfer *t, const char *name,
                                 const char *value)
{
    if (!http_transfer_plain(name) || !http_transfer_plain(value)) {
        return false;
    }
    size_t size = strlen(name) + strlen(value) + sizeof(": ");
    char *line = mem_zalloc(size);
    (void)snprintf(line, size, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(t->headers, line);
    http_transfer_wipe(line);
    free(line);
    check(longer != NULL);
    t->headers = longer;
    return true;
}

static bool http_transfer_headers(struct http_transfer *t)
{
    const struct http_call *r = t->request;
    /* No waiting for "100 Continue" before a body. */
    t->headers = curl_slist_append(t->headers, "Expect:");
    check(t->headers != NULL);
    if (r->bearer != NULL) {
        size_t size = strlen(r->bearer) + sizeof("Bearer ");
        char *value = mem_zalloc(size);
        (void)snprintf(value, size, "Bearer %s", r->bearer);
        bool good = http_transfer_header(t, "Authorization", value);
        http_transfer_wipe(value);
        free(value);
        if (!good) {
            return false;
        }
    }
    if (r->content_type != NULL &&
        !http_transfer_header(t, "Content-Type", r->content_type)) {
        return false;
    }
    for (size_t i = 0; i < r->n_headers; i++) {
        if (!http_transfer_header(t, r->headers[i].name, r->headers[i].value)) {
            return false;
        }
    }
    return true;
}

#define HTTP_SET(easy, option, value) \
    check(curl_easy_setopt((easy), (option), (value)) == CURLE_OK)

static void http_transfer_method(struct http_transfer *t)
{
    const struct http_call *r = t->request;
    if (strcmp(r->method, "HEAD") == 0) {
        HTTP_SET(t->easy, CURLOPT_NOBODY, 1L);
        return;
    }
    if (r->body != NULL || strcmp(r->method, "POST") == 0) {
        /* The size first, or curl measures the body with strlen(). */
        HTTP_SET(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
        HTTP_SET(t->easy, CURLOPT_POSTFIELDS, r->body != NULL ? r->body : "");
    }
    if (strcmp(r->method, "GET") != 0 && strcmp(r->method, "POST") != 0) {
        HTTP_SET(t->easy, CURLOPT_CUSTOMREQUEST, r->method);
    }
}

/* What every request has (head of the header file). */
static void http_transfer_options(struct http_transfer *t,
                                  const struct http_transfer_settings *settings,
                                  int64_t left_ms)
{
    CURL *easy = t->easy;
    HTTP_SET(easy, CURLOPT_PRIVATE, t);
    HTTP_SET(easy, CURLOPT_ERRORBUFFER, t->error);
    HTTP_SET(easy, CURLOPT_WRITEFUNCTION, http_transfer_write);
    HTTP_SET(easy, CURLOPT_WRITEDATA, t);
    HTTP_SET(easy, CURLOPT_HTTPHEADER, t->headers);
    HTTP_SET(easy, CURLOPT_USERAGENT, "tuermer");
    HTTP_SET(easy, CURLOPT_NOSIGNAL, 1L);
    HTTP_SET(easy, CURLOPT_TIMEOUT_MS, (long)left_ms);
    HTTP_SET(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)left_ms);
    HTTP_SET(easy, CURLOPT_PROXY, "");
    HTTP_SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    HTTP_SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    HTTP_SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    HTTP_SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    HTTP_SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    /* Without it, giving up on a name that does not resolve waits for the
     * resolver's thread, and the whole loop with it. */
    HTTP_SET(easy, CURLOPT_QUICK_EXIT, 1L);
    if (settings->ca_file != NULL) {
        HTTP_SET(easy, CURLOPT_CAINFO, settings->ca_file);
    }
    if (t->request->fresh) {
        HTTP_SET(easy, CURLOPT_FRESH_CONNECT, 1L);
        HTTP_SET(easy, CURLOPT_FORBID_REUSE, 1L);
    }
}

static void http_transfer_fail(struct http_transfer *t, enum http_end failure,
                               const char *reason)
{
    t->state = TRANSFER_FAILED;
    t->failure = failure;
    (void)snprintf(t->error, sizeof(t->error), "%s", reason);
}

static void http_transfer_prepare(struct http_transfer *t,
                                  const struct http_transfer_settings *settings)
{
    struct http_call *r = t->request;
    int64_t left_ms = r->deadline_ms - clock_mono_ms(settings->clock);
    if (left_ms <= 0) {
        http_transfer_fail(t, HTTP_TIMED_OUT, "deadline had passed");
        return;
    }
    if (left_ms > INT32_MAX) {
        left_ms = INT32_MAX;
    }
    if (!http_transfer_headers(t)) {
        http_transfer_fail(t, HTTP_NOT_CONNECTED, "line end in a header");
        return;
    }
    t->easy = curl_easy_init();
    check(t->easy != NULL);
    http_transfer_options(t, settings, left_ms);
    http_transfer_method(t);
    if (curl_easy_setopt(t->easy, CURLOPT_URL, r->url) != CURLE_OK) {
        http_transfer_fail(t, HTTP_NOT_CONNECTED, "address not usable");
    }
}

struct http_transfer *
http_transfer_new(struct http_call *r,
                  const struct http_transfer_settings *settings)
{
    struct http_transfer *t = mem_zalloc(sizeof(*t));
    t->request = r;
    buf_init(&t->body, r->answer_max > 0 ? r->answer_max : LIMIT_ANSWER_BYTES);
    http_transfer_prepare(t, settings);
    return t;
}

void http_transfer_free(struct http_transfer *t)
{
    if (t->easy != NULL) {
        curl_easy_cleanup(t->easy);
    }
    for (struct curl_slist *h = t->headers; h != NULL; h = h->next) {
        http_transfer_wipe(h->data);
    }
    curl_slist_free_all(t->headers);
    buf_fini(&t->body);
    free(t);
}

/* curl's words for "nothing was there to talk to". */
static bool http_transfer_unconnected(CURLcode code)
{
    static const CURLcode codes[] = {
        CURLE_COULDNT_RESOLVE_PROXY,    CURLE_COULDNT_RESOLVE_HOST,
        CURLE_COULDNT_CONNECT,          CURLE_SSL_CONNECT_ERROR,
        CURLE_SSL_CERTPROBLEM,          CURLE_SSL_CIPHER,
        CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
        CURLE_SSL_ISSUER_ERROR,         CURLE_URL_MALFORMAT,
        CURLE_UNSUPPORTED_PROTOCOL,
    };
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (code == codes[i]) {
            return true;
        }
    }
    return false;
}

enum http_end http_transfer_end(struct http_transfer *t, CURLcode code)
{
    if (t->error[0] == '\0' && code != CURLE_OK) {
        (void)snprintf(t->error, sizeof(t->error), "%s",
                       curl_easy_strerror(code));
    }
    if (code == CURLE_OK) {
        return HTTP_ANSWERED;
    }
    if (t->too_large) {
        return HTTP_TOO_LARGE;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        return HTTP_TIMED_OUT;
    }
    return http_transfer_unconnected(code) ? HTTP_NOT_CONNECTED : HTTP_BROKEN;
}

/* CURLINFO_REQUEST_SIZE counts what was written to the socket, but it is a
 * proof on a fresh connection only. */
static bool http_transfer_sent(const struct http_transfer *t, enum http_end end)
{
    if (!t->added) {
        return false;
    }
    long size = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &size);
    if (t->request->fresh) {
        return size > 0;
    }
    return size > 0 || end != HTTP_NOT_CONNECTED;
}

static void http_transfer_read_headers(const struct http_transfer *t,
                                       struct http_answer *a)
{
    long status = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    a->status = (int)status;
    const char *type = NULL;
    (void)curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    if (type != NULL) {
        (void)snprintf(a->content_type, sizeof(a->content_type), "%s", type);
    }
    curl_off_t wait_s = 0;
    (void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait_s);
    if (wait_s > 0) {
        /* A day is for ever here; more would overflow the sum. */
        a->retry_after_ms = (wait_s > 86400 ? 86400 : wait_s) * 1000;
    }
    struct curl_header *usage = NULL;
    if (curl_easy_header(t->easy, "X-Business-Use-Case-Usage", 0, CURLH_HEADER,
                         -1, &usage) == CURLHE_OK) {
        (void)snprintf(a->business_usage, sizeof(a->business_usage), "%s",
                       usage->value);
    }
}

void http_transfer_answer(struct http_transfer *t, enum http_end end)
{
    struct http_answer *a = &t->request->answer;
    a->end = end;
    a->request_sent = http_transfer_sent(t, end);
    if (t->added) {
        http_transfer_read_headers(t, a);
    }
    if (end != HTTP_ANSWERED) {
        t->error[sizeof(a->reason) - 1] = '\0';
        memcpy(a->reason, t->error, sizeof(a->reason));
    }
    a->body = buf_text(&t->body);
    a->body_len = t->body.len;
}
