/* Accounts. Every change is made inside the caller's transaction and writes
 * its leaf (user.added, user.disabled, user.roles) there. `by` is the actor's
 * name for the leaf. */
#ifndef SERVICE_STORE_USER_H
#define SERVICE_STORE_USER_H

#include <stdbool.h>
#include <stdint.h>

#include "service/model/alert.h"

struct store;

enum { USER_PASSWORD_MAX = 129, USER_ROLES_TEXT_MAX = 96 };

struct user {
    char name[ACTOR_NAME_MAX];
    unsigned roles;                   /* bits of enum role */
    char password[USER_PASSWORD_MAX]; /* Argon2id string */
    bool enrolled;                    /* has a second factor */
    int64_t last_step;
    bool disabled;
    int64_t created_at_ms;
    int64_t granted_at_ms; /* releaser or approver since; 0 neither */
};

/* False when there is none of this name; *u is then empty. */
bool user_find(struct store *s, const char *name, struct user *u);

/* Adds an account (the caller has asked user_find()); created_at_ms and
 * granted_at_ms are set here. */
void user_insert(struct store *s, struct user *u, const char *by);

/* Nothing of it may come in any more: its sessions, tokens and devices are
 * deleted too. */
void user_disable(struct store *s, const char *name, const char *by);

void user_set_roles(struct store *s, const char *name, unsigned roles,
                    const char *by);

/* D8: true when `step` is above the last one used, which it then is. False:
 * used already, nothing changed. */
bool user_raise_step(struct store *s, const char *name, int64_t step);

/* Calls cb for every account by name; false from cb ends it. cb must not
 * write. */
typedef bool (*user_cb)(void *data, const struct user *u);
void user_each(struct store *s, user_cb cb, void *data);

/* "releaser,approver". */
void user_roles_text(unsigned roles, char out[USER_ROLES_TEXT_MAX]);

#endif
