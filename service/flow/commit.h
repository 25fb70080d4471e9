/* Shared by commit.c and decide.c. */
#ifndef SERVICE_FLOW_COMMIT_H
#define SERVICE_FLOW_COMMIT_H

#include "service/flow/parts.h"

/* A leaf about an alert, with all that applies to it. */
struct log_entry commit_entry(const char *type, const struct alert *a,
                              const char *actor);

/* The alert goes out: state, leaf, deliveries, what it ends and pre-empts.
 * Inside a transaction that also wrote why it may. */
void commit_release(struct broadcast *b, const struct alert *a,
                    const char *approved_by);

/* A follow-up still has an open incident that has not gone on without it. */
bool commit_may_follow(struct broadcast *b, const struct alert *a);

/* Ends the transaction: ERR_OK, or ERR_UNCERTAIN with a German text; the
 * conductor then takes nothing more. The door answers and calls
 * broadcast_stop_if_failed(). */
enum err_code commit_end(struct broadcast *b, struct err *e);

#endif
