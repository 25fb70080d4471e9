#include "channels/website/website.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/website/webreader.h"
#include "channels/website/webwriter.h"
#include "service/base/check.h"
#include "service/base/limits.h"
#include "service/base/log.h"
#include "service/base/mem.h"

static const int64_t website_patience_ms = 5000;

/* One operation under way.
 *
 *   publish:  queued -> worker (webwriter) -> answered
 *   check:    queued -> worker (webwriter) -> GET of the root -> answered
 *   confirm:  GET of every item (webreader) -> answered
 *
 * The queue is one list in order; its head is the job in the worker. */
struct website_job {
    struct website *site;
    struct channel_request *request;
    bool publishes; /* else it checks */
    bool changed;
    bool sync;
    struct website_job *next;
    uv_work_t work;
    struct webreader reader; /* confirm */
    struct http_call ping;   /* check */
    char url[WEBREADER_URL_MAX];
    struct website_job *next_read; /* in website.reads */
};

struct website {
    struct channel channel;
    uv_loop_t *loop;
    const struct clock *clock;
    struct http_client *client;
    char *directory;
    char *public_url; /* without the last slash */
    char *local_url;
    website_changed_cb changed;
    void *changed_data;
    bool synced; /* the first publish after a start syncs every folder */

    struct website_job *first; /* head is in the worker */
    struct website_job *last;
    struct website_job *reads; /* waiting for HTTP */
    bool closing;
    channel_close_cb close_cb;
    void *close_data;
    uv_timer_t ender; /* only to be closed, so that the close callback comes
                         from the loop */
};

static struct website *website_of(struct channel *c)
{
    return container_of(c, struct website, channel);
}

static void website_free(uv_handle_t *handle)
{
    struct website *site = handle->data;
    channel_close_cb cb = site->close_cb;
    void *data = site->close_data;
    free(site->directory);
    free(site->public_url);
    free(site->local_url);
    free(site);
    cb(data);
}

static void website_maybe_closed(struct website *site)
{
    if (site->closing && site->first == NULL && site->reads == NULL &&
        uv_is_closing((uv_handle_t *)&site->ender) == 0) {
        uv_close((uv_handle_t *)&site->ender, website_free);
    }
}

static struct website_job *website_job_new(struct website *site,
                                           struct channel_request *r)
{
    check(!site->closing);
    struct website_job *job = mem_zalloc(sizeof(*job));
    job->site = site;
    job->request = r;
    job->work.data = job;
    r->result = (struct channel_result){0};
    r->work = job;
    return job;
}

/* The job is over: its request answers, and may be freed by that. */
static void website_answer(struct website_job *job)
{
    struct website *site = job->site;
    struct channel_request *r = job->request;
    free(job);
    r->work = NULL;
    r->done(r);
    website_maybe_closed(site);
}

static void website_read_add(struct website_job *job)
{
    job->next_read = job->site->reads;
    job->site->reads = job;
}

static void website_read_remove(struct website_job *job)
{
    struct website_job **at = &job->site->reads;
    while (*at != job) {
        check(*at != NULL);
        at = &(*at)->next_read;
    }
    *at = job->next_read;
}

static void website_link(struct website_job *job)
{
    struct channel_request *r = job->request;
    const char *link = r->link != NULL ? r->link : job->site->public_url;
    (void)snprintf(r->result.permalink, sizeof(r->result.permalink), "%s",
                   link);
}

/* --- check: the second half, over HTTP ---------------------------------- */

static void website_ping_done(struct http_call *ping)
{
    struct website_job *job = ping->data;
    struct channel_result *result = &job->request->result;
    bool there = ping->answer.end == HTTP_ANSWERED;
    if (!there || ping->answer.status != 200) {
        result->readiness = READINESS_DEGRADED;
        (void)snprintf(result->detail, sizeof(result->detail),
                       there ? "%.110s antwortet mit %d. Dateien werden "
                               "trotzdem geschrieben."
                             : "%.110s antwortet nicht. Dateien werden "
                               "trotzdem geschrieben.",
                       job->site->public_url, ping->answer.status);
    }
    website_read_remove(job);
    website_answer(job);
}

static void website_ping(struct website_job *job)
{
    struct website *site = job->site;
    (void)snprintf(job->url, sizeof(job->url), "%s/", site->public_url);
    job->ping = (struct http_call){
        .method = "GET",
        .url = job->url,
        .deadline_ms = clock_mono_ms(site->clock) + website_patience_ms,
        .answer_max = LIMIT_SITE_FILE_BYTES,
        .done = website_ping_done,
        .data = job,
    };
    website_read_add(job);
    http_client_send(site->client, &job->ping);
}

/* --- the queue ----------------------------------------------------------- */

static void website_next(struct website *site);

static void website_work(uv_work_t *work)
{
    struct website_job *job = work->data;
    struct channel_request *r = job->request;
    if (job->publishes) {
        webwriter_write(job->site->directory, r->items, r->n_items, job->sync,
                        &r->result, &job->changed);
    } else {
        webwriter_check(job->site->directory, &r->result);
    }
}

