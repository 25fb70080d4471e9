/* Server-sent events: an answer that stays open. The caller writes whole
 * events ("id: 7\nevent: alert\ndata: {…}\n\n"); the server sends a comment
 * every 15 s so that proxies keep the line, notices a client that has gone
 * within about a second, and cuts one that reads too slowly: more than
 * LIMIT_STREAM_BYTES waiting ends the stream, the browser comes back with
 * Last-Event-ID. What it then has missed may be longer: until everything has
 * been taken once, LIMIT_STREAM_FIRST bytes may wait. */
#ifndef SERVICE_HTTP_STREAM_H
#define SERVICE_HTTP_STREAM_H

#include <stddef.h>

#include "service/http/request.h"

struct http_stream;

/* The stream is over, whoever ended it; it is freed after the call. Runs
 * exactly once, from the loop, never inside one of the calls below. */
typedef void (*http_stream_closed_cb)(void *data);

/* Answers the request with 200, Content-Type text/event-stream and Cache-
 * Control no-store, plus these headers. The request is done with, the stream
 * is the caller's to write to until on_closed. Never NULL. */
struct http_stream *
http_stream_open(struct http_request *r, const struct http_field *headers,
                 size_t n_headers, http_stream_closed_cb on_closed, void *data);

/* Appends bytes, copied. After a cut or a close it does nothing. */
void http_stream_write(struct http_stream *s, const void *bytes, size_t len);

/* Sends what waits and ends; on_closed follows. */
void http_stream_close(struct http_stream *s);

#endif
