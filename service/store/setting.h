/* Facts about this installation, by name. */
#ifndef SERVICE_STORE_SETTING_H
#define SERVICE_STORE_SETTING_H

#include <stdbool.h>
#include <stddef.h>

struct store;

enum { SETTING_VALUE_MAX = 256 };

/* Sets a value; inside a transaction. */
void setting_save(struct store *s, const char *name, const char *value);

/* False, and "", when there is none. */
bool setting_load(struct store *s, const char *name,
                  char value[SETTING_VALUE_MAX]);

#endif
