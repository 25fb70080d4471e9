#include "channels/website/webreader.h"

#include <stdio.h>
#include <string.h>

#include "channels/website/site.h"
#include "service/base/check.h"
#include "service/base/limits.h"

static const int64_t webreader_patience_ms = 5000;

static void webreader_done(struct http_call *request);

static void webreader_finish(struct webreader *r, enum channel_finding finding,
                             const char *what)
{
    r->finding = finding;
    (void)snprintf(r->detail, sizeof(r->detail), "%s", what);
    r->done(r);
}

/* Asks for the item under way. */
static void webreader_ask(struct webreader *r)
{
    static const struct http_header headers[] = {
        {"Accept-Encoding", "identity"}, {"Cache-Control", "no-cache"}};
    char path[WEBREADER_URL_MAX / 2];
    const char *base = r->local ? r->local_url : r->public_url;
    check(site_path(r->items[r->at].name, path, sizeof(path)));
    int n = snprintf(r->url, sizeof(r->url), "%s%s", base, path);
    check(n > 0 && (size_t)n < sizeof(r->url));
    r->request = (struct http_call){
        .method = "GET",
        .url = r->url,
        .headers = headers,
        .n_headers = sizeof(headers) / sizeof(headers[0]),
        .deadline_ms = clock_mono_ms(r->clock) + webreader_patience_ms,
        .answer_max = LIMIT_SITE_FILE_BYTES,
        .done = webreader_done,
        .data = r,
    };
    http_client_send(r->client, &r->request);
}

/* A removed item must be gone, every other one be there byte for byte. */
static bool webreader_equal(const struct webreader *r)
{
    const struct http_answer *a = &r->request.answer;
    const struct channel_item *item = &r->items[r->at];
    if (item->len == 0) {
        return a->status == 404 || a->status == 410;
    }
    return a->status == 200 && a->body_len == item->len &&
           memcmp(a->body, item->bytes, item->len) == 0;
}

static void webreader_not_found(struct webreader *r)
{
    char what[DETAIL_MAX];
    if (r->public_answered) {
        (void)snprintf(what, sizeof(what), "auf %.120s noch nicht zu sehen",
                       r->public_url);
        webreader_finish(r, CHANNEL_ABSENT, what);
    } else {
        (void)snprintf(what, sizeof(what), "%.120s antwortet nicht",
                       r->public_url);
        webreader_finish(r, CHANNEL_UNREADABLE, what);
    }
}

static void webreader_done(struct http_call *request)
{
    struct webreader *r = request->data;
    const struct http_answer *a = &request->answer;
    if (r->cancelled || a->end == HTTP_CANCELLED) {
        webreader_finish(r, CHANNEL_UNREADABLE, "Dienst wird beendet");
        return;
    }
    if (a->end == HTTP_ANSWERED && webreader_equal(r)) {
        if (++r->at < r->n_items) {
            webreader_ask(r);
        } else if (r->local) {
            webreader_finish(r, CHANNEL_ABSENT, "nur lokal gesehen");
        } else {
            webreader_finish(r, CHANNEL_FOUND, "");
        }
        return;
    }
    if (!r->local) {
        r->public_answered =
            a->end == HTTP_ANSWERED || a->end == HTTP_TOO_LARGE;
    }
    if (r->local || *r->local_url == '\0') {
        webreader_not_found(r);
        return;
    }
    r->local = true;
    r->at = 0;
    webreader_ask(r);
}

void webreader_start(struct webreader *r)
{
    check(r->n_items > 0);
    r->local = false;
    r->cancelled = false;
    r->public_answered = false;
    r->at = 0;
    webreader_ask(r);
}

void webreader_cancel(struct webreader *r)
{
    r->cancelled = true;
    http_client_cancel(r->client, &r->request);
}
