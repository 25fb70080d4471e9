/* Memory for small things of a fixed size. There is no failure to handle: a
 * service without memory for a small object stops and restarts from its
 * outbox. Memory whose size an input decides uses malloc and ERR_NOMEM. */
#ifndef SERVICE_BASE_MEM_H
#define SERVICE_BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, the caller's to free(). Aborts when there is none. */
void *mem_zalloc(size_t size);

/* n zeroed elements of size bytes each, the caller's to free(). */
void *mem_calloc(size_t n, size_t size);

/* A copy of text (NULL gives NULL), the caller's to free(). Aborts when there
 * is no memory: the length must have been bounded before. */
char *mem_strdup(const char *text);

/* A copy of len bytes with a NUL behind them, the caller's to free(). */
char *mem_dup(const void *bytes, size_t len);

/* Copies text into a fixed field; text that does not fit is our error. */
void mem_copy_text(char *field, size_t size, const char *text);

#define MEM_SET_TEXT(field, text) mem_copy_text((field), sizeof(field), (text))

#endif
