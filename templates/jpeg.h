/* Pixels to a JPEG file: baseline, 4:4:4, JFIF (which means sRGB here). No
 * shared state. */
#ifndef TEMPLATES_JPEG_H
#define TEMPLATES_JPEG_H

#include <stddef.h>
#include <stdint.h>

#include "service/base/err.h"

/* Rows of 32-bit 0x00RRGGBB in the machine's order, `stride` bytes apart. */
struct jpeg_image {
    const uint8_t *pixels;
    size_t width;
    size_t height;
    size_t stride;
};

/* The image is borrowed; *jpeg is the caller's to free(). */
enum err_code jpeg_encode(const struct jpeg_image *image, uint8_t **jpeg,
                          size_t *len, struct err *e);

#endif
