/* JSON bodies, strictly: no duplicate keys, no unknown fields, types as told.
 * For the files of this folder: the json_t is the handler's to json_decref()
 * and leaves no other file. */
#ifndef SERVICE_API_BODY_H
#define SERVICE_API_BODY_H

#include <jansson.h>
#include <stdbool.h>

#include "service/api/api.h"
#include "service/base/fields.h"

/* The body as a JSON object, or NULL when it was no JSON object: the call is
 * then answered with 400 and gone. An empty body is {}. */
json_t *body_parse(struct api_call *c);

/* Notes every key of `object` that is not in `names` (ended by NULL). */
void body_only(json_t *object, const char *const *names, struct fields *f);

/* The string at `name`: borrowed from the object; NULL when absent, null, or
 * of another type (then noted, with `max` in bytes). */
const char *body_text(const json_t *object, const char *name, size_t max,
                      struct fields *f);

/* The same, noting that it is missing. */
const char *body_text_required(const json_t *object, const char *name,
                               size_t max, struct fields *f);

/* An integer between min and max, or `otherwise` when absent. */
int64_t body_int(const json_t *object, const char *name, int64_t min,
                 int64_t max, int64_t otherwise, struct fields *f);

#endif
