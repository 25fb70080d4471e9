/* The lock on the state directory: one process at a time (architecture,
 * "Durable points"; exit 75). Held until the process ends, also by kill -9. */
#ifndef SERVICE_LOCK_H
#define SERVICE_LOCK_H

#include "service/base/err.h"

/* Takes <state_dir>/lock. ERR_CONFLICT when another process holds it,
 * ERR_NOT_FOUND without a state directory, ERR_IO. *fd stays open. */
enum err_code lock_take(const char *state_dir, int *fd, struct err *e);

#endif
