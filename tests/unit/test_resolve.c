#include <stdio.h>
#include <string.h>

#include "service/base/mem.h"
#include "service/flow/resolve.h"
#include "tests/support/cmocka_all.h"

enum { LANE_MAX = 4 };

static const int64_t second = 1000;
static const int64_t start = INT64_C(1795500000000);

/* A lane of deliveries of one incident, expiring in an hour. */
struct lane {
    struct delivery items[LANE_MAX];
    struct delivery_list list;
};

static void lane_init(struct lane *l, size_t n)
{
    static const enum alert_kind kinds[] = {KIND_ALERT, KIND_UPDATE,
                                            KIND_ALL_CLEAR, KIND_RETRACTION};
    *l = (struct lane){.list = {.n = n, .items = l->items}};
    for (size_t i = 0; i < n; i++) {
        struct delivery *d = &l->items[i];
        (void)snprintf(d->id, sizeof(d->id), "d%zu", i);
        d->kind = kinds[i];
        d->status = STATUS_ACTUAL;
        d->channel = CHANNEL_FACEBOOK;
        d->state = DELIVERY_QUEUED;
        d->queued_at_ms = start;
        d->expires_at_ms = start + 3600 * second;
    }
}

static struct resolve_verdict next_of(struct lane *l, size_t i, int64_t at_ms)
{
    struct resolve_lane in = {
        .lane = &l->list, .page_is_ready = true, .now_ms = at_ms};
    return resolve_next(&l->items[i], &in);
}

static struct channel_result result_of(enum outcome outcome)
{
    return (struct channel_result){.outcome = outcome};
}

static void facebook_waits_for_its_page_a_quarter_second(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 1);
    struct resolve_lane in = {.lane = &l.list, .now_ms = start};
    struct resolve_verdict v = resolve_next(&l.items[0], &in);
    assert_int_equal(v.step, RESOLVE_WAIT);
    assert_int_equal(v.at_ms, start + 250);
    in.now_ms = start + 250;
    assert_int_equal(resolve_next(&l.items[0], &in).step, RESOLVE_SEND);
    in.now_ms = start;
    in.page_is_ready = true;
    assert_int_equal(resolve_next(&l.items[0], &in).step, RESOLVE_SEND);
}

static void what_is_not_on_the_wire_is_overtaken_at_once(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 2);
    struct resolve_verdict v = next_of(&l, 0, start);
    assert_int_equal(v.step, RESOLVE_MOVE);
    assert_int_equal(v.to, DELIVERY_SUPERSEDED);
    assert_int_equal(next_of(&l, 1, start).step, RESOLVE_SEND);
}

static void an_all_clear_for_what_never_appeared_is_not_needed(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 2);
    l.items[1].kind = KIND_ALL_CLEAR;
    struct resolve_verdict v = next_of(&l, 0, start);
    assert_int_equal(v.to, DELIVERY_CANCELLED);
    l.items[0].state = DELIVERY_CANCELLED;
    v = next_of(&l, 1, start);
    assert_int_equal(v.step, RESOLVE_MOVE);
    assert_int_equal(v.to, DELIVERY_CANCELLED);
}

static void an_all_clear_goes_out_when_anything_may_be_out(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 3);
    l.items[0].state = DELIVERY_VISIBLE;
    assert_int_equal(next_of(&l, 1, start).to, DELIVERY_SUPERSEDED);
    l.items[1].state = DELIVERY_SUPERSEDED;
    assert_int_equal(next_of(&l, 2, start).step, RESOLVE_SEND);
}

static void
a_doubt_delays_an_all_clear_thirty_seconds_and_news_two_minutes(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 2);
    l.items[0].state = DELIVERY_UNKNOWN;
    struct resolve_verdict v = next_of(&l, 1, start + second);
    assert_int_equal(v.step, RESOLVE_WAIT);
    assert_int_equal(v.at_ms, start + 120 * second);
    assert_int_equal(next_of(&l, 1, start + 120 * second).step, RESOLVE_SEND);
    l.items[1].kind = KIND_ALL_CLEAR;
    assert_int_equal(next_of(&l, 1, start + 29 * second).step, RESOLVE_WAIT);
    assert_int_equal(next_of(&l, 1, start + 30 * second).step, RESOLVE_SEND);
    l.items[0].state = DELIVERY_SENDING;
    assert_int_equal(next_of(&l, 1, start + 29 * second).step, RESOLVE_WAIT);
}

