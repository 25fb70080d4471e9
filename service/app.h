/* The wiring: owns the loop and every part, and knows the order in which they
 * start and stop. */
#ifndef SERVICE_APP_H
#define SERVICE_APP_H

struct config;

/* `tuermer serve`: runs until SIGTERM or SIGINT. Exit code of contract 2: 0
 * stopped cleanly, 1 error, 75 already running, 78 configuration wrong. */
int app_serve(const struct config *config);

#endif
