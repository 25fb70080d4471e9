/* One line per event on stderr, key=value, the id first: the operator's
 * journal. Never a message text, an address or a secret. The record that
 * counts is the audit log. */
#ifndef SERVICE_BASE_LOG_H
#define SERVICE_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO };

/* Writes one line. error: a person must act; warn: it healed; info: a state
 * changed. Line ends inside the text become spaces. */
void log_line(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define log_error(...) log_line(LOG_LEVEL_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_LEVEL_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_LEVEL_INFO, __VA_ARGS__)

#endif
