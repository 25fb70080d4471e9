/* One file of the public website as finished answers: made once, sent often.
 * For public.c and snapshot.c. */
#ifndef SERVICE_HTTP_PREPARED_H
#define SERVICE_HTTP_PREPARED_H

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"

enum { PREPARED_ETAG_MAX = 80 };

/* One coding of the file, with its 304. */
struct prepared_form {
    char etag[PREPARED_ETAG_MAX]; /* with its quotes; "" when there is none */
    struct MHD_Response *full;
    struct MHD_Response *not_modified;
};

/* What says that a file has not changed. */
struct prepared_stamp {
    int64_t size;
    int64_t mtime_ns;
    uint64_t inode;
};

struct prepared {
    char *path; /* of the URL: "/", "/w/LOE-7K3Q9F" */
    struct prepared_stamp stamp;
    size_t bytes; /* of memory, both forms */
    struct prepared_form plain;
    struct prepared_form gzip; /* only when it is smaller */
};

/* A file as it was read; borrowed until the call returns. */
struct prepared_file {
    const char *name; /* below the website's folder */
    const char *full; /* where it lies: pictures are mapped, not kept */
    const char *bytes;
    size_t len;
    struct prepared_stamp stamp;
    bool is_https; /* adds Strict-Transport-Security */
};

/* Makes all answers from a file of a known kind; path is taken. Never NULL. */
struct prepared *prepared_new(const struct prepared_file *file, char *path);

void prepared_free(struct prepared *p);

/* Queues the right answer for what the client said. */
enum MHD_Result prepared_queue(const struct prepared *p,
                               struct MHD_Connection *mhd);

/* Adds the headers that every answer of the website carries. */
void prepared_secure(struct MHD_Response *response, bool is_https);

#endif
