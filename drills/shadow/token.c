/* Who may do what: tokens, the proof of the app's secret, debug_token. */
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "drills/shadow/call.h"
#include "service/base/check.h"
#include "service/base/mem.h"

enum {
    TOKEN_TARGETS = 4,
    TOKEN_PROOF_MAX = 2 * crypto_auth_hmacsha256_BYTES + 1,
    TOKEN_TEXT_MAX = SHADOW_SECRET_MAX + 64,
    TOKEN_PROOF_S = 300, /* appsecret_time is good for so long */
};

static const struct shadow_target *token_target(const struct call *c, size_t at)
{
    const struct shadow_accounts *a = &c->shadow->accounts;
    const struct shadow_target *const targets[TOKEN_TARGETS] = {
        &a->live.facebook,
        &a->live.instagram,
        &a->rehearsal.facebook,
        &a->rehearsal.instagram,
    };
    return targets[at];
}

/* The token of the call: a header, or a parameter. NULL for none. */
static const char *token_of(const struct call *c)
{
    const char *header = http_request_header(c->request, "Authorization");
    if (header != NULL && strncasecmp(header, "Bearer ", 7) == 0) {
        return header + 7;
    }
    return call_param(c, "access_token");
}

static bool token_equals(const char *a, const char *b)
{
    size_t len = strlen(a);
    return len == strlen(b) && sodium_memcmp(a, b, len) == 0;
}

static void token_proof(const char *secret, const char *message,
                        char out[TOKEN_PROOF_MAX])
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret,
                                strlen(secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)message,
                                  strlen(message));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(out, TOKEN_PROOF_MAX, mac, sizeof mac);
}

/* HMAC-SHA256 of the token, or of "token|time" when the time is told and not
 * older than five minutes (Meta, "Secure Graph API calls"). */
static bool token_is_proven(const struct call *c,
                            const struct shadow_target *target,
                            const char *token)
{
    if (target->app_secret[0] == '\0') {
        return true;
    }
    const char *proof = call_param(c, "appsecret_proof");
    const char *time = call_param(c, "appsecret_time");
    char message[TOKEN_TEXT_MAX];
    char expected[TOKEN_PROOF_MAX];
    int n = snprintf(message, sizeof message, "%s%s%s", token,
                     time == NULL ? "" : "|", time == NULL ? "" : time);
    if (proof == NULL || n < 0 || (size_t)n >= sizeof message) {
        return false;
    }
    if (time != NULL) {
        int64_t age_s = call_now_ms(c) / 1000 - strtoll(time, NULL, 10);
        if (age_s > TOKEN_PROOF_S || age_s < -TOKEN_PROOF_S) {
            return false;
        }
    }
    token_proof(target->app_secret, message, expected);
    return token_equals(expected, proof);
}

static void token_refuse_proof(struct call *c)
{
    call_fail(c, &(struct call_error){
                     100, 0, "GraphMethodException",
                     "Invalid appsecret_proof provided in the API argument"});
}

static void token_refuse(struct call *c, const char *token)
{
    if (token == NULL) {
        call_fail(c, &(struct call_error){
                         104, 0, NULL,
                         "An access token is required to request this "
                         "resource."});
    } else {
        call_fail(c, &(struct call_error){
                         190, 0, NULL,
                         "Invalid OAuth access token - Cannot parse access "
                         "token"});
    }
}

/* No such object, or no right to it: Meta does not say which. */
static void token_refuse_object(struct call *c)
{
    char message[320];
    (void)snprintf(
        message, sizeof message,
        "Unsupported %s request. Object with ID '%s' does not exist, cannot "
        "be loaded due to missing permissions, or does not support this "
        "operation",
        c->method, c->node);
    call_fail(c,
              &(struct call_error){100, 33, "GraphMethodException", message});
}

