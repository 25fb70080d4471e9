#include "service/store/display.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/mem.h"
#include "service/store/log.h"
#include "service/store/store.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

static const int64_t noon_ms = INT64_C(1795521600000);

struct fixture {
    char folder[64];
    char path[96];
    struct fake_clock clock;
    struct store *store;
};

static int set_up(void **state)
{
    struct fixture *f = mem_zalloc(sizeof(*f));
    struct err e;
    fake_clock_init(&f->clock, noon_ms);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-display-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/db", f->folder);
    assert_int_equal(store_create(f->path, &e), ERR_OK);
    assert_int_equal(store_open(f->path, &f->clock.clock, &f->store, &e),
                     ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    struct fixture *f = *state;
    char path[128];
    store_close(f->store);
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
        (void)unlink(path);
    }
    int rv = rmdir(f->folder);
    free(f);
    return rv;
}

static void commit(struct fixture *f)
{
    struct err e;
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
}

/* Stores the next state of the stream; the caller's to display_stream_fini().
 */
static struct display_stream say(struct fixture *f, const char *stream,
                                 const char *text)
{
    struct display_stream st = {.issued_ms = noon_ms};
    (void)snprintf(st.stream, sizeof(st.stream), "%s", stream);
    display_stream_next(f->store, stream, &st.epoch, &st.seq);
    st.bytes = mem_strdup(text);
    st.len = strlen(text);
    st.content = digest_of(text, strlen(text));
    struct digest d = digest_of(text, strlen(text));
    digest_hex(&d, st.sha256);
    display_stream_save(f->store, &st);
    return st;
}

static void shows(struct fixture *f, const char *id,
                  const struct display_stream *st, size_t taken)
{
    struct display d = {.n_showing = 1, .shown_at_ms = noon_ms};
    (void)snprintf(d.id, sizeof(d.id), "%s", id);
    (void)snprintf(d.showing[0].stream, sizeof(d.showing[0].stream), "%s",
                   st->stream);
    d.showing[0].epoch = st->epoch;
    d.showing[0].seq = st->seq;
    memcpy(d.showing[0].sha256, st->sha256, sizeof(st->sha256));
    store_begin(f->store);
    assert_int_equal(display_save_shown(f->store, &d, noon_ms), taken);
    commit(f);
}

static void pairing_again_ends_a_revocation(void **state)
{
    struct fixture *f = *state;
    struct display d;
    store_begin(f->store);
    display_pair(f->store, "rathaus", "08336050", false, "local:root");
    commit(f);
    assert_true(display_load(f->store, "rathaus", &d));
    assert_string_equal(d.area, "08336050");
    assert_string_equal(display_state_name(&d, noon_ms), "offline");
    store_begin(f->store);
    assert_true(display_revoke(f->store, "rathaus", "local:root"));
    assert_false(display_revoke(f->store, "rathaus", "local:root"));
    assert_false(display_revoke(f->store, "bahnhof", "local:root"));
    commit(f);
    assert_true(display_load(f->store, "rathaus", &d));
    assert_string_equal(display_state_name(&d, noon_ms), "revoked");
    (void)snprintf(d.status, sizeof(d.status), "online");
    store_begin(f->store);
    assert_false(display_save_status(f->store, &d, noon_ms));
    display_pair(f->store, "rathaus", "08336081", true, "local:root");
    commit(f);
    assert_true(display_load(f->store, "rathaus", &d));
    assert_string_equal(d.area, "08336081");
    assert_true(d.rehearsal);
    assert_true(d.revoked_at_ms == 0);
    assert_int_equal(log_size(f->store), 3);
}

