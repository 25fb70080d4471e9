/* What a connection needs, copied once and constant from then on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/displays/mqtt_thread.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum { MQTT_PORT = 1883, MQTT_PORT_TLS = 8883, MQTT_PORT_MAX = 65535 };

static enum err_code mqtt_url_invalid(const char *url, struct err *e)
{
    return err_set(e, ERR_INVALID,
                   "Broker-Adresse „%s“ ist keine: mqtts://host:port oder "
                   "(nur auf diesem Rechner) mqtt://127.0.0.1:port",
                   url);
}

/* ":8883" or "" behind the host. */
static bool mqtt_port_parse(const char *text, struct mqtt_thread *t)
{
    t->port = t->tls ? MQTT_PORT_TLS : MQTT_PORT;
    if (*text == '\0' || strcmp(text, "/") == 0) {
        return true;
    }
    char *end = NULL;
    long port = *text == ':' ? strtol(text + 1, &end, 10) : 0;
    if (port < 1 || port > MQTT_PORT_MAX || *end != '\0') {
        return false;
    }
    t->port = (int)port;
    return true;
}

static enum err_code mqtt_url_parse(const char *url, struct mqtt_thread *t,
                                    struct err *e)
{
    static const char plain[] = "mqtt://";
    static const char tls[] = "mqtts://";
    const char *host;
    t->tls = strncmp(url, tls, sizeof(tls) - 1) == 0;
    if (t->tls) {
        host = url + sizeof(tls) - 1;
    } else if (strncmp(url, plain, sizeof(plain) - 1) == 0) {
        host = url + sizeof(plain) - 1;
    } else {
        return mqtt_url_invalid(url, e);
    }
    bool bracket = *host == '['; /* [::1]:1883 */
    size_t len = bracket ? strcspn(++host, "]") : strcspn(host, ":/");
    const char *rest = host + len + (bracket && host[len] == ']' ? 1 : 0);
    if (len == 0 || (bracket && host[len] == '\0') ||
        !mqtt_port_parse(rest, t)) {
        return mqtt_url_invalid(url, e);
    }
    t->host = mem_dup(host, len);
    return ERR_OK;
}

static char *mqtt_copy(const char *text)
{
    return mem_strdup(text == NULL ? "" : text);
}

enum err_code mqtt_thread_new(const struct mqtt_options *options,
                              struct mqtt_thread **thread, struct err *e)
{
    struct mqtt_thread *t = mem_zalloc(sizeof(*t));
    if (mqtt_url_parse(options->url, t, e) != ERR_OK) {
        free(t);
        return e->code;
    }
    t->username = mqtt_copy(options->username);
    t->password = mqtt_copy(options->password);
    t->ca_file = mqtt_copy(options->ca_file);
    t->client_id = mqtt_copy(options->client_id);
    t->will_topic = mqtt_copy(options->will_topic);
    t->will = mem_dup(options->will, options->will_len);
    t->will_len = options->will_len;
    t->topics = mem_calloc(options->n_topics + 1, sizeof(*t->topics));
    for (size_t i = 0; i < options->n_topics; i++) {
        t->topics[i] = mem_strdup(options->topics[i]);
    }
    t->n_topics = options->n_topics;
    t->no_local = options->no_local;
    t->last = &t->first;
    spare_init(&t->spare);
    spare_take(&t->spare);
    check(uv_mutex_init(&t->client_mutex) == 0);
    check(uv_mutex_init(&t->queue_mutex) == 0);
    check(uv_cond_init(&t->wake) == 0);
    *thread = t;
    return ERR_OK;
}

void mqtt_event_free(struct mqtt_event *event)
{
    free(event->topic);
    free(event->bytes);
    free(event);
}

static void mqtt_wipe(char *secret)
{
    volatile char *at = secret;
    while (*at != '\0') {
        *at++ = '\0';
    }
    free(secret);
}

void mqtt_thread_free(struct mqtt_thread *t)
{
    while (t->first != NULL) {
        struct mqtt_event *event = t->first;
        t->first = event->next;
        mqtt_event_free(event);
    }
    spare_drop(&t->spare);
    for (size_t i = 0; i < t->n_topics; i++) {
        free(t->topics[i]);
    }
    free(t->topics);
    free(t->will);
    free(t->will_topic);
    free(t->client_id);
    free(t->ca_file);
    mqtt_wipe(t->password);
    free(t->username);
    free(t->host);
    uv_cond_destroy(&t->wake);
    uv_mutex_destroy(&t->queue_mutex);
    uv_mutex_destroy(&t->client_mutex);
    free(t);
}