/* True when the target is, or owns, the call's node. */
static bool token_fits(const struct call *c, size_t at,
                       const struct shadow_object *object)
{
    bool is_instagram = at % 2 == 1;
    bool is_rehearsal = at >= 2;
    return strcmp(c->node, token_target(c, at)->id) == 0 ||
           (object != NULL && object->is_instagram == is_instagram &&
            object->is_rehearsal == is_rehearsal);
}

bool call_authorize(struct call *c)
{
    const char *token = token_of(c);
    bool is_known = false;
    c->object = shadow_objects_find(&c->shadow->objects, c->node);
    for (size_t i = 0; token != NULL && i < TOKEN_TARGETS; i++) {
        const struct shadow_target *target = token_target(c, i);
        if (!token_equals(token, target->token)) {
            continue;
        }
        is_known = true;
        if (token_fits(c, i, c->object)) {
            c->target = target;
            c->is_instagram = i % 2 == 1;
            c->is_rehearsal = i >= 2;
            break;
        }
    }
    if (!is_known) {
        token_refuse(c, token);
    } else if (c->target == NULL) {
        token_refuse_object(c);
    } else if (!token_is_proven(c, c->target, token)) {
        token_refuse_proof(c);
    } else {
        return true;
    }
    return false;
}

/* An app's own token is "<app id>|<app secret>". */
static bool token_is_app(const struct shadow_target *target, const char *token)
{
    char app[TOKEN_TEXT_MAX];
    int n =
        snprintf(app, sizeof app, "%s|%s", target->app_id, target->app_secret);
    return target->app_id[0] != '\0' && target->app_secret[0] != '\0' &&
           n > 0 && (size_t)n < sizeof app && token_equals(app, token);
}

static void token_describe(struct call *c, const struct shadow_target *target)
{
    /* What a token for page and profile bears. */
    json_t *scopes = json_pack(
        "[s,s,s,s,s,s,s,s]", "pages_manage_posts", "pages_read_engagement",
        "pages_show_list", "pages_manage_engagement", "instagram_basic",
        "instagram_content_publish", "instagram_manage_comments",
        "instagram_manage_contents");
    json_t *answer = json_pack(
        "{s:{s:s,s:s,s:s,s:b,s:i,s:i,s:s,s:o}}", "data", "app_id",
        target->app_id[0] == '\0' ? "700000000000000" : target->app_id, "type",
        "PAGE", "application", "Türmer", "is_valid", 1, "expires_at", 0,
        "data_access_expires_at", 0, "profile_id", target->id, "scopes",
        scopes);
    check(answer != NULL);
    char *text = json_dumps(answer, JSON_COMPACT);
    check(text != NULL);
    json_decref(answer);
    call_answer(c, text, strlen(text));
    free(text);
}

static void token_describe_invalid(struct call *c)
{
    static const char text[] =
        "{\"data\":{\"is_valid\":false,\"scopes\":[],\"error\":{\"code\":190,"
        "\"message\":\"Invalid OAuth access token.\"}}}";
    call_answer(c, text, sizeof text - 1);
}

void token_call(struct call *c)
{
    const char *token = token_of(c);
    const char *input = call_param(c, "input_token");
    if (!call_check_params(c, "input_token")) {
        return;
    }
    if (input == NULL) {
        call_fail_param(c, "input_token");
        return;
    }
    const struct shadow_target *asked = NULL;
    bool is_allowed = false;
    for (size_t i = 0; token != NULL && i < TOKEN_TARGETS; i++) {
        const struct shadow_target *target = token_target(c, i);
        is_allowed = is_allowed || token_equals(token, target->token) ||
                     token_is_app(target, token);
        if (asked == NULL && token_equals(input, target->token)) {
            asked = target;
        }
    }
    if (!is_allowed) {
        token_refuse(c, token);
    } else if (asked == NULL) {
        token_describe_invalid(c);
    } else if (!token_is_proven(c, asked, token)) {
        token_refuse_proof(c);
    } else {
        token_describe(c, asked);
    }
}
