#include "templates/card.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include <jpeglib.h>

#include "service/base/digest.h"
#include "templates/card_sign.h"
#include "tests/support/cmocka_all.h"

static struct card_input sample(enum alert_kind kind, int level,
                                const char *mark)
{
    return (struct card_input){
        .kind = kind,
        .level = level,
        .mark = mark,
        .headline = mark[0] == '\0' ? "Hochwasser am Rhein"
                                    : "PROBE – Hochwasser am Rhein",
        .body = "Weil am Rhein: Abstand zum Ufer. Nicht in Keller und "
                "Tiefgaragen.",
        .stand = "24.11.2026, 14:30\xC2\xA0Uhr",
        .authority = "Landratsamt Lörrach",
        .alert_id = "LOE-7K3Q9F-1",
    };
}

/* The card as pixels, 3 bytes each; the caller's to free(). */
static uint8_t *decode(const uint8_t *jpeg, size_t len, int *baseline)
{
    struct jpeg_decompress_struct d;
    struct jpeg_error_mgr errors;
    memset(&d, 0, sizeof(d));
    d.err = jpeg_std_error(&errors);
    jpeg_create_decompress(&d);
    jpeg_mem_src(&d, jpeg, (unsigned long)len);
    assert_int_equal(jpeg_read_header(&d, TRUE), JPEG_HEADER_OK);
    assert_int_equal(d.image_width, CARD_WIDTH);
    assert_int_equal(d.image_height, CARD_HEIGHT);
    assert_int_equal(d.num_components, 3);
    *baseline = !d.progressive_mode && d.data_precision == 8 && !d.arith_code;
    (void)jpeg_start_decompress(&d);
    uint8_t *pixels = calloc((size_t)CARD_WIDTH * CARD_HEIGHT, 3);
    assert_non_null(pixels);
    while (d.output_scanline < d.output_height) {
        JSAMPROW row = pixels + (size_t)d.output_scanline * CARD_WIDTH * 3;
        (void)jpeg_read_scanlines(&d, &row, 1);
    }
    (void)jpeg_finish_decompress(&d);
    jpeg_destroy_decompress(&d);
    return pixels;
}

static int near(const uint8_t *p, unsigned rgb)
{
    return abs(p[0] - (int)(rgb >> 16 & 0xFF)) < 24 &&
           abs(p[1] - (int)(rgb >> 8 & 0xFF)) < 24 &&
           abs(p[2] - (int)(rgb & 0xFF)) < 24;
}

/* How many of the pixels in rows from..to have about this colour. */
static size_t count(const uint8_t *pixels, int from, int to, unsigned rgb)
{
    size_t n = 0;
    for (int i = from * CARD_WIDTH; i < to * CARD_WIDTH; i++) {
        n += (size_t)near(pixels + (size_t)i * 3, rgb);
    }
    return n;
}

