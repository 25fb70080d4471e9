/* The functions of the nouns, one file each: they do what cli->verb says and
 * return the exit code. */
#ifndef SERVICE_CLI_NOUNS_H
#define SERVICE_CLI_NOUNS_H

struct cli;

int cli_alert(struct cli *cli);
int cli_audit(struct cli *cli);
int cli_channel(struct cli *cli);
int cli_display(struct cli *cli);
int cli_doctor(struct cli *cli);
int cli_drill(struct cli *cli);
int cli_init(struct cli *cli);
int cli_login(struct cli *cli);
int cli_logout(struct cli *cli);
int cli_shadow(struct cli *cli);
int cli_template(struct cli *cli);
int cli_user(struct cli *cli);

#endif
