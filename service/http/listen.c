/* Numeric addresses only: a listener that waits for DNS at start would make
 * the service depend on it. */
#include "service/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 512, LISTEN_HOST_MAX = 64, LISTEN_PORT_MAX = 65535 };

static bool listen_parse_port(const char *text, in_port_t *port)
{
    char *end = NULL;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    long value = strtol(text, &end, 10);
    if (*end != '\0' || value > LISTEN_PORT_MAX) {
        return false;
    }
    *port = htons((in_port_t)value);
    return true;
}

static bool listen_parse_v6(const char *host, in_port_t port,
                            struct listen_address *a)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port};
    if (inet_pton(AF_INET6, host, &v6.sin6_addr) != 1) {
        return false;
    }
    memcpy(&a->addr, &v6, sizeof v6);
    a->len = sizeof v6;
    a->is_loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
    return true;
}

static bool listen_parse_v4(const char *host, in_port_t port,
                            struct listen_address *a)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port};
    if (strcmp(host, "localhost") == 0) {
        host = "127.0.0.1";
    } else if (strcmp(host, "*") == 0) {
        host = "0.0.0.0";
    }
    if (inet_pton(AF_INET, host, &v4.sin_addr) != 1) {
        return false;
    }
    memcpy(&a->addr, &v4, sizeof v4);
    a->len = sizeof v4;
    a->is_loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    return true;
}

enum err_code listen_parse(const char *text, struct listen_address *a,
                           struct err *e)
{
    *a = (struct listen_address){.len = 0};
    const char *colon = strrchr(text, ':');
    bool is_v6 = text[0] == '[';
    const char *start = is_v6 ? text + 1 : text;
    const char *end = colon;
    if (is_v6 && colon != NULL && colon > start && colon[-1] == ']') {
        end = colon - 1;
    } else if (is_v6) {
        end = NULL;
    }
    char host[LISTEN_HOST_MAX];
    in_port_t port = 0;
    if (end == NULL || end <= start || (size_t)(end - start) >= sizeof host ||
        !listen_parse_port(colon + 1, &port)) {
        return err_set(e, ERR_INVALID,
                       "„%s“ ist keine Adresse wie 127.0.0.1:8080", text);
    }
    memcpy(host, start, (size_t)(end - start));
    host[end - start] = '\0';
    if (is_v6 ? !listen_parse_v6(host, port, a)
              : !listen_parse_v4(host, port, a)) {
        return err_set(e, ERR_INVALID,
                       "„%s“ ist keine Adresse wie 127.0.0.1:8080 "
                       "(Namen werden nicht aufgelöst)",
                       text);
    }
    return ERR_OK;
}

/* Binds and listens; closes fd when that fails. */
static enum err_code listen_start(int fd, const struct sockaddr *addr,
                                  socklen_t len, struct err *e)
{
    if (bind(fd, addr, len) == 0 && listen(fd, LISTEN_BACKLOG) == 0) {
        return ERR_OK;
    }
    int error = errno;
    (void)close(fd); /* nothing was written to it */
    if (error == EADDRINUSE) {
        return err_set(e, ERR_CONFLICT,
                       "die Adresse ist belegt; beenden Sie, was dort läuft, "
                       "oder wählen Sie eine andere");
    }
    return err_set(e, ERR_IO, "%s", strerror(error));
}

static enum err_code listen_socket(int family, int *fd, struct err *e)
{
    *fd = socket(family, SOCK_STREAM, 0);
    if (*fd < 0 || fcntl(*fd, F_SETFD, FD_CLOEXEC) != 0 ||
        fcntl(*fd, F_SETFL, O_NONBLOCK) != 0) {
        return err_set(e, ERR_IO, "Socket: %s", strerror(errno));
    }
    return ERR_OK;
}

static unsigned listen_port(int fd)
{
    struct sockaddr_storage addr = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof addr;
    if (getsockname(fd, (struct sockaddr *)&addr, &len) != 0) {
        return 0;
    }
    if (addr.ss_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, &addr, sizeof v6);
        return ntohs(v6.sin6_port);
    }
    struct sockaddr_in v4;
    memcpy(&v4, &addr, sizeof v4);
    return ntohs(v4.sin_port);
}

enum err_code listen_tcp(const struct listen_address *a, int *fd,
                         unsigned *port, struct err *e)
{
    enum err_code code = listen_socket(a->addr.ss_family, fd, e);
    if (code != ERR_OK) {
        return code;
    }
    int on = 1;
    if (setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0) {
        code = err_set(e, ERR_IO, "Socket: %s", strerror(errno));
        (void)close(*fd); /* never used */
        return code;
    }
    code = listen_start(*fd, (const struct sockaddr *)&a->addr, a->len, e);
    if (code == ERR_OK) {
        *port = listen_port(*fd);
    }
    return code;
}

/* Makes room for a new socket file: removes one that nobody listens on. */
static enum err_code listen_clear(const struct sockaddr_un *addr, struct err *e)
{
    struct stat st;
    if (lstat(addr->sun_path, &st) != 0) {
        return ERR_OK; /* the usual case; bind tells any other trouble */
    }
    if (!S_ISSOCK(st.st_mode)) {
        return err_set(e, ERR_CONFLICT, "%s gibt es schon, kein Socket",
                       addr->sun_path);
    }
    int probe = socket(AF_UNIX, SOCK_STREAM, 0);
    if (probe < 0) {
        return err_set(e, ERR_IO, "Socket: %s", strerror(errno));
    }
    bool taken =
        connect(probe, (const struct sockaddr *)addr, sizeof *addr) == 0;
    (void)close(probe); /* nothing was written to it */
    if (taken) {
        return err_set(e, ERR_CONFLICT, "an %s lauscht schon jemand",
                       addr->sun_path);
    }
    if (unlink(addr->sun_path) != 0) {
        return err_set(e, ERR_IO, "%s: %s", addr->sun_path, strerror(errno));
    }
    return ERR_OK;
}

enum err_code listen_unix(const char *path, int *fd, struct err *e)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof addr.sun_path) {
        return err_set(e, ERR_INVALID, "Pfad des Sockets zu lang: %s", path);
    }
    memcpy(addr.sun_path, path, strlen(path) + 1);
    enum err_code code = listen_clear(&addr, e);
    if (code == ERR_OK) {
        code = listen_socket(AF_UNIX, fd, e);
    }
    if (code != ERR_OK) {
        return code;
    }
    /* On Linux the unbound socket's mode becomes the file's: there is no
     * moment at which others could open it (unix(7), bind takes the mode of
     * the socket's inode). */
    if (fchmod(*fd, 0600) != 0) {
        code = err_set(e, ERR_IO, "%s: %s", path, strerror(errno));
        (void)close(*fd); /* never used */
        return code;
    }
    code = listen_start(*fd, (const struct sockaddr *)&addr, sizeof addr, e);
    return code == ERR_OK ? code : err_wrap(e, "%s", path);
}
