#include "tests/support/channel_contract.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "channels/transport/http_client.h"
#include "service/base/check.h"
#include "service/base/clock.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

static const char scene_text[] = "Hochwasser am Rhein\nMeldung LOE-7K3Q9F-1\n"
                                 "Bitte meiden Sie das Ufer.";

/* ---- the scene ---------------------------------------------------------- */

static void scene_count(void *data)
{
    int *n = data;
    (*n)++;
}

struct scene_wish {
    const int *n;
    int want;
};

static bool scene_has(void *data)
{
    const struct scene_wish *w = data;
    return *w->n >= w->want;
}

void scene_wait(struct scene *s, const int *n, int want)
{
    struct scene_wish wish = {n, want};
    assert_true(wire_run_until(&s->loop, scene_has, &wish));
    assert_int_equal(*n, want);
}

static void scene_open_with(struct scene *s,
                            const struct channel_contract *contract,
                            const struct gateway_config *config,
                            int64_t call_ms)
{
    const struct gateway_config plain = {0};
    s->note = NULL;
    assert_int_equal(uv_loop_init(&s->loop), 0);
    s->gateway = gateway_open(&s->loop, config != NULL ? config : &plain);
    s->http = http_client_open(&s->loop, clock_real(), NULL);
    s->channel = contract->open(&s->loop, clock_real(), s->http,
                                gateway_url(s->gateway), call_ms);
    (void)snprintf(s->image_url, sizeof(s->image_url), "%s/karte/a.jpg",
                   gateway_root(s->gateway));
}

void scene_open(struct scene *s, const struct channel_contract *contract,
                const struct gateway_config *config)
{
    scene_open_with(s, contract, config, SCENE_CALL_MS);
}

void scene_open_hasty(struct scene *s, const struct channel_contract *contract,
                      const struct gateway_config *config)
{
    scene_open_with(s, contract, config, SCENE_HASTY_MS);
}

void scene_close(struct scene *s)
{
    int n = 0;
    if (s->channel != NULL) {
        s->channel->type->close(s->channel, scene_count, &n);
        scene_wait(s, &n, 1);
    }
    n = 0;
    http_client_close(s->http, scene_count, &n);
    gateway_close(s->gateway, scene_count, &n);
    scene_wait(s, &n, 2);
    (void)uv_run(&s->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&s->loop), 0);
}

struct channel_request scene_alert(const struct scene *s)
{
    return (struct channel_request){.alert_id = "LOE-7K3Q9F-1",
                                    .text = scene_text,
                                    .link = "https://w.example/w/LOE-7K3Q9F",
                                    .image_url = s->image_url,
                                    .alt_text = "Karte",
                                    .container_id = "",
                                    .remote_id = ""};
}

/* One request on its way. */
struct scene_call {
    struct scene *scene;
    int answers;
    bool returned; /* the operation's call has */
    struct channel_result result;
};

struct scene *scene_of(const struct channel_request *r)
{
    const struct scene_call *call = r->data;
    return call->scene;
}

static void scene_done(struct channel_request *r)
{
    struct scene_call *call = r->data;
    assert_true(call->returned);
    call->answers++;
    call->result = r->result;
    free(r);
}

static void scene_start(struct scene *s, scene_operation operation,
                        const struct channel_request *ask,
                        struct scene_call *call)
{
    struct channel_request *r = mem_zalloc(sizeof(*r));
    *r = *ask;
    r->done = scene_done;
    r->data = call;
    *call = (struct scene_call){.scene = s};
    operation(s->channel, r);
    call->returned = true;
}

struct channel_result scene_run(struct scene *s, scene_operation operation,
                                const struct channel_request *ask)
{
    struct scene_call call;
    scene_start(s, operation, ask, &call);
    scene_wait(s, &call.answers, 1);
    return call.result;
}

/* ---- the contract ------------------------------------------------------- */

static void a_post_is_public_once_and_found_again(void **state)
{
    const struct channel_contract *contract = *state;
    struct scene s;
    scene_open(&s, contract, NULL);
    struct channel_request ask = scene_alert(&s);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(sent.outcome, OUTCOME_DONE);
    assert_string_not_equal(sent.remote_id, "");
    assert_int_equal(contract->n_public(s.gateway), 1);

    struct channel_result by_text =
        scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(by_text.finding, CHANNEL_FOUND);
    assert_string_equal(by_text.remote_id, sent.remote_id);
    ask.remote_id = sent.remote_id;
    struct channel_result by_id = scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(by_id.finding, CHANNEL_FOUND);
    assert_string_not_equal(by_id.permalink, "");
    scene_close(&s);
}

