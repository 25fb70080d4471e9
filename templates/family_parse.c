/* family_parse(): from a self-contained family file to struct family. */
#include <stdlib.h>
#include <string.h>

#include "service/base/mem.h"
#include "templates/family.h"
#include "templates/family_read.h"
#include "templates/text.h"

enum { FAMILY_TITLE_BYTES = 120, FAMILY_LIFE_HOURS_MAX = 24 * 14 };

static const char *const family_keys[] = {
    "id",           "title",      "event",
    "bbk",          "level",      "cap",
    "expires_h",    "expires_at", "public_drill",
    "review_until", "release",    "preconditions",
    "parameters",   "constants",  "kinds",
    "frame",        NULL};

static bool family_is_id(const char *text)
{
    size_t len = strlen(text);
    return len > 0 && len < TEMPLATE_ID_MAX &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-") == len;
}

static void family_read_id(struct reader *r, json_t *root, struct family *f)
{
    char *id = reader_text(r, root, "id", READER_REQUIRED);
    if (family_is_id(id)) {
        MEM_SET_TEXT(f->id, id);
    } else {
        reader_fail(r, "id: nur a-z, 0-9 und -, höchstens 48 Zeichen");
    }
    free(id);
}

static bool family_is_day(const char *text)
{
    for (size_t i = 0; i < 10; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? text[i] != '-' : text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return text[10] == '\0';
}

static void family_read_expiry(struct reader *r, json_t *root, struct family *f)
{
    f->expires_h =
        (int)reader_int(r, root, "expires_h", 1, FAMILY_LIFE_HOURS_MAX, 0);
    char *at = reader_text(r, root, "expires_at", READER_OPTIONAL);
    if (at[0] != '\0' && strcmp(at, "ende") != 0) {
        reader_fail(r, "expires_at: nur „ende“");
    }
    if ((f->expires_h > 0) == (at[0] != '\0')) {
        reader_fail(r, "genau eines von expires_h und expires_at");
    }
    free(at);
    f->review_until = reader_text(r, root, "review_until", READER_REQUIRED);
    if (!family_is_day(f->review_until)) {
        reader_fail(r, "review_until: Form 2027-06-30");
    }
}

/* Titles stand in headlines and in fixed columns. */
static void family_check_titles(struct reader *r, const struct family *f)
{
    const char *titles[N_LANGUAGES + 1] = {f->title};
    for (size_t i = 0; i < N_LANGUAGES; i++) {
        titles[i + 1] = f->event[i];
    }
    for (size_t i = 0; i < N_LANGUAGES + 1; i++) {
        if (titles[i] != NULL && (text_code_points(titles[i]) > 60 ||
                                  strlen(titles[i]) > FAMILY_TITLE_BYTES ||
                                  strchr(titles[i], '\n') != NULL)) {
            reader_fail(r, "title, event: höchstens 60 Zeichen, eine Zeile");
        }
    }
}

static void family_read_root(struct reader *r, json_t *root, struct family *f)
{
    reader_only(r, root, family_keys);
    family_read_id(r, root, f);
    f->title = reader_text(r, root, "title", READER_REQUIRED);
    reader_localised(r, root, "event", f->event);
    if (f->event[LANGUAGE_DE] == NULL) {
        reader_fail(r, "event.de: fehlt");
    }
    family_check_titles(r, f);
    f->bbk = reader_text(r, root, "bbk", READER_OPTIONAL);
    f->level = (int)reader_int(r, root, "level", 1, 3, 0);
    if (f->level == 0) {
        reader_fail(r, "level: fehlt");
    }
    f->public_drill = reader_bool(r, root, "public_drill", false);
    family_read_expiry(r, root, f);
    family_read_parameters(r, root, f);
    family_read_kinds(r, root, f);
    family_read_frame(r, root, f);
}

static json_t *family_load(const char *json, size_t len, struct err *e)
{
    json_error_t why;
    if (len > LIMIT_FAMILY_BYTES) {
        (void)err_set(e, ERR_LIMIT, "Die Vorlage ist größer als %d KiB.",
                      LIMIT_FAMILY_BYTES / 1024);
        return NULL;
    }
    json_t *root = json_loadb(json, len, JSON_REJECT_DUPLICATES, &why);
    if (root == NULL) {
        (void)err_set(e, ERR_INVALID, "Zeile %d, Spalte %d: kein JSON (%s)",
                      why.line, why.column, why.text);
        return NULL;
    }
    if (!json_is_object(root)) {
        (void)err_set(e, ERR_INVALID, "Die Vorlage ist kein JSON-Objekt.");
        json_decref(root);
        return NULL;
    }
    return root;
}

enum err_code family_parse(const char *json, size_t len, struct family **out,
                           struct err *e)
{
    json_t *root = family_load(json, len, e);
    if (root == NULL) {
        return e->code;
    }
    struct family *f = mem_zalloc(sizeof(*f));
    struct reader r = {.e = e};
    family_read_root(&r, root, f);
    if (r.code == ERR_OK) {
        family_check(&r, f);
    }
    json_decref(root);
    if (r.code != ERR_OK) {
        family_free(f);
        return r.code;
    }
    struct digest d = digest_of(json, len);
    digest_named(&d, f->hash);
    *out = f;
    return ERR_OK;
}
