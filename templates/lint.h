/* What is wrong with a family before people approve it: texts that could
 * become too long, style that the house does not want, gaps. Pure. */
#ifndef TEMPLATES_LINT_H
#define TEMPLATES_LINT_H

#include "templates/family.h"
#include "templates/lint_report.h"

struct places;

/* Looks at everything; *out is overwritten. */
void lint_family(const struct family *f, const struct places *places,
                 struct lint_report *out);

#endif
