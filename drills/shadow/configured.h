/* The shadow's `live` account as the configuration names it (contract 3: it
 * has the ids and tokens of [facebook] and [instagram]). */
#ifndef DRILLS_SHADOW_CONFIGURED_H
#define DRILLS_SHADOW_CONFIGURED_H

#include "drills/shadow/shadow.h"

struct config;

/* Fills live with ids, tokens and app secrets of the sections that are there;
 * the others stay as they are. The caller overwrites them after use. Errors
 * of config_secret(); ERR_INVALID for an id that is too long. */
enum err_code shadow_configured(const struct config *config,
                                struct shadow_account *live, struct err *e);

#endif
