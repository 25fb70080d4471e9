/* A set of files that becomes durable together:
 *
 *   all temporaries written -> all synced -> all renamed -> folders synced
 *
 * One sync of a folder stands for all names in it: a warning is durable
 * sooner. A crash at any moment leaves each file with its old bytes or its
 * new ones, and perhaps temporaries (the name, a dot, eight random
 * characters, "~"). Blocking. */
#ifndef CHANNELS_WEBSITE_WEBSET_H
#define CHANNELS_WEBSITE_WEBSET_H

#include <stdbool.h>
#include <stddef.h>

#include "channels/channel.h"
#include "service/base/err.h"

/* Writes every item that differs from its file below folder, removes those of
 * length 0, in order. The names were checked by the caller: they stay inside
 * the folder and fit. With `sync_all` folders of unchanged files are synced
 * too. *changed says whether any name is new or gone, also after a failure
 * (ERR_IO, ERR_LIMIT); temporaries never stay behind then. */
enum err_code webset_write(const char *folder, const struct channel_item *items,
                           size_t n_items, bool sync_all, bool *changed,
                           struct err *e);

/* Makes a folder of the site, which everybody may read, and what is missing
 * above it. */
enum err_code webset_open_folder(const char *folder, struct err *e);

#endif
