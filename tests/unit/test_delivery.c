#include "service/model/delivery.h"
#include "tests/support/cmocka_all.h"

static void a_finished_delivery_never_moves(void **state)
{
    (void)state;
    for (int to = DELIVERY_QUEUED; to <= DELIVERY_QUARANTINED; to++) {
        assert_false(
            delivery_may_move(DELIVERY_VISIBLE, (enum delivery_state)to));
        assert_false(
            delivery_may_move(DELIVERY_HAND_POSTED, (enum delivery_state)to));
    }
}

static void an_unknown_one_is_never_sent_without_being_queued(void **state)
{
    (void)state;
    assert_false(delivery_may_move(DELIVERY_UNKNOWN, DELIVERY_SENDING));
    assert_false(delivery_may_move(DELIVERY_UNKNOWN, DELIVERY_RETRY_WAIT));
    assert_true(delivery_may_move(DELIVERY_UNKNOWN, DELIVERY_QUEUED));
}

static void words_have_one_spelling(void **state)
{
    (void)state;
    enum delivery_state s = DELIVERY_QUEUED;
    assert_true(delivery_state_parse("needs_operator", &s));
    assert_int_equal(s, DELIVERY_NEEDS_OPERATOR);
    assert_false(delivery_state_parse("Needs_operator", &s));
    assert_string_equal(stream_name(STREAM_REHEARSAL), "rehearsal");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finished_delivery_never_moves),
        cmocka_unit_test(an_unknown_one_is_never_sent_without_being_queued),
        cmocka_unit_test(words_have_one_spelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
