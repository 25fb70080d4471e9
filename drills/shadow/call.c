#include "drills/shadow/call.h"

#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drills/shadow/answer.h"
#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum { CALL_ANSWER_MAX = 4 * 1024 * 1024, CALL_NUMBER_MAX = 32 };

/* Of every call. */
static const char call_common[] =
    "access_token appsecret_proof appsecret_time method fields";

void call_free(struct call *c)
{
    for (size_t i = 0; i < c->n_params; i++) {
        sodium_memzero(c->params[i].value, strlen(c->params[i].value));
        free(c->params[i].name);
        free(c->params[i].value);
    }
    free(c);
}

int64_t call_now_ms(const struct call *c)
{
    return clock_wall_ms(c->shadow->clock);
}

/* Those that hang. */

void call_drop_hanging(struct shadow *s)
{
    for (size_t i = 0; i < s->n_hanging; i++) {
        answer_say(s->hanging[i]->request, 502, "Sorry, something went wrong.");
        call_free(s->hanging[i]);
    }
    s->n_hanging = 0;
}

void call_hang(struct call *c)
{
    struct shadow *s = c->shadow;
    if (s->n_hanging == SHADOW_HANGING_MAX) {
        call_drop_hanging(s);
    }
    s->hanging[s->n_hanging++] = c;
}

/* Answers. */

static void call_reply(struct call *c, unsigned status, const char *body,
                       size_t len)
{
    static const struct http_field headers[] = {
        {"Content-Type", "application/json; charset=UTF-8"},
        {"Cache-Control", "private, no-cache, no-store, must-revalidate"},
        {"facebook-api-version", "v26.0"},
        {"X-App-Usage",
         "{\"call_count\":1,\"total_cputime\":0,\"total_time\":0}"},
    };
    if (c->is_hanging) {
        call_hang(c);
        return;
    }
    http_reply(c->request, status, headers, sizeof headers / sizeof headers[0],
               body, len);
    call_free(c);
}

static void call_reply_json(struct call *c, unsigned status, json_t *answer)
{
    check(answer != NULL);
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    call_reply(c, status, text, strlen(text));
    free(text);
}

void call_fail(struct call *c, const struct call_error *error)
{
    char trace[CALL_TRACE_MAX + 1] = "A";
    shadow_random_digits(trace + 1, CALL_TRACE_MAX - 1);
    json_t *body =
        json_pack("{s:s,s:s,s:i,s:s}", "message", error->message, "type",
                  error->type == NULL ? "OAuthException" : error->type, "code",
                  error->code, "fbtrace_id", trace);
    check(body != NULL);
    if (error->subcode != 0) {
        check(json_object_set_new(body, "error_subcode",
                                  json_integer(error->subcode)) == 0);
    }
    call_reply_json(c, error->code == 1 || error->code == 2 ? 500 : 400,
                    json_pack("{s:o}", "error", body));
}

void call_fail_param(struct call *c, const char *name)
{
    char message[256];
    (void)snprintf(message, sizeof message,
                   "(#100) Missing or invalid parameter %.64s", name);
    call_fail(c, &(struct call_error){100, 0, NULL, message});
}

void call_answer(struct call *c, const char *json, size_t len)
{
    if (c->is_failing) {
        call_fail(c, &(struct call_error){
                         2, 0, NULL,
                         "An unexpected error has occurred. Please retry your "
                         "request later."});
        return;
    }
    call_reply(c, 200, json, len);
}

void call_answer_id(struct call *c, const char *id)
{
    char text[SHADOW_OBJECT_ID_MAX + 16];
    int n = snprintf(text, sizeof text, "{\"id\":\"%s\"}", id);
    check(n > 0 && (size_t)n < sizeof text);
    call_answer(c, text, (size_t)n);
}

void call_answer_success(struct call *c)
{
    static const char text[] = "{\"success\":true}";
    call_answer(c, text, sizeof text - 1);
}

/* Parameters. */

/* Takes both; false when there are too many. */
static bool call_add(struct call *c, char *name, char *value)
{
    if (c->n_params == CALL_PARAMS) {
        free(name);
        free(value);
        return false;
    }
    c->params[c->n_params++] = (struct call_param){name, value};
    return true;
}

static bool call_on_query(void *data, const char *name, const char *value)
{
    return call_add(data, mem_strdup(name), mem_strdup(value));
}

static int call_hex(char digit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *at = digit == '\0' ? NULL : strchr(digits, digit);
    return at == NULL ? -1 : (int)(at - digits) % 16;
}

