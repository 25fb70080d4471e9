/* Reads members of a parsed JSON object strictly. The first complaint is kept
 * with its path ("kinds.alert.texts.de.facebook: ..."), later reads give
 * empty values: callers read everything and ask once at the end. For the
 * files of this folder that parse; the json_t stays with them. */
#ifndef TEMPLATES_READER_H
#define TEMPLATES_READER_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "templates/language.h"

enum { READER_PATH_MAX = 120, READER_TEXT_MAX = 4000 };

struct reader {
    struct err *e;
    enum err_code code; /* of the first complaint */
    size_t len;
    char path[READER_PATH_MAX];
};

enum reader_need { READER_OPTIONAL, READER_REQUIRED };

/* "path: message"; only the first is kept. */
void reader_fail(struct reader *r, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Goes into a member, and back with what enter gave. */
size_t reader_enter(struct reader *r, const char *name);
size_t reader_enter_item(struct reader *r, size_t index);
void reader_leave(struct reader *r, size_t before);

/* Complains about every key that is not in names (ended by NULL). */
void reader_only(struct reader *r, json_t *object, const char *const *names);

/* Members by type, borrowed; NULL when absent or wrong. */
json_t *reader_object(struct reader *r, json_t *object, const char *name,
                      enum reader_need need);
json_t *reader_array(struct reader *r, json_t *object, const char *name,
                     size_t max, enum reader_need need);

/* Owned text in NFC without flaws; "" when absent. Lines are allowed. */
char *reader_text(struct reader *r, json_t *object, const char *name,
                  enum reader_need need);

/* The same of an array's item. */
char *reader_item(struct reader *r, json_t *array, size_t index);

/* Texts by language; NULL where there is none. */
void reader_localised(struct reader *r, json_t *object, const char *name,
                      char *out[N_LANGUAGES]);

/* Words of an array of strings, separated by blanks; owned. */
char *reader_words(struct reader *r, json_t *object, const char *name);

int64_t reader_int(struct reader *r, json_t *object, const char *name,
                   int64_t min, int64_t max, int64_t otherwise);
bool reader_bool(struct reader *r, json_t *object, const char *name,
                 bool otherwise);

#endif
