#include "service/base/mem.h"
#include "service/flow/egress.h"
#include "tests/support/cmocka_all.h"

static const int64_t now = INT64_C(1795500000000);

static void make(struct alert *a, enum stream stream)
{
    alert_init(a);
    a->stream = stream;
    a->status = stream == STREAM_ACTUAL ? STATUS_ACTUAL : STATUS_EXERCISE;
    a->state = ALERT_RELEASED;
    a->expires_at_ms = now + 1000;
    MEM_SET_TEXT(a->template_hash, "sha256:1");
}

static enum err_code ask(const struct alert *a, const char *target,
                         const char *text, const char *hash, int64_t at_ms)
{
    struct err e;
    struct egress_question q = {.alert = a,
                                .target = target,
                                .text = text,
                                .approved_hash = hash,
                                .now_ms = at_ms};
    return egress_check(&q, &e);
}

/* Every pairing of stream, target and mark: only the right ones leave. */
static void every_disagreement_stops_at_the_guard(void **state)
{
    (void)state;
    static const char *const targets[] = {"facebook:1", "rehearsal:facebook:2"};
    static const char *const texts[] = {"Warnung vor Hochwasser",
                                        "PROBE – Warnung", "ÜBUNG – Warnung"};
    for (int s = STREAM_ACTUAL; s <= STREAM_REHEARSAL; s++) {
        struct alert a;
        make(&a, (enum stream)s);
        for (int t = 0; t < 2; t++) {
            for (int x = 0; x < 3; x++) {
                bool right = (t == 1) == (s == STREAM_REHEARSAL) && x == s;
                assert_int_equal(ask(&a, targets[t], texts[x], "sha256:1", now),
                                 right ? ERR_OK : ERR_DENIED);
            }
        }
        alert_fini(&a);
    }
}

static void a_real_alert_may_mention_an_uebungsplatz(void **state)
{
    (void)state;
    struct alert a;
    make(&a, STREAM_ACTUAL);
    assert_int_equal(ask(&a, "facebook:1",
                         "Brand am Übungsplatz – ÜBUNG – nein", "sha256:1",
                         now),
                     ERR_OK);
    alert_fini(&a);
}

static void changed_expired_and_preempted_alerts_stay_inside(void **state)
{
    (void)state;
    struct alert a;
    make(&a, STREAM_ACTUAL);
    assert_int_equal(ask(&a, "facebook:1", "x", "sha256:2", now), ERR_DENIED);
    assert_int_equal(ask(&a, "facebook:1", "x", "", now), ERR_DENIED);
    assert_int_equal(ask(&a, "facebook:1", "x", "sha256:1", now + 1000),
                     ERR_DENIED);
    a.status = STATUS_EXERCISE;
    assert_int_equal(ask(&a, "facebook:1", "x", "sha256:1", now), ERR_DENIED);
    alert_fini(&a);
    make(&a, STREAM_REHEARSAL);
    a.state = ALERT_PREEMPTED;
    assert_int_equal(
        ask(&a, "rehearsal:facebook:1", "ÜBUNG – x", "sha256:1", now),
        ERR_DENIED);
    alert_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_disagreement_stops_at_the_guard),
        cmocka_unit_test(a_real_alert_may_mention_an_uebungsplatz),
        cmocka_unit_test(changed_expired_and_preempted_alerts_stay_inside),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
