#include "drills/drills.h"

#include <string.h>

#include "drills/parts.h"
#include "service/base/check.h"
#include "service/base/mem.h"
#include "service/store/store.h"

/* Planning. */

static void plan_answer(struct drills_plan *p)
{
    struct drills *d = p->drills;
    d->n_plans--;
    p->done(p);
    drills_maybe_closed(d);
}

static void plan_keep(struct drills_plan *p)
{
    struct drills *d = p->drills;
    struct drill *drill = &p->drill;
    bool is_now = drill->next_at_ms == 0;
    id_random(drill->id);
    MEM_SET_TEXT(drill->planned_by, p->actor.name);
    drill->state = DRILL_PLANNED;
    drill->planned_at_ms = drills_now_ms(d);
    drill->next_at_ms =
        is_now && !drill->is_public ? drill->planned_at_ms : drill->next_at_ms;
    store_begin(d->o.store);
    drill_insert(d->o.store, drill);
    int64_t leaf = drills_leaf(d, drill, "drill.planned", p->actor.name, NULL);
    drills_commit(d);
    drills_tell(d, drill, leaf);
    calendar_look(d);
}

static void plan_on_preview(struct broadcast_preview *preview)
{
    struct drills_plan *p = container_of(preview, struct drills_plan, preview);
    if (preview->status == ERR_OK) {
        draft_fini(&preview->draft); /* rendered again at the slot */
    }
    if (!p->is_refused) {
        p->status = preview->status;
        p->err = preview->err;
        p->problem = preview->problem;
        p->fields = preview->fields;
    }
    if (p->status == ERR_OK) {
        plan_keep(p);
    }
    plan_answer(p);
}

/* What is refused here is answered from the conductor's callback too: there
 * is one way back. */
void drills_plan(struct drills *d, struct drills_plan *p)
{
    struct trigger t;
    check(!d->is_closing);
    p->drills = d;
    p->problem = NULL;
    p->fields.n = 0;
    MEM_SET_TEXT(p->drill.planned_by, p->actor.name);
    p->preview = (struct broadcast_preview){.actor = drills_actor(&p->drill),
                                            .drill_id = "",
                                            .public_drill = p->drill.is_public,
                                            .relative_times = true,
                                            .as_of_ms = p->drill.next_at_ms,
                                            .done = plan_on_preview};
    d->n_plans++;
    p->status = drills_trigger(&p->drill, "", NULL, &t, &p->fields, &p->err);
    bool is_now = p->drill.next_at_ms == 0;
    if (p->status == ERR_OK && is_now &&
        !broadcast_drill_may_start(d->o.broadcast, false)) {
        trigger_fini(&t);
        p->problem = "drill-refused";
        p->status = err_set(&p->err, ERR_CONFLICT,
                            "Solange eine echte Meldung offen ist, beginnt "
                            "keine Übung. Planen Sie sie für später.");
    }
    p->is_refused = p->status != ERR_OK;
    if (p->is_refused) {
        t = (struct trigger){.status = STATUS_EXERCISE,
                             .has_status = true,
                             .parameters = mem_strdup("{}")};
    }
    p->preview.trigger = t;
    broadcast_preview(d->o.broadcast, &p->preview);
}

/* Running, cancelling, approving. */

static enum err_code drills_find(struct drills *d, const char *id,
                                 struct drill *out, struct err *e)
{
    if (!drill_load(d->o.store, id, out)) {
        return err_set(e, ERR_NOT_FOUND, "Diese Übung gibt es nicht.");
    }
    return ERR_OK;
}

/* Gives *out up again with an error. */
static enum err_code drills_refuse(struct drill *out, enum err_code code,
                                   struct err *e, const char *why)
{
    drill_fini(out);
    return err_set(e, code, "%s", why);
}

static void drills_save_and_tell(struct drills *d, const struct drill *drill)
{
    store_begin(d->o.store);
    drill_save(d->o.store, drill);
    drills_commit(d);
    drills_tell(d, drill, -1);
    calendar_look(d);
}

