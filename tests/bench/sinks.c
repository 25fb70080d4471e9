#include "tests/bench/sinks.h"

#include <curl/curl.h>
#include <jansson.h>
#include <mosquitto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SINKS_PAGE_MAX = 1024 * 1024, SINKS_POLL_US = 2000 };

struct sinks {
    const struct world *world;
    struct mosquitto *mqtt;
    pthread_t poller;
    bool polling;

    /* The lock guards what stands below: the main thread, mosquitto's and
     * the poller meet here. */
    pthread_mutex_t lock;
    bool stop;
    struct sample *samples;
    size_t n_samples;

    /* the poller's */
    char page[SINKS_PAGE_MAX];
    size_t page_len;

    /* the main thread's */
    FILE *log;
};

int64_t sample_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void sinks_pause(int64_t us)
{
    struct timespec t = {.tv_nsec = (long)us * 1000};
    (void)nanosleep(&t, NULL);
}

/* Notes the time for every alert whose id stands in text. */
static void sinks_saw(struct sinks *s, enum sample_sink sink, const char *text,
                      int64_t at_us)
{
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_samples; i++) {
        struct sample *sample = &s->samples[i];
        if (sample->seen_us[sink] == 0 && strstr(text, sample->id) != NULL) {
            sample->seen_us[sink] = at_us;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
}

static void sinks_message(struct mosquitto *mqtt, void *data,
                          const struct mosquitto_message *message)
{
    int64_t now = sample_now_us();
    struct sinks *s = data;
    (void)mqtt;
    size_t len = (size_t)message->payloadlen;
    char *text = malloc(len + 1);
    if (text == NULL || len == 0) {
        free(text);
        return;
    }
    memcpy(text, message->payload, len);
    text[len] = '\0';
    sinks_saw(s, SAMPLE_DISPLAYS, text, now);
    free(text);
}

static size_t sinks_take(char *bytes, size_t size, size_t n, void *data)
{
    struct sinks *s = data;
    size_t len = size * n;
    if (len >= sizeof(s->page) - s->page_len) {
        return 0;
    }
    memcpy(s->page + s->page_len, bytes, len);
    s->page_len += len;
    s->page[s->page_len] = '\0';
    return len;
}

static bool sinks_stopped(struct sinks *s, bool *idle)
{
    (void)pthread_mutex_lock(&s->lock);
    bool stop = s->stop;
    *idle = s->n_samples == 0;
    (void)pthread_mutex_unlock(&s->lock);
    return stop;
}

/* Reads current.json again and again while anything is looked for. */
static void *sinks_poll(void *data)
{
    struct sinks *s = data;
    char url[WORLD_TEXT_MAX + 32];
    bool idle = false;
    CURL *curl = curl_easy_init();
    (void)snprintf(url, sizeof(url), "%s/current.json", s->world->website);
    (void)curl_easy_setopt(curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, sinks_take);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, s);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, 5L);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    while (!sinks_stopped(s, &idle)) {
        s->page_len = 0;
        s->page[0] = '\0';
        if (!idle && curl_easy_perform(curl) == CURLE_OK) {
            sinks_saw(s, SAMPLE_WEBSITE, s->page, sample_now_us());
        }
        sinks_pause(SINKS_POLL_US);
    }
    curl_easy_cleanup(curl);
    return NULL;
}

/* One line of the gateway's log. */
static void sinks_effect(struct sinks *s, const char *line)
{
    json_error_t error;
    json_t *root = json_loads(line, JSON_REJECT_DUPLICATES, &error);
    const char *effect = json_string_value(json_object_get(root, "effect"));
    const char *text = json_string_value(json_object_get(root, "text"));
    int64_t at_us =
        (int64_t)json_integer_value(json_object_get(root, "at")) * 1000;
    if (effect != NULL && text != NULL && strcmp(effect, "post") == 0) {
        sinks_saw(s, SAMPLE_FACEBOOK, text, at_us);
    }
    if (effect != NULL && text != NULL && strcmp(effect, "media") == 0) {
        sinks_saw(s, SAMPLE_INSTAGRAM, text, at_us);
    }
    json_decref(root);
}

