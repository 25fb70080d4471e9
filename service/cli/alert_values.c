#include "service/cli/alert_values.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "service/base/timestamp.h"
#include "templates/places.h"

/* What reading one value needs to know. */
struct alert_values {
    const json_t *family;
    const char *kind;
    const struct places *places;
    int64_t now_ms;
};

enum { ALERT_VALUES_NAME_MAX = 64, ALERT_VALUES_ITEM_MAX = 256 };

static const char *alert_values_text(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text == NULL ? "" : text;
}

/* "+90min", "+2h", "+45m". */
static bool alert_values_offset(const char *text, int64_t *offset_ms)
{
    char *end = NULL;
    if (text[0] != '+' || text[1] < '0' || text[1] > '9') {
        return false;
    }
    long n = strtol(text + 1, &end, 10);
    if (n > 100000) {
        return false;
    }
    if (strcmp(end, "min") == 0 || strcmp(end, "m") == 0) {
        *offset_ms = (int64_t)n * 60000;
        return true;
    }
    *offset_ms = (int64_t)n * 3600000;
    return strcmp(end, "h") == 0;
}

static bool alert_values_clock(const char *text, int *hour, int *minute)
{
    static const char digits[] = "0123456789";
    if (strlen(text) != 5 || strspn(text, digits) != 2 || text[2] != ':' ||
        strspn(text + 3, digits) != 2) {
        return false;
    }
    *hour = (int)strtol(text, NULL, 10);
    *minute = (int)strtol(text + 3, NULL, 10);
    return *hour < 24 && *minute < 60;
}

bool alert_values_time(const char *text, int64_t now_ms, int64_t *at_ms)
{
    int hour = 0;
    int minute = 0;
    int64_t offset_ms = 0;
    if (alert_values_offset(text, &offset_ms)) {
        /* To the next whole minute: people read minutes. */
        *at_ms = (now_ms + offset_ms + 59999) / 60000 * 60000;
        return true;
    }
    if (!alert_values_clock(text, &hour, &minute)) {
        return timestamp_parse(text, at_ms);
    }
    struct tm day = timestamp_local(now_ms);
    *at_ms = timestamp_from_local(day.tm_year + 1900, day.tm_mon + 1,
                                  day.tm_mday, hour, minute);
    if (*at_ms <= now_ms) {
        *at_ms = timestamp_from_local(day.tm_year + 1900, day.tm_mon + 1,
                                      day.tm_mday + 1, hour, minute);
    }
    return true;
}

static json_t *alert_values_datetime(const char *text, int64_t now_ms)
{
    char out[TIMESTAMP_MAX];
    int64_t at_ms = 0;
    if (!alert_values_time(text, now_ms, &at_ms)) {
        return json_string(text);
    }
    timestamp_format(at_ms, out);
    return json_string(out);
}

/* "HH:MM" as it is; "+90min" as the time of day then. */
static json_t *alert_values_daytime(const char *text, int64_t now_ms)
{
    char out[16];
    int64_t offset_ms = 0;
    int64_t at_ms = 0;
    if (!alert_values_offset(text, &offset_ms) ||
        !alert_values_time(text, now_ms, &at_ms)) {
        return json_string(text);
    }
    struct tm at = timestamp_local(at_ms);
    (void)snprintf(out, sizeof(out), "%02d:%02d", at.tm_hour, at.tm_min);
    return json_string(out);
}

static json_t *alert_values_int(const char *text)
{
    char *end = NULL;
    errno = 0;
    long long n = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0) {
        return json_string(text);
    }
    return json_integer(n);
}

/* The value of a choice given by value or label. */
static json_t *alert_values_choice(const json_t *values, const char *text)
{
    size_t i = 0;
    const json_t *choice = NULL;
    json_array_foreach(values, i, choice)
    {
        if (strcmp(alert_values_text(choice, "value"), text) == 0) {
            return json_string(text);
        }
    }
    json_array_foreach(values, i, choice)
    {
        if (strcasecmp(alert_values_text(choice, "label"), text) == 0) {
            return json_string(alert_values_text(choice, "value"));
        }
    }
    return json_string(text);
}

