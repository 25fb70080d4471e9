/* Stored previews. They live 15 minutes and survive a restart. */
#ifndef SERVICE_STORE_DRAFT_H
#define SERVICE_STORE_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "service/model/draft.h"

struct store;

/* Inside a transaction. */
void draft_insert(struct store *s, const struct draft *d);

/* *d must be empty; the caller's to draft_fini(). False when there is no such
 * draft; *d is then untouched. */
bool draft_load(struct store *s, const char *digest, struct draft *d);

/* Marks it as used, inside the transaction of its alert. */
void draft_save_used(struct store *s, const char *digest);

/* A card's bytes under its name (content.image_name), inside a transaction. */
void card_insert(struct store *s, const char *name, const void *jpeg,
                 size_t len, int64_t made_at_ms);

/* The bytes, the caller's to free(); NULL when there is none. */
void *card_load(struct store *s, const char *name, size_t *len);

/* Names of cards that no alert has, made before `before_ms`; at most `most`.
 * Returns how many were written to `names`. */
size_t card_list_forgettable(struct store *s, int64_t before_ms,
                             char (*names)[IMAGE_NAME_MAX], size_t most);

/* Forgets one card, inside a transaction. */
void card_forget(struct store *s, const char *name);

/* Forgets drafts made before `before_ms`, inside a transaction. */
void draft_forget(struct store *s, int64_t before_ms);

#endif
