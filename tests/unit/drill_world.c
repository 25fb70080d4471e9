#include "tests/unit/drill_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/family.h"
#include "service/store/log.h"
#include "service/store/store.h"
#include "templates/places.h"
#include "tests/support/catalogue.h"
#include "tests/support/cmocka_all.h"
#include "tests/support/wire.h"

static void world_open_channel(struct world *w, enum realm realm, size_t at)
{
    taking_open(&w->channels[realm][at], &w->loop, at == 0,
                realm == REALM_REHEARSAL);
}

/* The service. */

static void world_on_event(const struct broadcast_event *event, void *data)
{
    (void)event;
    (void)data;
}

static void world_on_fatal(const struct err *e, void *data)
{
    (void)data;
    fail_msg("%s", e->msg);
}

static void world_on_change(const struct drill *d, int64_t leaf, void *data)
{
    (void)d;
    (void)leaf;
    ((struct world *)data)->n_changes++;
}

static void world_open(struct world *w)
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
        for (size_t at = 0; at < 2; at++) {
            world_open_channel(w, (enum realm)realm, at);
        }
        options.channels[realm][CHANNEL_FACEBOOK] =
            &w->channels[realm][0].channel;
        options.channels[realm][CHANNEL_WEBSITE] =
            &w->channels[realm][1].channel;
    }
    w->broadcast = broadcast_open(&options);
    w->drills = drills_open(&(struct drills_options){.loop = &w->loop,
                                                     .clock = &w->clock.clock,
                                                     .store = w->store,
                                                     .broadcast = w->broadcast,
                                                     .changed = world_on_change,
                                                     .fatal = world_on_fatal,
                                                     .data = w});
    broadcast_start(w->broadcast);
    drills_start(w->drills);
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

