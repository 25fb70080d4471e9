/* Hostile texts in every place that a template or a person fills. */
#include <stdlib.h>
#include <string.h>

#include "channels/website/site.h"
#include "service/base/buf.h"
#include "service/base/limits.h"
#include "service/base/markup.h"
#include "service/base/mem.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/site_sample.h"

static void compose(struct site_sample *s, struct site_items *items)
{
    struct site_config config = {.authority = "Landratsamt Lörrach",
                                 .sender_id = "warnung@loerrach-landkreis.de",
                                 .public_url = "https://warnung.example"};
    struct err e;
    const struct state *states[] = {site_sample_state(s)};
    assert_int_equal(site_compose(states, 1, &config, items, &e), ERR_OK);
}

static const char *text_of(const struct site_items *items, const char *name)
{
    const struct channel_item *item = site_items_find(items, name);
    assert_non_null(item);
    return item->bytes;
}

/* Only what is markup: every tag's name, in order. */
static void skeleton(struct buf *b, const char *text)
{
    buf_reset(b);
    for (const char *p = strchr(text, '<'); p != NULL; p = strchr(p + 1, '<')) {
        buf_add(b, p, 1 + strcspn(p + 1, " >\n"));
    }
}

static void random_text(char *out, size_t max, unsigned *seed)
{
    static const char *const parts[] = {
        "<",    ">",       "&",    "\"",     "'",  "</p>", "<script>alert(1)",
        "]]>",  "<!--",    "-->",  "&amp;",  "ä",  "…",    "\u202e",
        "\x01", "\x1b",    "\\u",  "%s%n",   "{}", "a",    "Rhein ",
        "=",    "</style", "\x7f", "&#0;",   "\r", "\t",   "javascript:",
        "<?",   "\"><img", "😀",    "onload="};
    size_t used = 0;
    size_t n = 1 + (size_t)rand_r(seed) % 6;
    out[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const char *part =
            parts[(size_t)rand_r(seed) % (sizeof(parts) / sizeof(parts[0]))];
        if (used + strlen(part) + 1 < max) {
            memcpy(out + used, part, strlen(part) + 1);
            used += strlen(part);
        }
    }
}

static void fill_hostile(struct site_sample *s, const char *text)
{
    site_sample_init(s, STREAM_ACTUAL);
    site_sample_incident(s, "LOE-7K3Q9F");
    struct alert *a = site_sample_alert(s, KIND_ALERT, 1, 0);
    site_sample_language(a, "de", text);
    content_set(&a->content.languages[0].event, text);
    site_sample_section(a, 0, text, text, SECTION_DESCRIPTION);
    site_sample_section(a, 0, text, text, SECTION_INSTRUCTION);
    content_set(&a->content.alt_text, text);
    content_set(&a->content.stand, text);
    MEM_SET_TEXT(a->template_id, "hw-rhein");
}

static const char *const hostile_names[] = {"index.html", "w/LOE-7K3Q9F.html",
                                            "cap/LOE-7K3Q9F-1.xml", "feed.atom",
                                            "einbinden.html"};
enum { N_HOSTILE = sizeof(hostile_names) / sizeof(hostile_names[0]) };

/* The skeletons of the files that say `text` everywhere. */
static void hostile_skeletons(struct buf *out, const char *text)
{
    struct site_sample s;
    struct site_items items;
    fill_hostile(&s, text);
    compose(&s, &items);
    for (size_t i = 0; i < N_HOSTILE; i++) {
        const char *bytes = text_of(&items, hostile_names[i]);
        skeleton(&out[i], bytes);
        assert_null(strpbrk(bytes, "\x01\x1b\x7f\r"));
    }
    site_items_fini(&items);
    site_sample_fini(&s);
}

static void assert_same_trees(const struct buf *plain, const struct buf *now,
                              const char *text)
{
    for (size_t i = 0; i < N_HOSTILE; i++) {
        bool same = strcmp(buf_text(&plain[i]), buf_text(&now[i])) == 0;
        if (!same) {
            print_error("%s changed by: %s\n", hostile_names[i], text);
        }
        assert_true(same);
    }
}

static void hostile_texts_leave_the_tree_as_it_is(void **state)
{
    (void)state;
    struct buf plain[N_HOSTILE];
    struct buf now[N_HOSTILE];
    unsigned seed = 20261124;
    for (size_t i = 0; i < N_HOSTILE; i++) {
        buf_init(&plain[i], LIMIT_SITE_FILE_BYTES);
        buf_init(&now[i], LIMIT_SITE_FILE_BYTES);
    }
    hostile_skeletons(plain, "Harmlos");
    for (int round = 0; round < 10000; round++) {
        char text[128];
        random_text(text, sizeof(text), &seed);
        hostile_skeletons(now, text);
        assert_same_trees(plain, now, text);
    }
    for (size_t i = 0; i < N_HOSTILE; i++) {
        buf_fini(&plain[i]);
        buf_fini(&now[i]);
    }
}

static void ten_thousand_strings_are_escaped(void **state)
{
    (void)state;
    unsigned seed = 7;
    for (int round = 0; round < 10000; round++) {
        char text[128];
        struct buf b;
        random_text(text, sizeof(text), &seed);
        buf_init(&b, 4096);
        markup_text(&b, text);
        assert_null(strpbrk(buf_text(&b), "<>\"'\x01\x1b\x7f"));
        buf_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_leave_the_tree_as_it_is),
        cmocka_unit_test(ten_thousand_strings_are_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
