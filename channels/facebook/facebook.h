/* The Facebook page: one post per alert, by Meta's Graph API.
 *
 *   publish  POST /{page}/feed on a connection of its own; done means that
 *            result.remote_id is the post.
 *   confirm  reads the known post, or looks for the line "Meldung <id>" in
 *            everything the page published since the first attempt. FOUND
 *            with a detail when there are several: remote_id is the oldest.
 *   mark     puts `text` as a first line above the old text; a post that has
 *            it already is done.
 *   check    token, rights, page. */
#ifndef CHANNELS_FACEBOOK_FACEBOOK_H
#define CHANNELS_FACEBOOK_FACEBOOK_H

#include <stdbool.h>
#include <stdint.h>

struct channel;
struct clock;
struct http_client;
struct uv_loop_s;

/* Copied; the copies of token and secret are overwritten at close. */
struct facebook_config {
    const char *graph_url; /* with version, without a slash at the end */
    const char *page_id;
    const char *token;
    const char *app_id;      /* NULL or "": the token looks at itself */
    const char *app_secret;  /* NULL or "": no appsecret_proof */
    bool rehearsal;          /* target "rehearsal:facebook:<page id>" */
    int64_t call_timeout_ms; /* 0: the defaults; tests want short ones */
};

/* The channel, to be ended by its type's close(). Loop, clock and client
 * outlive it. Never NULL. */
struct channel *facebook_open(struct uv_loop_s *loop, const struct clock *clock,
                              struct http_client *http,
                              const struct facebook_config *config);

#endif
