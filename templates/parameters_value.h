/* One parameter's value from JSON and back, for parameters.c; the json_t
 * stays in these two files. */
#ifndef TEMPLATES_PARAMETERS_VALUE_H
#define TEMPLATES_PARAMETERS_VALUE_H

#include <jansson.h>
#include <stdbool.h>

#include "templates/parameters.h"
#include "templates/value.h"

/* Reads `value` for v->parameter into *v, municipalities into *areas. False
 * with a German sentence in `why`; *v may then hold parts, for
 * parameters_value_fini(). */
bool parameters_value_read(const struct parameters_input *in, json_t *value,
                           struct parameters_value *v, struct areas *areas,
                           char why[VALUE_WHY_MAX]);

/* Canonical JSON, a new reference; not for lists. */
json_t *parameters_value_encode(const struct parameters_value *v,
                                const struct areas *areas);

void parameters_value_fini(struct parameters_value *v);

#endif
