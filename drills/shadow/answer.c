#include "drills/shadow/answer.h"

#include <string.h>

void answer_send(struct http_request *r, unsigned status, const char *type,
                 const void *body, size_t len)
{
    const struct http_field headers[] = {
        {"Content-Type", type},
        {"Cache-Control", "no-store"},
        {"X-Content-Type-Options", "nosniff"},
        {"Content-Security-Policy",
         "default-src 'none'; style-src 'self'; img-src 'self'; base-uri "
         "'none'; form-action 'none'; frame-ancestors 'none'"},
    };
    http_reply(r, status, headers, sizeof headers / sizeof headers[0], body,
               len);
}

void answer_say(struct http_request *r, unsigned status, const char *text)
{
    answer_send(r, status, "text/plain; charset=utf-8", text, strlen(text));
}
