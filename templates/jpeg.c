#include "templates/jpeg.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include "service/base/mem.h"

enum { JPEG_QUALITY_CARD = 80 };

/* libjpeg leaves through error_exit, which must not return: longjmp is the
 * way that its own documentation (libjpeg.txt, "Error handling") gives. */
struct jpeg_trouble {
    struct jpeg_error_mgr base;
    jmp_buf away;
    char message[JMSG_LENGTH_MAX];
};

static _Noreturn void jpeg_leave(j_common_ptr info)
{
    struct jpeg_trouble *t = (struct jpeg_trouble *)(void *)info->err;
    info->err->format_message(info, t->message);
    longjmp(t->away, 1);
}

static void jpeg_quiet(j_common_ptr info)
{
    (void)info;
}

static void jpeg_row(const uint8_t *pixels, size_t width, JSAMPLE *row)
{
    for (size_t x = 0; x < width; x++) {
        uint32_t pixel;
        memcpy(&pixel, pixels + x * 4, sizeof(pixel));
        row[x * 3] = (JSAMPLE)(pixel >> 16 & 0xFF);
        row[x * 3 + 1] = (JSAMPLE)(pixel >> 8 & 0xFF);
        row[x * 3 + 2] = (JSAMPLE)(pixel & 0xFF);
    }
}

static void jpeg_set_up(struct jpeg_compress_struct *c,
                        const struct jpeg_image *image)
{
    c->image_width = (JDIMENSION)image->width;
    c->image_height = (JDIMENSION)image->height;
    c->input_components = 3;
    c->in_color_space = JCS_RGB;
    jpeg_set_defaults(c);
    jpeg_set_quality(c, JPEG_QUALITY_CARD, TRUE);
    c->optimize_coding = TRUE;
    c->comp_info[0].h_samp_factor = 1; /* sharp edges of coloured letters */
    c->comp_info[0].v_samp_factor = 1;
}

/* Everything between create and destroy; leaves through t->away. */
static void jpeg_write(struct jpeg_compress_struct *c,
                       const struct jpeg_image *image, JSAMPLE *row)
{
    jpeg_start_compress(c, TRUE);
    for (size_t y = 0; y < image->height; y++) {
        JSAMPROW rows[1] = {row};
        jpeg_row(image->pixels + y * image->stride, image->width, row);
        (void)jpeg_write_scanlines(c, rows, 1);
    }
    jpeg_finish_compress(c);
}

enum err_code jpeg_encode(const struct jpeg_image *image, uint8_t **jpeg,
                          size_t *len, struct err *e)
{
    struct jpeg_compress_struct c;
    struct jpeg_trouble trouble;
    unsigned char *volatile bytes = NULL;
    unsigned char *out = NULL;
    unsigned long size = 0;
    JSAMPLE *row = mem_calloc(image->width, 3);
    memset(&c, 0, sizeof(c));
    c.err = jpeg_std_error(&trouble.base);
    trouble.base.error_exit = jpeg_leave;
    trouble.base.output_message = jpeg_quiet;
    if (setjmp(trouble.away) != 0) {
        jpeg_destroy_compress(&c);
        free(row);
        free(bytes);
        return err_set(e, ERR_IO,
                       "Die Karte konnte nicht als JPEG "
                       "geschrieben werden: %.100s",
                       trouble.message);
    }
    jpeg_create_compress(&c);
    jpeg_mem_dest(&c, &out, &size);
    jpeg_set_up(&c, image);
    jpeg_write(&c, image, row);
    bytes = out;
    jpeg_destroy_compress(&c);
    free(row);
    *jpeg = out;
    *len = (size_t)size;
    return ERR_OK;
}
