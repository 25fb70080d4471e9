/* MAP_ANONYMOUS is not in POSIX. */
#include "tests/flow/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/base/timestamp.h"
#include "service/store/alert.h"
#include "service/store/delivery.h"
#include "service/store/family.h"
#include "service/store/log.h"
#include "service/store/store.h"
#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

/* Tuesday 24 November 2026, 15:30 in Lörrach. */
static const int64_t world_begin_ms = INT64_C(1795530600000);

static void world_on_event(const struct broadcast_event *event, void *data)
{
    struct world *w = data;
    if (w->n_events < sizeof(w->events) / sizeof(w->events[0])) {
        struct world_event *e = &w->events[w->n_events++];
        *e = (struct world_event){.kind = event->kind, .leaf = event->leaf};
        MEM_SET_TEXT(e->id, event->id);
    }
}

static void world_on_fatal(const struct err *e, void *data)
{
    const struct world *w = data;
    if (w->is_child) {
        _exit(0);
    }
    fail_msg("%s", e->msg);
}

void world_open(struct world *w)
{
    struct err e = {.msg = ""};
    if (store_open(w->path, &w->clock.clock, &w->store, &e) != ERR_OK) {
        fail_msg("%s", e.msg);
    }
    struct broadcast_options options = {
        .loop = &w->loop,
        .clock = &w->clock.clock,
        .store = w->store,
        .config = &w->config,
        .places = w->places,
        .public_url = {"https://warnung.example", "http://127.0.0.1/rehearsal"},
        .host = "warnung.example",
        .stream_keys = {&w->keys[0], &w->keys[1], &w->keys[2]},
        .heartbeat_key = &w->keys[3],
        .audit_key = &w->keys[4],
        .key_list = "",
        .key_texts = "",
        .event = world_on_event,
        .fatal = world_on_fatal,
        .data = w};
    for (int realm = 0; realm < N_REALMS; realm++) {
        for (int c = 0; c < N_CHANNELS; c++) {
            int from = c == CHANNEL_DISPLAYS ? REALM_LIVE : realm;
            struct fake_channel *fake = &w->channels[from][c];
            if ((w->off & 1U << c) != 0) {
                continue;
            }
            if (from == realm) {
                fake_channel_open(fake, &w->loop, (enum channel_id)c,
                                  realm == REALM_REHEARSAL, w->outside);
            }
            options.channels[realm][c] = &fake->channel;
        }
    }
    w->broadcast = broadcast_open(&options);
    broadcast_start(w->broadcast);
    if ((w->off & 1U << CHANNEL_DISPLAYS) == 0) {
        broadcast_displays_connected(w->broadcast);
    }
}

static void world_on_over(void *data)
{
    ((struct world *)data)->is_over = true;
}

static bool world_is_over(void *data)
{
    return ((const struct world *)data)->is_over;
}

static void world_wait_over(struct world *w)
{
    assert_true(wire_run_until(&w->loop, world_is_over, w));
    w->is_over = false;
}

void world_close(struct world *w)
{
    broadcast_stop(w->broadcast);
    for (int realm = 0; realm < N_REALMS; realm++) {
        for (int c = 0; c < N_CHANNELS; c++) {
            bool shared = c == CHANNEL_DISPLAYS && realm == REALM_REHEARSAL;
            struct channel *channel = w->broadcast->o.channels[realm][c];
            if (channel != NULL && !shared) {
                channel->type->close(channel, world_on_over, w);
                world_wait_over(w);
            }
        }
    }
    broadcast_close(w->broadcast, world_on_over, w);
    world_wait_over(w);
    store_close(w->store);
}

void world_restart(struct world *w)
{
    world_close(w);
    world_open(w);
    world_settle(w);
}

static void world_approve_family(struct world *w, const char *id)
{
    size_t len = 0;
    char *bytes = catalogue_bytes(id, &len);
    struct family_version v = {.version = 0};
    struct err e;
    MEM_SET_TEXT(v.id, id);
    MEM_SET_TEXT(v.title, id);
    MEM_SET_TEXT(v.author, "author");
    struct family *family = catalogue_family(id);
    MEM_SET_TEXT(v.hash, family->hash);
    family_free(family);
    store_begin(w->store);
    family_version_import(w->store, &v, bytes, len);
    assert_int_equal(family_version_approve(w->store, &v, "one", &e), ERR_OK);
    assert_int_equal(family_version_approve(w->store, &v, "two", &e), ERR_OK);
    assert_int_equal(store_commit(w->store, &e), ERR_OK);
    free(bytes);
}

static void world_configure(struct world *w)
{
    static const char *const names[] = {"h/actual/k1", "h/exercise/k1",
                                        "h/rehearsal/k1", "h/heartbeat/k1",
                                        "h/audit"};
    struct err e;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(key_generate(names[i], &w->keys[i], &e), ERR_OK);
    }
    MEM_SET_TEXT(w->config.authority, "Landratsamt Lörrach");
    MEM_SET_TEXT(w->config.sender_id, "warnung@example");
    MEM_SET_TEXT(w->config.marker_prefix, "LOE");
    MEM_SET_TEXT(w->config.area, "08336");
    MEM_SET_TEXT(w->config.office_hours, "Mo-Fr 08:30-17:00");
    MEM_SET_TEXT(w->config.netiquette_url, "https://www.example/netiquette");
    MEM_SET_TEXT(w->config.phones, "07621 410-0");
    MEM_SET_TEXT(w->config.url_hosts, "loerrach-landkreis.de");
}

