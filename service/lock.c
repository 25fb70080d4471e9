#include "service/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum err_code lock_take(const char *state_dir, int *fd, struct err *e)
{
    char path[PATH_MAX];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    (void)snprintf(path, sizeof(path), "%s/lock", state_dir);
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*fd < 0) {
        return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                       "%.100s: %s. Zuerst tuermer init ausführen.", path,
                       strerror(errno));
    }
    if (fcntl(*fd, F_SETLK, &whole) != 0) {
        (void)close(*fd);
        return err_set(e, ERR_CONFLICT,
                       "Der Dienst läuft schon: %.100s ist belegt. Beenden Sie "
                       "ihn zuerst.",
                       path);
    }
    return ERR_OK;
}
