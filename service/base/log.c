#include "service/base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_LINE_MAX = 1024 };

static const char *log_level_name(enum log_level level)
{
    switch (level) {
    case LOG_LEVEL_ERROR: return "error";
    case LOG_LEVEL_WARN: return "warn";
    case LOG_LEVEL_INFO: return "info";
    }
    return "error";
}

void log_line(enum log_level level, const char *format, ...)
{
    char line[LOG_LINE_MAX];
    int used = snprintf(line, sizeof(line), "level=%s ", log_level_name(level));
    va_list args;
    va_start(args, format);
    (void)vsnprintf(line + used, sizeof(line) - (size_t)used - 1, format, args);
    va_end(args);
    size_t len = strlen(line);
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)line[i] < ' ') {
            line[i] = ' ';
        }
    }
    line[len] = '\n';
    /* One write, so that lines of several threads do not mix; a journal that
     * is gone must not stop an alert. */
    ssize_t written = write(STDERR_FILENO, line, len + 1);
    (void)written;
}
