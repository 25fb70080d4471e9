#include "service/api/json.h"

#include "service/base/check.h"
#include "service/base/timestamp.h"

void json_put(json_t *object, const char *name, json_t *value)
{
    check(json_object_set_new(object, name, value) == 0);
}

void json_put_text(json_t *object, const char *name, const char *text)
{
    if (text != NULL && text[0] != '\0') {
        json_put(object, name, json_string(text));
    }
}

void json_put_int(json_t *object, const char *name, int64_t value)
{
    json_put(object, name, json_integer(value));
}

void json_put_bool(json_t *object, const char *name, int value)
{
    json_put(object, name, json_boolean(value));
}

void json_put_time(json_t *object, const char *name, int64_t at_ms)
{
    if (at_ms != 0) {
        char text[TIMESTAMP_MAX];
        timestamp_format(at_ms, text);
        json_put_text(object, name, text);
    }
}
