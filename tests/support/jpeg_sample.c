#include "tests/support/jpeg_sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "service/base/mem.h"

void jpeg_sample(struct buf *b, unsigned width, unsigned height)
{
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr error;
    unsigned char *bytes = NULL;
    unsigned long len = 0;
    JSAMPROW row = mem_zalloc(width);
    memset(row, 128, width);
    encoder.err = jpeg_std_error(&error);
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &bytes, &len);
    encoder.image_width = width;
    encoder.image_height = height;
    encoder.input_components = 1;
    encoder.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&encoder);
    jpeg_start_compress(&encoder, TRUE);
    while (encoder.next_scanline < height) {
        (void)jpeg_write_scanlines(&encoder, &row, 1); /* one row, always */
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    free(row);
    buf_init(b, len + 1);
    buf_add(b, bytes, len);
    free(bytes);
}
