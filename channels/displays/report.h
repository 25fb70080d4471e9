/* What screens say about themselves (contract 6): display/<id>/status and
 * display/<id>/shown. Written by the player, read by the flow. Pure. A screen
 * is not trusted: everything is bounded and checked. */
#ifndef CHANNELS_DISPLAYS_REPORT_H
#define CHANNELS_DISPLAYS_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channels/displays/state.h"
#include "service/base/buf.h"
#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/id.h"

/* Own area and county, three streams each. */
enum { REPORT_SHOWN_MAX = 6, REPORT_WORD_MAX = 24, REPORT_PLAYER_MAX = 48 };

enum report_kind { REPORT_NONE, REPORT_STATUS, REPORT_SHOWN };

/* Which report a topic below the prefix carries, and whose. */
enum report_kind report_topic_parse(const char *topic, char id[ID_MAX]);

struct report_status {
    char state[REPORT_WORD_MAX]; /* online, offline, bad_signature */
    int64_t time;                /* Unix seconds, the screen's clock */
    char area[AGS_MAX];
    char player[REPORT_PLAYER_MAX]; /* program and version */
    int64_t clock_offset_s;         /* screen minus service */
};

void report_status_body(const struct report_status *r, struct buf *body);
enum err_code report_status_parse(const void *bytes, size_t len,
                                  struct report_status *r, struct err *e);

struct report_showing {
    char stream[STREAM_NAME_MAX];
    int64_t epoch;
    int64_t seq;
    char sha256[DIGEST_HEX_MAX]; /* of the whole MQTT payload */
};

struct report_shown {
    size_t n;
    struct report_showing items[REPORT_SHOWN_MAX];
    int64_t shown_at; /* Unix seconds */
};

void report_shown_body(const struct report_shown *r, struct buf *body);
enum err_code report_shown_parse(const void *bytes, size_t len,
                                 struct report_shown *r, struct err *e);

#endif
