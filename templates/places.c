#include "templates/places.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "service/base/buf.h"
#include "service/base/check.h"
#include "service/base/mem.h"

extern const unsigned char places_source[];
extern const size_t places_source_len;

/* Copies the column that ends at ';' or the line's end; false when there is
 * none or it does not fit. *at is NULL behind the last one. */
static bool places_column(const char **at, const char *end, char *out,
                          size_t size)
{
    if (*at == NULL) {
        return false;
    }
    const char *stop = memchr(*at, ';', (size_t)(end - *at));
    bool last = stop == NULL;
    stop = last ? end : stop;
    size_t len = (size_t)(stop - *at);
    if (len >= size) {
        return false;
    }
    memcpy(out, *at, len);
    out[len] = '\0';
    *at = last ? NULL : stop + 1;
    return true;
}

static bool places_line(const char *at, const char *end, struct place *p)
{
    char source[PLACE_NAME_MAX];
    struct areas probe = {0};
    bool fits = places_column(&at, end, p->ags, sizeof(p->ags)) &&
                places_column(&at, end, p->ars, sizeof(p->ars)) &&
                places_column(&at, end, p->name, sizeof(p->name)) &&
                places_column(&at, end, p->region, sizeof(p->region)) &&
                places_column(&at, end, source, sizeof(source));
    p->ars_published = fits && strcmp(source, "published") == 0;
    return fits && at == NULL && p->name[0] != '\0' &&
           areas_add(&probe, p->ags);
}

/* A key for sorting and comparing names: "Böllen" like "bollen". */
static char *places_fold(const char *name)
{
    utf8proc_uint8_t *out = NULL;
    utf8proc_ssize_t n = utf8proc_map(
        (const utf8proc_uint8_t *)name, 0, &out,
        (utf8proc_option_t)(UTF8PROC_NULLTERM | UTF8PROC_DECOMPOSE |
                            UTF8PROC_STRIPMARK | UTF8PROC_CASEFOLD));
    return n < 0 ? mem_strdup(name) : (char *)out;
}

static int places_compare(const void *a, const void *b)
{
    char *left = places_fold(((const struct place *)a)->name);
    char *right = places_fold(((const struct place *)b)->name);
    int order = strcmp(left, right);
    free(left);
    free(right);
    return order;
}

static enum err_code places_add(struct places *p, const char *at,
                                const char *end, size_t number, struct err *e)
{
    struct place place = {0};
    if (number == 1) {
        return ERR_OK; /* the names of the columns */
    }
    if (!places_line(at, end, &place)) {
        return err_set(e, ERR_INVALID, "Gebietsliste, Zeile %zu", number);
    }
    if (number == 2) {
        p->county = place;
        return ERR_OK;
    }
    if (p->n == LIMIT_AREAS || strlen(place.ags) != 8) {
        return err_set(e, ERR_LIMIT, "Gebietsliste, Zeile %zu", number);
    }
    p->items[p->n++] = place;
    return ERR_OK;
}

enum err_code places_parse(const char *csv, size_t len, struct places **out,
                           struct err *e)
{
    struct places *p = mem_zalloc(sizeof(*p));
    const char *at = csv;
    size_t number = 0;
    enum err_code code = ERR_OK;
    while (code == ERR_OK && at < csv + len) {
        const char *end = memchr(at, '\n', (size_t)(csv + len - at));
        end = end == NULL ? csv + len : end;
        code = places_add(p, at, end, ++number, e);
        at = end < csv + len ? end + 1 : end;
    }
    if (code == ERR_OK && p->n == 0) {
        code = err_set(e, ERR_INVALID, "Gebietsliste ohne Gemeinden");
    }
    if (code != ERR_OK) {
        free(p);
        return code;
    }
    qsort(p->items, p->n, sizeof(p->items[0]), places_compare);
    *out = p;
    return ERR_OK;
}

struct places *places_builtin(void)
{
    struct places *p = NULL;
    struct err e;
    check(places_parse((const char *)places_source, places_source_len, &p,
                       &e) == ERR_OK);
    return p;
}

void places_free(struct places *p)
{
    free(p);
}

const struct place *places_find(const struct places *p, const char *ags)
{
    if (strcmp(p->county.ags, ags) == 0) {
        return &p->county;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->items[i].ags, ags) == 0) {
            return &p->items[i];
        }
    }
    return NULL;
}

const struct place *places_find_name(const struct places *p, const char *name)
{
    struct place wanted = {0};
    if (strlen(name) >= sizeof(wanted.name)) {
        return NULL;
    }
    MEM_SET_TEXT(wanted.name, name);
    if (places_compare(&p->county, &wanted) == 0) {
        return &p->county;
    }
    for (size_t i = 0; i < p->n; i++) {
        if (places_compare(&p->items[i], &wanted) == 0) {
            return &p->items[i];
        }
    }
    return NULL;
}

void places_collapse(const struct places *p, struct areas *areas)
{
    bool all = areas_contain(areas, p->county.ags);
    if (!all) {
        size_t found = 0;
        for (size_t i = 0; i < p->n; i++) {
            found += areas_contain(areas, p->items[i].ags);
        }
        all = found == p->n;
    }
    if (all) {
        *areas = (struct areas){0};
        check(areas_add(areas, p->county.ags));
    }
}

/* The names that are (or, with `missing`, that are not) among areas. */
static void places_names(const struct places *p, const struct areas *areas,
                         bool missing, size_t most, const char *others,
                         struct buf *out)
{
    size_t written = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (areas_contain(areas, p->items[i].ags) == missing) {
            continue;
        }
        if (most > 0 && written == most) {
            buf_add_char(out, ' ');
            buf_add_text(out, others);
            return;
        }
        buf_add_text(out, written == 0 ? "" : ", ");
        buf_add_text(out, p->items[i].name);
        written++;
    }
}

void places_write(const struct places *p, const struct areas *areas,
                  size_t most, const struct places_words *words,
                  struct buf *out)
{
    size_t missing = p->n > areas->n ? p->n - areas->n : 0;
    if (areas_contain(areas, p->county.ags)) {
        buf_add_text(out, words->county);
    } else if (most == 0 && missing <= PLACES_EXCEPT_MAX &&
               areas->n > PLACES_EXCEPT_MAX) {
        buf_printf(out, "%s %s ", words->county, words->except);
        places_names(p, areas, true, 0, "", out);
    } else {
        places_names(p, areas, false, most, words->others, out);
    }
}
