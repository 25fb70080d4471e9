/* Answers to people and tests, with the headers that every page has. For this
 * folder. */
#ifndef DRILLS_SHADOW_ANSWER_H
#define DRILLS_SHADOW_ANSWER_H

#include <stddef.h>

#include "service/http/request.h"

/* Ends the request; body is borrowed until the call returns. */
void answer_send(struct http_request *r, unsigned status, const char *type,
                 const void *body, size_t len);

/* A short plain answer. */
void answer_say(struct http_request *r, unsigned status, const char *text);

#endif
