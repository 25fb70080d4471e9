/* A channel: where alerts go. Two styles share one operation table:
 *
 *   message channels (facebook, instagram) append one post per alert;
 *   state channels (website, displays) show items – files, topics – and take
 *   each item's newest bytes, as often as they are told.
 *
 * Contract of every operation, checked by tests/support/channel_contract.c:
 *   - exactly one callback, on the loop, never before the call returned;
 *   - a failure to start is told through the callback too;
 *   - in the callback the caller may free the request;
 *   - after close() was called, work in flight still answers (an attempt that
 *     was under way answers `unknown`), then the close callback runs;
 *   - no operation waits for another channel.
 *
 * A channel knows no store: what must be durable first is the caller's, which
 * the `step` hook lets it do in the middle of an operation. */
#ifndef CHANNELS_CHANNEL_H
#define CHANNELS_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"
#include "service/model/delivery.h"
#include "service/model/words.h"

struct channel;
struct channel_request;

typedef void (*channel_cb)(struct channel_request *r);
typedef void (*channel_close_cb)(void *data);

/* Instagram: the container is made but nothing is public yet. The caller
 * commits container_id (D4) before it returns. */
typedef void (*channel_step_cb)(struct channel_request *r,
                                const char *container_id);

/* Instagram: asked right before the prepared post becomes public, because
 * minutes may have passed since publish(). False: it stops, not_sent. */
typedef bool (*channel_go_cb)(struct channel_request *r);

/* One item of a state channel. */
struct channel_item {
    const char *name;  /* website: path below the site's root, "w/LOE-….html";
                          displays: topic below the prefix, "actual/08336" */
    const void *bytes; /* len 0 removes the item */
    size_t len;
    /* displays: MQTT message expiry in seconds; 0 for none. */
    uint32_t expiry_s;
};

/* What a read-back proves. */
enum channel_finding {
    CHANNEL_FOUND,      /* it is there: remote_id and permalink are set */
    CHANNEL_ABSENT,     /* a good, complete reading did not contain it */
    CHANNEL_UNREADABLE, /* says nothing */
};

struct channel_result {
    enum outcome outcome;         /* publish, mark */
    enum channel_finding finding; /* confirm */
    enum readiness readiness;     /* probe */
    char remote_id[REMOTE_ID_MAX];
    char permalink[PERMALINK_MAX];
    char detail[DETAIL_MAX]; /* German: what happened, what to do */
    int64_t retry_after_ms;  /* not_sent: not before; 0: no wish */
    int64_t expires_at_ms;   /* probe: end of the token; 0: none */
    /* instagram publish, not_sent or refused: the container is dead and
     * nothing of it is public. The caller clears its container_id. */
    bool container_gone;
};

struct channel_request {
    /* The caller's, borrowed until the callback. */
    const char *alert_id;  /* LOE-7K3Q9F-1 */
    const char *text;      /* publish: the exact post; mark: the first line */
    const char *link;      /* of the incident's page */
    const char *image_url; /* instagram */
    const char *alt_text;  /* instagram */
    const char *container_id; /* instagram: known from D4, or "" */
    const char *remote_id;    /* confirm: known id or ""; mark: the post */
    int64_t since_ms;         /* confirm: wall time of the first attempt */
    const struct channel_item *items; /* state channels */
    size_t n_items;
    channel_step_cb step; /* instagram publish; else NULL */
    channel_go_cb go;     /* instagram publish; NULL: yes */
    channel_cb done;
    void *data;

    /* The callee's until the callback, then the answer. */
    struct channel_result result;
    void *work;
};

struct channel_type {
    const char *name;
    enum channel_id id;

    /* Message: makes the post public. done | not_sent (certainly not: retry)
     * | refused (certainly never: a person is told) | unknown (anything else
     * after the first byte). State: writes or publishes all items; done means
     * durable on disk, or acknowledged by the broker below 0x80. */
    void (*publish)(struct channel *c, struct channel_request *r);

    /* Reads back from the outside whether the alert is public; website: over
     * HTTP from public_url that every item has these bytes. */
    void (*confirm)(struct channel *c, struct channel_request *r);

    /* Message channels: writes `text` above the old post (Facebook) or below
     * it (Instagram). NULL for state channels. */
    void (*mark)(struct channel *c, struct channel_request *r);

    /* Able to send now? Token, rights, quota, broker, disk. */
    void (*probe)(struct channel *c, struct channel_request *r);

    /* Ends the channel; frees it before cb runs, last. */
    void (*close)(struct channel *c, channel_close_cb cb, void *data);
};

/* Embedded first in every channel's own struct. */
struct channel {
    const struct channel_type *type;
    char target[TARGET_MAX]; /* facebook:<page id>; what a delivery names */
};

#endif
