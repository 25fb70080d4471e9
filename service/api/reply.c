#include "service/api/reply.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/api/api.h"
#include "service/api/json.h"
#include "service/base/check.h"
#include "service/base/timestamp.h"
#include "service/http/request.h"

enum { REPLY_HEADERS_MAX = 6 };

static void reply_send(struct api_call *c, int status, const char *type,
                       const char *text, const struct http_field *headers,
                       size_t n)
{
    struct http_field all[REPLY_HEADERS_MAX + 2];
    size_t used = 0;
    check(n <= REPLY_HEADERS_MAX);
    all[used++] = (struct http_field){"Cache-Control", "no-store"};
    if (text != NULL) {
        all[used++] = (struct http_field){"Content-Type", type};
    }
    for (size_t i = 0; i < n; i++) {
        all[used++] = headers[i];
    }
    const char *body = text == NULL ? "" : text;
    http_reply(c->request, (unsigned)status, all, used, body, strlen(body));
    free(c); /* as every api_reply_*() does: the call ends with its answer */
}

void reply_headers(struct api_call *c, int status, const char *json,
                   const struct http_field *headers, size_t n)
{
    reply_send(c, status, "application/json", json, headers, n);
}

void reply_bytes(struct api_call *c, const char *type, const char *cache,
                 const void *bytes, size_t len)
{
    const struct http_field headers[] = {{"Content-Type", type},
                                         {"Cache-Control", cache},
                                         {"X-Content-Type-Options", "nosniff"}};
    http_reply(c->request, 200, headers, 3, bytes, len);
    free(c);
}

void reply_later(struct api_call *c, long seconds)
{
    char value[32];
    char detail[160];
    int64_t at_ms = clock_wall_ms(c->api->clock) + seconds * 1000;
    struct tm at = timestamp_local(at_ms);
    (void)snprintf(value, sizeof(value), "%ld", seconds);
    (void)snprintf(detail, sizeof(detail),
                   "Zu viele Versuche. Nächster Versuch um %02d:%02d:%02d Uhr. "
                   "Laufende Sitzungen sind nicht betroffen.",
                   at.tm_hour, at.tm_min, at.tm_sec);
    json_t *object = json_object();
    json_put_text(object, "type", "urn:tuermer:problem/too-many-tries");
    json_put_text(object, "title", "Zu viele Versuche");
    json_put_int(object, "status", 429);
    json_put_text(object, "detail", detail);
    char *text = json_dumps(object, JSON_COMPACT);
    check(text != NULL);
    json_decref(object);
    const struct http_field later = {"Retry-After", value};
    reply_send(c, 429, "application/problem+json", text, &later, 1);
    free(text);
}
