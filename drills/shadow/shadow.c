#include "drills/shadow/shadow.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drills/shadow/account.h"
#include "drills/shadow/answer.h"
#include "drills/shadow/call.h"
#include "drills/shadow/pages.h"
#include "drills/shadow/picture.h"
#include "service/base/check.h"
#include "service/base/file.h"
#include "service/base/mem.h"
#include "service/http/server.h"

enum {
    SHADOW_CONTAINER_MS = 700,
    SHADOW_OLDEST_VERSION = 21,
    SHADOW_NEWEST_VERSION = 26,
};

/* Faults. */

static const char *const shadow_fault_names[] = {
#define SHADOW_FAULT_NAME(name, text) text,
    SHADOW_FAULTS(SHADOW_FAULT_NAME)
#undef SHADOW_FAULT_NAME
};

static bool shadow_find_fault(const char *name, enum shadow_fault *fault)
{
    for (size_t i = 0;
         i < sizeof shadow_fault_names / sizeof shadow_fault_names[0]; i++) {
        if (strcmp(name, shadow_fault_names[i]) == 0) {
            *fault = (enum shadow_fault)i;
            return true;
        }
    }
    return false;
}

/* {"next": 2, "kind": "hang", "edge": "feed"} */
static bool shadow_parse_faults(struct shadow *s, const char *body, size_t len)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    int next = 0;
    const char *kind = NULL;
    const char *edge = "";
    bool is_good = false;
    if (json_unpack(root, "{s:i,s:s,s?s!}", "next", &next, "kind", &kind,
                    "edge", &edge) == 0 &&
        next >= 0 && strlen(edge) < sizeof s->fault_edge) {
        is_good = shadow_find_fault(kind, &s->fault);
        s->n_faults = is_good ? next : 0;
        MEM_SET_TEXT(s->fault_edge, edge);
    }
    json_decref(root);
    return is_good;
}

static void shadow_set_faults(struct shadow *s, struct http_request *r)
{
    size_t len = 0;
    const char *body = http_request_body(r, &len);
    /* Not a type that a foreign page's form could send. */
    if (!http_request_is_type(r, "application/json")) {
        answer_say(r, 415, "Bitte als application/json.\n");
    } else if (!shadow_parse_faults(s, body, len)) {
        answer_say(
            r, 422,
            "Erwartet: {\"next\": 2, \"kind\": \"hang\" | \"hang_after\" "
            "| \"500\" | \"500_after\" | \"throttle\" | \"token\", "
            "\"edge\": \"feed\"}\n");
    } else {
        call_drop_hanging(s);
        http_reply(r, 204, NULL, 0, NULL, 0);
    }
}

/* True when the fault has taken the call. */
static bool shadow_inject(struct shadow *s, struct call *c)
{
    if (s->n_faults == 0 ||
        (s->fault_edge[0] != '\0' && strcmp(s->fault_edge, c->edge) != 0)) {
        return false;
    }
    s->n_faults--;
    switch (s->fault) {
    case SHADOW_HANG: call_hang(c); return true;
    case SHADOW_HANG_AFTER: c->is_hanging = true; return false;
    case SHADOW_FAIL_AFTER: c->is_failing = true; return false;
    case SHADOW_FAIL:
        call_fail(c, &(struct call_error){2, 0, NULL,
                                          "Service temporarily unavailable"});
        return true;
    case SHADOW_THROTTLE:
        call_fail(c, &(struct call_error){
                         4, 0, NULL, "(#4) Application request limit reached"});
        return true;
    case SHADOW_TOKEN:
        call_fail(c, &(struct call_error){
                         190, 463, NULL,
                         "Error validating access token: Session has expired"});
        return true;
    }
    return false;
}

/* Calls of the Graph API. */

/* "/v26.0/1000…/feed": cuts node and edge out; false for another path. */
static bool shadow_split(const char *path, struct call *c, int *version)
{
    char *end = NULL;
    if (strncmp(path, "/v", 2) != 0 || path[2] < '0' || path[2] > '9') {
        return false;
    }
    *version = (int)strtol(path + 2, &end, 10);
    if (strncmp(end, ".0/", 3) != 0) {
        return false;
    }
    const char *node = end + 3;
    size_t node_len = strcspn(node, "/");
    const char *edge = node + node_len + (node[node_len] == '/' ? 1 : 0);
    if (node_len == 0 || node_len >= sizeof c->node ||
        strlen(edge) >= sizeof c->edge || strchr(edge, '/') != NULL) {
        return false;
    }
    memcpy(c->node, node, node_len);
    MEM_SET_TEXT(c->edge, edge);
    return true;
}

