#include <stdlib.h>
#include <string.h>

#include "channels/graph/answer.h"
#include "channels/graph/marker.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"

static const char listing[] =
    "{\"data\":[{\"id\":\"1_3\",\"message\":\"Meldung LOE-7K3Q9F-1\","
    "\"created_time\":\"2026-11-24T13:30:05+0000\","
    "\"permalink_url\":\"https:\\/\\/www.facebook.com\\/1_3\"},"
    "{\"id\":\"1_2\"},"
    "{\"id\":\"1_1\",\"message\":\"\\u00dcbung \\ud83d\\ude00\\n"
    "Meldung LOE-7K3Q9F-1\\nTexte\"}],"
    "\"paging\":{\"cursors\":{\"before\":\"A\",\"after\":\"B=\"},"
    "\"next\":\"https://graph.example/?access_token=secret\"}}";

static void a_listing_gives_hits_and_cursor(void **state)
{
    (void)state;
    struct graph_hits hits = {0};
    char after[GRAPH_CURSOR_MAX];
    struct err e;
    assert_int_equal(graph_list_parse(listing, strlen(listing), "LOE-7K3Q9F-1",
                                      &hits, after, &e),
                     ERR_OK);
    assert_int_equal(hits.n, 2);
    assert_string_equal(hits.oldest.id, "1_1");
    assert_string_equal(hits.youngest, "1_3");
    assert_string_equal(after, "B=");
    graph_hits_fini(&hits);
}

/* A cut answer is never taken for a whole one, and no byte makes it crash. */
static void a_damaged_listing_is_corrupt(void **state)
{
    (void)state;
    for (size_t len = 0; len < strlen(listing); len++) {
        struct graph_hits hits = {0};
        char after[GRAPH_CURSOR_MAX];
        char *cut = mem_dup(listing, len);
        struct err e;
        assert_int_equal(
            graph_list_parse(cut, len, "LOE-7K3Q9F-1", &hits, after, &e),
            ERR_CORRUPT);
        graph_hits_fini(&hits);
        free(cut);
    }
    for (size_t i = 0; i < strlen(listing); i++) {
        struct graph_hits hits = {0};
        char after[GRAPH_CURSOR_MAX];
        char *bent = mem_strdup(listing);
        struct err e;
        bent[i] = (char)(bent[i] ^ 0x11);
        (void)graph_list_parse(bent, strlen(bent), "LOE-7K3Q9F-1", &hits, after,
                               &e);
        graph_hits_fini(&hits);
        free(bent);
    }
}

static struct graph_post post_of(const char *body)
{
    struct graph_post post;
    struct err e;
    assert_int_equal(graph_post_parse(body, strlen(body), &post, &e), ERR_OK);
    return post;
}

static void both_platforms_names_are_understood(void **state)
{
    (void)state;
    struct graph_post post =
        post_of("{\"id\":\"1\",\"caption\":\"c\",\"permalink\":\"p\","
                "\"timestamp\":\"2026-11-24T13:30:05+0000\"}");
    assert_string_equal(post.text, "c");
    assert_string_equal(post.permalink, "p");
    assert_true(post.at_ms == INT64_C(1795527005000));
    graph_post_fini(&post);
    post = post_of("{\"id\":\"1\",\"created_time\":\"yesterday\"}");
    assert_string_equal(post.text, "");
    assert_true(post.at_ms == 0);
    graph_post_fini(&post);
}

static void an_id_that_could_leave_its_address_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"{}",
                                        "{\"id\":1}",
                                        "{\"id\":\"\"}",
                                        "{\"id\":\"1/2\"}",
                                        "{\"id\":\"1?x\"}",
                                        "{\"id\":\"1#\"}",
                                        "{\"id\":\"1 \"}",
                                        "[\"id\"]"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct graph_post post;
        struct err e;
        assert_int_equal(
            graph_post_parse(wrong[i], strlen(wrong[i]), &post, &e),
            ERR_CORRUPT);
    }
}

static void the_marker_is_a_whole_line(void **state)
{
    (void)state;
    assert_true(marker_has("Meldung X-1", "X-1"));
    assert_true(marker_has("a\r\nMeldung X-1\r\nb", "X-1"));
    assert_true(marker_has("a\n  Meldung X-1\t\n", "X-1"));
    assert_false(marker_has("Meldung X-11", "X-1"));
    assert_false(marker_has("Meldung X-1.", "X-1"));
    assert_false(marker_has("die Meldung X-1", "X-1"));
    assert_false(marker_has("meldung X-1", "X-1"));
    assert_false(marker_has("", "X-1"));
    assert_false(marker_has(NULL, "X-1"));
}

static void a_line_counts_as_mark_only_above_the_marker(void **state)
{
    (void)state;
    assert_true(marker_has_line_above("M\n\na\nMeldung X-1\nb", "M"));
    assert_true(marker_has_line_above("N\n\nM\n\na\nMeldung X-1\nb", "M"));
    assert_false(marker_has_line_above("a\nMeldung X-1\nM\nb", "M"));
    assert_false(marker_has_line_above("Mx\nMeldung X-1", "M"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_listing_gives_hits_and_cursor),
        cmocka_unit_test(a_damaged_listing_is_corrupt),
        cmocka_unit_test(both_platforms_names_are_understood),
        cmocka_unit_test(an_id_that_could_leave_its_address_is_refused),
        cmocka_unit_test(the_marker_is_a_whole_line),
        cmocka_unit_test(a_line_counts_as_mark_only_above_the_marker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
