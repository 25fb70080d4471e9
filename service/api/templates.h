/* Template families over the API: what may be used, and how a version comes
 * to be approved (contract 4, "Templates"; contract 2, `template`). */
#ifndef SERVICE_API_TEMPLATES_H
#define SERVICE_API_TEMPLATES_H

struct api_call;

/* GET /api/v1/templates -> {items:[…]}: the families in force, as GET
 * /templates/{id} gives them. With ?all=1 the newest version of every family
 * instead: {id, title, version, hash, state, approvals, needed, author,
 * imported_at, approved_at}. */
void api_templates_get(struct api_call *c);

/* GET /api/v1/templates/{id}: the family in force. 404; 409
 * template-blocked. */
void api_template_get(struct api_call *c);

/* POST /api/v1/templates: the body is one self-contained family; the caller
 * becomes its author. 201 {id, version, hash, state}; 422 with errors[] that
 * name the place in the family. Author or operator. API_READ_BODY. */
void api_templates_post(struct api_call *c);

/* POST /api/v1/templates/{id}/approve {hash?}: the newest version. 200 {id,
 * version, hash, state, approvals, needed}; 403 for its author and for the
 * same person again; 409 when the hash is another or nothing is to approve.
 * API_READ_BODY. */
void api_template_approve(struct api_call *c);

#endif
