/* The conductor's inside, for the files of this folder. Each part has its
 * file; they meet in struct broadcast and are woken once a turn of the loop
 * (broadcast_wake). */
#ifndef SERVICE_FLOW_PARTS_H
#define SERVICE_FLOW_PARTS_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "channels/displays/state.h"
#include "channels/website/site.h"
#include "service/flow/broadcast.h"
#include "service/model/areas.h"
#include "service/seal/publish.h"
#include "service/store/log.h"

struct store;

/* A flight: one operation of a message channel under way. */
enum flight_task { FLIGHT_SEND, FLIGHT_CONFIRM };

enum { FLIGHT_TEXTS = 6 };

struct lane;

struct flight {
    struct channel_request request;
    struct broadcast *broadcast;
    struct lane *lane;
    size_t place; /* of its delivery in the lane */
    enum flight_task task;
    bool started;
    bool finished;       /* waits for its place in the next turn */
    struct flight *next; /* of the list of all flights */
    char image_url[512];
    char *texts[FLIGHT_TEXTS]; /* what the request borrows */
};

/* The deliveries of one incident on one channel, oldest first: rows of the
 * store, kept in memory while one of them is open. flights[i] is what is
 * under way for deliveries.items[i]. */
struct lane {
    char marker[ID_MAX];
    enum channel_id channel;
    struct delivery_list deliveries;
    struct flight **flights;
    int64_t due_ms; /* wall time at which it wants to be looked at; 0 never */
    struct lane *next;
};

/* Recent alerts: all of every incident that is open or was lately. */
struct incidents {
    struct alert_list alerts;
};

/* Families that were used, by hash. */
struct families {
    size_t n;
    struct families_item {
        char hash[DIGEST_NAMED_MAX];
        struct family *family;
    } * items;
};

/* The website of one realm. */
struct site_part {
    bool dirty;
    bool writing;
    int64_t retry_at_ms; /* mono; 0: none planned */
    int failures;
    int64_t changes_at_ms; /* wall: when time alone changes it */
    struct channel_request request;
    struct site_items items; /* of the newest state */
    size_t n_to_write;       /* them and the cards, while writing */
    struct channel_item *to_write;
    size_t n_cards;
    struct site_card {
        char name[ID_MAX + 16];
        void *bytes;
        size_t len;
    } * cards;
    /* Reading back never holds up a newer state: its items then move here and
     * its result counts no more. */
    bool reading;
    bool outdated;
    struct channel_request read_request;
    struct site_items read_items;
    int64_t since_ms; /* the first composing after a start */
    int64_t composed_at_ms;
    size_t n_versions; /* what the last good publish held */
    struct site_version {
        char marker[ID_MAX];
        int number;
        bool current;
    } * versions;
    size_t n_pending; /* what the one under way holds */
    struct site_version *pending;
    int64_t read_again_at_ms; /* mono; 0: none */
    int reads;
};

/* All display streams. */
struct screens_part {
    bool connected;
    bool busy;
    bool again;   /* the last publish failed: what is stored goes out again */
    bool reissue; /* new numbers even where nothing differs */
    bool all_dirty[N_STREAMS];
    struct areas dirty[N_STREAMS];
    int64_t retry_at_ms; /* mono */
    int failures;
    int64_t changes_at_ms[N_STREAMS];
    struct channel_request request;
    size_t n_sent;
    struct channel_item *items;
    struct screens_sent *sent; /* what is under way */
};

struct readiness_part {
    struct broadcast_readiness now[N_CHANNELS];
    bool asked[N_CHANNELS]; /* its request is under way */
    bool again[N_CHANNELS]; /* it had news meanwhile */
    struct channel_request requests[N_CHANNELS];
    size_t pending;
    struct readiness_waiter {
        broadcast_checked_cb cb;
        void *data;
        struct readiness_waiter *next;
    } * waiters;
};

/* Cards that nothing needs any more. */
enum { CARDS_SWEEP_MAX = 64 };

