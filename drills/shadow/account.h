/* The shadow's pages and profiles: what the configuration leaves out is made
 * up once and kept. */
#ifndef DRILLS_SHADOW_ACCOUNT_H
#define DRILLS_SHADOW_ACCOUNT_H

#include "drills/shadow/shadow.h"

/* Fills in what is missing, from <directory>/accounts.json or by chance; the
 * file (0600) is written when it does not hold it yet. ERR_IO, ERR_CORRUPT. */
enum err_code shadow_account_load(const char *directory,
                                  struct shadow_accounts *accounts,
                                  struct err *e);

#endif
