/* Sending an alert or a follow-up from the command line: previews, confirms
 * what it previewed, and may wait for the deliveries. */
#ifndef SERVICE_CLI_ALERT_SEND_H
#define SERVICE_CLI_ALERT_SEND_H

struct cli;

/* `alert send TEMPLATE …` */
int alert_send_new(struct cli *cli);

/* `alert update|all-clear|retract|correct MARKER …`: kind as the API's word,
 * action as the last part of its path. */
int alert_send_follow_up(struct cli *cli, const char *kind, const char *action);

#endif
