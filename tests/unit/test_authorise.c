#include "service/base/mem.h"
#include "service/flow/authorise.h"
#include "tests/support/cmocka_all.h"

static const int64_t now = INT64_C(1795500000000);

struct row {
    const char *what;
    enum authorise_act act;
    enum actor_via via;
    unsigned roles;
    bool fresh;
    enum alert_status status;
    int approvals;
    bool glass_allowed;
    bool glass_asked;
    const char *submitted_by;
    enum authorise_answer answer;
};

#define ACT(name) AUTHORISE_##name
#define REAL      STATUS_ACTUAL
#define DRILL     STATUS_EXERCISE

static const struct row rows[] = {
    {"a fresh releaser, nobody else needed", ACT(SUBMIT), ACTOR_SESSION,
     ROLE_RELEASER, true, REAL, 0, false, false, "", AUTHORISE_ALLOWED},
    {"four eyes", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER, true, REAL, 1,
     false, false, "", AUTHORISE_WAIT},
    {"a stale code", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER, false, REAL, 0,
     false, false, "", AUTHORISE_STEP_UP},
    {"a stale code, four eyes", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER,
     false, REAL, 1, false, false, "", AUTHORISE_STEP_UP},
    {"break-glass", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER, true, REAL, 1,
     true, true, "", AUTHORISE_ALLOWED},
    {"break-glass, stale", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER, false,
     REAL, 1, true, true, "", AUTHORISE_STEP_UP},
    {"break-glass, not allowed", ACT(SUBMIT), ACTOR_SESSION, ROLE_RELEASER,
     true, REAL, 1, false, true, "", AUTHORISE_REFUSED},
    {"an approver of templates", ACT(SUBMIT), ACTOR_SESSION, ROLE_APPROVER,
     true, REAL, 0, false, false, "", AUTHORISE_REFUSED},
    {"a drill lead, real", ACT(SUBMIT), ACTOR_SESSION, ROLE_DRILL_LEAD, true,
     REAL, 0, false, false, "", AUTHORISE_REFUSED},
    {"the machine itself", ACT(SUBMIT), ACTOR_LOCAL, ROLE_OPERATOR, false, REAL,
     1, true, false, "", AUTHORISE_REFUSED},
    {"the machine itself, break-glass", ACT(SUBMIT), ACTOR_LOCAL, ROLE_OPERATOR,
     false, REAL, 1, true, true, "", AUTHORISE_ALLOWED},
    {"the machine itself, glass forbidden", ACT(SUBMIT), ACTOR_LOCAL,
     ROLE_OPERATOR, false, REAL, 1, false, true, "", AUTHORISE_REFUSED},
    {"a program", ACT(SUBMIT), ACTOR_TOKEN, ROLE_RELEASER, true, REAL, 0, true,
     false, "", AUTHORISE_WAIT},
    {"a program, break-glass", ACT(SUBMIT), ACTOR_TOKEN, ROLE_RELEASER, true,
     REAL, 1, true, true, "", AUTHORISE_REFUSED},
    {"a program, exercise", ACT(SUBMIT), ACTOR_TOKEN, ROLE_RELEASER, true,
     DRILL, 0, false, false, "", AUTHORISE_REFUSED},
    {"a drill, real", ACT(SUBMIT), ACTOR_DRILL, 0, true, REAL, 0, true, true,
     "", AUTHORISE_REFUSED},
    {"a drill", ACT(SUBMIT), ACTOR_DRILL, 0, false, DRILL, 1, false, false, "",
     AUTHORISE_ALLOWED},
    {"an exercise by a drill lead without a code", ACT(SUBMIT), ACTOR_SESSION,
     ROLE_DRILL_LEAD, false, DRILL, 1, false, false, "", AUTHORISE_ALLOWED},
    {"an exercise by an auditor", ACT(SUBMIT), ACTOR_SESSION, ROLE_AUDITOR,
     true, DRILL, 0, false, false, "", AUTHORISE_REFUSED},
    {"another releaser", ACT(APPROVE), ACTOR_SESSION, ROLE_RELEASER, true, REAL,
     1, false, false, "other", AUTHORISE_ALLOWED},
    {"the submitter", ACT(APPROVE), ACTOR_SESSION, ROLE_RELEASER, true, REAL, 1,
     false, false, "me", AUTHORISE_REFUSED},
    {"another, stale", ACT(APPROVE), ACTOR_SESSION, ROLE_RELEASER, false, REAL,
     1, false, false, "other", AUTHORISE_STEP_UP},
    {"rejecting needs no code", ACT(REJECT), ACTOR_SESSION, ROLE_RELEASER,
     false, REAL, 1, false, false, "other", AUTHORISE_ALLOWED},
    {"rejecting one's own", ACT(REJECT), ACTOR_SESSION, ROLE_RELEASER, false,
     REAL, 1, false, false, "me", AUTHORISE_REFUSED},
    {"the machine approves nothing", ACT(APPROVE), ACTOR_LOCAL,
     ROLE_OPERATOR | ROLE_RELEASER, true, REAL, 1, false, false, "other",
     AUTHORISE_REFUSED},
    {"a token approves nothing", ACT(APPROVE), ACTOR_TOKEN, ROLE_RELEASER, true,
     REAL, 1, false, false, "other", AUTHORISE_REFUSED},
    {"countersigning", ACT(COUNTERSIGN), ACTOR_SESSION, ROLE_RELEASER, true,
     REAL, 1, false, false, "other", AUTHORISE_ALLOWED},
    {"an auditor previews nothing", ACT(PREVIEW), ACTOR_SESSION, ROLE_AUDITOR,
     true, REAL, 0, false, false, "", AUTHORISE_REFUSED},
    {"an auditor operates nothing", ACT(OPERATE), ACTOR_SESSION, ROLE_AUDITOR,
     true, REAL, 0, false, false, "", AUTHORISE_REFUSED},
    {"an operator operates", ACT(OPERATE), ACTOR_SESSION, ROLE_OPERATOR, false,
     REAL, 0, false, false, "", AUTHORISE_ALLOWED},
};

