#include "service/store/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/seal/checkpoint.h"
#include "service/store/log_check.h"
#include "service/store/sql.h"
#include "service/store/store.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/fake_clock.h"

static const int64_t start_ms = 1795534200000;

struct fixture {
    char folder[64];
    char path[96];
    struct fake_clock clock;
    struct key_pair key;
    struct store *store;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct err e;
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof(f->folder), "/tmp/tuermer-log-XXXXXX");
    assert_non_null(mkdtemp(f->folder));
    (void)snprintf(f->path, sizeof(f->path), "%s/db", f->folder);
    fake_clock_init(&f->clock, start_ms);
    assert_int_equal(key_generate("a.example/audit", &f->key, &e), ERR_OK);
    assert_int_equal(store_create(f->path, &e), ERR_OK);
    assert_int_equal(store_open(f->path, &f->clock.clock, &f->store, &e),
                     ERR_OK);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    static const char *const ends[] = {"", "-wal", "-shm"};
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

static void append(struct fixture *f, int n)
{
    struct err e;
    store_begin(f->store);
    for (int i = 0; i < n; i++) {
        (void)log_append(f->store, &(struct log_entry){
                                       .type = "delivery.state",
                                       .actor = "anna",
                                       .incident = "LOE-7K3Q9F",
                                       .from = "queued",
                                       .to = "sending",
                                   });
    }
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
}

static void sign(struct fixture *f)
{
    struct err e;
    assert_int_equal(log_checkpoint_sign(f->store, &f->key, &e), ERR_OK);
}

/* Opens the database again and checks it as the service does at its start. */
static struct log_damage reopen(struct fixture *f)
{
    struct log_damage damage;
    struct err e;
    store_close(f->store);
    assert_int_equal(store_open(f->path, &f->clock.clock, &f->store, &e),
                     ERR_OK);
    log_open(f->store, &f->key.open, &damage);
    return damage;
}

/* What somebody with the file in their hands would do. */
static void tamper(struct fixture *f, const char *sql)
{
    struct err e;
    store_begin(f->store);
    struct sql one =
        sql_of(f->store, "DROP TRIGGER IF EXISTS log_is_not_changed");
    (void)sql_run(&one);
    struct sql two =
        sql_of(f->store, "DROP TRIGGER IF EXISTS log_is_not_deleted");
    (void)sql_run(&two);
    struct sql three =
        sql_of(f->store, "DROP TRIGGER IF EXISTS log_name_is_not_changed");
    (void)sql_run(&three);
    struct sql q = sql_of(f->store, sql);
    (void)sql_run(&q);
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
}

static void indexes_count_from_nought_and_survive_a_restart(void **state)
{
    struct fixture *f = *state;
    append(f, 3);
    struct digest root = log_root(f->store);
    struct log_damage damage = reopen(f);
    struct digest again = log_root(f->store);
    assert_int_equal(damage.index, -1);
    assert_int_equal(log_size(f->store), 3);
    assert_memory_equal(&root, &again, sizeof(root));
    struct err e;
    store_begin(f->store);
    assert_int_equal(
        log_append(f->store, &(struct log_entry){.type = "service.started"}),
        3);
    assert_int_equal(log_size(f->store), 3);
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
    assert_int_equal(log_size(f->store), 4);
}

static void what_is_rolled_back_was_never_in_the_tree(void **state)
{
    struct fixture *f = *state;
    append(f, 255);
    struct digest before = log_root(f->store);
    store_begin(f->store);
    (void)log_append(f->store, &(struct log_entry){.type = "a"});
    (void)log_append(f->store, &(struct log_entry){.type = "b"});
    store_rollback(f->store);
    struct digest after = log_root(f->store);
    assert_memory_equal(&before, &after, sizeof(before));
    append(f, 300);
    struct digest grown = log_root(f->store);
    struct log_damage damage = reopen(f);
    struct digest loaded = log_root(f->store);
    assert_int_equal(damage.index, -1);
    assert_memory_equal(&grown, &loaded, sizeof(grown));
    struct merkle_source source = log_source(f->store);
    struct digest made = merkle_root_of(&source, log_size(f->store));
    assert_memory_equal(&grown, &made, sizeof(grown));
}

