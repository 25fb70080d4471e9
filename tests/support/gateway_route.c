#include "tests/support/gateway_route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

/* ---- what a request asks for -------------------------------------------- */

static enum gateway_call gateway_edge_call(const char *edge, bool post)
{
    static const struct {
        const char *edge;
        enum gateway_call get;
        enum gateway_call post;
    } edges[] = {
        {"feed", GATEWAY_OTHER, GATEWAY_FEED},
        {"published_posts", GATEWAY_PUBLISHED_POSTS, GATEWAY_OTHER},
        {"media", GATEWAY_MEDIA_LIST, GATEWAY_MEDIA_CREATE},
        {"media_publish", GATEWAY_OTHER, GATEWAY_MEDIA_PUBLISH},
        {"content_publishing_limit", GATEWAY_QUOTA, GATEWAY_OTHER},
        {"comments", GATEWAY_COMMENTS_LIST, GATEWAY_COMMENT},
    };
    for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++) {
        if (strcmp(edges[i].edge, edge) == 0) {
            return post ? edges[i].post : edges[i].get;
        }
    }
    return GATEWAY_OTHER;
}

static enum gateway_call gateway_route(const struct gateway_graph *g,
                                       const struct gateway_ask *ask,
                                       const char *method)
{
    bool post = strcmp(method, "POST") == 0;
    if (strcmp(ask->id, "karte") == 0) {
        return GATEWAY_CARD;
    }
    if (strcmp(ask->id, "debug_token") == 0) {
        return GATEWAY_DEBUG_TOKEN;
    }
    if (ask->edge[0] != '\0') {
        return gateway_edge_call(ask->edge, post);
    }
    if (strcmp(method, "DELETE") == 0) {
        return GATEWAY_DELETE;
    }
    if (post) {
        return GATEWAY_EDIT;
    }
    return gateway_graph_is_container(g, ask->id) ? GATEWAY_CONTAINER
                                                  : GATEWAY_READ;
}

/* "/v26.0/{id}/{edge}?query" */
void gateway_take_apart(const struct gateway_graph *g,
                        const struct gateway_message *m,
                        struct gateway_ask *ask)
{
    const char *path = m->target;
    memset(ask, 0, sizeof(*ask));
    ask->body = m->body;
    ask->query = strchr(path, '?');
    ask->query = ask->query != NULL ? ask->query + 1 : "";
    if (strncmp(path, "/v", 2) == 0) {
        path += 1 + strcspn(path + 1, "/?");
    }
    path += *path == '/' ? 1 : 0;
    size_t len = strcspn(path, "/?");
    (void)snprintf(ask->id, sizeof(ask->id), "%.*s", (int)len, path);
    if (path[len] == '/') {
        path += len + 1;
        (void)snprintf(ask->edge, sizeof(ask->edge), "%.*s",
                       (int)strcspn(path, "/?"), path);
    }
    ask->call = gateway_route(g, ask, m->method);
}

/* ---- who asks ----------------------------------------------------------- */

static bool gateway_proof_is_right(const char *app_secret,
                                   const struct gateway_ask *ask,
                                   const char *bearer)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    char want[2 * sizeof(mac) + 1];
    crypto_auth_hmacsha256_state state;
    const unsigned char *key = (const unsigned char *)app_secret;
    crypto_auth_hmacsha256_init(&state, key, strlen(app_secret));
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)bearer,
                                  strlen(bearer));
    crypto_auth_hmacsha256_final(&state, mac);
    sodium_bin2hex(want, sizeof(want), mac, sizeof(mac));
    char *proof = gateway_graph_param(ask, "appsecret_proof");
    bool right = proof != NULL && strcmp(proof, want) == 0;
    free(proof);
    return right;
}

/* A reply with status 0 means: let in. */
struct gateway_reply gateway_admit(const struct gateway_door *door,
                                   const struct gateway_ask *ask,
                                   const struct gateway_message *m)
{
    struct gateway_reply in = {0};
    if (ask->call == GATEWAY_CARD) {
        return in;
    }
    if (strstr(ask->query, "access_token") != NULL ||
        strstr(ask->query, "input_token") != NULL) {
        return gateway_graph_error(400, 190, 0, "token in an address");
    }
    bool app = ask->call == GATEWAY_DEBUG_TOKEN && strchr(m->bearer, '|');
    if (door->token != NULL && strcmp(door->token, m->bearer) != 0 && !app) {
        return gateway_graph_error(400, 190, 0, "Invalid OAuth access token.");
    }
    if (door->app_secret != NULL &&
        !gateway_proof_is_right(door->app_secret, ask, m->bearer)) {
        return gateway_graph_error(400, 100, 0, "Invalid appsecret_proof");
    }
    return in;
}