/* Decodes one piece of a form body; NULL when it is not well-formed. */
static char *call_unescape(const char *text, size_t len)
{
    char *out = mem_zalloc(len + 1);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        int high = -1;
        int low = -1;
        if (text[i] == '%' && len - i > 2) {
            high = call_hex(text[i + 1]);
            low = call_hex(text[i + 2]);
        }
        if (text[i] == '%' && (high < 0 || low < 0 || high + low == 0)) {
            free(out);
            return NULL;
        }
        if (text[i] == '%') {
            out[n++] = (char)(high * 16 + low);
            i += 2;
        } else if (text[i] == '+') {
            out[n++] = ' ';
        } else {
            out[n++] = text[i];
        }
    }
    return out;
}

static bool call_read_form(struct call *c, const char *body, size_t len)
{
    const char *end = body + len;
    while (body < end) {
        size_t left = (size_t)(end - body);
        const char *stop = memchr(body, '&', left);
        size_t pair = stop == NULL ? left : (size_t)(stop - body);
        const char *equals = memchr(body, '=', pair);
        size_t name_len = equals == NULL ? pair : (size_t)(equals - body);
        size_t value_at = equals == NULL ? pair : name_len + 1;
        char *name = call_unescape(body, name_len);
        char *value = call_unescape(body + value_at, pair - value_at);
        if (name == NULL || value == NULL) {
            free(name);
            free(value);
            return false;
        }
        if (!call_add(c, name, value)) {
            return false;
        }
        body += pair + 1;
    }
    return true;
}

/* A scalar of a JSON body as the text a form would have held; NULL for
 * others. */
static char *call_scalar(const json_t *value)
{
    char number[CALL_NUMBER_MAX];
    if (json_is_string(value)) {
        return mem_strdup(json_string_value(value));
    }
    if (json_is_boolean(value)) {
        return mem_strdup(json_is_true(value) ? "true" : "false");
    }
    if (json_is_integer(value)) {
        (void)snprintf(number, sizeof number, "%lld",
                       (long long)json_integer_value(value));
        return mem_strdup(number);
    }
    return NULL;
}

static bool call_read_json(struct call *c, const char *body, size_t len)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    bool is_good = json_is_object(root);
    const char *name = NULL;
    json_t *value = NULL;
    json_object_foreach(root, name, value)
    {
        char *text = call_scalar(value);
        if (text == NULL || !is_good) {
            is_good = false;
            free(text);
        } else {
            is_good = call_add(c, mem_strdup(name), text);
        }
    }
    json_decref(root);
    return is_good;
}

static bool call_read_body(struct call *c)
{
    size_t len = 0;
    const char *body = http_request_body(c->request, &len);
    if (len == 0) {
        return true;
    }
    if (http_request_is_type(c->request, "application/json")) {
        return call_read_json(c, body, len);
    }
    return http_request_is_type(c->request,
                                "application/x-www-form-urlencoded") &&
           call_read_form(c, body, len);
}

/* A POST that says method=get is a GET (Meta's way around intermediaries). */
static void call_take_method(struct call *c)
{
    static const char *const methods[] = {"GET", "POST", "DELETE"};
    const char *asked = call_param(c, "method");
    for (size_t i = 0; asked != NULL && i < 3; i++) {
        if (strcasecmp(asked, methods[i]) == 0 &&
            strcmp(c->method, "POST") == 0) {
            MEM_SET_TEXT(c->method, methods[i]);
            return;
        }
    }
}

bool call_read_params(struct call *c)
{
    http_request_each_query(c->request, call_on_query, c);
    if (http_request_body_too_large(c->request)) {
        call_fail(c, &(struct call_error){
                         1, 0, NULL,
                         "Please reduce the amount of data you're asking "
                         "for, then retry your request"});
        return false;
    }
    if (!call_read_body(c)) {
        call_fail(c, &(struct call_error){
                         100, 0, NULL, "(#100) The request is not readable"});
        return false;
    }
    call_take_method(c);
    return true;
}

const char *call_param(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->n_params; i++) {
        if (strcmp(c->params[i].name, name) == 0) {
            return c->params[i].value;
        }
    }
    return NULL;
}

bool call_flag(const struct call *c, const char *name, bool without)
{
    const char *value = call_param(c, name);
    if (value == NULL) {
        return without;
    }
    return strcasecmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool call_is_listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    const char *at = list;
    while (len > 0 && (at = strstr(at, word)) != NULL) {
        bool starts = at == list || at[-1] == ' ';
        if (starts && (at[len] == ' ' || at[len] == '\0')) {
            return true;
        }
        at += len;
    }
    return false;
}

bool call_check_params(struct call *c, const char *allowed)
{
    for (size_t i = 0; i < c->n_params; i++) {
        const char *name = c->params[i].name;
        bool is_first = call_param(c, name) == c->params[i].value;
        if (!is_first || (!call_is_listed(allowed, name) &&
                          !call_is_listed(call_common, name))) {
            call_fail_param(c, name);
            return false;
        }
    }
    return true;
}
