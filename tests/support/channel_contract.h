/* What every message channel must hold (channels/channel.h), tested against
 * the gateway; and the scene such tests play in: a loop, a gateway, an HTTP
 * client, one channel. */
#ifndef TESTS_SUPPORT_CHANNEL_CONTRACT_H
#define TESTS_SUPPORT_CHANNEL_CONTRACT_H

#include <uv.h>

#include "channels/channel.h"
#include "tests/support/gateway.h"

struct clock;
struct http_client;

/* One message channel under test. */
struct channel_contract {
    const char *name;
    /* Opens it with a deadline of call_timeout_ms for each call. */
    struct channel *(*open)(uv_loop_t *loop, const struct clock *clock,
                            struct http_client *http, const char *graph_url,
                            int64_t call_timeout_ms);
    enum gateway_call commit; /* the call that makes something public */
    enum gateway_call list;   /* where it is read back */
    size_t (*n_public)(const struct gateway *g);
};

struct scene {
    uv_loop_t loop;
    struct gateway *gateway;
    struct http_client *http;
    struct channel *channel;
    char image_url[96];
    void *note; /* the test's, for hooks */
};

/* Deadlines of a call: long, for a busy machine; hasty, where a call hangs. */
enum { SCENE_CALL_MS = 5000, SCENE_HASTY_MS = 600 };

/* A gateway as configured, and the channel of the contract. Aborts the test
 * when anything is left behind at the end. */
void scene_open(struct scene *s, const struct channel_contract *contract,
                const struct gateway_config *config);
/* The same with hasty deadlines. */
void scene_open_hasty(struct scene *s, const struct channel_contract *contract,
                      const struct gateway_config *config);
void scene_close(struct scene *s);

typedef void (*scene_operation)(struct channel *c, struct channel_request *r);

/* Runs one operation to its end; the request is freed in its callback. What
 * was asked stands in `ask`. */
struct channel_result scene_run(struct scene *s, scene_operation operation,
                                const struct channel_request *ask);

/* The scene that r, which is in flight, plays in: for hooks. */
struct scene *scene_of(const struct channel_request *r);

/* The alert that all tests send, and its text. */
struct channel_request scene_alert(const struct scene *s);

/* Runs the loop until *n reaches `want`; fails the test after ten seconds. */
void scene_wait(struct scene *s, const int *n, int want);

/* Every test of the contract as one cmocka group. */
int channel_contract_run(const struct channel_contract *contract);

#endif
