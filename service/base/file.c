#include "service/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "service/base/id.h"
#include "service/base/mem.h"

static enum err_code file_error(struct err *e, const char *what,
                                const char *path)
{
    int number = errno;
    return err_set(e, number == ENOENT ? ERR_NOT_FOUND : ERR_IO,
                   "%s %.100s: %s", what, path, strerror(number));
}

static enum err_code file_read_fd(int fd, const char *path, size_t max,
                                  char **bytes, size_t *len, struct err *e)
{
    struct stat info;
    if (fstat(fd, &info) != 0) {
        return file_error(e, "stat", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return err_set(e, ERR_INVALID, "%.100s is not a regular file", path);
    }
    if (info.st_size < 0 || (size_t)info.st_size > max) {
        return err_set(e, ERR_LIMIT, "%.100s is larger than %zu bytes", path,
                       max);
    }
    size_t size = (size_t)info.st_size;
    char *data = malloc(size + 1);
    if (data == NULL) {
        return err_set(e, ERR_NOMEM, "no memory for %.100s", path);
    }
    size_t used = 0;
    while (used < size) {
        ssize_t n = read(fd, data + used, size - used);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            enum err_code code = file_error(e, "read", path);
            free(data);
            return code;
        }
        if (n == 0) {
            break;
        }
        used += (size_t)n;
    }
    data[used] = '\0';
    *bytes = data;
    *len = used;
    return ERR_OK;
}

static int file_open_read(const char *path)
{
    return open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
}

enum err_code file_read(const char *path, size_t max, char **bytes, size_t *len,
                        struct err *e)
{
    int fd = file_open_read(path);
    if (fd < 0) {
        return file_error(e, "open", path);
    }
    enum err_code code = file_read_fd(fd, path, max, bytes, len, e);
    (void)close(fd);
    return code;
}

enum err_code file_read_secret(const char *path, size_t max, char **bytes,
                               size_t *len, struct err *e)
{
    int fd = file_open_read(path);
    if (fd < 0) {
        return file_error(e, "open", path);
    }
    struct stat info;
    enum err_code code = ERR_OK;
    if (fstat(fd, &info) != 0) {
        code = file_error(e, "stat", path);
    } else if ((info.st_mode & 077U) != 0) {
        code =
            err_set(e, ERR_DENIED,
                    "%.100s ist für andere lesbar; Abhilfe: chmod 600", path);
    } else {
        code = file_read_fd(fd, path, max, bytes, len, e);
    }
    (void)close(fd);
    return code;
}

enum err_code file_sync_folder(const char *path, struct err *e)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return file_error(e, "open", path);
    }
    enum err_code code = fsync(fd) == 0 ? ERR_OK : file_error(e, "fsync", path);
    (void)close(fd);
    return code;
}

static enum err_code file_write_all(int fd, const char *bytes, size_t len,
                                    const char *path, struct err *e)
{
    size_t used = 0;
    while (used < len) {
        ssize_t n = write(fd, bytes + used, len - used);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n < 0) {
            return file_error(e, "write", path);
        }
        used += (size_t)n;
    }
    return fsync(fd) == 0 ? ERR_OK : file_error(e, "fsync", path);
}

static void file_folder_of(const char *path, char folder[PATH_MAX])
{
    (void)snprintf(folder, PATH_MAX, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash == NULL) {
        (void)snprintf(folder, PATH_MAX, ".");
    } else if (slash == folder) {
        folder[1] = '\0';
    } else {
        *slash = '\0';
    }
}

enum err_code file_write_durable(const char *path, const void *bytes,
                                 size_t len, mode_t mode, struct err *e)
{
    char temporary[PATH_MAX];
    char folder[PATH_MAX];
    char random[ID_MAX];
    id_random(random);
    int n = snprintf(temporary, sizeof(temporary), "%s.%.8s~", path, random);
    if (n < 0 || (size_t)n >= sizeof(temporary)) {
        return err_set(e, ERR_LIMIT, "path too long: %.100s", path);
    }
    file_folder_of(path, folder);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        return file_error(e, "create", temporary);
    }
    enum err_code code = file_write_all(fd, bytes, len, temporary, e);
    if (close(fd) != 0 && code == ERR_OK) {
        code = file_error(e, "close", temporary);
    }
    if (code == ERR_OK && rename(temporary, path) != 0) {
        code = file_error(e, "rename to", path);
    }
    if (code != ERR_OK) {
        (void)unlink(temporary);
        return code;
    }
    return file_sync_folder(folder, e);
}

enum err_code file_make_folders(const char *path, mode_t mode, struct err *e)
{
    char part[PATH_MAX];
    int n = snprintf(part, sizeof(part), "%s", path);
    if (n <= 0 || (size_t)n >= sizeof(part)) {
        return err_set(e, ERR_LIMIT, "path too long: %.100s", path);
    }
    for (char *p = part + 1;; p++) {
        if (*p != '/' && *p != '\0') {
            continue;
        }
        char kept = *p;
        *p = '\0';
        if (mkdir(part, mode) != 0 && errno != EEXIST) {
            return file_error(e, "make folder", part);
        }
        *p = kept;
        if (kept == '\0') {
            return ERR_OK;
        }
    }
}
