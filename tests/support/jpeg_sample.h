/* A grey JPEG of a given size. */
#ifndef TESTS_SUPPORT_JPEG_SAMPLE_H
#define TESTS_SUPPORT_JPEG_SAMPLE_H

#include "service/base/buf.h"

/* Initialises b, which is the caller's to buf_fini(). */
void jpeg_sample(struct buf *b, unsigned width, unsigned height);

#endif
