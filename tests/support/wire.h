/* A bare client on the caller's loop: sends the bytes it is told, keeps the
 * bytes that come, understands nothing. For feeding rubbish to listeners. */
#ifndef TESTS_SUPPORT_WIRE_H
#define TESTS_SUPPORT_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "service/base/buf.h"

struct wire {
    uv_loop_t *loop;
    struct buf got;
    bool is_open; /* connected */
    bool is_over; /* the other side ended it, or never took it */

    union {
        uv_handle_t handle;
        uv_stream_t stream;
        uv_tcp_t tcp;
        uv_pipe_t pipe;
    } uv;
    uv_connect_t connect;
};

/* Connects; the wire is freed by wire_close(). */
struct wire *wire_open(uv_loop_t *loop, unsigned port);
struct wire *wire_open_unix(uv_loop_t *loop, const char *path);

void wire_send(struct wire *w, const char *text);
void wire_send_bytes(struct wire *w, const void *bytes, size_t len);

/* Stops reading, so that the other side's buffers fill. */
void wire_pause(struct wire *w);
void wire_resume(struct wire *w);

/* Runs the loop until what came holds `text`; false when the connection ended
 * or ten seconds passed without it. */
bool wire_wait(struct wire *w, const char *text);

/* Runs the loop until the other side ended the connection. */
bool wire_wait_over(struct wire *w);

const char *wire_got(const struct wire *w);
void wire_forget(struct wire *w);

/* Closes, runs the loop until it is closed, and frees. */
void wire_close(struct wire *w);

typedef bool (*wire_condition)(void *data);

/* Runs the loop until the condition holds; false after ten seconds. */
bool wire_run_until(uv_loop_t *loop, wire_condition condition, void *data);

#endif
