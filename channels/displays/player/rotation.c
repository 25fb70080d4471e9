#include "channels/displays/player/rotation.h"

#include <string.h>

#include "channels/displays/player/screen.h"

static const int64_t rotation_german_within_ms = 30000;

static void rotation_add(struct rotation *r, const struct accept_alert *alert,
                         const struct accept_page *page)
{
    if (r->n < ROTATION_MAX) {
        r->items[r->n].alert = alert;
        r->items[r->n].page = page;
        r->n++;
    }
}

static void rotation_add_alert(struct rotation *r,
                               const struct accept_alert *alert)
{
    int64_t foreign_ms = 0;
    for (size_t i = 0; i < alert->n_pages; i++) {
        const struct accept_page *page = &alert->pages[i];
        if (strcmp(page->language, "de") == 0) {
            rotation_add(r, alert, page);
            continue;
        }
        int64_t page_ms = screen_page_ms(page->text);
        if (foreign_ms > 0 &&
            foreign_ms + page_ms > rotation_german_within_ms) {
            rotation_add(r, alert, &alert->pages[0]);
            foreign_ms = 0;
        }
        rotation_add(r, alert, page);
        foreign_ms += page_ms;
    }
}

static void rotation_hold(struct rotation *r, int64_t now_ms)
{
    if (r->n > 0) {
        r->until_ms = now_ms + screen_page_ms(r->items[r->at].page->text);
    }
}

void rotation_build(struct rotation *r, const struct slots_shown *shown,
                    int64_t now_ms)
{
    r->n = 0;
    r->at = 0;
    for (size_t i = 0; i < shown->n; i++) {
        rotation_add_alert(r, shown->alerts[i]);
    }
    rotation_hold(r, now_ms);
}

void rotation_step(struct rotation *r, int64_t now_ms)
{
    if (r->n > 0 && now_ms >= r->until_ms) {
        r->at = (r->at + 1) % r->n;
        rotation_hold(r, now_ms);
    }
}
