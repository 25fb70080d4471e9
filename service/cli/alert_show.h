/* Alerts in words, and what their deliveries mean for the exit code. */
#ifndef SERVICE_CLI_ALERT_SHOW_H
#define SERVICE_CLI_ALERT_SHOW_H

#include "service/cli/cli.h"

/* Where one alert stands, read from the API's object. */
struct alert_progress {
    bool awaiting;  /* a second releaser has not agreed yet */
    bool refused;   /* rejected or lapsed: it will not be sent */
    size_t n;       /* deliveries */
    size_t done;    /* accepted, visible or posted by hand */
    size_t visible; /* visible or posted by hand */
    size_t failed;  /* ended otherwise, or waits for an operator */
};

/* False when `answer` is no alert. */
bool alert_show_progress(const char *answer, struct alert_progress *p);

/* 0 all delivered, 3 partly, 4 nowhere, 5 approval missing or refused, 7 some
 * still under way. */
int alert_show_judge(const struct alert_progress *p);

/* One alert, or an incident with its alerts. */
void alert_show_print(struct cli *cli, const char *answer);

/* `alert list` and `alert show ID|MARKER`. */
int alert_show_list(struct cli *cli);
int alert_show_one(struct cli *cli);

#endif
