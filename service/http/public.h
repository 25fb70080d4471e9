/* The public website: a listener of its own with two threads, so that a rush
 * of readers costs the alert nothing. It serves an immutable snapshot – every
 * file of the website's directory as prepared answers (plain, gzip, 304) with
 * a strong ETag – and knows nothing that is not in it: a path is looked up in
 * a table, never in the file system.
 *
 * The pool's threads and the loop share one thing, the snapshot pointer, under
 * one mutex that is held from look-up until the answer is queued. */
#ifndef SERVICE_HTTP_PUBLIC_H
#define SERVICE_HTTP_PUBLIC_H

#include "service/base/err.h"

struct public;

struct public_config {
    /* As in http_server_config. Plain HTTP on any address is allowed here:
     * what it serves is public and signed, and a proxy may end the TLS. */
    const char *listen;
    /* "https://warnung.example"; with https answers say
     * Strict-Transport-Security. */
    const char *public_url;
};

/* Opens the listener with an empty snapshot: everything is 404 until the
 * first public_load(). Everything in config is borrowed until the call
 * returns. Errors as http_server_open(). */
enum err_code public_open(const struct public_config *config, struct public **p,
                          struct err *e);

/* The TCP port really listened on. */
unsigned public_port(const struct public *p);

/* Reads the directory (regular files of known kinds, not hidden, no links),
 * takes over what has not changed (size, time, inode), and puts the new
 * snapshot in place. Called on the loop thread after files were renamed into
 * place. On ERR_IO, ERR_LIMIT or ERR_NOT_FOUND the old snapshot stays. */
enum err_code public_load(struct public *p, const char *directory,
                          struct err *e);

/* Stops the threads and frees everything; returns when they have ended. */
void public_close(struct public *p);

#endif
