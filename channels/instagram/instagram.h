/* The Instagram profile: one picture with a caption per alert, by Meta's
 * Graph API (with Facebook Login).
 *
 *   publish  without container_id: the card at image_url must answer 200
 *            image/jpeg (else not_sent, "Bild nicht erreichbar …"); a
 *            container is made and told through r->step, where the caller
 *            commits it (D4); it is polled, then, if r->go agrees,
 *            published on a connection of its own. With container_id: that
 *            same container is read and goes on from where it is; it is never
 *            replaced while it could still become public. After an `unknown`
 *            the caller lets confirm say ABSENT, the last time at least 30 s
 *            later, before it publishes the container again.
 *            result.container_gone (with not_sent or refused): the container
 *            expired or failed and the profile does not hold the alert; the
 *            caller clears its container_id, the next publish makes a new one.
 *            done may come with an empty remote_id when only the container
 *            says that it is published; confirm finds the media.
 *   confirm  reads the known media, or looks for the line "Meldung <id>" in
 *            the profile, then at the container: ABSENT only when both say so.
 *   mark     comments the media with `text`, once.
 *   check    token, rights, quota. */
#ifndef CHANNELS_INSTAGRAM_INSTAGRAM_H
#define CHANNELS_INSTAGRAM_INSTAGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct channel;
struct clock;
struct http_client;
struct uv_loop_s;

/* Copied; the copies of token and secret are overwritten at close. */
struct instagram_config {
    const char *graph_url; /* with version, without a slash at the end */
    const char *user_id;
    const char *token;
    const char *app_id;      /* NULL or "": the token looks at itself */
    const char *app_secret;  /* NULL or "": no appsecret_proof */
    bool rehearsal;          /* target "rehearsal:instagram:<user id>" */
    int64_t call_timeout_ms; /* 0: the defaults; tests want short ones */
    int64_t poll_ms;         /* unit of the poll schedule; 0: 1000 */
};

/* The channel, to be ended by its type's close(). Loop, clock and client
 * outlive it. Never NULL. */
struct channel *instagram_open(struct uv_loop_s *loop,
                               const struct clock *clock,
                               struct http_client *http,
                               const struct instagram_config *config);

#endif
