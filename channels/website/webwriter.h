/* The website's disk: files below one folder, each replaced whole. Blocking;
 * runs in a worker and shares nothing with the loop while it does. */
#ifndef CHANNELS_WEBSITE_WEBWRITER_H
#define CHANNELS_WEBSITE_WEBWRITER_H

#include <stdbool.h>
#include <stddef.h>

#include "channels/channel.h"
#include "service/base/digest.h"

/* Makes the folder and removes what a crash left behind in it (temporary
 * names end in "~"). ERR_IO or ERR_DENIED when it cannot be written. */
enum err_code webwriter_open(const char *folder, struct err *e);

/* Replaces every file whose bytes differ from its item's, as one set, and
 * removes those of length 0: temporaries, fsync of each, renames in order,
 * fsync of the folders; then all of it is durable. With `sync` the folders of
 * unchanged files are synced too: their names may be younger than the last
 * crash. Stops at the first failure. Fills outcome (done, not_sent, refused
 * for a name that leaves the folder), remote_id (digest of all bytes) and
 * detail; *changed says whether any file is new. */
void webwriter_write(const char *folder, const struct channel_item *items,
                     size_t n_items, bool sync, struct channel_result *result,
                     bool *changed);

/* Folder and room on its disk: fills readiness and detail. */
void webwriter_check(const char *folder, struct channel_result *result);

/* "sha256:…" over names and bytes of all items, in order. */
void webwriter_digest(const struct channel_item *items, size_t n_items,
                      char out[DIGEST_NAMED_MAX]);

#endif
