/* Drills over the API (contract 4, "Drills"). */
#ifndef SERVICE_API_DRILLS_H
#define SERVICE_API_DRILLS_H

#include <stdint.h>

struct api_call;
struct drill;

/* GET /api/v1/drills?after=&limit= -> {items:[…], next?}, newest first. */
void api_drills_get(struct api_call *c);

/* POST /api/v1/drills {name?, mode, template, parameters, starts_at,
 * duration_s?, channels?}: 201 and the drill, when its preview is good. Drill
 * lead. API_READ_BODY. */
void api_drills_post(struct api_call *c);

/* GET /api/v1/drills/{id} */
void api_drill_get(struct api_call *c);

/* GET /api/v1/drills/{id}/report -> {id, state, reason?, steps, channels} */
void api_drill_report(struct api_call *c);

/* POST /api/v1/drills/{id}/run, /cancel, /approve: 200 and the drill. The
 * first two for drill leads, the third for another releaser. API_READ_BODY. */
void api_drill_run(struct api_call *c);
void api_drill_cancel(struct api_call *c);
void api_drill_approve(struct api_call *c);

/* drills_options.changed: tells the event stream; `data` is the struct
 * events. */
void api_drills_changed(const struct drill *d, int64_t leaf, void *data);

#endif