/* The lines that the gateway has added since the last time. */
static void sinks_read_log(struct sinks *s)
{
    char line[8192];
    while (fgets(line, sizeof(line), s->log) != NULL) {
        sinks_effect(s, line);
    }
    clearerr(s->log);
}

static bool sinks_connect(struct sinks *s)
{
    long port = strtol(s->world->mqtt_port, NULL, 10);
    s->mqtt = mosquitto_new(NULL, true, s);
    if (s->mqtt == NULL) {
        return false;
    }
    (void)mosquitto_int_option(s->mqtt, MOSQ_OPT_PROTOCOL_VERSION,
                               MQTT_PROTOCOL_V5);
    (void)mosquitto_username_pw_set(s->mqtt, "tuermer",
                                    s->world->mqtt_password);
    mosquitto_message_callback_set(s->mqtt, sinks_message);
    return mosquitto_connect(s->mqtt, "127.0.0.1", (int)port, 60) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_subscribe(s->mqtt, NULL, "tuermer/v1/actual/+", 0) ==
               MOSQ_ERR_SUCCESS &&
           mosquitto_loop_start(s->mqtt) == MOSQ_ERR_SUCCESS;
}

struct sinks *sinks_new(const struct world *w)
{
    struct sinks *s = calloc(1, sizeof(*s));
    if (s == NULL) {
        return NULL;
    }
    (void)mosquitto_lib_init();
    s->world = w;
    (void)pthread_mutex_init(&s->lock, NULL);
    s->log = fopen(w->gateway_log, "r");
    if (s->log == NULL || !sinks_connect(s)) {
        (void)fputs("fanout: no gateway log, or no broker\n", stderr);
        sinks_free(s);
        return NULL;
    }
    s->polling = pthread_create(&s->poller, NULL, sinks_poll, s) == 0;
    return s;
}

void sinks_free(struct sinks *s)
{
    if (s == NULL) {
        return;
    }
    (void)pthread_mutex_lock(&s->lock);
    s->stop = true;
    (void)pthread_mutex_unlock(&s->lock);
    if (s->polling) {
        (void)pthread_join(s->poller, NULL);
    }
    if (s->mqtt != NULL) {
        (void)mosquitto_disconnect(s->mqtt);
        (void)mosquitto_loop_stop(s->mqtt, true);
        mosquitto_destroy(s->mqtt);
    }
    if (s->log != NULL) {
        (void)fclose(s->log);
    }
    (void)pthread_mutex_destroy(&s->lock);
    free(s);
    (void)mosquitto_lib_cleanup();
}

void sinks_watch(struct sinks *s, struct sample *samples, size_t n)
{
    (void)pthread_mutex_lock(&s->lock);
    s->samples = samples;
    s->n_samples = n;
    (void)pthread_mutex_unlock(&s->lock);
}

static bool sinks_complete(struct sinks *s)
{
    bool complete = true;
    (void)pthread_mutex_lock(&s->lock);
    for (size_t i = 0; i < s->n_samples; i++) {
        for (int sink = 0; sink < SAMPLE_SINKS; sink++) {
            complete = complete && s->samples[i].seen_us[sink] != 0;
        }
    }
    (void)pthread_mutex_unlock(&s->lock);
    return complete;
}

bool sinks_wait(struct sinks *s, int seconds)
{
    int64_t deadline = sample_now_us() + (int64_t)seconds * 1000000;
    bool complete = false;
    while (!complete && sample_now_us() < deadline) {
        sinks_read_log(s);
        complete = sinks_complete(s);
        if (!complete) {
            sinks_pause(SINKS_POLL_US);
        }
    }
    sinks_watch(s, NULL, 0);
    return complete;
}