static void the_table_of_who_may_do_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *r = &rows[i];
        struct err e = {.msg = ""};
        struct actor actor = {.via = r->via, .roles = r->roles};
        MEM_SET_TEXT(actor.name, "me");
        actor.step_up_until_ms = r->fresh ? now + 1 : now;
        struct authorise_question q = {.actor = &actor,
                                       .act = r->act,
                                       .status = r->status,
                                       .stream = r->status == STATUS_ACTUAL
                                                     ? STREAM_ACTUAL
                                                     : STREAM_REHEARSAL,
                                       .submitted_by = r->submitted_by,
                                       .approvals = r->approvals,
                                       .break_glass_allowed = r->glass_allowed,
                                       .break_glass_asked = r->glass_asked,
                                       .now_ms = now};
        enum authorise_answer answer = authorise_decide(&q, &e);
        if (answer != r->answer) {
            fail_msg("%s: %d, not %d (%s)", r->what, (int)answer,
                     (int)r->answer, e.msg);
        }
        bool refused =
            answer == AUTHORISE_REFUSED || answer == AUTHORISE_STEP_UP;
        assert_int_equal(refused, e.msg[0] != '\0');
    }
}

static void what_follows_a_public_drill_needs_a_fresh_code(void **state)
{
    (void)state;
    struct err e;
    struct actor actor = {.via = ACTOR_SESSION,
                          .roles = ROLE_DRILL_LEAD,
                          .step_up_until_ms = now};
    struct authorise_question q = {.actor = &actor,
                                   .act = AUTHORISE_SUBMIT,
                                   .status = STATUS_EXERCISE,
                                   .stream = STREAM_EXERCISE,
                                   .submitted_by = "",
                                   .now_ms = now};
    assert_int_equal(authorise_decide(&q, &e), AUTHORISE_STEP_UP);
    actor.step_up_until_ms = now + 1;
    assert_int_equal(authorise_decide(&q, &e), AUTHORISE_ALLOWED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_of_who_may_do_what),
        cmocka_unit_test(what_follows_a_public_drill_needs_a_fresh_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