static void a_dead_address_is_told_through_the_callback(void **state)
{
    const struct channel_contract *contract = *state;
    struct scene s;
    int closed = 0;
    scene_open(&s, contract, NULL);
    struct channel_request ask = scene_alert(&s);
    s.channel->type->close(s.channel, scene_count, &closed);
    scene_wait(&s, &closed, 1);
    /* Port 1 on loopback: nobody listens there. */
    s.channel = contract->open(&s.loop, clock_real(), s.http,
                               "http://127.0.0.1:1/v26.0", SCENE_CALL_MS);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(sent.outcome, OUTCOME_NOT_SENT);
    assert_string_not_equal(sent.detail, "");
    struct channel_result read = scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(read.finding, CHANNEL_UNREADABLE);
    struct channel_result ready = scene_run(&s, s.channel->type->probe, &ask);
    assert_int_equal(ready.readiness, READINESS_DOWN);
    scene_close(&s);
}

static void closing_answers_what_is_in_flight_as_unknown(void **state)
{
    const struct channel_contract *contract = *state;
    struct scene s;
    struct scene_call commit;
    struct scene_call confirm;
    struct scene_call started;
    int closed = 0;
    scene_open(&s, contract, NULL);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = contract->commit,
                                         .kind = GATEWAY_FAULT_HANG_AFTER,
                                         .times = -1});
    gateway_fail(s.gateway, &(struct gateway_fault){.call = contract->list,
                                                    .kind = GATEWAY_FAULT_HANG,
                                                    .times = -1});
    struct channel_request ask = scene_alert(&s);
    scene_start(&s, s.channel->type->publish, &ask, &commit);
    scene_start(&s, s.channel->type->confirm, &ask, &confirm);
    while (gateway_count(s.gateway, contract->commit) == 0 ||
           gateway_count(s.gateway, contract->list) == 0) {
        (void)uv_run(&s.loop, UV_RUN_ONCE);
    }
    scene_start(&s, s.channel->type->publish, &ask, &started);
    s.channel->type->close(s.channel, scene_count, &closed);
    scene_wait(&s, &closed, 1);
    assert_int_equal(commit.answers + confirm.answers + started.answers, 3);
    assert_int_equal(commit.result.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(started.result.outcome, OUTCOME_UNKNOWN);
    assert_int_equal(confirm.result.finding, CHANNEL_UNREADABLE);
    s.channel = NULL;
    scene_close(&s);
}

static void a_hanging_call_does_not_hold_up_the_next(void **state)
{
    const struct channel_contract *contract = *state;
    struct scene s;
    struct scene_call hanging;
    scene_open_hasty(&s, contract, NULL);
    gateway_fail(s.gateway,
                 &(struct gateway_fault){.call = contract->commit,
                                         .kind = GATEWAY_FAULT_HANG});
    struct channel_request ask = scene_alert(&s);
    scene_start(&s, s.channel->type->publish, &ask, &hanging);
    while (gateway_count(s.gateway, contract->commit) == 0) {
        (void)uv_run(&s.loop, UV_RUN_ONCE);
    }
    struct channel_result next = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(next.outcome, OUTCOME_DONE);
    assert_int_equal(hanging.answers, 0);
    scene_wait(&s, &hanging.answers, 1);
    assert_int_equal(hanging.result.outcome, OUTCOME_UNKNOWN);
    scene_close(&s);
}

/* One fault of the publishing call and what must come of it. */
struct contract_row {
    enum gateway_fault_kind kind;
    int status;
    const char *body;
    enum outcome outcome;
    size_t n_public;
};

#define CONTRACT_ERROR(code)                                                   \
    "{\"error\":{\"message\":\"m\",\"type\":\"OAuthException\",\"code\":" code \
    "}}"

static const struct contract_row contract_rows[] = {
    {GATEWAY_FAULT_ANSWER, 400, CONTRACT_ERROR("190"), OUTCOME_REFUSED, 0},
    {GATEWAY_FAULT_ANSWER, 403, CONTRACT_ERROR("200"), OUTCOME_REFUSED, 0},
    {GATEWAY_FAULT_ANSWER, 400, CONTRACT_ERROR("4"), OUTCOME_NOT_SENT, 0},
    {GATEWAY_FAULT_ANSWER, 400, CONTRACT_ERROR("4711"), OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_ANSWER, 200, "{}", OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_ANSWER, 200, "", OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_ANSWER, 200, "{\"id\":17}", OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_ANSWER, 502, "<html>", OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_REDIRECT, 0, "/v26.0/1/feed", OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_HANG, 0, NULL, OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_CLOSE, 0, NULL, OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_RESET, 0, NULL, OUTCOME_UNKNOWN, 0},
    {GATEWAY_FAULT_ANSWER_AFTER, 500, CONTRACT_ERROR("2"), OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_ANSWER_AFTER, 500, CONTRACT_ERROR("190"), OUTCOME_UNKNOWN,
     1},
    {GATEWAY_FAULT_ANSWER_AFTER, 400, CONTRACT_ERROR("1"), OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_HANG_AFTER, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_CLOSE_AFTER, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_RESET_AFTER, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_CUT, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_GARBAGE, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_HUGE, 0, NULL, OUTCOME_UNKNOWN, 1},
    {GATEWAY_FAULT_SLOW, 0, NULL, OUTCOME_DONE, 1},
};

