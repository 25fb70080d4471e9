/* The table of every section and key of the configuration: form, place in
 * struct config, default. For config.c. */
#ifndef SERVICE_CONFIG_TABLE_H
#define SERVICE_CONFIG_TABLE_H

#include <stddef.h>

#include "service/config/config.h"
#include "service/config/value.h"

enum { TABLE_SECTIONS = 9, TABLE_KEYS = 41, TABLE_NONE = -1 };

/* One section; `on` is where its presence is noted. */
struct table_section {
    const char *name;
    long on; /* offset of a bool, or TABLE_NONE */
};

extern const struct table_section table_sections[TABLE_SECTIONS];

/* One key. `otherwise` is its default: NULL when it must be given (if its
 * section is there). */
struct table_key {
    const char *section;
    const char *name;
    enum value_form form;
    size_t at;
    size_t size;
    const char *otherwise;
};

extern const struct table_key table_keys[TABLE_KEYS];

/* The index, or TABLE_SECTIONS. */
size_t table_find_section(const char *name, size_t len);

/* The index, or TABLE_KEYS. */
size_t table_find(const char *section, const char *name);

/* Sets a value; NULL, or what is wrong with it. A list is only looked at when
 * it is whole. */
const char *table_set(struct config *c, const struct table_key *key,
                      const char *value);

/* A second line of the same key: only lists may have one. */
const char *table_append(const struct table_key *key, char *field,
                         const char *value);

/* Everything to its default. */
void table_defaults(struct config *c);

#endif
