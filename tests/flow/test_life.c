/* From the first alert to the end of its all-clear, on all channels. */
#include <string.h>

#include "tests/flow/world.h"
#include "tests/support/cmocka_all.h"

static void an_alert_reaches_every_channel_and_is_seen(void **state)
{
    struct world *w = *state;
    char id[ID_MAX];
    world_release(w, &(struct world_wish){.kind = KIND_ALERT}, "k1", id);
    world_run_for(w, 3000);
    world_expect(w, id, DELIVERY_VISIBLE, DELIVERY_VISIBLE, DELIVERY_VISIBLE,
                 DELIVERY_ACCEPTED);
    assert_int_equal(outside_count(w->outside, CHANNEL_FACEBOOK, id), 1);
    assert_int_equal(outside_count(w->outside, CHANNEL_INSTAGRAM, id), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            an_alert_reaches_every_channel_and_is_seen, world_set_up,
            world_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
