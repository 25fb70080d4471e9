/* Screens: what they show, pairing and revoking. */
#ifndef SERVICE_API_DISPLAYS_H
#define SERVICE_API_DISPLAYS_H

struct api_call;

/* GET /api/v1/displays -> {items:[display]} */
void api_displays_get(struct api_call *c);

/* POST /api/v1/displays {id, area, rehearsal?} -> 201 {id, area, topics, keys,
 * acl}: what the display reads, whom it may believe, and its lines for the
 * broker's acl_file. Operators. Pairing again changes area and rehearsal. */
void api_displays_post(struct api_call *c);

/* POST /api/v1/displays/{id}/revoke {} -> 200 the display. Operators. */
void api_display_revoke(struct api_call *c);

#endif
