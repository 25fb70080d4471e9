/* What app.c owns; app_channels.c opens and closes its channels. */
#ifndef SERVICE_APP_PARTS_H
#define SERVICE_APP_PARTS_H

#include <stdbool.h>
#include <uv.h>

#include "channels/channel.h"
#include "service/api/api.h"
#include "service/config/config.h"
#include "service/flow/broadcast.h"
#include "service/seal/keyring.h"

enum { APP_URL_MAX = 600 };

struct app {
    const struct config *config;
    const struct clock *clock;
    uv_loop_t loop;
    uv_signal_t signals[2];
    int exit_code;
    int lock_fd;

    struct store *store;
    struct keyring keys;
    struct places *places;
    struct http_client *client;
    struct public *public;
    struct shadow *shadow;
    struct channel *channels[N_REALMS][N_CHANNELS];
    struct broadcast *broadcast;
    struct session_manager *sessions;
    struct events *events;
    struct drills *drills;
    struct http_server *console;
    struct http_server *socket;
    struct api api;

    char public_url[N_REALMS][APP_URL_MAX];
    char local_url[APP_URL_MAX];
    char rehearsal_site[CONFIG_PATH_MAX + 32];
    char host[CONFIG_TEXT_MAX];
    char log_damage[ERR_MESSAGE_MAX]; /* found at the start; "" for none */
    char *key_list;                   /* signed, for MQTT …/keys */
    char *key_texts;                  /* for /keys */

    bool stopping;
    int step; /* of the stop */
};

/* Opens the channels that the configuration turns on, for both realms. The
 * parts that they need are open. */
enum err_code app_channels_open(struct app *a, struct err *e);

/* Begins to close the channel at place `n` (0, 1, …); false when there is
 * none. Displays are one channel in both realms and are closed once. */
bool app_channels_close(struct app *a, size_t n, channel_close_cb cb);

/* The texts of the display keys: the signed list and the plain one. */
enum err_code app_keys_compose(struct app *a, struct err *e);

#endif