struct cards_part {
    int64_t next_ms; /* mono */
    size_t pending;
    bool failed;
    size_t n;
    char names[CARDS_SWEEP_MAX][IMAGE_NAME_MAX];
    char paths[CARDS_SWEEP_MAX][IMAGE_NAME_MAX + 16];
    struct channel_item items[CARDS_SWEEP_MAX];
    struct channel_request requests[N_REALMS];
};

/* The audit log's files on the website. */
struct ledger_part {
    bool busy;
    int64_t published; /* log size whose files are in place */
    int64_t size;      /* of what is under way */
    struct publish_items items;
    struct channel_item *channel_items;
    struct channel_request request;
};

struct broadcast {
    struct broadcast_options o;
    bool started;
    bool closing;
    bool failed;      /* a commit's outcome is unknown: nothing more is taken */
    uv_idle_cb turn;  /* broadcast.c's */
    uv_idle_t idle;   /* runs a turn */
    uv_timer_t timer; /* the next moment when something is due */
    uv_timer_t tick;  /* once a second: lapse, expiry, checkpoint, heartbeat */
    int open_handles;
    broadcast_close_cb close_cb;
    void *close_data;
    size_t n_previews; /* under way */
    /* What the open transaction changed; told after its commit. */
    size_t n_news;
    size_t news_cap;
    struct broadcast_news {
        enum broadcast_event_kind kind;
        char id[ID_MAX];
        char alert_id[ID_MAX];
        char marker[ID_MAX]; /* of an alert: read its incident again */
        int64_t leaf;
    } * news;

    struct incidents incidents;
    struct families families;
    struct lane *lanes;
    struct flight *flights;
    struct site_part sites[N_REALMS];
    struct screens_part screens;
    struct readiness_part readiness;
    int64_t next_heartbeat_ms; /* mono */
    int64_t next_check_ms;     /* mono */
    int64_t clock_offset_ms;   /* wall minus mono, as last seen */
    struct ledger_part ledger;
    struct cards_part cards;
};

/* ---- parts.c ---- */
int64_t broadcast_now_ms(const struct broadcast *b);
int64_t broadcast_mono_ms(const struct broadcast *b);
/* Runs a turn soon: once, however often it is asked for. */
void broadcast_wake(struct broadcast *b);
/* Commits what is open, reads changed incidents again and tells the news; a
 * failure is fatal (see broadcast_options). */
void broadcast_commit(struct broadcast *b);
/* The same for a commit that has succeeded elsewhere. */
void broadcast_tell_news(struct broadcast *b);
/* To be told after the commit of the open transaction. */
void broadcast_note(struct broadcast *b, const struct broadcast_news *news);
struct channel *broadcast_channel(const struct broadcast *b, enum stream stream,
                                  enum channel_id id);

/* ---- broadcast.c ---- */
/* Closes the handles once the last preview has answered. */
void broadcast_maybe_closed(struct broadcast *b);

/* ---- incidents.c ---- */
void incidents_load(struct broadcast *b, int64_t now_ms);
void incidents_fini(struct incidents *i);
/* Reads the incident again after its rows changed. */
void incidents_refresh(struct broadcast *b, const char *marker);
/* Borrowed until the next refresh; NULL when it is not recent. */
const struct alert *incidents_find(const struct broadcast *b,
                                   const char *alert_id);

/* ---- families.c ---- */
/* The family of that version when its bytes are the approved ones: borrowed.
 * ERR_NOT_FOUND, ERR_CONFLICT (blocked; the block is written). */
enum err_code families_get(struct broadcast *b, const char *id, int version,
                           const struct family **family, struct err *e);
/* The version in force. The same errors. */
enum err_code families_in_force(struct broadcast *b, const char *id,
                                int *version, const struct family **family,
                                struct err *e);
/* The hash under which that version is approved; "" when it is not. */
void families_approved_hash(struct broadcast *b, const char *id, int version,
                            char hash[DIGEST_NAMED_MAX]);
void families_fini(struct families *f);