int world_set_up(void **state)
{
    struct world *w = mem_zalloc(sizeof *w);
    struct err e;
    *state = w;
    check(setenv("TZ", "Europe/Berlin", 1) == 0);
    tzset();
    check(uv_loop_init(&w->loop) == 0);
    fake_clock_init(&w->clock, world_begin_ms);
    w->outside = mmap(NULL, sizeof(*w->outside), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    check(w->outside != MAP_FAILED);
    w->places = places_builtin();
    MEM_SET_TEXT(w->folder, "/tmp/tuermer-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    check(snprintf(w->path, sizeof w->path, "%s/db", w->folder) > 0);
    assert_int_equal(store_create(w->path, &e), ERR_OK);
    world_fail_commit(WORLD_FAULT_NONE, 0);
    world_configure(w);
    world_open(w);
    world_approve_family(w, "hw-rhein");
    world_approve_family(w, "gefahrstoff");
    world_approve_family(w, "probealarm");
    world_settle(w);
    w->outside->n_bytes = 0;
    w->n_events = 0;
    return 0;
}

int world_tear_down(void **state)
{
    struct world *w = *state;
    char path[112];
    static const char *const ends[] = {"", "-wal", "-shm"};
    world_fail_commit(WORLD_FAULT_NONE, 0);
    world_close(w);
    assert_int_equal(uv_loop_close(&w->loop), 0);
    for (size_t i = 0; i < 3; i++) {
        check(snprintf(path, sizeof path, "%s%s", w->path, ends[i]) > 0);
        (void)unlink(path); /* not all of them are there */
    }
    assert_int_equal(rmdir(w->folder), 0);
    places_free(w->places);
    check(munmap(w->outside, sizeof(*w->outside)) == 0);
    free(w);
    return 0;
}

/* ---- time ---- */

static bool world_is_quiet(void *data)
{
    const struct world *w = data;
    const struct broadcast *b = w->broadcast;
    if (b->n_previews > 0 || uv_is_active((const uv_handle_t *)&b->idle) != 0) {
        return false;
    }
    for (int realm = 0; realm < N_REALMS; realm++) {
        for (int c = 0; c < N_CHANNELS; c++) {
            if (b->o.channels[realm][c] != NULL &&
                (c != CHANNEL_DISPLAYS || realm == REALM_LIVE) &&
                !fake_channel_is_quiet(&w->channels[realm][c])) {
                return false;
            }
        }
    }
    return true;
}

void world_settle(struct world *w)
{
    broadcast_wake(w->broadcast);
    assert_true(wire_run_until(&w->loop, world_is_quiet, w));
}

void world_advance(struct world *w, int64_t by_ms)
{
    fake_clock_advance(&w->clock, by_ms);
    lifecycle_tick(w->broadcast);
    world_settle(w);
}

void world_run_for(struct world *w, int64_t by_ms)
{
    for (int64_t at = 0; at < by_ms; at += 1000) {
        world_advance(w, by_ms - at < 1000 ? by_ms - at : 1000);
    }
}

/* ---- looking ---- */

void world_marker(const char *id, char marker[ID_MAX])
{
    mem_copy_text(marker, ID_MAX, id);
    *strrchr(marker, '-') = '\0';
}

enum alert_state world_alert_state(struct world *w, const char *id)
{
    struct alert a;
    assert_true(alert_load(w->store, id, &a));
    enum alert_state state = a.state;
    alert_fini(&a);
    return state;
}

struct delivery world_delivery(struct world *w, const char *id,
                               enum channel_id channel)
{
    struct delivery_list list;
    struct delivery found = {.id = ""};
    delivery_load_alert(w->store, id, &list);
    for (size_t i = 0; i < list.n; i++) {
        if (list.items[i].channel == channel) {
            found = list.items[i];
        }
    }
    delivery_list_fini(&list);
    if (found.id[0] == '\0') {
        fail_msg("%s has no delivery on %s", id, channel_id_name(channel));
    }
    return found;
}

void world_expect(struct world *w, const char *id, enum delivery_state facebook,
                  enum delivery_state instagram, enum delivery_state website,
                  enum delivery_state displays)
{
    const enum delivery_state want[] = {facebook, instagram, website, displays};
    for (int c = 0; c < N_CHANNELS; c++) {
        struct delivery d = world_delivery(w, id, (enum channel_id)c);
        if (d.state != want[c]) {
            fail_msg("%s on %s is %s, not %s (%s)", id,
                     channel_id_name((enum channel_id)c),
                     delivery_state_name(d.state), delivery_state_name(want[c]),
                     d.detail);
        }
    }
}

struct world_count {
    const char *needle;
    int n;
};

static bool world_on_leaf(void *data, const struct log_row *row)
{
    struct world_count *count = data;
    count->n += strstr(row->entry, count->needle) != NULL;
    return true;
}

int world_count_leaves(struct world *w, const char *needle)
{
    struct world_count count = {needle, 0};
    log_read(w->store, 0, log_size(w->store), world_on_leaf, &count);
    return count.n;
}
