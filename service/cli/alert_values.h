/* -p NAME=VALUE on the command line to the JSON that a family asks for. */
#ifndef SERVICE_CLI_ALERT_VALUES_H
#define SERVICE_CLI_ALERT_VALUES_H

#include <stdint.h>

#include "service/cli/cli.h"

/* The parameters as a JSON object, the caller's to free(), or NULL with
 * everything said. `family` is the answer of GET /templates/{id}, `kind` one
 * of its kinds. Numbers become numbers, lists of choices are split at commas,
 * a choice may be given by value or by label (Gemeinden: AGS or name), times
 * as HH:MM (the next one), +90min, +2h or RFC 3339. What does not fit goes
 * through as text: the service then names the field. */
char *alert_values_read(struct cli *cli, const char *family, const char *kind,
                        const struct cli_list *given, int64_t now_ms);

/* "+90min", "+2h", "HH:MM" (today or tomorrow, whichever comes next) or a
 * time with a date. False when it is none. */
bool alert_values_time(const char *text, int64_t now_ms, int64_t *at_ms);

#endif