static void website_published(struct website_job *job)
{
    struct website *site = job->site;
    bool done = job->request->result.outcome == OUTCOME_DONE;
    site->synced = site->synced || done;
    if (job->changed && site->changed != NULL) {
        site->changed(site->changed_data);
    }
    if (done) {
        website_link(job);
    } else {
        log_error("channel=website target=%s outcome=%s", site->channel.target,
                  outcome_name(job->request->result.outcome));
    }
}

static void website_worked(uv_work_t *work, int status)
{
    struct website_job *job = work->data;
    struct website *site = job->site;
    check(status == 0); /* website work is never cancelled */
    site->first = job->next;
    if (site->first == NULL) {
        site->last = NULL;
    }
    website_next(site);
    if (job->publishes) {
        website_published(job);
        website_answer(job);
    } else if (job->request->result.readiness == READINESS_DOWN ||
               site->closing) {
        website_answer(job);
    } else {
        website_ping(job);
    }
}

/* Starts the head of the queue, if there is one. */
static void website_next(struct website *site)
{
    struct website_job *job = site->first;
    if (job == NULL) {
        return;
    }
    job->sync = !site->synced;
    check(uv_queue_work(site->loop, &job->work, website_work, website_worked) ==
          0);
}

static void website_queue(struct website_job *job)
{
    struct website *site = job->site;
    if (site->last == NULL) {
        site->first = job;
        site->last = job;
        website_next(site);
    } else {
        site->last->next = job;
        site->last = job;
    }
}

/* --- operations ---------------------------------------------------------- */

static void website_publish(struct channel *c, struct channel_request *r)
{
    struct website_job *job = website_job_new(website_of(c), r);
    job->publishes = true;
    website_queue(job);
}

static void website_probe(struct channel *c, struct channel_request *r)
{
    website_queue(website_job_new(website_of(c), r));
}

static void website_confirmed(struct webreader *reader)
{
    struct website_job *job = reader->data;
    struct channel_request *r = job->request;
    r->result.finding = reader->finding;
    MEM_SET_TEXT(r->result.detail, reader->detail);
    if (reader->finding == CHANNEL_FOUND) {
        char digest[DIGEST_NAMED_MAX];
        webwriter_digest(r->items, r->n_items, digest);
        MEM_SET_TEXT(r->result.remote_id, digest);
        website_link(job);
    }
    website_read_remove(job);
    website_answer(job);
}

static void website_confirm(struct channel *c, struct channel_request *r)
{
    struct website *site = website_of(c);
    struct website_job *job = website_job_new(site, r);
    job->reader = (struct webreader){.client = site->client,
                                     .clock = site->clock,
                                     .public_url = site->public_url,
                                     .local_url = site->local_url,
                                     .items = r->items,
                                     .n_items = r->n_items,
                                     .done = website_confirmed,
                                     .data = job};
    website_read_add(job);
    webreader_start(&job->reader);
}

/* What is being written is finished; what is being read gives up. */
static void website_close(struct channel *c, channel_close_cb cb, void *data)
{
    struct website *site = website_of(c);
    check(!site->closing);
    site->closing = true;
    site->close_cb = cb;
    site->close_data = data;
    for (struct website_job *job = site->reads; job != NULL;
         job = job->next_read) {
        if (job->ping.done != NULL) {
            http_client_cancel(site->client, &job->ping);
        } else {
            webreader_cancel(&job->reader);
        }
    }
    website_maybe_closed(site);
}

static char *website_url(const char *url)
{
    char *copy = mem_strdup(url == NULL ? "" : url);
    size_t len = strlen(copy);
    while (len > 0 && copy[len - 1] == '/') {
        copy[--len] = '\0';
    }
    return copy;
}

enum err_code website_open(uv_loop_t *loop, const struct clock *clock,
                           struct http_client *client,
                           const struct website_config *config,
                           struct channel **out, struct err *e)
{
    if (webwriter_open(config->directory, e) != ERR_OK) {
        return err_wrap(e, "website");
    }
    struct website *site = mem_zalloc(sizeof(*site));
    site->channel.type = &website_type;
    MEM_SET_TEXT(site->channel.target,
                 config->rehearsal ? "rehearsal:website" : "website");
    site->loop = loop;
    site->clock = clock;
    site->client = client;
    site->directory = mem_strdup(config->directory);
    site->public_url = website_url(config->public_url);
    site->local_url = website_url(config->local_url);
    site->changed = config->changed;
    site->changed_data = config->changed_data;
    check(uv_timer_init(loop, &site->ender) == 0);
    site->ender.data = site;
    *out = &site->channel;
    return ERR_OK;
}

const struct channel_type website_type = {
    .name = "website",
    .id = CHANNEL_WEBSITE,
    .publish = website_publish,
    .confirm = website_confirm,
    .probe = website_probe,
    .close = website_close,
};
