/* Accounts, for operators: what `tuermer user …` calls. */
#ifndef SERVICE_API_USERS_H
#define SERVICE_API_USERS_H

struct api_call;

/* POST /api/v1/users {name, roles:[…], password?, totp?, token?} -> 201
 * {name, roles, password?, totp_uri?, token?}: secrets made here are shown
 * this once. API_READ_BODY; answers later (Argon2id). */
void api_users_post(struct api_call *c);

/* GET /api/v1/users -> {items:[{name, roles, enrolled, disabled,
 * created_at}]} */
void api_users_get(struct api_call *c);

/* POST /api/v1/users/{name}/disable {} -> 200 the user; ends the sessions. */
void api_user_disable(struct api_call *c);

#endif
