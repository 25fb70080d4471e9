#include "service/api/cards.h"

#include <stdlib.h>
#include <string.h>

#include "service/api/api.h"
#include "service/api/reply.h"
#include "service/store/draft.h"

static const char card_suffix[] = ".jpg";

void api_card_get(struct api_call *c)
{
    char *name = c->parameters[0];
    size_t len = strlen(name);
    size_t suffix = sizeof(card_suffix) - 1;
    size_t n = 0;
    void *jpeg = NULL;
    if (len > suffix && strcmp(&name[len - suffix], card_suffix) == 0) {
        name[len - suffix] = '\0';
        jpeg = card_load(c->api->store, name, &n);
    }
    if (jpeg == NULL) {
        api_problem(c, 404, NULL,
                    "Diese Karte gibt es nicht (mehr). Fordern Sie eine neue "
                    "Vorschau an.");
        return;
    }
    /* A name never gets other bytes. */
    reply_bytes(c, "image/jpeg", "private, max-age=900, immutable", jpeg, n);
    free(jpeg);
}