/* ---- record.c: inside a transaction ---- */
/* Writes the delivery and, when its state changed, the leaf. */
void record_delivery(struct broadcast *b, struct delivery *d,
                     enum delivery_state from);
/* Notes that rows of the alert changed under that leaf. */
void record_alert_news(struct broadcast *b, const struct alert *a,
                       int64_t leaf);
/* Moves an alert and writes the leaf alert.state. */
void record_alert_state(struct broadcast *b, const struct alert *a,
                        enum alert_state to);

/* ---- lanes.c ---- */
/* Every lane with an open delivery; what a crash interrupted is unknown from
 * here on. Once, at the start. */
void lanes_load(struct broadcast *b);
void lanes_fini(struct broadcast *b);
/* The lane, from memory or the store; never NULL. */
struct lane *lanes_get(struct broadcast *b, const char *marker,
                       enum channel_id channel);
/* Adds a delivery that a transaction in progress has inserted. */
void lanes_add(struct broadcast *b, const struct delivery *d);
/* The next moment (wall) at which a lane is due; 0 never. */
int64_t lanes_due_ms(const struct broadcast *b);
/* Cancels what waits of an alert; what may be on the wire stays what it is
 * until its outcome is known. Inside a transaction. */
void lanes_cancel_alert(struct broadcast *b, const struct alert *a,
                        const char *why);
/* An expired alert's deliveries on website and displays; inside a
 * transaction. */
void lanes_expire_states(struct broadcast *b, const struct alert *a);
/* Once a second: queued deliveries of state channels whose time is over, also
 * those of alerts that were superseded; lanes at rest leave. */
void lanes_tick(struct broadcast *b);
/* The wall clock jumped: plans keep their distance. */
void lanes_shift(struct broadcast *b, int64_t shift_ms);
/* Lanes with nothing open leave; the store has them. */
void lanes_sweep(struct broadcast *b);

/* ---- fanout.c ---- */
void fanout_turn(struct broadcast *b);

/* ---- site_make.c ---- */
/* Composes the streams of the realm into the site's items and what goes to
 * the writer. The codes of site_compose(). */
enum err_code site_make(struct broadcast *b, enum realm realm, struct err *e);
/* Frees what went to the writer. */
void site_forget_items(struct site_part *site);

/* ---- site.c ---- */
void sites_turn(struct broadcast *b);
void sites_mark(struct broadcast *b, enum stream stream);
int64_t sites_due_mono_ms(const struct broadcast *b);
void sites_fini(struct broadcast *b);
/* The page of this alert has been renamed into place, or none will be. */
bool sites_has_page(const struct broadcast *b, const struct alert *a);

/* ---- screens.c ---- */
void screens_start(struct broadcast *b);
void screens_turn(struct broadcast *b);
void screens_mark(struct broadcast *b, enum stream stream,
                  const struct areas *areas);
int64_t screens_due_mono_ms(const struct broadcast *b);
void screens_fini(struct broadcast *b);

/* ---- reports.c ---- */
/* Brings the displays deliveries up to what streams and screens say; inside a
 * transaction. */
void reports_record(struct broadcast *b);

/* ---- heartbeat.c ---- */
/* Signs and sends it now; the log and every stream are told in it. */
void heartbeat_tell(struct broadcast *b);

/* ---- cards.c ---- */
void cards_sweep(struct broadcast *b);

/* ---- lifecycle.c ---- */
/* Notices a jump of the wall clock; at the start of turns and ticks. */
void lifecycle_watch_clock(struct broadcast *b);
/* Nobody agreed within ten minutes, or it has expired meanwhile. */
bool lifecycle_has_lapsed(const struct alert *a, int64_t now_ms);
void lifecycle_tick(struct broadcast *b);

/* ---- readiness.c ---- */
void readiness_start(struct broadcast *b);
/* One channel has news of itself: its readiness now, not in a minute. */
void readiness_check_one(struct broadcast *b, enum channel_id id);
void readiness_fini(struct broadcast *b);

#endif
