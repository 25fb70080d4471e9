/* What debug_token says about our token, as a channel's readiness. Pure. */
#ifndef CHANNELS_GRAPH_TOKEN_H
#define CHANNELS_GRAPH_TOKEN_H

#include <stddef.h>
#include <stdint.h>

struct channel_result;

/* Fills readiness, expires_at_ms and detail: down when the token is invalid,
 * over or lacks one of the n scopes; degraded when it ends within 14 days or
 * the answer cannot be read; else ready. */
void token_judge(const char *body, size_t len, const char *const *scopes,
                 size_t n_scopes, int64_t now_ms,
                 struct channel_result *result);

#endif
