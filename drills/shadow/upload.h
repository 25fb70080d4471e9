/* A call that brings a picture by its address. For this folder. */
#ifndef DRILLS_SHADOW_UPLOAD_H
#define DRILLS_SHADOW_UPLOAD_H

#include "drills/shadow/call.h"
#include "drills/shadow/picture.h"

/* The picture is kept under this id, which the call's object takes. */
typedef void (*upload_cb)(struct call *c, const char *id);

/* Fetches and judges; cb later, or the call has been answered with what is
 * wrong. */
void upload_start(struct call *c, const char *url, upload_cb cb);

void upload_refuse(struct call *c, enum picture_verdict verdict);

/* The kept picture gets another object's name. */
void upload_move(const struct call *c, const char *from, const char *to);

/* POST /{page}/photos */
void upload_photo(struct call *c);

#endif
