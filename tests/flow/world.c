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

/* ---- asking ---- */

struct actor world_person(const char *name)
{
    struct actor a = {.via = ACTOR_SESSION,
                      .roles = ROLE_RELEASER,
                      .enrolled = true,
                      .step_up_until_ms = INT64_MAX};
    MEM_SET_TEXT(a.name, name);
    return a;
}

static const char world_flood[] =
    "{\"gemeinden\":[\"08336050\"],\"gebiet_kurz\":\"Rheinfelden\","
    "\"pegel_cm\":790,\"tendenz\":\"steigt\",\"telefon\":\"07621 410-0\","
    "\"naechste_info\":\"+90min\"}";

static const char *world_default(enum alert_kind kind)
{
    switch (kind) {
    case KIND_ALERT: return world_flood;
    case KIND_UPDATE: return "{\"neu\":\"Die Unterführung ist gesperrt.\"}";
    case KIND_CORRECTION:
        return "{\"falsch\":\"Pegel 790\",\"richtig\":\"Pegel 690\"}";
    case KIND_ALL_CLEAR:
    case KIND_RETRACTION: return "{}";
    }
    return "{}";
}

static void world_body(const struct world_wish *wish, const char *confirm,
                       char *out, size_t size)
{
    const char *id = wish->template_id == NULL ? "hw-rhein" : wish->template_id;
    int n = 0;
    if (wish->kind == KIND_ALERT) {
        n = snprintf(out, size, "{\"template\":\"%s\",\"status\":\"%s\"", id,
                     alert_status_name(wish->status));
    } else {
        n = snprintf(out, size, "{\"kind\":\"%s\",\"incident\":\"%s\"",
                     alert_kind_name(wish->kind), wish->marker);
    }
    n += snprintf(out + n, size - (size_t)n, ",\"parameters\":%s",
                  wish->parameters == NULL ? world_default(wish->kind)
                                           : wish->parameters);
    if (wish->channels != NULL) {
        n += snprintf(out + n, size - (size_t)n, ",\"channels\":%s",
                      wish->channels);
    }
    if (confirm != NULL && wish->break_glass != NULL) {
        n +=
            snprintf(out + n, size - (size_t)n,
                     ",\"break_glass\":{\"reason\":\"%s\"}", wish->break_glass);
    }
    if (confirm != NULL) {
        n +=
            snprintf(out + n, size - (size_t)n, ",\"confirm\":\"%s\"", confirm);
    }
    n += snprintf(out + n, size - (size_t)n, "}");
    check((size_t)n < size);
}

/* All preconditions of the kind are ticked. */
static void world_tick_preconditions(const struct world_wish *wish,
                                     struct trigger *t)
{
    struct family *family = catalogue_family(
        wish->template_id == NULL ? "hw-rhein" : wish->template_id);
    const struct family_kind *kind = family_find_kind(family, wish->kind);
    t->n_preconditions = kind->n_preconditions;
    for (size_t i = 0; i < kind->n_preconditions; i++) {
        MEM_SET_TEXT(t->preconditions[i], kind->preconditions[i].id);
    }
    family_free(family);
}

static void world_parse(struct world *w, const struct world_wish *wish,
                        const char *confirm, struct trigger *t)
{
    char body[2048];
    struct err e = {.msg = ""};
    w->fields = (struct fields){.n = 0};
    world_body(wish, confirm, body, sizeof(body));
    bool follows = confirm != NULL && wish->kind != KIND_ALERT;
    struct trigger_source source = {.body = body,
                                    .len = strlen(body),
                                    .use = confirm == NULL ? TRIGGER_PREVIEW
                                                           : TRIGGER_SUBMIT,
                                    .kind = follows ? wish->kind : KIND_ALERT,
                                    .marker = follows ? wish->marker : ""};
    if (trigger_parse(&source, t, &w->fields, &e) != ERR_OK) {
        fail_msg("%s: %s %s %s", body, e.msg, w->fields.items[0].field,
                 w->fields.items[0].message);
    }
}

static void world_on_preview(struct broadcast_preview *p)
{
    struct world *w = p->data;
    w->is_previewed = true;
    w->preview_status = p->status;
    w->preview_problem = p->problem;
    w->fields = p->fields;
    if (p->status == ERR_OK) {
        MEM_SET_TEXT(w->digest, p->draft.digest);
        MEM_SET_TEXT(w->preview_id, p->draft.alert.id);
        draft_fini(&p->draft);
    }
}

static bool world_is_previewed(void *data)
{
    return ((const struct world *)data)->is_previewed;
}

enum err_code world_preview(struct world *w, const struct world_wish *wish)
{
    struct broadcast_preview p = {.actor = world_person("anna"),
                                  .drill_id = "",
                                  .public_drill = wish->is_public,
                                  .relative_times = true,
                                  .done = world_on_preview,
                                  .data = w};
    world_parse(w, wish, NULL, &p.trigger);
    w->is_previewed = false;
    broadcast_preview(w->broadcast, &p);
    assert_true(wire_run_until(&w->loop, world_is_previewed, w));
    return w->preview_status;
}

enum err_code world_submit(struct world *w, const struct world_wish *wish,
                           const struct actor *actor, const char *key,
                           struct broadcast_answer *answer)
{
    struct trigger t;
    struct err e;
    world_parse(w, wish, w->digest, &t);
    world_tick_preconditions(wish, &t);
    struct broadcast_submission s = {.actor = actor,
                                     .trigger = &t,
                                     .key = key,
                                     .drill_id = "",
                                     .public_drill = wish->is_public};
    enum err_code code =
        broadcast_submit(w->broadcast, &s, answer, &w->fields, &e);
    trigger_fini(&t);
    if (code == ERR_OK) {
        struct outside *o = w->outside;
        check(o->n_accepted < 16);
        (void)snprintf(o->accepted[o->n_accepted++], 32, "%.31s", key);
    }
    broadcast_stop_if_failed(w->broadcast);
    return code;
}

void world_release(struct world *w, const struct world_wish *wish,
                   const char *key, char id[ID_MAX])
{
    struct broadcast_answer answer;
    struct actor anna = world_person("anna");
    struct actor bert = world_person("bert");
    const char *problem = NULL;
    struct err e = {.msg = ""};
    if (world_preview(w, wish) != ERR_OK) {
        fail_msg("preview of %s: %s %s", key, w->fields.items[0].field,
                 w->fields.items[0].message);
    }
    if (world_submit(w, wish, &anna, key, &answer) != ERR_OK) {
        fail_msg("submission of %s refused: %s", key,
                 answer.problem == NULL ? "" : answer.problem);
    }
    mem_copy_text(id, ID_MAX, answer.id);
    if (world_alert_state(w, id) == ALERT_AWAITING_APPROVAL &&
        broadcast_approve(w->broadcast, &bert, id, &problem, &e) != ERR_OK) {
        broadcast_stop_if_failed(w->broadcast);
        fail_msg("%s", e.msg);
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
