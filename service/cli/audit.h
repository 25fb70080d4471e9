/* `tuermer audit show|verify|export` (contract 2). */
#ifndef SERVICE_CLI_AUDIT_H
#define SERVICE_CLI_AUDIT_H

struct cli;

/*  show [--after N] [--limit N]
 *  verify [--site DIR | --url URL] [--key VERIFIER]   exit 1: a bad entry
 *  export [--tiles DIR]      without DIR: the entries, one a line
 * show and export, and verify without a target, go through the service. */
int cli_audit(struct cli *cli);

#endif
