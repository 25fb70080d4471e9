/* Listening sockets: a numeric TCP address or a UNIX socket. Made by us, so
 * that errors are told in words and the real port is known. */
#ifndef SERVICE_HTTP_LISTEN_H
#define SERVICE_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

#include "service/base/err.h"

struct listen_address {
    struct sockaddr_storage addr;
    socklen_t len;
    bool is_loopback;
};

/* Reads "127.0.0.1:8443", "[::1]:8443", "localhost:0" or "*:443" (all IPv4
 * addresses). ERR_INVALID when it is none of these. */
enum err_code listen_parse(const char *text, struct listen_address *a,
                           struct err *e);

/* A listening TCP socket, close-on-exec and non-blocking; the caller's to
 * close. *port is the one really taken. ERR_CONFLICT when it is in use. */
enum err_code listen_tcp(const struct listen_address *a, int *fd,
                         unsigned *port, struct err *e);

/* A listening UNIX socket of mode 0600. A socket file that nobody listens on
 * is replaced; ERR_CONFLICT when somebody does or the file is no socket. */
enum err_code listen_unix(const char *path, int *fd, struct err *e);

#endif