static void an_unknown_one_is_read_back_and_never_sent(void **state)
{
    (void)state;
    struct lane l;
    struct channel_result r = result_of(OUTCOME_UNKNOWN);
    lane_init(&l, 1);
    struct delivery *d = &l.items[0];
    d->attempts = 1;
    resolve_attempt(d, &r, start, 0);
    assert_int_equal(d->state, DELIVERY_UNKNOWN);
    assert_int_equal(d->next_try_at_ms, start + 2 * second);
    assert_int_equal(next_of(&l, 0, start).step, RESOLVE_WAIT);
    assert_int_equal(next_of(&l, 0, start + 2 * second).step, RESOLVE_CONFIRM);
}

/* Reads as planned until absence is proven; the times it read, in seconds. */
static size_t read_until_proven(struct delivery *d, bool overtaken,
                                enum channel_finding finding, int at_s[16])
{
    struct channel_result r = {.finding = finding};
    size_t n = 0;
    bool proven = false;
    while (!proven && n < 16) {
        int64_t now = d->next_try_at_ms;
        at_s[n++] = (int)((now - start) / second);
        proven = resolve_reading(d, &r, overtaken, now);
    }
    return n;
}

static void absence_needs_three_good_reads_the_last_after_a_minute(void **state)
{
    (void)state;
    static const int plan[] = {2, 5, 10, 20, 40, 60};
    struct lane l;
    struct channel_result r = result_of(OUTCOME_UNKNOWN);
    int at_s[16];
    lane_init(&l, 1);
    l.items[0].attempts = 1;
    resolve_attempt(&l.items[0], &r, start, 0);
    assert_int_equal(
        read_until_proven(&l.items[0], false, CHANNEL_ABSENT, at_s), 6);
    assert_memory_equal(at_s, plan, sizeof(plan));
    assert_int_equal(l.items[0].state, DELIVERY_QUEUED);
}

static void an_unreadable_page_proves_nothing(void **state)
{
    (void)state;
    struct lane l;
    struct channel_result r = result_of(OUTCOME_UNKNOWN);
    int at_s[16];
    lane_init(&l, 1);
    l.items[0].attempts = 1;
    resolve_attempt(&l.items[0], &r, start, 0);
    assert_int_equal(
        read_until_proven(&l.items[0], false, CHANNEL_UNREADABLE, at_s), 16);
    assert_int_equal(l.items[0].state, DELIVERY_UNKNOWN);
}

static void proven_absence_gives_an_actual_alert_one_more_try(void **state)
{
    (void)state;
    struct channel_result r = result_of(OUTCOME_UNKNOWN);
    struct {
        enum alert_status status;
        int attempts;
        bool overtaken;
        enum delivery_state then;
    } cases[] = {
        {STATUS_ACTUAL, 1, false, DELIVERY_QUEUED},
        {STATUS_ACTUAL, 2, false, DELIVERY_NEEDS_OPERATOR},
        {STATUS_EXERCISE, 1, false, DELIVERY_FAILED},
        {STATUS_ACTUAL, 1, true, DELIVERY_SUPERSEDED},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct lane l;
        int at_s[16];
        lane_init(&l, 1);
        l.items[0].status = cases[i].status;
        l.items[0].attempts = cases[i].attempts;
        resolve_attempt(&l.items[0], &r, start, 0);
        (void)read_until_proven(&l.items[0], cases[i].overtaken, CHANNEL_ABSENT,
                                at_s);
        assert_int_equal(l.items[0].state, cases[i].then);
    }
}

static void a_found_line_ends_the_doubt(void **state)
{
    (void)state;
    struct lane l;
    struct channel_result r = result_of(OUTCOME_UNKNOWN);
    lane_init(&l, 1);
    resolve_attempt(&l.items[0], &r, start, 0);
    r = (struct channel_result){.finding = CHANNEL_FOUND};
    MEM_SET_TEXT(r.remote_id, "1_2");
    assert_false(resolve_reading(&l.items[0], &r, false, start + second));
    assert_int_equal(l.items[0].state, DELIVERY_VISIBLE);
    assert_string_equal(l.items[0].remote_id, "1_2");
    assert_int_not_equal(l.items[0].accepted_at_ms, 0);
}

static void
not_sent_is_tried_again_later_and_never_before_retry_after(void **state)
{
    (void)state;
    struct lane l;
    struct channel_result r = result_of(OUTCOME_NOT_SENT);
    lane_init(&l, 1);
    struct delivery *d = &l.items[0];
    for (unsigned random = 0; random < 1000; random += 111) {
        d->attempts = 1;
        d->state = DELIVERY_SENDING;
        resolve_attempt(d, &r, start, random);
        assert_int_equal(d->state, DELIVERY_RETRY_WAIT);
        assert_in_range(d->next_try_at_ms, start + 800, start + 1200);
    }
    r.retry_after_ms = 90 * second;
    resolve_attempt(d, &r, start, 0);
    assert_int_equal(next_of(&l, 0, start + 89 * second).step, RESOLVE_WAIT);
    assert_int_equal(next_of(&l, 0, start + 90 * second).step, RESOLVE_SEND);
}

