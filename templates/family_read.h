/* The parts of family_parse(), for the files of this folder. */
#ifndef TEMPLATES_FAMILY_READ_H
#define TEMPLATES_FAMILY_READ_H

#include "templates/family.h"
#include "templates/reader.h"

/* "parameters" and "constants". */
void family_read_parameters(struct reader *r, json_t *root, struct family *f);

/* "kinds", with "release" and "preconditions", and "frame". After the
 * parameters, whose names they use. */
void family_read_kinds(struct reader *r, json_t *root, struct family *f);
void family_read_frame(struct reader *r, json_t *root, struct family *f);

/* What holds between the parts: placeholders, defaults, order of times. */
void family_check(struct reader *r, const struct family *f);

#endif