static void shadow_refuse_version(struct call *c, int version)
{
    if (version > SHADOW_NEWEST_VERSION) {
        call_fail(
            c, &(struct call_error){2500, 0, NULL, "Unknown path components"});
    } else {
        call_fail(c, &(struct call_error){
                         2635, 0, NULL,
                         "(#2635) You are calling a deprecated version of the "
                         "API. Please update to the latest version: v26.0"});
    }
}

static void shadow_route(struct call *c)
{
    if (strcmp(c->node, "debug_token") == 0) {
        token_call(c);
    } else if (call_authorize(c)) {
        (c->is_instagram ? instagram_call : facebook_call)(c);
    }
}

static void shadow_call(struct shadow *s, struct call *c, int version)
{
    if (!call_read_params(c)) {
        return;
    }
    if (version < SHADOW_OLDEST_VERSION || version > SHADOW_NEWEST_VERSION) {
        shadow_refuse_version(c, version);
    } else if (!shadow_inject(s, c)) {
        shadow_route(c);
    }
}

static void shadow_on_request(struct http_request *r, void *data)
{
    struct shadow *s = data;
    const char *path = http_request_path(r);
    const char *method = http_request_method(r);
    struct call *c = mem_zalloc(sizeof *c);
    int version = 0;
    c->shadow = s;
    c->request = r;
    if (strlen(method) < sizeof c->method && shadow_split(path, c, &version)) {
        MEM_SET_TEXT(c->method, method);
        shadow_call(s, c, version);
        return;
    }
    call_free(c);
    if (strcmp(path, "/_shadow/faults") == 0 && strcmp(method, "POST") == 0) {
        shadow_set_faults(s, r);
    } else {
        pages_answer(s, r);
    }
}

/* Opening and closing. */

const struct shadow_accounts *shadow_accounts(const struct shadow *s)
{
    return &s->accounts;
}

unsigned shadow_port(const struct shadow *s)
{
    return http_server_port(s->server);
}

static void shadow_free(struct shadow *s)
{
    shadow_objects_fini(&s->objects);
    free(s->directory);
    free(s->rehearsal_site);
    free(s->authority);
    memset(&s->accounts, 0, sizeof s->accounts);
    free(s);
}

static struct shadow *shadow_new(const struct shadow_config *config)
{
    struct shadow *s = mem_zalloc(sizeof *s);
    s->loop = config->loop;
    s->clock = config->clock;
    s->accounts = config->accounts;
    s->objects.fd = -1;
    s->directory = mem_strdup(config->directory);
    s->rehearsal_site = mem_strdup(config->rehearsal_site);
    s->authority =
        mem_strdup(config->authority == NULL ? "Behörde" : config->authority);
    s->container_ms =
        config->container_ms == 0 ? SHADOW_CONTAINER_MS : config->container_ms;
    return s;
}

static enum err_code shadow_listen(struct shadow *s, const char *listen,
                                   struct err *e)
{
    const struct http_server_config http = {
        .loop = s->loop,
        .clock = s->clock,
        .listen = listen,
        .handler = shadow_on_request,
        .data = s,
    };
    enum err_code code = http_server_open(&http, &s->server, e);
    if (code == ERR_OK) {
        const char *colon = strrchr(listen, ':');
        int n = snprintf(s->base_url, sizeof s->base_url, "http://%.*s:%u",
                         (int)(colon - listen), listen,
                         http_server_port(s->server));
        check(n > 0 && (size_t)n < sizeof s->base_url);
    }
    return code;
}

enum err_code shadow_open(const struct shadow_config *config,
                          struct shadow **shadow, struct err *e)
{
    struct shadow *s = shadow_new(config);
    *shadow = NULL;
    enum err_code code = file_make_folders(s->directory, 0700, e);
    if (code == ERR_OK) {
        code = shadow_account_load(s->directory, &s->accounts, e);
    }
    if (code == ERR_OK) {
        code = shadow_objects_init(&s->objects, s->directory, e);
    }
    if (code == ERR_OK) {
        code = shadow_listen(s, config->listen, e);
    }
    if (code != ERR_OK) {
        shadow_free(s);
        return err_wrap(e, "Schatten");
    }
    s->pictures = pictures_open(s->loop, s->clock);
    *shadow = s;
    return ERR_OK;
}

static void shadow_on_pictures_closed(void *data)
{
    struct shadow *s = data;
    shadow_close_cb cb = s->close_cb;
    void *cb_data = s->close_data;
    call_drop_hanging(s);
    shadow_free(s);
    cb(cb_data);
}

static void shadow_on_server_closed(void *data)
{
    struct shadow *s = data;
    pictures_close(s->pictures, shadow_on_pictures_closed, s);
}

void shadow_close(struct shadow *s, shadow_close_cb cb, void *data)
{
    s->close_cb = cb;
    s->close_data = data;
    call_drop_hanging(s);
    http_server_close(s->server, shadow_on_server_closed, s);
}
