/* Files that matter: read whole and bounded, written so that a crash leaves
 * the old bytes or the new ones. */
#ifndef SERVICE_BASE_FILE_H
#define SERVICE_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "service/base/err.h"

/* Reads at most max bytes; *bytes gets a NUL behind them and is the caller's
 * to free(). ERR_NOT_FOUND, ERR_IO, ERR_LIMIT for a larger file. */
enum err_code file_read(const char *path, size_t max, char **bytes, size_t *len,
                        struct err *e);

/* Like file_read for a secret: a regular file that only its owner may read
 * (no bit of 077), else ERR_DENIED naming the file and the chmod to run. */
enum err_code file_read_secret(const char *path, size_t max, char **bytes,
                               size_t *len, struct err *e);

/* Temporary file, write, fsync, rename, fsync of the directory. The folder
 * must exist. */
enum err_code file_write_durable(const char *path, const void *bytes,
                                 size_t len, mode_t mode, struct err *e);

/* Makes path and every missing folder above it. */
enum err_code file_make_folders(const char *path, mode_t mode, struct err *e);

/* fsync of a folder, so that names in it survive a crash. */
enum err_code file_sync_folder(const char *path, struct err *e);

#endif