static void a_dead_container_is_forgotten(void **state)
{
    (void)state;
    struct lane l;
    struct channel_result r = result_of(OUTCOME_NOT_SENT);
    lane_init(&l, 1);
    MEM_SET_TEXT(l.items[0].container_id, "c1");
    resolve_attempt(&l.items[0], &r, start, 0);
    assert_string_equal(l.items[0].container_id, "c1");
    r.container_gone = true;
    resolve_attempt(&l.items[0], &r, start, 0);
    assert_string_equal(l.items[0].container_id, "");
}

static void nothing_is_sent_after_expiry(void **state)
{
    (void)state;
    static const enum delivery_state open[] = {DELIVERY_QUEUED,
                                               DELIVERY_RETRY_WAIT};
    for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++) {
        struct lane l;
        lane_init(&l, 1);
        l.items[0].state = open[i];
        struct resolve_verdict v = next_of(&l, 0, l.items[0].expires_at_ms);
        assert_int_equal(v.step, RESOLVE_MOVE);
        assert_int_equal(v.to, DELIVERY_EXPIRED);
    }
}

static void
a_row_that_kills_the_service_three_times_waits_for_a_person(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 1);
    l.items[0].attempts = 20; /* of an outage */
    resolve_interrupted(&l.items[0], start);
    resolve_interrupted(&l.items[0], start);
    assert_int_equal(l.items[0].state, DELIVERY_UNKNOWN);
    resolve_interrupted(&l.items[0], start);
    assert_int_equal(l.items[0].state, DELIVERY_NEEDS_OPERATOR);
}

static void instagram_without_a_container_was_certainly_not_out(void **state)
{
    (void)state;
    struct lane l;
    lane_init(&l, 1);
    l.items[0].channel = CHANNEL_INSTAGRAM;
    l.items[0].attempts = 1;
    resolve_interrupted(&l.items[0], start);
    assert_int_equal(l.items[0].state, DELIVERY_RETRY_WAIT);
    MEM_SET_TEXT(l.items[0].container_id, "88000001");
    resolve_interrupted(&l.items[0], start);
    assert_int_equal(l.items[0].state, DELIVERY_UNKNOWN);
}

static void every_verdict_is_a_move_that_the_table_allows(void **state)
{
    (void)state;
    for (int s = DELIVERY_QUEUED; s <= DELIVERY_QUARANTINED; s++) {
        for (int k = KIND_ALERT; k <= KIND_CORRECTION; k++) {
            for (size_t n = 1; n <= LANE_MAX; n++) {
                struct lane l;
                lane_init(&l, n);
                l.items[0].state = (enum delivery_state)s;
                l.items[n - 1].kind = (enum alert_kind)k;
                struct resolve_verdict v = next_of(&l, 0, start + second);
                if (v.step == RESOLVE_MOVE) {
                    assert_true(
                        delivery_may_move((enum delivery_state)s, v.to));
                }
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facebook_waits_for_its_page_a_quarter_second),
        cmocka_unit_test(what_is_not_on_the_wire_is_overtaken_at_once),
        cmocka_unit_test(an_all_clear_for_what_never_appeared_is_not_needed),
        cmocka_unit_test(an_all_clear_goes_out_when_anything_may_be_out),
        cmocka_unit_test(
            a_doubt_delays_an_all_clear_thirty_seconds_and_news_two_minutes),
        cmocka_unit_test(an_unknown_one_is_read_back_and_never_sent),
        cmocka_unit_test(
            absence_needs_three_good_reads_the_last_after_a_minute),
        cmocka_unit_test(an_unreadable_page_proves_nothing),
        cmocka_unit_test(proven_absence_gives_an_actual_alert_one_more_try),
        cmocka_unit_test(a_found_line_ends_the_doubt),
        cmocka_unit_test(
            not_sent_is_tried_again_later_and_never_before_retry_after),
        cmocka_unit_test(a_dead_container_is_forgotten),
        cmocka_unit_test(nothing_is_sent_after_expiry),
        cmocka_unit_test(
            a_row_that_kills_the_service_three_times_waits_for_a_person),
        cmocka_unit_test(instagram_without_a_container_was_certainly_not_out),
        cmocka_unit_test(every_verdict_is_a_move_that_the_table_allows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