static void a_transaction_that_fails_leaves_the_tree_as_it_was(void **state)
{
    struct fixture *f = *state;
    struct err e;
    append(f, 2);
    struct digest before = log_root(f->store);
    store_begin(f->store);
    (void)log_append(f->store, &(struct log_entry){.type = "a"});
    struct sql q = sql_of(f->store, "INSERT INTO log_tile VALUES (0, 0, x'')");
    assert_false(sql_run(&q));
    assert_int_equal(store_commit(f->store, &e), ERR_IO);
    struct digest after = log_root(f->store);
    assert_memory_equal(&before, &after, sizeof(before));
    append(f, 1);
    assert_int_equal(reopen(f).index, -1);
}

static void entries_can_neither_be_changed_nor_deleted(void **state)
{
    struct fixture *f = *state;
    struct err e;
    static const char *const attempts[] = {
        "UPDATE log SET entry = '{}' WHERE leaf = 1",
        "DELETE FROM log WHERE leaf = 2",
        "INSERT OR REPLACE INTO log SELECT 1, entry, hash, at_ms, type,"
        " incident FROM log WHERE leaf = 0",
        "INSERT INTO log SELECT 7, entry, hash, at_ms, type, incident"
        " FROM log WHERE leaf = 0",
        "UPDATE log_name SET text = 'berta'",
        "UPDATE checkpoint SET note = ''",
        "DELETE FROM checkpoint",
    };
    append(f, 3);
    sign(f);
    for (size_t i = 0; i < sizeof(attempts) / sizeof(attempts[0]); i++) {
        store_begin(f->store);
        struct sql q = sql_of(f->store, attempts[i]);
        assert_false(sql_run(&q));
        assert_int_equal(store_commit(f->store, &e), ERR_IO);
    }
    assert_int_equal(reopen(f).index, -1);
}

static void an_edited_row_is_found_and_named(void **state)
{
    struct fixture *f = *state;
    append(f, 300);
    sign(f);
    tamper(f, "UPDATE log SET entry = replace(entry, 'queued', 'qveued')"
              " WHERE leaf = 137");
    struct log_damage damage = reopen(f);
    assert_int_equal(damage.index, 137);
    assert_non_null(strstr(damage.why, "Eintrag 137"));
}

static void
a_row_rewritten_with_its_hash_contradicts_the_checkpoint(void **state)
{
    struct fixture *f = *state;
    append(f, 41);
    sign(f);
    append(f, 1);
    sign(f);
    append(f, 5);
    sign(f);
    tamper(f, "UPDATE log SET entry = (SELECT entry FROM log WHERE leaf = 3),"
              " hash = (SELECT hash FROM log WHERE leaf = 3) WHERE leaf = 41");
    struct log_damage damage = reopen(f);
    assert_int_equal(damage.index, 41);
    assert_non_null(strstr(damage.why, "Prüfpunkt"));
}

static void a_missing_row_is_named(void **state)
{
    struct fixture *f = *state;
    append(f, 20);
    tamper(f, "DELETE FROM log_name");
    tamper(f, "DELETE FROM log WHERE leaf = 7");
    assert_int_equal(reopen(f).index, 7);
    append(f, 1);
    assert_int_equal(log_size(f->store), 21);
}

static void a_log_that_was_cut_short_is_named(void **state)
{
    struct fixture *f = *state;
    append(f, 20);
    sign(f);
    tamper(f, "DELETE FROM log_name");
    tamper(f, "DELETE FROM log WHERE leaf >= 15");
    assert_int_equal(reopen(f).index, 15);
}

static void a_checkpoint_of_another_key_is_named(void **state)
{
    struct fixture *f = *state;
    struct key_pair other;
    struct log_damage damage;
    struct err e;
    int64_t size = 0;
    append(f, 20);
    sign(f);
    assert_int_equal(key_generate("a.example/audit", &other, &e), ERR_OK);
    assert_int_equal(log_check_file(f->path, &other.open, &size, &damage, &e),
                     ERR_OK);
    assert_int_equal(size, 20);
    assert_int_equal(damage.index, 19);
    assert_non_null(strstr(damage.why, "Unterschrift"));
    assert_int_equal(log_check_file(f->path, &f->key.open, &size, &damage, &e),
                     ERR_OK);
    assert_int_equal(damage.index, -1);
}

