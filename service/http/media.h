/* A website's files as its readers see them: address and media type. */
#ifndef SERVICE_HTTP_MEDIA_H
#define SERVICE_HTTP_MEDIA_H

/* The media type by a file's name below the site's root; NULL for a kind
 * that is not served. */
const char *media_type(const char *name);

/* The URL's path of a file: "/" for "index.html", "/en/" for
 * "en/index.html", "/w/M" for "w/M.html", else the name behind a slash. The
 * caller's to free(). */
char *media_path(const char *name);

#endif
