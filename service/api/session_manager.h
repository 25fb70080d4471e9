/* Inside the session files of this folder. */
#ifndef SERVICE_API_SESSION_MANAGER_H
#define SERVICE_API_SESSION_MANAGER_H

#include "service/access/password.h"
#include "service/access/throttle.h"
#include "service/api/session.h"

struct session_manager {
    struct session_manager_options o;
    struct password_pool *passwords;
    struct throttle *throttle;
    bool secure; /* the console is reached by https: cookie names, Secure */
    session_ended_cb ended;
    void *ended_data;
    session_manager_close_cb close_cb;
    void *close_data;
};

/* The value of the cookie `name` in a Cookie header (NULL: none); false when
 * it is not there or does not fit. */
bool session_cookie_find(const char *header, const char *name, char *out,
                         size_t size);

/* store_commit(), and `fatal` when its outcome is unknown. */
enum err_code session_commit(const struct session_manager *m, struct err *e);

/* When a second factor given now goes stale. */
int64_t session_fresh_until_ms(const struct session_manager *m);

#endif
