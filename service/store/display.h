/* Screens, and what was said to them: paired displays with their last words,
 * and per stream the number and exact bytes of every state (D5: stored before
 * they are published, UNIQUE(stream, epoch, seq)). Writing functions are
 * called inside a transaction. */
#ifndef SERVICE_STORE_DISPLAY_H
#define SERVICE_STORE_DISPLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/base/digest.h"
#include "service/base/err.h"
#include "service/base/id.h"
#include "service/model/areas.h"
#include "service/model/words.h"

struct store;

enum {
    DISPLAY_STREAM_MAX = 24, /* rehearsal/08336050 */
    DISPLAY_WORD_MAX = 24,
    DISPLAY_PLAYER_MAX = 48,
    DISPLAY_SHOWING_MAX = 6, /* own area and county, three streams */
};

/* --- screens ------------------------------------------------------------ */

struct display_showing {
    char stream[DISPLAY_STREAM_MAX];
    int64_t epoch;
    int64_t seq;
    char sha256[DIGEST_HEX_MAX];
    bool current; /* read only: it is the stream's newest state */
};

struct display {
    char id[ID_MAX];
    char area[AGS_MAX];
    bool rehearsal; /* follows internal drills too */
    int64_t paired_at_ms;
    int64_t revoked_at_ms; /* 0: paired */
    /* Its last words; "" and 0 before the first. */
    char status[DISPLAY_WORD_MAX]; /* online, offline, bad_signature */
    char player[DISPLAY_PLAYER_MAX];
    int64_t clock_offset_s;
    int64_t last_seen_ms;
    int64_t shown_at_ms;
    size_t n_showing;
    struct display_showing showing[DISPLAY_SHOWING_MAX];
};

struct display_list {
    size_t n;
    struct display *items;
};

/* What GET /displays calls it: online, silent (nothing heard for three
 * minutes), offline, bad_signature, clock_off (more than 120 s), revoked. */
const char *display_state_name(const struct display *d, int64_t now_ms);

/* Pairs, or pairs again (area and rehearsal may change, a revocation ends),
 * with its leaf. `actor` as in the audit log. */
void display_pair(struct store *s, const char *id, const char *area,
                  bool rehearsal, const char *actor);

/* False when there is no such paired display. With its leaf. */
bool display_revoke(struct store *s, const char *id, const char *actor);

bool display_load(struct store *s, const char *id, struct display *d);

/* By id; the caller's to display_list_fini(). */
void display_list_load(struct store *s, struct display_list *list);
void display_list_fini(struct display_list *list);

/* A paired display's words; false (and nothing stored) for an unknown or a
 * revoked one. seen_at_ms: when it was alive. */
bool display_save_status(struct store *s, const struct display *d,
                         int64_t seen_at_ms);

/* Replaces what it shows: d's showing, n_showing and shown_at_ms. Only states
 * that this service published (same epoch, seq and sha256) are taken; returns
 * how many. */
size_t display_save_shown(struct store *s, const struct display *d,
                          int64_t seen_at_ms);

/* --- states ------------------------------------------------------------- */

struct display_stream {
    char stream[DISPLAY_STREAM_MAX]; /* actual/08336050 */
    int64_t epoch;
    int64_t seq;
    int64_t issued_ms;
    struct digest content; /* of what is shown, without numbers and times */
    char sha256[DIGEST_HEX_MAX]; /* of bytes; set by display_stream_save() */
    char *bytes;                 /* the exact payload */
    size_t len;
    bool published; /* acknowledged by the broker in this form */
};

/* Where a new installation begins; a restored backup has epoch + 1. */
int64_t display_epoch(struct store *s);
void display_epoch_raise(struct store *s);

/* The newest state of the stream; false when it has none. bytes is the
 * caller's to free() (display_stream_fini()). */
bool display_stream_load(struct store *s, const char *stream,
                         struct display_stream *st);
void display_stream_fini(struct display_stream *st);

struct display_stream_list {
    size_t n;
    struct display_stream *items;
};

/* The newest of every stream, sorted by name. */
void display_stream_list_load(struct store *s,
                              struct display_stream_list *list);
void display_stream_list_fini(struct display_stream_list *list);

/* The numbers the next state of the stream must have. */
void display_stream_next(struct store *s, const char *stream, int64_t *epoch,
                         int64_t *seq);

/* D5: stores a signed state before it is published. Older rows than the last
 * 64 of the stream are removed. A number used twice fails the transaction. */
void display_stream_save(struct store *s, const struct display_stream *st);

/* Notes that (stream, epoch, seq) is the first state to hold the alert or its
 * successor; later calls for the same alert and stream change nothing. Only
 * stream, epoch and seq of st are read. */
void display_stream_holds(struct store *s, const struct display_stream *st,
                          const char *alert_id);

/* The same for an alert that concerns the area but had no room in this state
 * ("verdrängt"); once it has room, display_stream_holds() makes it good. */
void display_stream_hides(struct store *s, const struct display_stream *st,
                          const char *alert_id);

/* The broker acknowledged it: the leaf display.published, once a number. */
void display_stream_published(struct store *s, const struct display_stream *st);

/* Somebody else wrote to one of our topics: the leaf. */
void display_foreign_publish(struct store *s, const char *topic);

/* --- shown n of m ------------------------------------------------------- */

struct display_count {
    int expected;  /* paired displays that follow a stream holding the alert */
    int confirmed; /* of these, showing that state or a later one */
};

/* Displays concerned by the alert: those of its areas, or all when it is for
 * the whole county; for rehearsal only those paired so. */
struct display_count display_count_shown(struct store *s, const char *alert_id);

/* The streams whose states hold or hide the alert. */
struct display_reach {
    int streams;     /* 0: no state was made with it yet */
    int unpublished; /* newest state not yet acknowledged by the broker */
    int hidden;      /* had no room */
};

struct display_reach display_reach_of(struct store *s, const char *alert_id);

#endif
