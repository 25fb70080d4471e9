/* Recent alerts in memory, so that composing a state or sending a text reads
 * no disk. The store is the truth; this is its copy, refreshed per incident
 * after each commit that touched it. */
#include <stdlib.h>
#include <string.h>

#include "service/base/check.h"
#include "service/flow/parts.h"
#include "service/store/alert.h"

/* Closed incidents keep their page on disk; they are composed no longer than
 * this after their last release. */
static const int64_t incidents_recent_ms = INT64_C(7) * 24 * 3600 * 1000;

void incidents_load(struct broadcast *b, int64_t now_ms)
{
    alert_list_fini(&b->incidents.alerts);
    alert_load_recent(b->o.store, now_ms - incidents_recent_ms,
                      &b->incidents.alerts);
}

void incidents_fini(struct incidents *i)
{
    alert_list_fini(&i->alerts);
}

static void incidents_forget(struct alert_list *l, const char *marker)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->items[i].marker, marker) == 0) {
            alert_fini(&l->items[i]);
        } else {
            l->items[kept++] = l->items[i];
        }
    }
    l->n = kept;
}

void incidents_refresh(struct broadcast *b, const char *marker)
{
    struct alert_list *all = &b->incidents.alerts;
    struct alert_list fresh;
    alert_load_incident(b->o.store, marker, &fresh);
    incidents_forget(all, marker);
    if (fresh.n > 0) {
        struct alert *items =
            realloc(all->items, (all->n + fresh.n) * sizeof(all->items[0]));
        check(items != NULL);
        all->items = items;
        memcpy(&all->items[all->n], fresh.items,
               fresh.n * sizeof(all->items[0]));
        all->n += fresh.n;
    }
    free(fresh.items); /* the alerts themselves moved */
}

const struct alert *incidents_find(const struct broadcast *b,
                                   const char *alert_id)
{
    const struct alert_list *l = &b->incidents.alerts;
    for (size_t i = 0; i < l->n; i++) {
        if (strcmp(l->items[i].id, alert_id) == 0) {
            return &l->items[i];
        }
    }
    return NULL;
}