static void a_changed_name_is_named_and_not_shown(void **state)
{
    struct fixture *f = *state;
    append(f, 20);
    tamper(f, "UPDATE log_name SET text = 'berta' WHERE leaf = 11");
    assert_int_equal(reopen(f).index, 11);
}

static void a_damaged_log_is_written_on_but_not_signed_again(void **state)
{
    struct fixture *f = *state;
    struct err e;
    append(f, 3);
    tamper(f, "UPDATE log SET entry = replace(entry, 'queued', 'qveued')"
              " WHERE leaf = 1");
    assert_int_equal(reopen(f).index, 1);
    append(f, 1);
    assert_int_equal(log_checkpoint_wait_ms(f->store), -1);
    assert_int_equal(log_checkpoint_sign(f->store, &f->key, &e), ERR_CORRUPT);
}

struct seen {
    int n;
    int64_t first;
    bool actors;
};

static bool see(void *data, const struct log_row *row)
{
    struct seen *seen = data;
    if (seen->n++ == 0) {
        seen->first = row->index;
        seen->actors = true;
    }
    seen->actors = seen->actors && strcmp(row->actor, "anna") == 0;
    assert_null(strstr(row->entry, "anna"));
    assert_string_equal(row->subject, "");
    return seen->n < 5;
}

static void names_are_readable_until_they_are_forgotten(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    struct err e;
    append(f, 20);
    log_read(f->store, 4, 3, see, &seen);
    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.first, 4);
    assert_true(seen.actors);
    store_begin(f->store);
    log_forget_names(f->store, start_ms + 1);
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
    seen = (struct seen){0};
    log_read(f->store, 4, 100, see, &seen);
    assert_int_equal(seen.n, 5);
    assert_false(seen.actors);
    assert_int_equal(reopen(f).index, -1);
}

static void a_checkpoint_is_signed_at_most_once_a_second(void **state)
{
    struct fixture *f = *state;
    struct checkpoint c;
    struct err e;
    int64_t size = 0;
    assert_null(log_checkpoint_load(f->store, &size));
    append(f, 1);
    assert_int_equal(log_checkpoint_wait_ms(f->store), 0);
    sign(f);
    assert_int_equal(log_checkpoint_wait_ms(f->store), -1);
    append(f, 1);
    assert_int_equal(log_checkpoint_wait_ms(f->store), 1000);
    fake_clock_advance(&f->clock, 400);
    assert_int_equal(log_checkpoint_wait_ms(f->store), 600);
    fake_clock_advance(&f->clock, 600);
    assert_int_equal(log_checkpoint_wait_ms(f->store), 0);
    f->clock.wall_ms -= 86400000; /* a clock that is set back delays nothing */
    assert_int_equal(log_checkpoint_wait_ms(f->store), 0);
    sign(f);
    char *note = log_checkpoint_load(f->store, &size);
    assert_int_equal(size, 2);
    assert_int_equal(
        checkpoint_verify(note, strlen(note), &f->key.open, &c, &e), ERR_OK);
    struct digest root = log_root(f->store);
    assert_int_equal(c.size, 2);
    assert_memory_equal(&c.root, &root, sizeof(root));
    free(note);
}

static void release(struct fixture *f, const char *stream)
{
    struct err e;
    store_begin(f->store);
    struct sql q = sql_of(f->store, "INSERT INTO incident VALUES (?1, ?2, ?3,"
                                    " 'hw-rhein', 1, 'sha256:00', 1)");
    sql_bind_text(&q, 1, stream);
    sql_bind_text(&q, 2, strcmp(stream, "actual") == 0 ? "actual" : "exercise");
    sql_bind_text(&q, 3, stream);
    assert_true(sql_run(&q));
    (void)log_append(f->store, &(struct log_entry){.type = "alert.released",
                                                   .incident = stream});
    assert_int_equal(store_commit(f->store, &e), ERR_OK);
}

static const struct publish_item *find(const struct publish_items *list,
                                       const char *name)
{
    for (size_t i = 0; i < list->n; i++) {
        if (strcmp(list->items[i].name, name) == 0) {
            return &list->items[i];
        }
    }
    return NULL;
}

