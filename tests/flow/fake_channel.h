/* A channel whose outside is an array in memory that outlives a fork: what
 * became public, in order, whoever was killed meanwhile. How it answers is
 * the test's to say. */
#ifndef TESTS_FLOW_FAKE_CHANNEL_H
#define TESTS_FLOW_FAKE_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "channels/channel.h"

enum {
    OUTSIDE_EFFECTS_MAX = 512,
    FAKE_WAITING_MAX = 64,
};

/* One post that people can see. */
struct effect {
    enum channel_id channel;
    bool is_rehearsal;
    char alert_id[ID_MAX];
    char text[96]; /* its beginning */
};

struct outside {
    size_t n_effects;
    struct effect effects[OUTSIDE_EFFECTS_MAX];
    size_t n_bytes; /* that left for anywhere */
    size_t n_accepted;
    char accepted[16][32]; /* Idempotency-Keys that were answered with OK */
};

enum fake_answer {
    FAKE_TAKES,
    FAKE_LOSES, /* it is public, the answer is lost */
    FAKE_DROPS, /* it is not, and nobody knows */
    FAKE_NOT_SENT,
    FAKE_REFUSES,
    FAKE_HOLDS, /* no answer until it changes its mind, or is closed */
};

struct fake_channel {
    struct channel channel;
    struct outside *outside;
    bool is_rehearsal;
    enum fake_answer answer;
    bool is_blind; /* reading back says nothing */
    int n_published;
    int n_reads;

    uv_timer_t soon;
    size_t n_waiting;
    struct fake_waiting {
        struct channel_request *request;
        bool is_publish;
    } waiting[FAKE_WAITING_MAX];
    channel_close_cb close_cb;
    void *close_data;
};

/* Opens it; how it answers stays as it was. */
void fake_channel_open(struct fake_channel *c, uv_loop_t *loop,
                       enum channel_id id, bool is_rehearsal,
                       struct outside *outside);

/* Nothing of it is under way but what it holds. */
bool fake_channel_is_quiet(const struct fake_channel *c);

/* From now on it answers so; what it held is answered too. */
void fake_channel_set(struct fake_channel *c, enum fake_answer answer);

/* How often the alert is public on the channel. */
int outside_count(const struct outside *o, enum channel_id id,
                  const char *alert_id);

#endif