/* Sent once whatever happens; what is public is then found, and what is not
 * is absent. */
static void contract_try(const struct channel_contract *contract,
                         const struct contract_row *row)
{
    struct scene s;
    if (row->kind == GATEWAY_FAULT_HANG ||
        row->kind == GATEWAY_FAULT_HANG_AFTER) {
        scene_open_hasty(&s, contract, NULL);
    } else {
        scene_open(&s, contract, NULL);
    }
    gateway_fail(s.gateway, &(struct gateway_fault){.call = contract->commit,
                                                    .kind = row->kind,
                                                    .status = row->status,
                                                    .body = row->body,
                                                    .delay_ms = 20});
    struct channel_request ask = scene_alert(&s);
    struct channel_result sent = scene_run(&s, s.channel->type->publish, &ask);
    assert_int_equal(sent.outcome, row->outcome);
    assert_int_equal(contract->n_public(s.gateway), row->n_public);
    assert_int_equal(gateway_count(s.gateway, contract->commit), 1);
    assert_true(sent.outcome == OUTCOME_DONE || sent.detail[0] != '\0');
    struct channel_result read = scene_run(&s, s.channel->type->confirm, &ask);
    assert_int_equal(read.finding,
                     row->n_public == 1 ? CHANNEL_FOUND : CHANNEL_ABSENT);
    scene_close(&s);
}

static void every_end_of_the_publishing_call_has_its_outcome(void **state)
{
    const struct channel_contract *contract = *state;
    for (size_t i = 0; i < sizeof(contract_rows) / sizeof(contract_rows[0]);
         i++) {
        contract_try(contract, &contract_rows[i]);
    }
}

static void a_reading_that_failed_proves_nothing(void **state)
{
    const struct channel_contract *contract = *state;
    static const struct {
        enum gateway_fault_kind kind;
        int status;
        const char *body;
    } rows[] = {
        {GATEWAY_FAULT_ANSWER, 500, "<html>"},
        {GATEWAY_FAULT_ANSWER, 400, CONTRACT_ERROR("190")},
        {GATEWAY_FAULT_ANSWER, 200, "{}"},
        {GATEWAY_FAULT_ANSWER, 200, "{\"data\":[{\"message\":\"no id\"}]}"},
        {GATEWAY_FAULT_ANSWER, 200,
         "{\"data\":[],\"paging\":{\"next\":\"https://x\"}}"},
        {GATEWAY_FAULT_HANG, 0, NULL},
        {GATEWAY_FAULT_CUT, 0, NULL},
        {GATEWAY_FAULT_GARBAGE, 0, NULL},
        {GATEWAY_FAULT_HUGE, 0, NULL},
    };
    struct scene s;
    scene_open_hasty(&s, contract, NULL);
    struct channel_request ask = scene_alert(&s);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        gateway_fail(s.gateway,
                     &(struct gateway_fault){.call = contract->list,
                                             .kind = rows[i].kind,
                                             .status = rows[i].status,
                                             .body = rows[i].body});
        struct channel_result read =
            scene_run(&s, s.channel->type->confirm, &ask);
        assert_int_equal(read.finding, CHANNEL_UNREADABLE);
    }
    scene_close(&s);
}

static void a_good_token_is_ready(void **state)
{
    struct scene s;
    scene_open(&s, *state, NULL);
    struct channel_request ask = scene_alert(&s);
    struct channel_result ready = scene_run(&s, s.channel->type->probe, &ask);
    assert_int_equal(ready.readiness, READINESS_READY);
    assert_string_equal(ready.detail, "");
    scene_close(&s);
}

int channel_contract_run(const struct channel_contract *contract)
{
    struct channel_contract copy = *contract; /* cmocka wants it writable */
    void *state = &copy;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(a_post_is_public_once_and_found_again, state),
        cmocka_unit_test_prestate(a_dead_address_is_told_through_the_callback,
                                  state),
        cmocka_unit_test_prestate(closing_answers_what_is_in_flight_as_unknown,
                                  state),
        cmocka_unit_test_prestate(a_hanging_call_does_not_hold_up_the_next,
                                  state),
        cmocka_unit_test_prestate(
            every_end_of_the_publishing_call_has_its_outcome, state),
        cmocka_unit_test_prestate(a_reading_that_failed_proves_nothing, state),
        cmocka_unit_test_prestate(a_good_token_is_ready, state),
    };
    return cmocka_run_group_tests_name(contract->name, tests, NULL, NULL);
}
