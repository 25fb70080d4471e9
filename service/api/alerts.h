/* Previews, alerts, incidents and deliveries (contract 4). */
#ifndef SERVICE_API_ALERTS_H
#define SERVICE_API_ALERTS_H

struct api_call;

/* POST /api/v1/previews: API_READ_BODY; answers when the card is drawn. */
void api_previews_post(struct api_call *c);

/* POST /api/v1/alerts: API_KEYED | API_READ_BODY */
void api_alerts_post(struct api_call *c);
/* POST /api/v1/incidents/{marker}/update, /all-clear, /retraction,
 * /correction: API_KEYED | API_READ_BODY */
void api_incident_update(struct api_call *c);
void api_incident_all_clear(struct api_call *c);
void api_incident_retraction(struct api_call *c);
void api_incident_correction(struct api_call *c);

/* GET /api/v1/alerts?incident=&state=&after=&limit= */
void api_alerts_get(struct api_call *c);
/* GET /api/v1/alerts/{id} */
void api_alert_get(struct api_call *c);
/* GET /api/v1/incidents/{marker} */
void api_incident_get(struct api_call *c);

/* POST /api/v1/alerts/{id}/approve, /reject, /countersign: API_READ_BODY */
void api_alert_approve(struct api_call *c);
void api_alert_reject(struct api_call *c);
void api_alert_countersign(struct api_call *c);

/* POST /api/v1/deliveries/{id}/retry, /mark-visible, /hand-post:
 * API_READ_BODY */
void api_delivery_retry(struct api_call *c);
void api_delivery_mark_visible(struct api_call *c);
void api_delivery_hand_post(struct api_call *c);

#endif