static void world_close(struct world *w)
{
    drills_close(w->drills, world_on_over, w);
    world_wait_over(w);
    broadcast_stop(w->broadcast);
    for (int realm = 0; realm < N_REALMS; realm++) {
        for (size_t at = 0; at < 2; at++) {
            struct channel *c = &w->channels[realm][at].channel;
            c->type->close(c, world_on_over, w);
            world_wait_over(w);
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
    check(uv_loop_init(&w->loop) == 0);
    fake_clock_init(&w->clock, INT64_C(1795530000000));
    w->places = places_builtin();
    MEM_SET_TEXT(w->folder, "/tmp/tuermer-test-XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    check(snprintf(w->path, sizeof w->path, "%s/db", w->folder) > 0);
    assert_int_equal(store_create(w->path, &e), ERR_OK);
    world_configure(w);
    world_open(w);
    world_approve_family(w, "hw-rhein");
    world_approve_family(w, "probealarm");
    return 0;
}

int world_tear_down(void **state)
{
    struct world *w = *state;
    char path[112];
    static const char *const ends[] = {"", "-wal", "-shm"};
    world_close(w);
    assert_int_equal(uv_loop_close(&w->loop), 0);
    for (size_t i = 0; i < 3; i++) {
        check(snprintf(path, sizeof path, "%s%s", w->path, ends[i]) > 0);
        (void)unlink(path); /* not all of them are there */
    }
    assert_int_equal(rmdir(w->folder), 0);
    places_free(w->places);
    free(w);
    return 0;
}

/* What tests do. */

struct actor world_actor(const char *name, unsigned roles)
{
    struct actor a = {.via = ACTOR_SESSION,
                      .roles = roles,
                      .enrolled = true,
                      .step_up_until_ms = INT64_MAX};
    MEM_SET_TEXT(a.name, name);
    return a;
}

static void world_on_plan(struct drills_plan *p)
{
    struct world *w = p->data;
    w->is_planned = true;
    w->status = p->status;
    w->fields = p->fields;
    if (p->status == ERR_OK) {
        MEM_SET_TEXT(w->id, p->drill.id);
    }
    drill_fini(&p->drill);
    free(p);
}

static bool world_is_planned(void *data)
{
    return ((const struct world *)data)->is_planned;
}

static void world_send_plan(struct world *w, const struct drill *drill)
{
    struct drills_plan *p = mem_zalloc(sizeof *p);
    p->actor = world_actor("lead", ROLE_DRILL_LEAD | ROLE_RELEASER);
    p->drill = *drill;
    p->done = world_on_plan;
    p->data = w;
    w->is_planned = false;
    drills_plan(w->drills, p);
    assert_false(w->is_planned);
    assert_true(wire_run_until(&w->loop, world_is_planned, w));
}

static const char world_flood[] =
    "{\"gemeinden\":[\"08336050\"],\"gebiet_kurz\":\"Rheinfelden\","
    "\"pegel_cm\":790,\"tendenz\":\"steigt\",\"telefon\":\"07621 410-0\","
    "\"naechste_info\":\"+90min\"}";
static const char world_siren[] =
    "{\"uebung_name\":\"Sirenenprobe im Landkreis\",\"beginn\":\"+30min\","
    "\"ende\":\"+90min\"}";

void world_plan_with(struct world *w, const char *template_id,
                     const char *parameters, bool is_public, int64_t at_ms)
{
    struct drill drill = {.is_public = is_public,
                          .parameters = mem_strdup(parameters),
                          .next_at_ms = at_ms,
                          .duration_s = 60};
    MEM_SET_TEXT(drill.name, "Probe");
    MEM_SET_TEXT(drill.template_id, template_id);
    world_send_plan(w, &drill);
}

void world_plan(struct world *w, bool is_public, int64_t at_ms,
                int64_t duration_s)
{
    struct drill drill = {.is_public = is_public,
                          .parameters =
                              mem_strdup(is_public ? world_siren : world_flood),
                          .next_at_ms = at_ms,
                          .duration_s = duration_s};
    MEM_SET_TEXT(drill.name, "Probe");
    MEM_SET_TEXT(drill.template_id, is_public ? "probealarm" : "hw-rhein");
    world_send_plan(w, &drill);
    if (w->status != ERR_OK) {
        fail_msg("%s: %s", w->fields.items[0].field,
                 w->fields.items[0].message);
    }
}

enum drill_state world_state(struct world *w)
{
    struct drill d;
    assert_true(drill_load(w->store, w->id, &d));
    drill_fini(&d);
    return d.state;
}

struct world_wish {
    struct world *world;
    enum drill_state state;
};

static bool world_is_in_state(void *data)
{
    const struct world_wish *wish = data;
    return world_state(wish->world) == wish->state;
}

void world_wait(struct world *w, enum drill_state state)
{
    struct world_wish wish = {w, state};
    if (!wire_run_until(&w->loop, world_is_in_state, &wish)) {
        fail_msg("%s, not %s", drill_state_name(world_state(w)),
                 drill_state_name(state));
    }
}

static void world_on_idle(uv_timer_t *timer)
{
    struct world *w = timer->data;
    uv_close((uv_handle_t *)timer, NULL);
    w->is_over = true;
}

void world_idle(struct world *w)
{
    uv_timer_t timer;
    check(uv_timer_init(&w->loop, &timer) == 0);
    timer.data = w;
    check(uv_timer_start(&timer, world_on_idle, 700, 0) == 0);
    world_wait_over(w);
    (void)uv_run(&w->loop, UV_RUN_NOWAIT); /* the timer's close */
}

static void world_on_preview(struct broadcast_preview *p)
{
    struct world *w = p->data;
    if (p->status != ERR_OK) {
        fail_msg("%s", p->err.msg);
    }
    w->is_planned = true;
}

static const char *world_actual_body(const char *confirm, char *out,
                                     size_t size)
{
    int n = snprintf(
        out, size,
        "{\"template\":\"hw-rhein\",\"status\":\"actual\",\"parameters\":%s%s%s"
        "%s}",
        world_flood, confirm == NULL ? "" : ",\"confirm\":\"",
        confirm == NULL ? "" : confirm, confirm == NULL ? "" : "\"");
    check(n > 0 && (size_t)n < size);
    return out;
}

/* hw-rhein's preconditions, as many as it has. */
static void world_tick_preconditions(struct trigger *t)
{
    struct family *family = catalogue_family("hw-rhein");
    const struct family_kind *kind = family_find_kind(family, KIND_ALERT);
    t->n_preconditions = kind->n_preconditions;
    for (size_t i = 0; i < kind->n_preconditions; i++) {
        MEM_SET_TEXT(t->preconditions[i], kind->preconditions[i].id);
    }
    family_free(family);
}

void world_release_actual(struct world *w)
{
    char body[1024];
    struct broadcast_preview p = {.actor = world_actor("one", ROLE_RELEASER),
                                  .drill_id = "",
                                  .relative_times = true,
                                  .done = world_on_preview,
                                  .data = w};
    struct fields fields = {.n = 0};
    struct err e = {.msg = ""};
    struct trigger_source source = {
        .kind = KIND_ALERT, .marker = "", .use = TRIGGER_PREVIEW};
    source.body = world_actual_body(NULL, body, sizeof body);
    source.len = strlen(source.body);
    assert_int_equal(trigger_parse(&source, &p.trigger, &fields, &e), ERR_OK);
    w->is_planned = false;
    broadcast_preview(w->broadcast, &p);
    assert_true(wire_run_until(&w->loop, world_is_planned, w));
    struct trigger t;
    source.body = world_actual_body(p.draft.digest, body, sizeof body);
    source.len = strlen(source.body);
    source.use = TRIGGER_SUBMIT;
    assert_int_equal(trigger_parse(&source, &t, &fields, &e), ERR_OK);
    world_tick_preconditions(&t);
    draft_fini(&p.draft);
    struct broadcast_answer answer;
    struct actor one = world_actor("one", ROLE_RELEASER);
    struct actor two = world_actor("two", ROLE_RELEASER);
    const char *problem = NULL;
    struct broadcast_submission s = {
        .actor = &one, .trigger = &t, .key = "key-1", .drill_id = ""};
    if (broadcast_submit(w->broadcast, &s, &answer, &fields, &e) != ERR_OK ||
        broadcast_approve(w->broadcast, &two, answer.id, &problem, &e) !=
            ERR_OK) {
        fail_msg("%s", e.msg);
    }
    trigger_fini(&t);
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

int world_count_leaves(struct world *w, const char *type)
{
    char needle[64];
    check(snprintf(needle, sizeof needle, "\"type\":\"%s\"", type) > 0);
    struct world_count count = {needle, 0};
    log_read(w->store, 0, log_size(w->store), world_on_leaf, &count);
    return count.n;
}
