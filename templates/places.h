/* The municipalities of the county by AGS, from templates/areas/<AGS>.csv
 * (columns ags;ars;name;region;ars_source; the first line names them, the
 * second is the county). Read once, never changed. */
#ifndef TEMPLATES_PLACES_H
#define TEMPLATES_PLACES_H

#include <stdbool.h>
#include <stddef.h>

#include "service/base/err.h"
#include "service/model/areas.h"

struct buf;

enum { PLACE_NAME_MAX = 64, PLACE_ARS_MAX = 13, PLACES_EXCEPT_MAX = 16 };

struct place {
    char ags[AGS_MAX];
    char ars[PLACE_ARS_MAX];
    char name[PLACE_NAME_MAX];
    char region[PLACE_NAME_MAX];
    bool ars_published; /* only then may CAP name the ARS */
};

struct places {
    struct place county;
    size_t n;
    struct place items[LIMIT_AREAS]; /* by name */
};

/* Reads a CSV file's bytes. *out is the caller's to places_free(). */
enum err_code places_parse(const char *csv, size_t len, struct places **out,
                           struct err *e);

/* The list that the program carries (templates/areas/08336.csv). */
struct places *places_builtin(void);

void places_free(struct places *p);

/* By AGS, the county's too; NULL when there is none. */
const struct place *places_find(const struct places *p, const char *ags);

/* By its name, letters' case aside; NULL when there is none. */
const struct place *places_find_name(const struct places *p, const char *name);

/* The county alone when all municipalities are there. */
void places_collapse(const struct places *p, struct areas *areas);

/* How a language says it. */
struct places_words {
    const char *county; /* "gesamter Landkreis Lörrach" */
    const char *others; /* "und weitere" */
    const char *except; /* "außer" */
};

/* The names, alphabetic, separated by commas; `county` for the whole county;
 * with `most` at most so many and then `others`. Without it all of them, and
 * when no more than PLACES_EXCEPT_MAX are missing it is shorter and clearer
 * to name those: "gesamter Landkreis Lörrach außer Aitern". */
void places_write(const struct places *p, const struct areas *areas,
                  size_t most, const struct places_words *words,
                  struct buf *out);

#endif
