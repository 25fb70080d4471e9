#include "service/model/alert.h"

#include <stdlib.h>

#include "service/base/mem.h"

/* contract 6: all-clear and retraction stand for two hours, then leave. */
static const int64_t alert_end_stands_ms = INT64_C(2) * 60 * 60 * 1000;

int64_t alert_stands_until_ms(const struct alert *a)
{
    bool ends = a->kind == KIND_ALL_CLEAR || a->kind == KIND_RETRACTION;
    int64_t stands = a->released_at_ms + alert_end_stands_ms;
    return ends && stands < a->expires_at_ms ? stands : a->expires_at_ms;
}

void alert_init(struct alert *a)
{
    *a = (struct alert){.parameters = mem_strdup("{}")};
    content_init(&a->content);
}

void alert_fini(struct alert *a)
{
    free(a->parameters);
    content_fini(&a->content);
    *a = (struct alert){0};
}

void alert_list_fini(struct alert_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        alert_fini(&l->items[i]);
    }
    free(l->items);
    *l = (struct alert_list){0};
}
