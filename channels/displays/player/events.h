/* What `display play --json` prints: one object a change (contract 2). */
#ifndef CHANNELS_DISPLAYS_PLAYER_EVENTS_H
#define CHANNELS_DISPLAYS_PLAYER_EVENTS_H

#include <stdio.h>

#include "channels/displays/player/slots.h"

/* {"ev":"shown","stream","epoch","seq","alerts":[ids]} */
void events_shown(FILE *out, const struct slot *slot);

/* {"ev":"refused","stream","reason"}: words of accept_verdict_name(). */
void events_refused(FILE *out, const char *stream, const char *reason);

/* {"ev":"link","state":"ok"|"disturbed"|"none"[,"detail"]}: none when there
 * is nothing valid to show; the screen says "Keine Verbindung". */
void events_link(FILE *out, const char *state, const char *detail);

/* {"ev":"keys","state":"ok"|"refused"} */
void events_keys(FILE *out, const char *state);

/* {"ev":"storage","state":"failed","stream"}: shown, but not remembered. */
void events_storage(FILE *out, const char *stream);

#endif
