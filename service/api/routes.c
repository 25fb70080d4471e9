/* Every address of the API (contract 4). */
#include "service/api/alerts.h"
#include "service/api/api.h"
#include "service/api/audit.h"
#include "service/api/cards.h"
#include "service/api/channels.h"
#include "service/api/displays.h"
#include "service/api/drills.h"
#include "service/api/events.h"
#include "service/api/metrics.h"
#include "service/api/session.h"
#include "service/api/templates.h"
#include "service/api/users.h"

#define V1 "/api/v1"

const struct api_route api_routes[] = {
    {"GET", "/healthz", api_healthz, API_OPEN},
    {"GET", "/readyz", api_readyz, API_OPEN},
    {"GET", "/metrics", api_metrics, API_OPEN},
    {"GET", "/karte/{name}", api_card_get, API_OPEN},

    {"POST", V1 "/session", api_session_post, API_OPEN | API_READ_BODY},
    {"POST", V1 "/session/step-up", api_session_step_up,
     API_READ_BODY | API_ASLEEP},
    {"DELETE", V1 "/session", api_session_delete, API_ASLEEP},
    {"POST", V1 "/users", api_users_post, API_READ_BODY},
    {"GET", V1 "/users", api_users_get, 0},
    {"POST", V1 "/users/{name}/disable", api_user_disable, API_READ_BODY},

    {"GET", V1 "/templates", api_templates_get, 0},
    {"POST", V1 "/templates", api_templates_post, API_READ_BODY},
    {"GET", V1 "/templates/{id}", api_template_get, 0},
    {"POST", V1 "/templates/{id}/approve", api_template_approve, API_READ_BODY},

    {"POST", V1 "/previews", api_previews_post, API_READ_BODY},
    {"POST", V1 "/alerts", api_alerts_post, API_KEYED | API_READ_BODY},
    {"GET", V1 "/alerts", api_alerts_get, 0},
    {"GET", V1 "/alerts/{id}", api_alert_get, 0},
    {"POST", V1 "/alerts/{id}/approve", api_alert_approve, API_READ_BODY},
    {"POST", V1 "/alerts/{id}/reject", api_alert_reject, API_READ_BODY},
    {"POST", V1 "/alerts/{id}/countersign", api_alert_countersign,
     API_READ_BODY},
    {"GET", V1 "/incidents/{marker}", api_incident_get, 0},
    {"POST", V1 "/incidents/{marker}/update", api_incident_update,
     API_KEYED | API_READ_BODY},
    {"POST", V1 "/incidents/{marker}/all-clear", api_incident_all_clear,
     API_KEYED | API_READ_BODY},
    {"POST", V1 "/incidents/{marker}/retraction", api_incident_retraction,
     API_KEYED | API_READ_BODY},
    {"POST", V1 "/incidents/{marker}/correction", api_incident_correction,
     API_KEYED | API_READ_BODY},
    {"POST", V1 "/deliveries/{id}/retry", api_delivery_retry, API_READ_BODY},
    {"POST", V1 "/deliveries/{id}/mark-visible", api_delivery_mark_visible,
     API_READ_BODY},
    {"POST", V1 "/deliveries/{id}/hand-post", api_delivery_hand_post,
     API_READ_BODY},

    {"GET", V1 "/drills", api_drills_get, 0},
    {"POST", V1 "/drills", api_drills_post, API_READ_BODY},
    {"GET", V1 "/drills/{id}", api_drill_get, 0},
    {"GET", V1 "/drills/{id}/report", api_drill_report, 0},
    {"POST", V1 "/drills/{id}/run", api_drill_run, API_READ_BODY},
    {"POST", V1 "/drills/{id}/cancel", api_drill_cancel, API_READ_BODY},
    {"POST", V1 "/drills/{id}/approve", api_drill_approve, API_READ_BODY},

    {"GET", V1 "/events", api_events_get, 0},
    {"GET", V1 "/channels", api_channels_get, 0},
    {"GET", V1 "/displays", api_displays_get, 0},
    {"POST", V1 "/displays", api_displays_post, API_READ_BODY},
    {"POST", V1 "/displays/{id}/revoke", api_display_revoke, API_READ_BODY},

    {"GET", V1 "/audit", audit_list, 0},
    {"GET", V1 "/audit/checkpoint", audit_checkpoint, 0},
    {"GET", V1 "/audit/verify", audit_verify, 0},

    {NULL, NULL, NULL, 0},
};
