/* The channels as the configuration wants them. The rehearsal ones, for
 * internal drills, always post to the shadow. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "channels/displays/displays.h"
#include "channels/facebook/facebook.h"
#include "channels/instagram/instagram.h"
#include "channels/website/website.h"
#include "drills/shadow/shadow.h"
#include "service/app_parts.h"
#include "service/base/log.h"
#include "service/http/public.h"

static const char app_graph_version[] = "v26.0";

static enum err_code app_secret(const char *path, char out[CONFIG_SECRET_MAX],
                                struct err *e)
{
    out[0] = '\0';
    return path[0] == '\0' ? ERR_OK : config_secret(path, out, e);
}

static enum err_code app_open_facebook(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    char token[CONFIG_SECRET_MAX];
    char secret[CONFIG_SECRET_MAX];
    enum err_code code = app_secret(c->facebook_token_file, token, e);
    if (code == ERR_OK) {
        code = app_secret(c->facebook_app_secret_file, secret, e);
    }
    if (code == ERR_OK) {
        struct facebook_config config = {.graph_url = c->facebook_graph_url,
                                         .page_id = c->facebook_page_id,
                                         .token = token,
                                         .app_id = c->facebook_app_id,
                                         .app_secret = secret};
        a->channels[REALM_LIVE][CHANNEL_FACEBOOK] =
            facebook_open(&a->loop, a->clock, a->client, &config);
    }
    sodium_memzero(token, sizeof(token));
    sodium_memzero(secret, sizeof(secret));
    return code;
}

static enum err_code app_open_instagram(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    char token[CONFIG_SECRET_MAX];
    char secret[CONFIG_SECRET_MAX];
    enum err_code code = app_secret(c->instagram_token_file, token, e);
    if (code == ERR_OK) {
        code = app_secret(c->instagram_app_secret_file, secret, e);
    }
    if (code == ERR_OK) {
        struct instagram_config config = {.graph_url = c->instagram_graph_url,
                                          .user_id = c->instagram_user_id,
                                          .token = token,
                                          .app_id = c->facebook_app_id,
                                          .app_secret = secret};
        a->channels[REALM_LIVE][CHANNEL_INSTAGRAM] =
            instagram_open(&a->loop, a->clock, a->client, &config);
    }
    sodium_memzero(token, sizeof(token));
    sodium_memzero(secret, sizeof(secret));
    return code;
}

/* Where internal drills post: the shadow's other page and profile. A channel
 * that is off is off in rehearsals too. */
static void app_open_rehearsal_posts(struct app *a)
{
    const struct shadow_account *account =
        &shadow_accounts(a->shadow)->rehearsal;
    char graph_url[APP_URL_MAX];
    (void)snprintf(graph_url, sizeof(graph_url), "http://127.0.0.1:%u/%s",
                   shadow_port(a->shadow), app_graph_version);
    if (a->config->facebook_on) {
        struct facebook_config config = {.graph_url = graph_url,
                                         .page_id = account->facebook.id,
                                         .token = account->facebook.token,
                                         .rehearsal = true};
        a->channels[REALM_REHEARSAL][CHANNEL_FACEBOOK] =
            facebook_open(&a->loop, a->clock, a->client, &config);
    }
    if (a->config->instagram_on) {
        struct instagram_config config = {.graph_url = graph_url,
                                          .user_id = account->instagram.id,
                                          .token = account->instagram.token,
                                          .rehearsal = true};
        a->channels[REALM_REHEARSAL][CHANNEL_INSTAGRAM] =
            instagram_open(&a->loop, a->clock, a->client, &config);
    }
}

/* ---- website ---- */

static void app_site_changed(void *data)
{
    struct app *a = data;
    struct err e;
    if (a->public != NULL &&
        public_load(a->public, a->config->website_directory, &e) != ERR_OK) {
        log_error("channel=website the public listener keeps its old pages: %s",
                  e.msg);
    }
}

static enum err_code app_open_website(struct app *a, struct err *e)
{
    struct website_config live = {.directory = a->config->website_directory,
                                  .public_url = a->public_url[REALM_LIVE],
                                  .local_url = a->local_url,
                                  .changed = app_site_changed,
                                  .changed_data = a};
    struct website_config rehearsal = {.directory = a->rehearsal_site,
                                       .public_url =
                                           a->public_url[REALM_REHEARSAL],
                                       .rehearsal = true};
    enum err_code code =
        website_open(&a->loop, a->clock, a->client, &live,
                     &a->channels[REALM_LIVE][CHANNEL_WEBSITE], e);
    if (code != ERR_OK) {
        return code;
    }
    app_site_changed(a); /* what an earlier run left is served at once */
    return website_open(&a->loop, a->clock, a->client, &rehearsal,
                        &a->channels[REALM_REHEARSAL][CHANNEL_WEBSITE], e);
}

/* ---- displays ---- */

static void app_displays_connected(void *data)
{
    struct app *a = data;
    broadcast_displays_connected(a->broadcast);
}

static void app_displays_disconnected(void *data)
{
    struct app *a = data;
    broadcast_displays_disconnected(a->broadcast);
}

static void app_displays_message(void *data, const struct displays_message *m)
{
    struct app *a = data;
    broadcast_displays_message(a->broadcast, m->topic, m->bytes, m->len);
}

static void app_displays_foreign(void *data, const char *topic)
{
    struct app *a = data;
    broadcast_displays_foreign(a->broadcast, topic);
}

static const struct displays_events app_displays_events = {
    .connected = app_displays_connected,
    .disconnected = app_displays_disconnected,
    .message = app_displays_message,
    .foreign = app_displays_foreign,
};

static enum err_code app_open_displays(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    char password[CONFIG_SECRET_MAX];
    struct channel *channel = NULL;
    enum err_code code = app_secret(c->displays_password_file, password, e);
    if (code == ERR_OK) {
        struct displays_config config = {.broker = c->displays_broker,
                                         .username = c->displays_username,
                                         .password = password,
                                         .ca_file = c->displays_ca_file,
                                         .prefix = c->displays_topic_prefix,
                                         .events = &app_displays_events,
                                         .data = a};
        code = displays_open(&a->loop, a->clock, &config, &channel, e);
    }
    if (code == ERR_OK) {
        a->channels[REALM_LIVE][CHANNEL_DISPLAYS] = channel;
        a->channels[REALM_REHEARSAL][CHANNEL_DISPLAYS] = channel;
    }
    sodium_memzero(password, sizeof(password));
    return code;
}

enum err_code app_channels_open(struct app *a, struct err *e)
{
    const struct config *c = a->config;
    enum err_code code = ERR_OK;
    if (c->facebook_on) {
        code = app_open_facebook(a, e);
    }
    if (code == ERR_OK && c->instagram_on) {
        code = app_open_instagram(a, e);
    }
    if (code == ERR_OK && c->website_on) {
        code = app_open_website(a, e);
    }
    if (code == ERR_OK && c->displays_on) {
        code = app_open_displays(a, e);
    }
    if (code == ERR_OK) {
        app_open_rehearsal_posts(a);
    }
    return code;
}

bool app_channels_close(struct app *a, size_t n, channel_close_cb cb)
{
    for (int i = 0; i < N_REALMS * N_CHANNELS; i++) {
        int realm = i / N_CHANNELS;
        int id = i % N_CHANNELS;
        struct channel *channel = a->channels[realm][id];
        /* The displays are one channel in both realms. */
        bool again = realm == REALM_REHEARSAL && id == CHANNEL_DISPLAYS;
        if (channel != NULL && !again && n-- == 0) {
            channel->type->close(channel, cb, a);
            return true;
        }
    }
    return false;
}