static void a_display_is_called_what_it_is(void **state)
{
    static const struct {
        const char *status;
        int64_t offset_s;
        int64_t seen_before_ms;
        const char *name;
    } table[] = {
        {"online", 0, 0, "online"},
        {"online", 120, 0, "online"},
        {"online", 121, 0, "clock_off"},
        {"online", -121, 0, "clock_off"},
        {"online", 0, 180000, "online"},
        {"online", 0, 180001, "silent"},
        {"offline", 0, 0, "offline"},
        {"bad_signature", 0, 0, "bad_signature"},
        {"bad_signature", 0, 200000, "silent"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct display d = {.clock_offset_s = table[i].offset_s,
                            .last_seen_ms = noon_ms - table[i].seen_before_ms};
        (void)snprintf(d.status, sizeof(d.status), "%s", table[i].status);
        assert_string_equal(display_state_name(&d, noon_ms), table[i].name);
    }
}

static void a_state_is_stored_with_its_exact_bytes(void **state)
{
    struct fixture *f = *state;
    struct display_stream found;
    struct display_stream_list list;
    int64_t epoch = 0;
    int64_t seq = 0;
    assert_false(display_stream_load(f->store, "actual/08336050", &found));
    store_begin(f->store);
    struct display_stream one = say(f, "actual/08336050", "one");
    struct display_stream two = say(f, "actual/08336050", "two");
    struct display_stream other = say(f, "actual/08336", "other");
    commit(f);
    assert_int_equal(two.seq, 2);
    assert_int_equal(other.seq, 1);
    assert_true(display_stream_load(f->store, "actual/08336050", &found));
    assert_int_equal(found.seq, 2);
    assert_int_equal(found.len, 3);
    assert_memory_equal(found.bytes, "two", 3);
    assert_string_equal(found.sha256, two.sha256);
    assert_memory_equal(found.content.bytes, two.content.bytes, DIGEST_SIZE);
    assert_false(found.published);
    display_stream_fini(&found);

    store_begin(f->store);
    display_stream_published(f->store, &one); /* overtaken: no leaf */
    display_stream_published(f->store, &two);
    display_stream_published(f->store, &two); /* once */
    commit(f);
    assert_int_equal(log_size(f->store), 1);
    char *entry = log_entry_text(f->store, 0);
    assert_non_null(strstr(entry, "\"stream\":\"actual/08336050\""));
    assert_non_null(strstr(entry, two.sha256));
    free(entry);

    display_stream_list_load(f->store, &list);
    assert_int_equal(list.n, 2);
    assert_string_equal(list.items[0].stream, "actual/08336");
    assert_true(list.items[1].published);
    display_stream_list_fini(&list);

    store_begin(f->store);
    display_epoch_raise(f->store);
    display_stream_next(f->store, "actual/08336050", &epoch, &seq);
    commit(f);
    assert_int_equal(epoch, 2);
    assert_int_equal(seq, 1);
    display_stream_fini(&one);
    display_stream_fini(&two);
    display_stream_fini(&other);
}

static void a_number_is_never_given_twice(void **state)
{
    struct fixture *f = *state;
    struct err e;
    store_begin(f->store);
    struct display_stream st = say(f, "actual/08336050", "one");
    commit(f);
    st.bytes[0] = 'x';
    store_begin(f->store);
    display_stream_save(f->store, &st);
    assert_int_equal(store_commit(f->store, &e), ERR_IO);
    st.seq = 0;
    store_begin(f->store);
    display_stream_save(f->store, &st);
    assert_int_equal(store_commit(f->store, &e), ERR_IO);
    display_stream_fini(&st);
}

static void only_the_last_states_are_kept(void **state)
{
    struct fixture *f = *state;
    struct display_stream first = {0};
    store_begin(f->store);
    display_pair(f->store, "rathaus", "08336050", false, "local:root");
    for (int i = 0; i < 70; i++) {
        struct display_stream st = say(f, "actual/08336050", "text");
        if (i == 0) {
            first = st;
        } else {
            display_stream_fini(&st);
        }
    }
    commit(f);
    shows(f, "rathaus", &first, 0); /* too old to be judged */
    display_stream_fini(&first);
}

static void shown_counts_the_displays_that_follow_the_alert(void **state)
{
    struct fixture *f = *state;
    struct display_count count;
    store_begin(f->store);
    display_pair(f->store, "a-here", "08336050", false, "local:root");
    display_pair(f->store, "b-here", "08336050", false, "local:root");
    display_pair(f->store, "c-there", "08336081", false, "local:root");
    display_pair(f->store, "d-gone", "08336050", false, "local:root");
    display_pair(f->store, "e-county", "08336", true, "local:root");
    (void)display_revoke(f->store, "d-gone", "local:root");
    struct display_stream empty = say(f, "actual/08336050", "empty");
    struct display_stream st = say(f, "actual/08336050", "alert");
    display_stream_holds(f->store, &st, "LOE-7K3Q9F-1");
    commit(f);
    count = display_count_shown(f->store, "LOE-7K3Q9F-1");
    assert_int_equal(count.expected, 2);
    assert_int_equal(count.confirmed, 0);
    assert_int_equal(display_reach_of(f->store, "LOE-7K3Q9F-1").streams, 1);
    assert_int_equal(display_reach_of(f->store, "LOE-7K3Q9F-1").unpublished, 1);

    shows(f, "a-here", &empty, 1); /* an earlier state proves nothing */
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").confirmed,
                     0);
    shows(f, "a-here", &st, 1);
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").confirmed,
                     1);
    store_begin(f->store);
    struct display_stream later = say(f, "actual/08336050", "update");
    display_stream_holds(f->store, &later, "LOE-7K3Q9F-1");
    commit(f);
    shows(f, "b-here", &later, 1); /* a later one does */
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").confirmed,
                     2);
    display_stream_fini(&empty);
    display_stream_fini(&st);
    display_stream_fini(&later);
}

