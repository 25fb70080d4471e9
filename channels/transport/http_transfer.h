/* One request as libcurl sees it: options from the request, answer from what
 * curl knows. The client (http_client.c) starts and ends it. Internal to this
 * folder. */
#ifndef CHANNELS_TRANSPORT_HTTP_TRANSFER_H
#define CHANNELS_TRANSPORT_HTTP_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include <curl/curl.h>

#include "channels/transport/http_client.h"
#include "service/base/buf.h"

enum http_transfer_state {
    TRANSFER_STARTING,
    TRANSFER_RUNNING,
    TRANSFER_FAILED, /* could not be started */
    TRANSFER_CANCELLED,
};

/* The client's, for all its transfers. */
struct http_transfer_settings {
    const struct clock *clock;
    char *ca_file; /* NULL: the system's */
};

struct http_transfer {
    struct http_client *client;
    struct http_call *request;
    enum http_transfer_state state;
    bool added; /* the client's multi handle knows it */
    bool too_large;
    enum http_end failure; /* TRANSFER_FAILED */
    uint64_t born;         /* the turn before it; later turns start it */
    CURL *easy;
    struct curl_slist *headers;
    struct buf body;
    char error[CURL_ERROR_SIZE];
    struct http_transfer *next;
    struct http_transfer **link;
};

/* A transfer for r, STARTING or FAILED; to be ended by http_transfer_free(),
 * which overwrites its headers. */
struct http_transfer *
http_transfer_new(struct http_call *r,
                  const struct http_transfer_settings *settings);
void http_transfer_free(struct http_transfer *t);

/* What curl's result means. */
enum http_end http_transfer_end(struct http_transfer *t, CURLcode code);

/* Fills the request's answer; its body is the transfer's. To be called while
 * the easy handle still knows its connection. */
void http_transfer_answer(struct http_transfer *t, enum http_end end);

#endif
