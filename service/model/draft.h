/* A draft: what a preview fixed – id, time, texts, card – so that what is sent
 * is what was seen, byte for byte (contract 4, "Previews"). */
#ifndef SERVICE_MODEL_DRAFT_H
#define SERVICE_MODEL_DRAFT_H

#include <stdbool.h>
#include <stdint.h>

#include "service/model/alert.h"

struct draft {
    char digest[DIGEST_NAMED_MAX];  /* covers everything that is sent */
    char request[DIGEST_NAMED_MAX]; /* of what was asked; see trigger.h */
    char made_by[ACTOR_NAME_MAX];
    int64_t made_at_ms;
    bool used;
    struct alert alert; /* not yet one: state and submission are empty */
};

void draft_init(struct draft *d);
void draft_fini(struct draft *d);

#endif