static void a_hidden_alert_is_known_and_made_good_later(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(display_reach_of(f->store, "LOE-7K3Q9F-1").streams, 0);
    store_begin(f->store);
    display_pair(f->store, "here", "08336050", false, "local:root");
    struct display_stream full = say(f, "actual/08336050", "eight others");
    display_stream_hides(f->store, &full, "LOE-7K3Q9F-1");
    display_stream_published(f->store, &full);
    commit(f);
    struct display_reach reach = display_reach_of(f->store, "LOE-7K3Q9F-1");
    assert_int_equal(reach.streams, 1);
    assert_int_equal(reach.hidden, 1);
    assert_int_equal(reach.unpublished, 0);
    shows(f, "here", &full, 1); /* it does not show that alert */
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").expected, 0);
    store_begin(f->store);
    struct display_stream room = say(f, "actual/08336050", "room again");
    display_stream_holds(f->store, &room, "LOE-7K3Q9F-1");
    display_stream_hides(f->store, &room, "LOE-7K3Q9F-1"); /* too late */
    commit(f);
    reach = display_reach_of(f->store, "LOE-7K3Q9F-1");
    assert_int_equal(reach.hidden, 0);
    assert_int_equal(reach.unpublished, 1);
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").expected, 1);
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").confirmed,
                     0);
    display_stream_fini(&full);
    display_stream_fini(&room);
}

static void the_whole_county_concerns_every_display(void **state)
{
    struct fixture *f = *state;
    store_begin(f->store);
    display_pair(f->store, "here", "08336050", false, "local:root");
    display_pair(f->store, "there", "08336081", true, "local:root");
    struct display_stream st = say(f, "actual/08336", "alert");
    struct display_stream drill = say(f, "rehearsal/08336", "drill");
    display_stream_holds(f->store, &st, "LOE-7K3Q9F-1");
    display_stream_holds(f->store, &drill, "LOE-AAAAAA-1");
    commit(f);
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").expected, 2);
    /* Internal drills only reach who is paired for them. */
    assert_int_equal(display_count_shown(f->store, "LOE-AAAAAA-1").expected, 1);
    display_stream_fini(&st);
    display_stream_fini(&drill);
}

static void a_display_cannot_claim_what_was_never_said(void **state)
{
    struct fixture *f = *state;
    struct display_list list;
    store_begin(f->store);
    display_pair(f->store, "here", "08336050", false, "local:root");
    struct display_stream st = say(f, "actual/08336050", "alert");
    display_stream_holds(f->store, &st, "LOE-7K3Q9F-1");
    commit(f);
    struct display_stream claim = st;
    claim.seq = 99;
    shows(f, "here", &claim, 0);
    claim = st;
    claim.sha256[0] = claim.sha256[0] == '0' ? '1' : '0';
    shows(f, "here", &claim, 0);
    assert_int_equal(display_count_shown(f->store, "LOE-7K3Q9F-1").confirmed,
                     0);
    shows(f, "here", &st, 1);
    display_list_load(f->store, &list);
    assert_int_equal(list.n, 1);
    assert_int_equal(list.items[0].n_showing, 1);
    assert_true(list.items[0].showing[0].current);
    display_list_fini(&list);
    display_stream_fini(&st);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pairing_again_ends_a_revocation),
        TEST(a_display_is_called_what_it_is),
        TEST(a_state_is_stored_with_its_exact_bytes),
        TEST(a_number_is_never_given_twice),
        TEST(only_the_last_states_are_kept),
        TEST(shown_counts_the_displays_that_follow_the_alert),
        TEST(a_hidden_alert_is_known_and_made_good_later),
        TEST(the_whole_county_concerns_every_display),
        TEST(a_display_cannot_claim_what_was_never_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