static void the_website_gets_tiles_receipts_key_and_checkpoint(void **state)
{
    struct fixture *f = *state;
    struct publish_items list = {0};
    assert_int_equal(log_publish(f->store, &f->key.open, 0, &list), 0);
    assert_int_equal(list.n, 0); /* nothing is signed yet */
    append(f, 300);
    release(f, "actual");
    release(f, "rehearsal");
    sign(f);
    append(f, 1); /* not signed: not published */
    assert_int_equal(log_publish(f->store, &f->key.open, 0, &list), 302);
    assert_non_null(find(&list, "audit/tile/0/000"));
    assert_non_null(find(&list, "audit/tile/0/001.p/46"));
    assert_non_null(find(&list, "audit/tile/1/000.p/1"));
    assert_non_null(find(&list, "w/actual/beleg.json"));
    assert_null(find(&list, "w/rehearsal/beleg.json"));
    assert_non_null(find(&list, "audit/key"));
    assert_int_equal(list.n, 6);
    assert_string_equal(list.items[5].name, "audit/checkpoint");
    publish_items_fini(&list);
    assert_int_equal(log_publish(f->store, &f->key.open, 302, &list), 302);
    assert_int_equal(list.n, 0);
}

/* A site as a set of names, as the channel keeps it. */
struct names {
    size_t n;
    char items[64][PUBLISH_NAME_MAX];
};

static void apply(struct names *site, const struct publish_item *item)
{
    size_t i = 0;
    while (i < site->n && strcmp(site->items[i], item->name) != 0) {
        i++;
    }
    if (item->len == 0 && i < site->n) {
        site->n--;
        memcpy(site->items[i], site->items[site->n], PUBLISH_NAME_MAX);
    } else if (item->len > 0 && i == site->n) {
        assert_true(site->n < 64);
        memcpy(site->items[site->n++], item->name, PUBLISH_NAME_MAX);
    }
}

static bool has_tiles_of(const struct names *site, int64_t size)
{
    char name[PUBLISH_NAME_MAX];
    char path[TILE_PATH_MAX];
    for (int level = 0; tile_count(size, level) > 0; level++) {
        int64_t n = tile_count(size, level) / TILE_WIDTH;
        int width = (int)(tile_count(size, level) % TILE_WIDTH);
        if (width == 0) {
            continue;
        }
        tile_path(level, n, width, path);
        (void)snprintf(name, sizeof(name), "audit/%s", path);
        size_t i = 0;
        while (i < site->n && strcmp(site->items[i], name) != 0) {
            i++;
        }
        if (i == site->n) {
            return false;
        }
    }
    return true;
}

static void only_the_newest_checkpoints_keep_their_partial_tiles(void **state)
{
    struct fixture *f = *state;
    struct names *site = calloc(1, sizeof(*site));
    int64_t published = 0;
    assert_non_null(site);
    for (int64_t size = 3; size <= 600; size += 3) {
        struct publish_items list = {0};
        append(f, 3);
        sign(f);
        published = log_publish(f->store, &f->key.open, published, &list);
        assert_int_equal(published, size);
        for (size_t i = 0; i < list.n; i++) {
            apply(site, &list.items[i]);
        }
        publish_items_fini(&list);
        for (int64_t kept = size - 45; kept <= size; kept += 3) {
            assert_true(kept <= 0 || has_tiles_of(site, kept));
        }
        assert_true(site->n < 16 + 8); /* kept, full, level 1, key, head */
    }
    free(site);
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(indexes_count_from_nought_and_survive_a_restart),
        LOG_TEST(what_is_rolled_back_was_never_in_the_tree),
        LOG_TEST(a_transaction_that_fails_leaves_the_tree_as_it_was),
        LOG_TEST(entries_can_neither_be_changed_nor_deleted),
        LOG_TEST(an_edited_row_is_found_and_named),
        LOG_TEST(a_row_rewritten_with_its_hash_contradicts_the_checkpoint),
        LOG_TEST(a_missing_row_is_named),
        LOG_TEST(a_log_that_was_cut_short_is_named),
        LOG_TEST(a_checkpoint_of_another_key_is_named),
        LOG_TEST(a_changed_name_is_named_and_not_shown),
        LOG_TEST(a_damaged_log_is_written_on_but_not_signed_again),
        LOG_TEST(names_are_readable_until_they_are_forgotten),
        LOG_TEST(a_checkpoint_is_signed_at_most_once_a_second),
        LOG_TEST(the_website_gets_tiles_receipts_key_and_checkpoint),
        LOG_TEST(only_the_newest_checkpoints_keep_their_partial_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
