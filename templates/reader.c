#include "templates/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "templates/text.h"

void reader_fail(struct reader *r, const char *format, ...)
{
    if (r->code != ERR_OK) {
        return;
    }
    char message[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    r->code = err_set(r->e, ERR_INVALID, "%s%s%s", r->path,
                      r->len > 0 ? ": " : "", message);
}

static size_t reader_append(struct reader *r, const char *dot, const char *name)
{
    size_t before = r->len;
    int n =
        snprintf(r->path + r->len, sizeof(r->path) - r->len, "%s%s", dot, name);
    size_t room = sizeof(r->path) - r->len - 1;
    r->len += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room;
    return before;
}

size_t reader_enter(struct reader *r, const char *name)
{
    return reader_append(r, r->len > 0 ? "." : "", name);
}

size_t reader_enter_item(struct reader *r, size_t index)
{
    char number[24];
    (void)snprintf(number, sizeof(number), "[%zu]", index);
    return reader_append(r, "", number);
}

void reader_leave(struct reader *r, size_t before)
{
    check(before <= r->len);
    r->len = before;
    r->path[before] = '\0';
}

void reader_only(struct reader *r, json_t *object, const char *const *names)
{
    for (void *i = json_object_iter(object); i != NULL;
         i = json_object_iter_next(object, i)) {
        const char *key = json_object_iter_key(i);
        size_t at = 0;
        while (names[at] != NULL && strcmp(names[at], key) != 0) {
            at++;
        }
        if (names[at] == NULL) {
            size_t before = reader_enter(r, key);
            reader_fail(r, "unbekanntes Feld");
            reader_leave(r, before);
        }
    }
}

/* The member, or NULL; an absent one is a complaint when it is needed. */
static json_t *reader_member(struct reader *r, json_t *object, const char *name,
                             enum reader_need need)
{
    json_t *value = json_object_get(object, name);
    if (value == NULL || json_is_null(value)) {
        if (need == READER_REQUIRED) {
            size_t before = reader_enter(r, name);
            reader_fail(r, "fehlt");
            reader_leave(r, before);
        }
        return NULL;
    }
    return value;
}

static void reader_wrong(struct reader *r, const char *name, const char *what)
{
    size_t before = reader_enter(r, name);
    reader_fail(r, "%s", what);
    reader_leave(r, before);
}

json_t *reader_object(struct reader *r, json_t *object, const char *name,
                      enum reader_need need)
{
    json_t *value = reader_member(r, object, name, need);
    if (value != NULL && !json_is_object(value)) {
        reader_wrong(r, name, "muss ein Objekt sein");
        return NULL;
    }
    return value;
}

json_t *reader_array(struct reader *r, json_t *object, const char *name,
                     size_t max, enum reader_need need)
{
    json_t *value = reader_member(r, object, name, need);
    if (value != NULL && !json_is_array(value)) {
        reader_wrong(r, name, "muss eine Liste sein");
        return NULL;
    }
    if (value != NULL && json_array_size(value) > max) {
        reader_wrong(r, name, "hat zu viele Einträge");
        return NULL;
    }
    return value;
}

/* Checks and copies one string; "" after a complaint. */
static char *reader_copy(struct reader *r, json_t *value)
{
    const char *text = json_string_value(value);
    if (text == NULL) {
        reader_fail(r, "muss ein Text sein");
        return mem_strdup("");
    }
    if (json_string_length(value) > READER_TEXT_MAX ||
        strlen(text) != json_string_length(value)) {
        reader_fail(r, "ist zu lang oder enthält ein Nullzeichen");
        return mem_strdup("");
    }
    if (text_find_flaw(text, true) != TEXT_FINE) {
        reader_fail(r, "enthält Steuer- oder Richtungszeichen, < oder >");
        return mem_strdup("");
    }
    char *nfc = text_nfc(text);
    check(nfc != NULL);
    return nfc;
}

char *reader_text(struct reader *r, json_t *object, const char *name,
                  enum reader_need need)
{
    json_t *value = reader_member(r, object, name, need);
    if (value == NULL) {
        return mem_strdup("");
    }
    size_t before = reader_enter(r, name);
    char *text = reader_copy(r, value);
    if (need == READER_REQUIRED && text[0] == '\0') {
        reader_fail(r, "ist leer");
    }
    reader_leave(r, before);
    return text;
}

char *reader_item(struct reader *r, json_t *array, size_t index)
{
    size_t before = reader_enter_item(r, index);
    char *text = reader_copy(r, json_array_get(array, index));
    reader_leave(r, before);
    return text;
}

void reader_localised(struct reader *r, json_t *object, const char *name,
                      char *out[N_LANGUAGES])
{
    json_t *texts = reader_object(r, object, name, READER_OPTIONAL);
    size_t before = reader_enter(r, name);
    for (int i = 0; texts != NULL && i < N_LANGUAGES; i++) {
        const char *language = language_name((enum language)i);
        if (json_object_get(texts, language) != NULL) {
            free(out[i]);
            out[i] = reader_text(r, texts, language, READER_OPTIONAL);
        }
    }
    static const char *const languages[] = {"de", "de-simple", "en", "fr",
                                            NULL};
    if (texts != NULL) {
        reader_only(r, texts, languages);
    }
    reader_leave(r, before);
}

char *reader_words(struct reader *r, json_t *object, const char *name)
{
    json_t *words = reader_array(r, object, name, 16, READER_OPTIONAL);
    size_t before = reader_enter(r, name);
    struct buf out;
    buf_init(&out, 512);
    for (size_t i = 0; i < json_array_size(words); i++) {
        char *word = reader_item(r, words, i);
        if (word[strspn(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                              "abcdefghijklmnopqrstuvwxyz0123456789")] !=
            '\0') {
            reader_fail(r, "ist kein Wort");
        }
        buf_add_text(&out, i > 0 ? " " : "");
        buf_add_text(&out, word);
        free(word);
    }
    if (!buf_ok(&out)) {
        reader_fail(r, "ist zu lang");
    }
    reader_leave(r, before);
    return buf_take(&out);
}

int64_t reader_int(struct reader *r, json_t *object, const char *name,
                   int64_t min, int64_t max, int64_t otherwise)
{
    json_t *value = reader_member(r, object, name, READER_OPTIONAL);
    if (value == NULL) {
        return otherwise;
    }
    if (!json_is_integer(value) || json_integer_value(value) < min ||
        json_integer_value(value) > max) {
        size_t before = reader_enter(r, name);
        reader_fail(r, "muss eine ganze Zahl von %lld bis %lld sein",
                    (long long)min, (long long)max);
        reader_leave(r, before);
        return otherwise;
    }
    return json_integer_value(value);
}

bool reader_bool(struct reader *r, json_t *object, const char *name,
                 bool otherwise)
{
    json_t *value = reader_member(r, object, name, READER_OPTIONAL);
    if (value == NULL) {
        return otherwise;
    }
    if (!json_is_boolean(value)) {
        reader_wrong(r, name, "muss true oder false sein");
        return otherwise;
    }
    return json_is_true(value);
}
