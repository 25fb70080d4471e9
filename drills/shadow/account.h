/* The shadow's pages and profiles: what the configuration leaves out is made
 * up once and kept. */
#ifndef DRILLS_SHADOW_ACCOUNT_H
#define DRILLS_SHADOW_ACCOUNT_H

#include "service/base/err.h"

enum {
    SHADOW_ID_MAX = 40,
    SHADOW_SECRET_MAX = 512, /* a token or an app secret */
};

/* A page or a profile. Empty id or token: a random one is made at the first
 * start and kept in the directory. */
struct shadow_target {
    char id[SHADOW_ID_MAX];
    char token[SHADOW_SECRET_MAX];
    char app_id[SHADOW_ID_MAX];         /* "" for none */
    char app_secret[SHADOW_SECRET_MAX]; /* set: appsecret_proof is required */
};

struct shadow_account {
    struct shadow_target facebook;
    struct shadow_target instagram;
};

struct shadow_accounts {
    struct shadow_account live;
    struct shadow_account rehearsal;
};

/* Fills in what is missing, from <directory>/accounts.json or by chance; the
 * file (0600) is written when it does not hold it yet. ERR_IO, ERR_CORRUPT. */
enum err_code shadow_account_load(const char *directory,
                                  struct shadow_accounts *accounts,
                                  struct err *e);

#endif