static void draw(const struct card_input *in, uint8_t **jpeg, size_t *len)
{
    struct err e;
    if (card_render(in, jpeg, len, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
}

static void every_card_is_a_baseline_jpeg_in_its_colours(void **state)
{
    static const struct {
        enum alert_kind kind;
        int level;
        const char *mark;
        enum card_look look;
    } cases[] = {
        {KIND_ALERT, 1, "", CARD_LEVEL_1},
        {KIND_ALERT, 2, "", CARD_LEVEL_2},
        {KIND_UPDATE, 3, "", CARD_LEVEL_3},
        {KIND_ALL_CLEAR, 0, "", CARD_CLEAR},
        {KIND_RETRACTION, 0, "", CARD_CLEAR},
        {KIND_ALERT, 1, "PROBE", CARD_DRILL},
        {KIND_ALL_CLEAR, 0, "ÜBUNG", CARD_DRILL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct card_input in =
            sample(cases[i].kind, cases[i].level, cases[i].mark);
        uint8_t *jpeg = NULL;
        size_t len = 0;
        int baseline = 0;
        draw(&in, &jpeg, &len);
        assert_true(len > 20000 && len < 1000000);
        uint8_t *pixels = decode(jpeg, len, &baseline);
        assert_true(baseline);
        size_t all = (size_t)CARD_WIDTH * CARD_HEIGHT;
        size_t ground =
            count(pixels, 0, CARD_HEIGHT, card_ground_rgb(cases[i].look));
        assert_true(ground > all / 2);
        /* band, headline and body, and foot each bear letters */
        unsigned text = card_text_rgb(cases[i].look);
        assert_true(count(pixels, 138, 340, text) > 2000);
        assert_true(count(pixels, 384, 1004, text) > 10000);
        assert_true(count(pixels, 1032, 1215, text) > 5000);
        free(pixels);
        free(jpeg);
    }
}

/* WCAG 2.2, "relative luminance" and "contrast ratio". */
static double channel(unsigned value)
{
    double c = value / 255.0;
    if (c <= 0.04045) {
        return c / 12.92;
    }
    double base = (c + 0.055) / 1.055;
    /* base to 2.4 = base^2 * base^0.4; by Newton for the fifth root */
    double root = base;
    for (int i = 0; i < 60; i++) {
        double r4 = root * root * root * root;
        root -= (r4 * root - base) / (5 * r4);
    }
    return base * base * root * root;
}

static double luminance(unsigned rgb)
{
    return 0.2126 * channel(rgb >> 16 & 0xFF) +
           0.7152 * channel(rgb >> 8 & 0xFF) + 0.0722 * channel(rgb & 0xFF);
}

static void text_has_a_contrast_of_seven_at_least(void **state)
{
    (void)state;
    for (int i = CARD_LEVEL_1; i <= CARD_DRILL; i++) {
        double a = luminance(card_ground_rgb((enum card_look)i)) + 0.05;
        double b = luminance(card_text_rgb((enum card_look)i)) + 0.05;
        double ratio = a > b ? a / b : b / a;
        assert_true(ratio >= 7.0);
    }
}

static void a_drill_never_has_a_warning_colour_as_ground(void **state)
{
    struct card_input in = sample(KIND_ALERT, 1, "PROBE");
    uint8_t *jpeg = NULL;
    size_t len = 0;
    int baseline = 0;
    (void)state;
    draw(&in, &jpeg, &len);
    uint8_t *pixels = decode(jpeg, len, &baseline);
    assert_int_equal(count(pixels, 0, CARD_HEIGHT, 0xA4001D), 0);
    /* the yellow diagonals, above and below */
    assert_true(count(pixels, 0, 96, 0xFFD500) > 10000);
    assert_true(count(pixels, CARD_HEIGHT - 96, CARD_HEIGHT, 0xFFD500) > 10000);
    free(pixels);
    free(jpeg);
}

static void the_longest_texts_shrink_and_fit(void **state)
{
    struct card_input in = sample(KIND_ALERT, 3, "");
    uint8_t *jpeg = NULL;
    size_t len = 0;
    (void)state;
    in.headline = "Leitungswasser nicht benutzen, Wasserausfall";
    in.body = "Häg-Ehrsberg, Kleines Wiesental, Schönau: Leitungswasser "
              "sprudelnd aufkochen, 10 Minuten abkühlen. Nicht in den Keller.";
    draw(&in, &jpeg, &len);
    free(jpeg);
}

static void what_does_not_fit_is_refused_and_never_cut(void **state)
{
    struct card_input in = sample(KIND_ALERT, 3, "");
    struct err e;
    uint8_t *jpeg = NULL;
    size_t len = 0;
    (void)state;
    in.headline = "Donaudampfschifffahrtsgesellschaftskapitäne";
    assert_int_equal(card_render(&in, &jpeg, &len, &e), ERR_LIMIT);
    in = sample(KIND_ALERT, 3, "");
    in.body = "Sehr viel Text. Sehr viel Text. Sehr viel Text. Sehr viel Text. "
              "Sehr viel Text. Sehr viel Text. Sehr viel Text. Sehr viel Text. "
              "Sehr viel Text. Sehr viel Text. Sehr viel Text. Sehr viel Text. "
              "Sehr viel Text. Sehr viel Text. Sehr viel Text. Sehr viel Text. "
              "Sehr viel Text. Sehr viel Text. Sehr viel Text. Sehr viel Text.";
    assert_int_equal(card_render(&in, &jpeg, &len, &e), ERR_LIMIT);
    assert_null(jpeg);
}

struct job {
    uv_thread_t thread;
    struct digest digest;
};

static void job_run(void *data)
{
    struct job *job = data;
    struct card_input in = sample(KIND_ALERT, 2, "");
    struct err e;
    uint8_t *jpeg = NULL;
    size_t len = 0;
    if (card_render(&in, &jpeg, &len, &e) == ERR_OK) {
        job->digest = digest_of(jpeg, len);
    }
    free(jpeg);
}

static void threads_draw_the_same_bytes_at_the_same_time(void **state)
{
    enum { JOBS = 4 };
    struct job jobs[JOBS];
    struct job alone;
    (void)state;
    memset(jobs, 0, sizeof(jobs));
    memset(&alone, 0, sizeof(alone));
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(uv_thread_create(&jobs[i].thread, job_run, &jobs[i]),
                         0);
    }
    for (size_t i = 0; i < JOBS; i++) {
        assert_int_equal(uv_thread_join(&jobs[i].thread), 0);
    }
    job_run(&alone);
    for (size_t i = 0; i < JOBS; i++) {
        assert_memory_equal(&jobs[i].digest, &alone.digest,
                            sizeof(alone.digest));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_card_is_a_baseline_jpeg_in_its_colours),
        cmocka_unit_test(text_has_a_contrast_of_seven_at_least),
        cmocka_unit_test(a_drill_never_has_a_warning_colour_as_ground),
        cmocka_unit_test(the_longest_texts_shrink_and_fit),
        cmocka_unit_test(what_does_not_fit_is_refused_and_never_cut),
        cmocka_unit_test(threads_draw_the_same_bytes_at_the_same_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
