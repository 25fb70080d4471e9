/* Who is at the other end of a descriptor. Needs SO_PEERCRED and POLLRDHUP,
 * which are Linux's own (_GNU_SOURCE, set in CMakeLists.txt). */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/http/internal.h"

enum { PEER_PASSWD_MAX = 4096 };

static void peer_load_user(int fd, struct http_peer *peer)
{
    struct ucred cred = {.uid = (uid_t)-1};
    socklen_t len = sizeof cred;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) != 0) {
        cred.uid = (uid_t)-1;
    }
    peer->is_local = true;
    peer->uid = cred.uid;
    MEM_SET_TEXT(peer->address, "unix");
    char room[PEER_PASSWD_MAX];
    struct passwd entry;
    struct passwd *found = NULL;
    if (getpwuid_r(cred.uid, &entry, room, sizeof room, &found) == 0 &&
        found != NULL && strlen(found->pw_name) < sizeof peer->user) {
        MEM_SET_TEXT(peer->user, found->pw_name);
        return;
    }
    int n = snprintf(peer->user, sizeof peer->user, "uid%lu",
                     (unsigned long)cred.uid);
    check(n > 0 && (size_t)n < sizeof peer->user);
}

static void peer_load_v6(const struct sockaddr_storage *addr,
                         struct http_peer *peer, bool *is_loopback)
{
    struct sockaddr_in6 v6;
    memcpy(&v6, addr, sizeof v6);
    *is_loopback = IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) != 0;
    if (inet_ntop(AF_INET6, &v6.sin6_addr, peer->address,
                  sizeof peer->address) == NULL) {
        peer->address[0] = '\0';
    }
}

static void peer_load_v4(const struct sockaddr_storage *addr,
                         struct http_peer *peer, bool *is_loopback)
{
    struct sockaddr_in v4;
    memcpy(&v4, addr, sizeof v4);
    *is_loopback = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    if (inet_ntop(AF_INET, &v4.sin_addr, peer->address, sizeof peer->address) ==
        NULL) {
        peer->address[0] = '\0';
    }
}

void http_peer_load(int fd, struct http_peer *peer, bool *is_loopback)
{
    struct sockaddr_storage addr = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof addr;
    *is_loopback = false;
    if (getpeername(fd, (struct sockaddr *)&addr, &len) != 0) {
        return; /* gone already; the library will notice */
    }
    if (addr.ss_family == AF_UNIX) {
        peer_load_user(fd, peer);
        *is_loopback = true;
    } else if (addr.ss_family == AF_INET6) {
        peer_load_v6(&addr, peer, is_loopback);
    } else if (addr.ss_family == AF_INET) {
        peer_load_v4(&addr, peer, is_loopback);
    }
}

bool http_peer_has_hung_up(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLRDHUP};
    return poll(&p, 1, 0) > 0 &&
           (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}
