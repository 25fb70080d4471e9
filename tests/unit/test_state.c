#include <stdio.h>
#include <stdlib.h>

#include "service/base/mem.h"
#include "service/flow/state.h"
#include "tests/support/cmocka_all.h"

static const int64_t hour = INT64_C(3600) * 1000;
static const int64_t now = INT64_C(1795500000000);

struct wish {
    const char *marker;
    int number;
    enum alert_kind kind;
    int level;
    enum stream stream;
    int64_t released_at_ms;
    int64_t expires_at_ms;
};

static void make(struct alert_list *l, const struct wish *wishes, size_t n)
{
    l->n = n;
    l->items = calloc(n, sizeof(l->items[0]));
    assert_non_null(l->items);
    for (size_t i = 0; i < n; i++) {
        struct alert *a = &l->items[i];
        alert_init(a);
        MEM_SET_TEXT(a->marker, wishes[i].marker);
        (void)snprintf(a->id, sizeof(a->id), "%s-%d", wishes[i].marker,
                       wishes[i].number);
        a->number = wishes[i].number;
        a->kind = wishes[i].kind;
        a->level = wishes[i].level;
        a->stream = wishes[i].stream;
        a->status =
            a->stream == STREAM_ACTUAL ? STATUS_ACTUAL : STATUS_EXERCISE;
        a->released_at_ms = wishes[i].released_at_ms;
        a->expires_at_ms = wishes[i].expires_at_ms;
        a->state = ALERT_RELEASED;
    }
}

static void
urgent_ones_first_then_the_older_and_the_newest_alert_speaks(void **state)
{
    (void)state;
    const struct wish wishes[] = {
        {"B", 1, KIND_ALERT, 2, STREAM_ACTUAL, now - 50, now + hour},
        {"A", 2, KIND_UPDATE, 2, STREAM_ACTUAL, now - 10, now + hour},
        {"A", 1, KIND_ALERT, 2, STREAM_ACTUAL, now - 100, now + hour},
        {"C", 1, KIND_ALERT, 1, STREAM_ACTUAL, now - 5, now + hour},
        {"D", 1, KIND_ALERT, 1, STREAM_EXERCISE, now - 5, now + hour},
        {"E", 1, KIND_ALERT, 1, STREAM_ACTUAL, 0, now + hour},
    };
    struct alert_list l;
    struct state_composed s;
    make(&l, wishes, 6);
    state_compose(&l, STREAM_ACTUAL, now, &s);
    assert_int_equal(s.state.n_incidents, 3);
    assert_string_equal(s.incidents[0].marker, "C");
    assert_string_equal(s.incidents[1].marker, "A");
    assert_string_equal(s.incidents[1].current->id, "A-2");
    assert_int_equal(s.incidents[1].n_alerts, 2);
    assert_string_equal(s.incidents[1].alerts[0]->id, "A-1");
    assert_string_equal(s.incidents[2].marker, "B");
    assert_int_equal(s.changes_at_ms, now + hour);
    state_composed_fini(&s);
    alert_list_fini(&l);
}

static void
an_all_clear_stands_two_hours_and_an_alert_until_it_expires(void **state)
{
    (void)state;
    const struct wish wishes[] = {
        {"A", 1, KIND_ALERT, 2, STREAM_ACTUAL, now - hour, now + 9 * hour},
        {"A", 2, KIND_ALL_CLEAR, 0, STREAM_ACTUAL, now, now + 6 * hour},
        {"B", 1, KIND_ALERT, 2, STREAM_ACTUAL, now - hour, now + hour},
    };
    struct alert_list l;
    struct state_composed s;
    make(&l, wishes, 3);
    state_compose(&l, STREAM_ACTUAL, now + 2 * hour - 1, &s);
    assert_string_equal(s.incidents[0].current->id, "A-2");
    assert_null(s.incidents[1].current);
    assert_int_equal(s.changes_at_ms, now + 2 * hour);
    state_composed_fini(&s);
    state_compose(&l, STREAM_ACTUAL, now + 2 * hour, &s);
    assert_int_equal(s.state.n_incidents, 2);
    assert_null(s.incidents[0].current);
    assert_int_equal(s.changes_at_ms, now + 6 * hour); /* leaves the feed */
    state_composed_fini(&s);
    state_compose(&l, STREAM_ACTUAL, now + 6 * hour, &s);
    assert_int_equal(s.changes_at_ms, 0);
    state_composed_fini(&s);
    alert_list_fini(&l);
}

static void a_preempted_exercise_is_gone(void **state)
{
    (void)state;
    const struct wish wishes[] = {
        {"A", 1, KIND_ALERT, 2, STREAM_REHEARSAL, now, now + hour}};
    struct alert_list l;
    struct state_composed s;
    make(&l, wishes, 1);
    l.items[0].state = ALERT_PREEMPTED;
    state_compose(&l, STREAM_REHEARSAL, now, &s);
    assert_int_equal(s.state.n_incidents, 1); /* its page says it is over */
    assert_null(s.incidents[0].current);
    state_composed_fini(&s);
    alert_list_fini(&l);
}

static void a_clock_that_is_set_back_revives_nothing(void **state)
{
    (void)state;
    const struct wish wishes[] = {
        {"A", 1, KIND_ALERT, 2, STREAM_ACTUAL, now, now + hour}};
    struct alert_list l;
    struct state_composed s;
    make(&l, wishes, 1);
    l.items[0].state = ALERT_EXPIRED;
    state_compose(&l, STREAM_ACTUAL, now, &s);
    assert_null(s.incidents[0].current);
    state_composed_fini(&s);
    alert_list_fini(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            urgent_ones_first_then_the_older_and_the_newest_alert_speaks),
        cmocka_unit_test(
            an_all_clear_stands_two_hours_and_an_alert_until_it_expires),
        cmocka_unit_test(a_preempted_exercise_is_gone),
        cmocka_unit_test(a_clock_that_is_set_back_revives_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