/* The AGS of a municipality given by name; AGS stay as they are. */
static json_t *alert_values_place(const struct places *places, const char *text)
{
    const struct place *place = places_find_name(places, text);
    return json_string(place == NULL ? text : place->ags);
}

/* Choices at commas. Municipalities are not among the family's values. */
static json_t *alert_values_choices(const json_t *values,
                                    const struct places *places,
                                    const char *text)
{
    bool has_values = json_array_size(values) > 0;
    json_t *list = json_array();
    while (*text != '\0') {
        char item[ALERT_VALUES_ITEM_MAX];
        text += strspn(text, " ");
        size_t len = strcspn(text, ",");
        size_t keep = len;
        while (keep > 0 && text[keep - 1] == ' ') {
            keep--;
        }
        (void)snprintf(item, sizeof(item), "%.*s", (int)keep, text);
        (void)json_array_append_new(
            list, has_values ? alert_values_choice(values, item)
                             : alert_values_place(places, item));
        text += len;
        text += *text == ',' ? 1 : 0;
    }
    return list;
}

static json_t *alert_values_list(const char *text)
{
    json_t *list = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    return list != NULL ? list : json_string(text);
}

static json_t *alert_values_typed(const struct alert_values *v,
                                  const json_t *parameter, const char *text)
{
    const char *type = alert_values_text(parameter, "type");
    const json_t *values = json_object_get(parameter, "values");
    if (strcmp(type, "int") == 0) {
        return alert_values_int(text);
    }
    if (strcmp(type, "datetime") == 0) {
        return alert_values_datetime(text, v->now_ms);
    }
    if (strcmp(type, "time") == 0) {
        return alert_values_daytime(text, v->now_ms);
    }
    if (strcmp(type, "enum") == 0) {
        return alert_values_choice(values, text);
    }
    if (strcmp(type, "enum_multi") == 0) {
        return alert_values_choices(values, v->places, text);
    }
    return strcmp(type, "list") == 0 ? alert_values_list(text)
                                     : json_string(text);
}

static const json_t *alert_values_parameter(const json_t *family,
                                            const char *kind, const char *name)
{
    const json_t *list = json_object_get(
        json_object_get(json_object_get(family, "kinds"), kind), "parameters");
    size_t i = 0;
    const json_t *parameter = NULL;
    json_array_foreach(list, i, parameter)
    {
        if (strcmp(alert_values_text(parameter, "name"), name) == 0) {
            return parameter;
        }
    }
    return NULL;
}

/* False: it said what is wrong with `word`. */
static bool alert_values_add(struct cli *cli, const struct alert_values *v,
                             json_t *out, const char *word)
{
    char name[ALERT_VALUES_NAME_MAX];
    size_t len = strcspn(word, "=");
    if (word[len] != '=' || len == 0 || len >= sizeof(name)) {
        cli_say(cli, "-p %s: verlangt NAME=WERT", word);
        return false;
    }
    memcpy(name, word, len);
    name[len] = '\0';
    if (json_object_get(out, name) != NULL) {
        cli_say(cli, "-p %s: steht zweimal da", name);
        return false;
    }
    const json_t *parameter = alert_values_parameter(v->family, v->kind, name);
    if (json_object_set_new(
            out, name, alert_values_typed(v, parameter, word + len + 1)) != 0) {
        cli_say(cli, "-p %s: der Wert ist kein Text in UTF-8", name);
        return false;
    }
    return true;
}

char *alert_values_read(struct cli *cli, const char *family, const char *kind,
                        const struct cli_list *given, int64_t now_ms)
{
    json_t *root = json_loads(family, JSON_REJECT_DUPLICATES, NULL);
    struct places *places = places_builtin();
    const struct alert_values v = {
        .family = root, .kind = kind, .places = places, .now_ms = now_ms};
    json_t *out = json_object();
    char *text = NULL;
    bool good = true;
    for (size_t i = 0; i < given->n && good; i++) {
        good = alert_values_add(cli, &v, out, given->items[i]);
    }
    if (good) {
        text = json_dumps(out, JSON_COMPACT);
    }
    json_decref(out);
    json_decref(root);
    places_free(places);
    return text;
}