enum err_code drills_run(struct drills *d, const char *id, struct drill *out,
                         struct err *e)
{
    enum err_code code = drills_find(d, id, out, e);
    if (code != ERR_OK) {
        return code;
    }
    if (out->state == DRILL_RUNNING || run_is_on(d, id)) {
        return drills_refuse(out, ERR_CONFLICT, e, "Diese Übung läuft schon.");
    }
    if (out->is_public && out->approved_by[0] == '\0') {
        return drills_refuse(out, ERR_CONFLICT, e,
                             "Eine öffentliche Übung braucht zuerst die "
                             "Zustimmung einer anderen Person.");
    }
    if (!broadcast_drill_may_start(d->o.broadcast, false)) {
        return drills_refuse(out, ERR_CONFLICT, e,
                             "Solange eine echte Meldung offen ist, beginnt "
                             "keine Übung.");
    }
    out->state = DRILL_PLANNED;
    out->next_at_ms = drills_now_ms(d);
    out->reason[0] = '\0';
    out->cancelled_by[0] = '\0';
    out->all_clear_id[0] = '\0';
    out->ended_at_ms = 0;
    drills_save_and_tell(d, out);
    return ERR_OK;
}

enum err_code drills_cancel(struct drills *d, const struct actor *actor,
                            const char *id, struct drill *out, struct err *e)
{
    enum err_code code = drills_find(d, id, out, e);
    if (code != ERR_OK) {
        return code;
    }
    if (out->state != DRILL_PLANNED && out->state != DRILL_RUNNING) {
        return drills_refuse(out, ERR_CONFLICT, e,
                             "Diese Übung ist schon zu Ende.");
    }
    MEM_SET_TEXT(out->cancelled_by, actor->name);
    if (run_is_on(d, id)) {
        run_cancel(d, id, actor->name);
        return ERR_OK;
    }
    out->state = DRILL_CANCELLED;
    out->next_at_ms = 0;
    out->ended_at_ms = drills_now_ms(d);
    store_begin(d->o.store);
    drill_save(d->o.store, out);
    int64_t leaf = drills_leaf(d, out, "drill.ended", actor->name, "cancelled");
    drills_commit(d);
    drills_tell(d, out, leaf);
    calendar_look(d);
    return ERR_OK;
}

enum err_code drills_approve(struct drills *d, const struct actor *actor,
                             const char *id, struct drill *out, struct err *e)
{
    enum err_code code = drills_find(d, id, out, e);
    if (code != ERR_OK) {
        return code;
    }
    if (!out->is_public || out->state != DRILL_PLANNED ||
        out->approved_by[0] != '\0') {
        return drills_refuse(out, ERR_CONFLICT, e,
                             "Diese Übung wartet auf keine Zustimmung.");
    }
    if (actor->via != ACTOR_SESSION || !actor_has(actor, ROLE_RELEASER) ||
        strcmp(actor->name, out->planned_by) == 0) {
        return drills_refuse(out, ERR_DENIED, e,
                             "Einer öffentlichen Übung stimmt eine andere "
                             "Person mit der Rolle releaser zu.");
    }
    MEM_SET_TEXT(out->approved_by, actor->name);
    if (out->next_at_ms == 0) {
        out->next_at_ms = drills_now_ms(d);
    }
    store_begin(d->o.store);
    drill_save(d->o.store, out);
    int64_t leaf =
        drills_leaf(d, out, "drill.planned", actor->name, "approved");
    drills_commit(d);
    drills_tell(d, out, leaf);
    calendar_look(d);
    return ERR_OK;
}

/* Opening and closing. */

struct drills *drills_open(const struct drills_options *options)
{
    struct drills *d = mem_zalloc(sizeof *d);
    d->o = *options;
    d->next_due_ms = INT64_MAX;
    check(uv_timer_init(d->o.loop, &d->tick) == 0);
    return d;
}

void drills_start(struct drills *d)
{
    check(!d->is_started);
    d->is_started = true;
    calendar_start(d);
}

void drills_close(struct drills *d, drills_close_cb cb, void *data)
{
    check(!d->is_closing);
    d->is_closing = true;
    d->close_cb = cb;
    d->close_data = data;
    run_free_all(d);
    drills_maybe_closed(d);
}
