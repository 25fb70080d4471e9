#include "service/model/draft.h"

void draft_init(struct draft *d)
{
    *d = (struct draft){0};
    alert_init(&d->alert);
}

void draft_fini(struct draft *d)
{
    alert_fini(&d->alert);
}
