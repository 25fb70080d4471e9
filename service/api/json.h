/* Writing the API's objects with jansson: a member at a time, never failing
 * (out of memory stops the process). For the files of this folder. */
#ifndef SERVICE_API_JSON_H
#define SERVICE_API_JSON_H

#include <jansson.h>
#include <stdint.h>

/* Takes `value`. */
void json_put(json_t *object, const char *name, json_t *value);
/* Left out when text is NULL or empty. */
void json_put_text(json_t *object, const char *name, const char *text);
void json_put_int(json_t *object, const char *name, int64_t value);
void json_put_bool(json_t *object, const char *name, int value);
/* RFC 3339 with offset and milliseconds; left out when 0. */
void json_put_time(json_t *object, const char *name, int64_t at_ms);

#endif
