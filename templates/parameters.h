/* What a person filled in, against what the family asks for: every value
 * checked and normalised, every complaint named by its field. Pure. */
#ifndef TEMPLATES_PARAMETERS_H
#define TEMPLATES_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/fields.h"
#include "service/model/areas.h"
#include "service/model/words.h"
#include "templates/family.h"

struct places;

enum { PARAMETERS_KNOWN_MAX = 64 };

struct parameters_input { /* borrowed until the call returns */
    const struct family *family;
    enum alert_kind kind;
    const struct places *places;
    const char *json; /* a JSON object; NULL is {} */
    /* The incident's earlier alerts' parameters (struct alert.parameters),
     * oldest first: defaults of a follow-up. */
    size_t n_known;
    const char *const *known;
    const struct areas *inherited; /* the incident's areas; NULL for alert */
    const char *phones;    /* [masterdata] phones; the first is the default */
    const char *url_hosts; /* [masterdata] url_hosts */
    int64_t now_ms;
    bool relative_times; /* also "+90min" and "16:00" (plans of drills) */
};

struct parameters_value {
    const struct family_parameter *parameter;
    char *text;     /* text, phone, url, time: as put in; else NULL */
    int64_t number; /* int: value; datetime: ms since 1970; enum: index */
    size_t n_items; /* enum_multi: indices; list: texts, one an object */
    size_t choices[FAMILY_VALUES_MAX];
    char **items;
};

struct parameters {
    size_t n;
    struct parameters_value values[FAMILY_PARAMETERS_MAX];
    struct areas areas; /* of the alert, collapsed */
    int level;          /* 1 to 3; 0 for all_clear and retraction */
    int64_t expires_at_ms;
    char *json; /* canonical: for struct alert.parameters */
};

/* True: *out holds the values and is the caller's to parameters_fini().
 * False: at least one complaint was added to `complaints`, each under
 * "parameters" or "parameters.<name>"; *out is empty. A kind that the family
 * lacks is a complaint under "kind". */
bool parameters_read(const struct parameters_input *in, struct parameters *out,
                     struct fields *complaints);

void parameters_fini(struct parameters *p);

/* The value of that name, or NULL when none was given. */
const struct parameters_value *parameters_find(const struct parameters *p,
                                               const char *name);

#endif
