#include "tests/bench/api.h"

#include <curl/curl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { API_ANSWER_MAX = 256 * 1024, API_AREAS = 35, API_TIMEOUT_S = 30 };

struct api_client {
    const struct world *world;
    CURL *curl;
    json_t *request; /* the body of POST /alerts without its digest */
    json_t *areas;   /* every municipality of the county */
    size_t turn;
    unsigned long keys;

    char answer[API_ANSWER_MAX];
    size_t answer_len;
};

static size_t api_take(char *bytes, size_t size, size_t n, void *data)
{
    struct api_client *api = data;
    size_t len = size * n;
    if (len >= sizeof(api->answer) - api->answer_len) {
        return 0;
    }
    memcpy(api->answer + api->answer_len, bytes, len);
    api->answer_len += len;
    api->answer[api->answer_len] = '\0';
    return len;
}

struct api_client *api_client_new(const struct world *w)
{
    struct api_client *api = calloc(1, sizeof(*api));
    json_error_t error;
    if (api == NULL) {
        return NULL;
    }
    api->world = w;
    api->curl = curl_easy_init();
    json_t *both = json_load_file(w->request, JSON_REJECT_DUPLICATES, &error);
    api->request = json_incref(json_object_get(both, "body"));
    api->areas = json_incref(json_object_get(both, "areas"));
    json_decref(both);
    if (api->curl == NULL || api->request == NULL ||
        json_array_size(api->areas) == 0) {
        (void)fprintf(stderr, "fanout: %s is no request\n", w->request);
        api_client_free(api);
        return NULL;
    }
    return api;
}

void api_client_free(struct api_client *api)
{
    if (api == NULL) {
        return;
    }
    curl_easy_cleanup(api->curl);
    json_decref(api->request);
    json_decref(api->areas);
    free(api);
}

static struct curl_slist *api_headers(struct api_client *api, const char *who)
{
    char line[64];
    (void)snprintf(line, sizeof(line), "Idempotency-Key: bench-%ld-%lu",
                   (long)sample_now_us(), ++api->keys);
    struct curl_slist *list = curl_slist_append(NULL, who);
    list = curl_slist_append(list, "Content-Type: application/json");
    list = curl_slist_append(list, "Expect:");
    return curl_slist_append(list, line);
}

/* POST of body; the answer, or NULL with what came instead on stderr. */
static json_t *api_post(struct api_client *api, const char *path,
                        const json_t *body, long wanted)
{
    char url[128];
    long status = 0;
    json_error_t error;
    char *text = json_dumps(body, JSON_COMPACT);
    struct curl_slist *headers = api_headers(api, api->world->submitter);
    CURL *curl = api->curl;
    (void)snprintf(url, sizeof(url), "http://localhost%s", path);
    api->answer_len = 0;
    api->answer[0] = '\0';
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, api->world->socket);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, text);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, api_take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, api);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)API_TIMEOUT_S);
    CURLcode code = curl_easy_perform(curl);
    (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_slist_free_all(headers);
    free(text);
    if (code != CURLE_OK || status != wanted) {
        (void)fprintf(stderr, "fanout: %s: %s, %ld: %s\n", path,
                      curl_easy_strerror(code), status, api->answer);
        return NULL;
    }
    return json_loads(api->answer, JSON_REJECT_DUPLICATES, &error);
}

bool api_submit(struct api_client *api, struct sample *sample)
{
    json_t *area =
        json_array_get(api->areas, api->turn++ % json_array_size(api->areas));
    json_t *body = json_deep_copy(api->request);
    json_t *ticked = json_incref(json_object_get(body, "preconditions"));
    (void)json_object_set_new(json_object_get(body, "parameters"), "gemeinden",
                              json_pack("[O]", area));
    (void)json_object_del(body, "preconditions");
    json_t *seen = api_post(api, "/api/v1/previews", body, 200);
    const char *digest = json_string_value(json_object_get(seen, "digest"));
    (void)json_object_set_new(body, "confirm",
                              json_string(digest != NULL ? digest : ""));
    (void)json_object_set(body, "preconditions", ticked);
    json_t *taken =
        digest == NULL ? NULL : api_post(api, "/api/v1/alerts", body, 202);
    const char *id = json_string_value(json_object_get(taken, "id"));
    bool ok = id != NULL;
    (void)snprintf(sample->id, sizeof(sample->id), "%s", ok ? id : "");
    json_decref(taken);
    json_decref(seen);
    json_decref(ticked);
    json_decref(body);
    return ok;
}

static size_t api_forget(char *bytes, size_t size, size_t n, void *data)
{
    (void)bytes;
    (void)data;
    return size * n;
}

static CURL *api_approval(struct api_client *api, struct sample *sample,
                          struct curl_slist *headers)
{
    char url[160];
    CURL *curl = curl_easy_init();
    (void)snprintf(url, sizeof(url),
                   "http://localhost/api/v1/alerts/%s/approve", sample->id);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, api->world->socket);
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, "{}");
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, api_forget);
    (void)curl_easy_setopt(curl, CURLOPT_PRIVATE, sample);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)API_TIMEOUT_S);
    return curl;
}

/* Takes the finished ones off; false when one was not answered with 200. */
static bool api_collect(CURLM *multi)
{
    bool ok = true;
    int left = 0;
    CURLMsg *message = NULL;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        struct sample *sample = NULL;
        long status = 0;
        CURL *curl = message->easy_handle;
        CURLcode code = message->data.result;
        (void)curl_easy_getinfo(curl, CURLINFO_PRIVATE, &sample);
        (void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
        sample->answered_us = sample_now_us();
        if (code != CURLE_OK || status != 200) {
            (void)fprintf(stderr, "fanout: approval of %s: %s, %ld\n",
                          sample->id, curl_easy_strerror(code), status);
            ok = false;
        }
        (void)curl_multi_remove_handle(multi, curl);
        curl_easy_cleanup(curl);
    }
    return ok;
}

bool api_approve(struct api_client *api, struct sample *samples, size_t n)
{
    CURLM *multi = curl_multi_init();
    struct curl_slist *headers = curl_slist_append(NULL, api->world->approver);
    headers = curl_slist_append(headers, "Content-Type: application/json");
    int running = (int)n;
    bool ok = true;
    for (size_t i = 0; i < n; i++) {
        CURL *curl = api_approval(api, &samples[i], headers);
        samples[i].begun_us = sample_now_us();
        (void)curl_multi_add_handle(multi, curl);
    }
    while (running > 0) {
        (void)curl_multi_perform(multi, &running);
        ok = api_collect(multi) && ok;
        if (running > 0) {
            (void)curl_multi_poll(multi, NULL, 0, 1000, NULL);
        }
    }
    curl_slist_free_all(headers);
    (void)curl_multi_cleanup(multi);
    return ok;
}
