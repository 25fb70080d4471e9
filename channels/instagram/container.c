#include "channels/instagram/container.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

static enum container_state container_named(const char *name)
{
    static const char *const names[] = {
        [CONTAINER_UNCLEAR] = "",
        [CONTAINER_IN_PROGRESS] = "IN_PROGRESS",
        [CONTAINER_FINISHED] = "FINISHED",
        [CONTAINER_PUBLISHED] = "PUBLISHED",
        [CONTAINER_ERROR] = "ERROR",
        [CONTAINER_EXPIRED] = "EXPIRED",
    };
    for (size_t i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]);
         i++) {
        if (strcmp(names[i], name) == 0) {
            return (enum container_state)i;
        }
    }
    return CONTAINER_UNCLEAR;
}

enum container_state container_parse(const char *body, size_t len,
                                     char reason[CONTAINER_REASON_MAX])
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    const char *status = json_string_value(json_object_get(root, "status"));
    enum container_state state = container_named(
        json_string_value(json_object_get(root, "status_code")));
    (void)snprintf(reason, CONTAINER_REASON_MAX, "%s",
                   status != NULL ? status : "");
    json_decref(root);
    return state;
}

bool container_quota_parse(const char *body, size_t len, int *used, int *total)
{
    json_t *root = json_loadb(body, len, JSON_REJECT_DUPLICATES, NULL);
    const json_t *quota = json_array_get(json_object_get(root, "data"), 0);
    const json_t *usage = json_object_get(quota, "quota_usage");
    const json_t *most =
        json_object_get(json_object_get(quota, "config"), "quota_total");
    bool good =
        json_is_integer(usage) && json_is_integer(most) &&
        json_integer_value(usage) >= 0 && json_integer_value(usage) < 100000 &&
        json_integer_value(most) > 0 && json_integer_value(most) < 100000;
    if (good) {
        *used = (int)json_integer_value(usage);
        *total = (int)json_integer_value(most);
    }
    json_decref(root);
    return good;
}
