/* Random names. */
#ifndef SERVICE_BASE_ID_H
#define SERVICE_BASE_ID_H

#include <stddef.h>

enum { ID_MAX = 65 /* [A-Za-z0-9_-]{1,64} and the NUL */ };

/* 128 random bits as 22 characters of [A-Za-z0-9_-], the first no "-". */
void id_random(char out[ID_MAX]);

/* PREFIX-XXXXXX: six random characters of Crockford's base 32 (no I L O U). */
void id_marker(const char *prefix, char out[ID_MAX]);

#endif
